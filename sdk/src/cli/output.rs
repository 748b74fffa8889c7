//! Where a command writes what it found, as text or as JSON.

use std::io::{self, Write};

use chrono::SecondsFormat;
use sdk_schema::Timestamp;
use serde::Serialize;

/// A moment for people: to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    at.to_chrono().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The instant of a message; none when no calendar has it.
pub(super) fn instant(at: &prost_types::Timestamp) -> Option<Timestamp> {
    crate::rpc::time::from_message("at", at).ok()
}

/// The moment of a message for people; nothing when it has none.
pub(super) fn shown(at: Option<&prost_types::Timestamp>) -> String {
    at.and_then(instant).map(moment).unwrap_or_default()
}

/// A text on one line and without anything that steers a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Takes what a command found.
pub struct Output<'a> {
    writer: &'a mut (dyn Write + Send),
    json: bool,
}

impl<'a> Output<'a> {
    /// Writes to `writer`, as JSON or as text.
    pub fn new(writer: &'a mut (dyn Write + Send), json: bool) -> Self {
        Self { writer, json }
    }

    /// Where it is written.
    pub(crate) fn writer(&mut self) -> &mut (dyn Write + Send) {
        self.writer
    }

    /// Whether JSON is wanted.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Writes a document, indented.
    pub fn json(&mut self, document: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.writer, document)?;
        writeln!(self.writer)
    }

    /// Writes a document if JSON is wanted, else what `text` writes.
    pub fn either(
        &mut self,
        document: &impl Serialize,
        text: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.json {
            self.json(document)
        } else {
            text(self)
        }
    }

    /// Hands over what has been written, for whoever reads along.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Writes one line.
    pub fn line(&mut self, line: impl std::fmt::Display) -> io::Result<()> {
        writeln!(self.writer, "{line}")
    }

    /// Writes rows in aligned columns below their titles; says `nothing` when there are none.
    pub fn columns(
        &mut self,
        titles: &[&str],
        rows: &[Vec<String>],
        nothing: &str,
    ) -> io::Result<()> {
        if rows.is_empty() {
            return self.line(nothing);
        }
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| one_line(cell)).collect())
            .collect();
        let widths: Vec<usize> = titles
            .iter()
            .enumerate()
            .map(|(at, title)| {
                let cells = rows.iter().filter_map(|row| row.get(at));
                cells
                    .map(|cell| cell.chars().count())
                    .chain([title.chars().count()])
                    .max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
        for row in std::iter::once(&titles).chain(&rows) {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"));
            let line = cells.collect::<Vec<_>>().join("  ");
            self.line(line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_on_its_line_and_steers_no_terminal() {
        assert_eq!(one_line("two\nlines\u{1b}[2J"), "two lines [2J");
    }

    #[test]
    fn columns_are_aligned_by_characters() {
        let mut bytes = Vec::new();
        let rows = [
            vec!["Ägypten".to_owned(), "EG".to_owned()],
            vec!["Kuba".to_owned(), "CU".to_owned()],
        ];
        Output::new(&mut bytes, false)
            .columns(&["NAME", "CODE"], &rows, "none")
            .unwrap();
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r"
        NAME     CODE
        Ägypten  EG
        Kuba     CU
        ");
    }
}
