//! What a check found: faults, which nothing can allow, and lints of migrations.

use std::{fmt, path::PathBuf};

use sdk_codegen::FileFault;
use sdk_schema::{Lint, MigrationId, Place};

/// What a build or a start would refuse.
#[derive(Debug)]
pub(super) enum Fault {
    /// It has a place.
    InFile(FileFault),
    /// It lies between modules.
    Between(String),
}

/// A lint and where the migration stands.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// The file, relative to the root of the workspace.
    pub(crate) file: PathBuf,
    /// Where the operation begins, if it is about one.
    pub(crate) place: Option<Place>,
    /// The migration.
    pub(crate) migration: MigrationId,
    /// What is to be said of it.
    pub(crate) lint: Lint,
}

impl From<FileFault> for Fault {
    fn from(fault: FileFault) -> Self {
        Self::InFile(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InFile(fault) => fault.fmt(f),
            Self::Between(message) => f.write_str(message),
        }
    }
}

/// `FILE:LINE:COLUMN: LEVEL CODE: MESSAGE`, as faults are shown.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lint { code, message, .. } = &self.lint;
        let message = format!("{} {code}: {message}", self.lint.level());
        let fault = match self.place {
            Some(place) => FileFault::at(&self.file, place, message),
            None => FileFault::new(&self.file, message),
        };
        fault.fmt(f)
    }
}
