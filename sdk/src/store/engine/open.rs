//! Opening the file, and what the failures of the engine mean.

use std::{fs, io, path::Path};

use redb::{Database, DatabaseError, StorageError, backends::InMemoryBackend};

use super::FILE_NAME;
use crate::store::{
    catalogue::{
        Catalogue,
        raw::{self, RawHead},
    },
    error::{OpenError, StoreError, is_full},
    trees::{TreeId, Trees},
};

/// Opens the file in `dir`, or makes both.
pub(super) fn file(dir: &Path) -> Result<(Database, Catalogue), OpenError> {
    fs::create_dir_all(dir).map_err(|source| refused(dir, source))?;
    let path = dir.join(FILE_NAME);
    let database = Database::create(&path).map_err(|error| failed(&path, error))?;
    let catalogue = load(&database).map_err(|error| unreadable(&path, error))?;
    check_format(&path, &catalogue)?;
    Ok((database, catalogue))
}

/// Makes a store in memory.
pub(super) fn memory() -> Result<(Database, Catalogue), OpenError> {
    let path = Path::new("memory");
    let database = Database::builder().create_with_backend(InMemoryBackend::new());
    let database = database.map_err(|error| failed(path, error))?;
    let catalogue = load(&database).map_err(|error| unreadable(path, error))?;
    Ok((database, catalogue))
}

/// Reads the catalogue, makes the first one, and deletes what nothing refers to.
fn load(database: &Database) -> Result<Catalogue, StoreError> {
    let transaction = database.begin_write()?;
    let mut trees = Trees::of_write(&transaction);
    let catalogue = Catalogue::read(&trees)?;
    match catalogue {
        Some(catalogue) if catalogue.head.trash.is_empty() => Ok(catalogue),
        Some(mut catalogue) => {
            for tree in std::mem::take(&mut catalogue.head.trash) {
                trees.delete(tree)?;
            }
            write_head(&mut trees, &catalogue.head)?;
            drop(trees);
            transaction.commit()?;
            Ok(catalogue)
        }
        None => {
            let head = RawHead::default();
            write_head(&mut trees, &head)?;
            drop(trees);
            transaction.commit()?;
            Ok(Catalogue::new(head, Vec::new()))
        }
    }
}

fn write_head(trees: &mut Trees<'_>, head: &RawHead) -> Result<(), StoreError> {
    trees.insert(TreeId::Catalogue, raw::HEAD_KEY, &raw::print(head))
}

fn check_format(path: &Path, catalogue: &Catalogue) -> Result<(), OpenError> {
    match catalogue.head.format {
        raw::FORMAT => Ok(()),
        found => Err(OpenError::Format {
            path: path.to_owned(),
            found,
            expected: raw::FORMAT,
        }),
    }
}

fn failed(path: &Path, error: DatabaseError) -> OpenError {
    let damaged = |detail: String| OpenError::Damaged {
        path: path.to_owned(),
        detail,
    };
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::Locked {
            path: path.to_owned(),
        },
        DatabaseError::Storage(StorageError::Io(source)) => refused(path, source),
        DatabaseError::Storage(StorageError::Corrupted(detail)) => damaged(detail),
        other => damaged(other.to_string()),
    }
}

fn unreadable(path: &Path, error: StoreError) -> OpenError {
    match error {
        StoreError::Full => OpenError::Full {
            path: path.to_owned(),
        },
        StoreError::Io { source } => refused(path, source),
        StoreError::Damaged { detail } => OpenError::Damaged {
            path: path.to_owned(),
            detail,
        },
        other => OpenError::Damaged {
            path: path.to_owned(),
            detail: other.to_string(),
        },
    }
}

fn refused(path: &Path, source: io::Error) -> OpenError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            OpenError::ReadOnly { path, source }
        }
        _ if is_full(&source) => OpenError::Full { path },
        io::ErrorKind::InvalidData => OpenError::NotADatabase {
            path,
            detail: source.to_string(),
        },
        io::ErrorKind::UnexpectedEof => OpenError::Damaged {
            path,
            detail: source.to_string(),
        },
        _ => OpenError::Io { path, source },
    }
}
