//! What a command has to say when it has done its work.

use std::{fmt, path::Path};

use crate::changes::Written;

/// Lines for standard output, and what to type next.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    lines: Vec<String>,
    hints: Vec<String>,
}

impl Report {
    /// A report of the written files, whose paths are relative to `folder`.
    pub(crate) fn of(folder: &Path, written: Vec<Written>) -> Self {
        let lines = written.into_iter().map(|written| match written {
            Written::Created(file) => format!("created {}", folder.join(file).display()),
            Written::Changed(file) => format!("changed {}", folder.join(file).display()),
            Written::Removed(file) => format!("removed {}", folder.join(file).display()),
        });
        Self {
            lines: lines.collect(),
            hints: Vec::new(),
        }
    }

    /// A report of one text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let mut report = Self::default();
        report.line(text);
        report
    }

    /// Adds a line, or several.
    pub(crate) fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// The report, or this line where it has none.
    pub(crate) fn or_line(mut self, line: &str) -> Self {
        if self.lines.is_empty() {
            self.line(line);
        }
        self
    }

    /// Adds what to type next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Shown as it stands on standard output.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{}", line.trim_end_matches('\n'))?;
        }
        self.hints
            .iter()
            .try_for_each(|hint| writeln!(f, "hint: {hint}"))
    }
}
