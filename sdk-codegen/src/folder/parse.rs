//! Reads one file by the parser of its format, and places what is wrong.

use std::{ffi::OsStr, path::Path};

use sdk_schema::{
    Arb, ArbFaults, Chain, ChainFileError, MailTemplate, Migration, MigrationFileError, Name,
    Place, SeedFile, SeedFileError, SeedSet,
};

use crate::file_fault::FileFault;

/// Why a file cannot be read, not yet with its path.
pub(super) enum Unreadable {
    /// Wrong as a whole.
    Message(String),
    /// Wrong in one line.
    Line(usize, String),
    /// Not JSON of the expected shape.
    Json(serde_json::Error),
    /// Not a file of translations.
    Arb(ArbFaults),
}

impl Unreadable {
    /// The faults of the file at `path`.
    pub(super) fn faults(self, path: &Path) -> Vec<FileFault> {
        match self {
            Self::Message(message) => vec![FileFault::new(path, message)],
            Self::Line(line, message) => {
                vec![FileFault::at(path, Place { line, column: 1 }, message)]
            }
            Self::Json(error) => vec![FileFault::of_json(path, &error)],
            Self::Arb(faults) => faults
                .0
                .iter()
                .map(|fault| FileFault::of_arb(path, fault))
                .collect(),
        }
    }
}

pub(super) fn migration(module: &Name, name: &str, text: &str) -> Result<Migration, Unreadable> {
    Migration::parse(module, name, text).map_err(|error| match error {
        MigrationFileError::Json { source, .. } => Unreadable::Json(source),
        MigrationFileError::Id { source, .. } => Unreadable::Message(source.to_string()),
        other => Unreadable::Message(without(name, &other)),
    })
}

pub(super) fn chain(module: &Name, text: &str) -> Result<Chain, Unreadable> {
    Chain::parse(text).map_err(|error| match error {
        ChainFileError::Line { line, .. } => Unreadable::Line(line, error.to_string()),
        conflict => {
            Unreadable::Message(format!("{conflict}; mend it with: sdk-cli chain {module}"))
        }
    })
}

pub(super) fn seed(set: SeedSet, name: &str, text: &str) -> Result<SeedFile, Unreadable> {
    if Path::new(name).extension() != Some(OsStr::new("json")) {
        let message = "has no place here: expected a seed file such as country.json";
        return Err(Unreadable::Message(message.to_owned()));
    }
    SeedFile::parse(set, name, text).map_err(|error| match error {
        SeedFileError::Json { source, .. } => Unreadable::Json(source),
        other => Unreadable::Message(without(name, &other)),
    })
}

pub(super) fn translation(name: &str, text: &str) -> Result<Arb, Unreadable> {
    Arb::parse(name, text).map_err(Unreadable::Arb)
}

pub(super) fn mail(name: &str, text: &str) -> Result<MailTemplate, Unreadable> {
    MailTemplate::parse(name, text).map_err(|error| Unreadable::Message(error.to_string()))
}

/// The message of an error that begins with the file's name, without it.
fn without(name: &str, error: &impl ToString) -> String {
    let message = error.to_string();
    match message.strip_prefix(&format!("{name}: ")) {
        Some(rest) => rest.to_owned(),
        None => message,
    }
}
