//! Opening the file, and what the failures of the engine mean.
//!
//! A file that is damaged must stay as it is, for whoever wants to save what is
//! in it; but the engine writes to a file as soon as it opens it. So it is first
//! opened for reading alone and its catalogue read. Only a file that a crash has
//! left behind skips that: its repair verifies all checksums itself.
//!
//! The engine checks the bytes that it opens, but not all of them: where it
//! panics over one, the file is damaged too.

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use redb::{Database, DatabaseError, StorageError};

use super::{
    FILE_NAME, Store, file, new_file,
    options::{self, StoreOptions},
};
use crate::store::{
    catalogue::{
        Catalogue, Parsed,
        raw::{self, FORMAT, RawHead},
    },
    error::{OpenError, StoreError},
    feed::LogState,
    trees::{TreeId, Trees},
};

/// The name of a store's file while it is being made.
const NEW_FILE_NAME: &str = "store.redb.new";

/// A database with what is known of its content.
pub(super) struct Opened {
    pub database: Database,
    pub catalogue: Catalogue,
    pub log: LogState,
    /// None for what is not a file.
    pub file: Option<PathBuf>,
}

/// Opens the file in `dir`, or makes both.
pub(super) fn folder(dir: &Path, options: &StoreOptions) -> Result<Opened, OpenError> {
    fs::create_dir_all(dir).map_err(|source| refused(dir, source))?;
    let path = dir.join(FILE_NAME);
    if !Store::exists(dir) {
        create(dir, &path, options)?;
    }
    existing(&path, options)
}

/// Opens a file that is there.
pub(super) fn existing(path: &Path, options: &StoreOptions) -> Result<Opened, OpenError> {
    let mut parsed = Parsed::default();
    guarded(path, || inspect(path, options, &mut parsed))?;
    guarded(path, || {
        let database = file::open(path, options)?;
        let opened = load(database, parsed).map_err(|error| unreadable(path, error))?;
        Ok(Opened {
            file: Some(path.to_owned()),
            ..opened
        })
    })
}

/// Makes a store of a database in anything that stores bytes.
pub(super) fn backend(database: Result<Database, DatabaseError>) -> Result<Opened, OpenError> {
    let path = Path::new("memory");
    let database = database.map_err(|error| failed(path, error))?;
    load(database, Parsed::default()).map_err(|error| unreadable(path, error))
}

/// Makes the file under another name first: a file of the right name is whole,
/// so that an empty one can only be one that was lost.
fn create(dir: &Path, path: &Path, options: &StoreOptions) -> Result<(), OpenError> {
    let new = dir.join(NEW_FILE_NAME);
    new_file::clear(&new).map_err(|error| refused(&new, error))?;
    let database = file::create(&new, options).map_err(|error| failed(path, error))?;
    load(database, Parsed::default()).map_err(|error| unreadable(path, error))?;
    new_file::put_in_place(&new, path).map_err(|source| refused(path, source))
}

/// Reads the catalogue without a change to the file.
fn inspect(path: &Path, options: &StoreOptions, parsed: &mut Parsed) -> Result<(), OpenError> {
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Err(damaged(path, "it is empty"));
    }
    file::inspect(path, options, |transaction| {
        let read = Catalogue::read_again(&Trees::of_snapshot(transaction), parsed);
        match read.map_err(|error| unreadable(path, error))? {
            Some(_) => Ok(()),
            None => Err(damaged(path, "it has no catalogue")),
        }
    })
}

/// Runs what the engine does with a file that may be damaged.
fn guarded<R>(path: &Path, open: impl FnOnce() -> Result<R, OpenError>) -> Result<R, OpenError> {
    // Nothing that the closure touches outlives a panic.
    catch_unwind(AssertUnwindSafe(open))
        .unwrap_or_else(|_| Err(damaged(path, "the engine cannot read its pages")))
}

/// Reads the catalogue, or makes the first one, deletes what nothing refers to
/// and brings an older format up to date.
fn load(database: Database, mut parsed: Parsed) -> Result<Opened, StoreError> {
    let transaction = database.begin_write()?;
    let mut trees = Trees::of_write(&transaction);
    let (mut catalogue, mut has_changed) = match Catalogue::read_again(&trees, &mut parsed)? {
        Some(catalogue) => (catalogue, false),
        None => (Catalogue::new(RawHead::default(), Vec::new()), true),
    };
    let trash = std::mem::take(&mut catalogue.head.trash);
    trash.iter().try_for_each(|tree| trees.delete(*tree))?;
    has_changed |= !trash.is_empty() || catalogue.head.format != FORMAT;
    catalogue.head.format = FORMAT;
    // Reading it makes it where there is none.
    let log = LogState::read(&trees)?;
    if has_changed {
        let head = raw::print(&catalogue.head);
        trees.insert(TreeId::Catalogue, raw::HEAD_KEY, &head)?;
        drop(trees);
        transaction.commit()?;
    } else {
        drop(trees);
        drop(transaction);
    }
    Ok(Opened {
        database,
        catalogue,
        log,
        file: None,
    })
}

pub(super) fn failed(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::Locked {
            path: path.to_owned(),
        },
        DatabaseError::Storage(StorageError::Io(source)) => refused(path, source),
        DatabaseError::Storage(StorageError::Corrupted(detail)) => damaged(path, detail),
        other => damaged(path, other.to_string()),
    }
}

pub(super) fn unreadable(path: &Path, error: StoreError) -> OpenError {
    match error {
        StoreError::Full => refused(path, io::ErrorKind::StorageFull.into()),
        StoreError::Io { source } => refused(path, source),
        StoreError::Damaged { detail } => damaged(path, detail),
        StoreError::Format { found, expected } => OpenError::Format {
            path: path.to_owned(),
            found,
            expected,
        },
        other => damaged(path, other.to_string()),
    }
}

pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        detail: detail.into(),
    }
}

pub(super) fn refused(path: &Path, source: io::Error) -> OpenError {
    if let Some(damage) = options::damage(&source) {
        return damaged(path, damage);
    }
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            OpenError::ReadOnly { path, source }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::Full { path },
        io::ErrorKind::InvalidData => OpenError::NotADatabase {
            path,
            detail: source.to_string(),
        },
        io::ErrorKind::UnexpectedEof => damaged(&path, source.to_string()),
        _ => OpenError::Io { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: io::ErrorKind, expect: &str) {
        let error = refused(Path::new("data"), kind.into());
        assert_eq!(error.to_string(), expect);
    }

    #[test]
    fn a_refusal_of_the_system_says_what_is_wrong_with_the_place() {
        check(
            io::ErrorKind::PermissionDenied,
            "data cannot be written: permission denied",
        );
        check(
            io::ErrorKind::ReadOnlyFilesystem,
            "data cannot be written: read-only filesystem or storage medium",
        );
        check(
            io::ErrorKind::StorageFull,
            "no room left on the disk of data",
        );
        check(io::ErrorKind::NotADirectory, "data: not a directory");
    }
}
