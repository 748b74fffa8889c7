//! File faults: what is wrong with the files of a module, and where.
//!
//! The parsers know a place, or only a message; a [`FileFault`] adds the file.
//! Whoever reads a module collects faults and goes on, so that one mistake
//! hides no other. A fault is one line of text: `src/tables.rs:12:9: …`. Its
//! file is relative to the module's folder and its place counts from one.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use proc_macro2::Span;
use sdk_schema::{ArbFault, Place};

use crate::faults;

/// One thing that a start would refuse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// The file or folder, relative to the module's folder.
    pub file: PathBuf,
    /// Where in the file, when that is known.
    pub place: Option<Place>,
    /// What was found and what was expected, in one line.
    pub message: String,
}

impl FileFault {
    /// A fault of a file as a whole.
    pub fn new(file: impl Into<PathBuf>, message: impl fmt::Display) -> Self {
        Self {
            file: file.into(),
            place: None,
            message: one_line(&message.to_string()),
        }
    }

    /// A fault at a place of a file.
    pub fn at(file: impl Into<PathBuf>, place: Place, message: impl fmt::Display) -> Self {
        Self {
            place: Some(place),
            ..Self::new(file, message)
        }
    }

    /// A fault where a token of Rust source begins.
    pub(crate) fn spanned(
        file: impl Into<PathBuf>,
        span: Span,
        message: impl fmt::Display,
    ) -> Self {
        Self::at(file, place_of(span), message)
    }

    /// A fault of Rust source.
    pub(crate) fn of_source(file: &Path, fault: &faults::Fault) -> Self {
        let place = Place {
            line: fault.line,
            column: fault.column,
        };
        Self::at(file, place, &fault.message)
    }

    /// A fault of a file of translations.
    pub(crate) fn of_arb(file: &Path, fault: &ArbFault) -> Self {
        Self {
            place: fault.place,
            ..Self::new(file, fault.detail())
        }
    }

    /// The fault in a JSON error, whose text repeats the place.
    pub(crate) fn of_json(file: &Path, error: &serde_json::Error) -> Self {
        let place = Place {
            line: error.line(),
            // A text that ends too early ends in column 0 of the line after its last.
            column: error.column().max(1),
        };
        let text = error.to_string();
        let tail = format!(" at line {} column {}", error.line(), error.column());
        match text.strip_suffix(&tail) {
            Some(message) => Self::at(file, place, message),
            None => Self::new(file, text),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(Place { line, column }) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// All that is wrong with a module, in the order of files and places.
///
/// It prints one fault a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFaults(Vec<FileFault>);

impl FileFaults {
    /// Gives `value` when there are no faults.
    pub fn unless<T>(faults: Vec<FileFault>, value: T) -> Result<T, Self> {
        if faults.is_empty() {
            Ok(value)
        } else {
            Err(Self::some(faults))
        }
    }

    /// Faults in the order of files and places; there is at least one.
    pub fn of(faults: Vec<FileFault>) -> Self {
        Self::some(faults)
    }

    /// The faults of a reading that failed; there is at least one.
    pub(crate) fn some(mut faults: Vec<FileFault>) -> Self {
        faults.sort();
        faults.dedup();
        Self(faults)
    }

    /// The faults as a list.
    pub fn into_vec(self) -> Vec<FileFault> {
        self.0
    }

    /// The faults; there is at least one.
    pub fn iter(&self) -> std::slice::Iter<'_, FileFault> {
        self.0.iter()
    }
}

impl IntoIterator for FileFaults {
    type Item = FileFault;
    type IntoIter = std::vec::IntoIter<FileFault>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a FileFaults {
    type Item = &'a FileFault;
    type IntoIter = std::slice::Iter<'a, FileFault>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for FileFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.iter().map(FileFault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for FileFaults {}

/// The place where `span` begins.
pub(crate) fn place_of(span: Span) -> Place {
    let start = span.start();
    Place {
        line: start.line,
        column: start.column + 1,
    }
}

/// Names as messages list them: `a`, `b`; or none.
pub(crate) fn listed(names: impl Iterator<Item = impl fmt::Display>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}

/// Cargo shows one line for each `cargo::error`.
fn one_line(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.join("; ")
}
