//! redb's databases, in a plain file or in an encrypted one.

use std::path::Path;

use redb::{Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase};

use super::{
    open::{failed, refused, unreadable},
    options::{self, StoreOptions},
};
use crate::store::error::OpenError;

#[cfg(feature = "encryption")]
pub(super) mod encrypted;

/// Makes a database in a file that is not there.
pub(super) fn create(path: &Path, options: &StoreOptions) -> Result<Database, DatabaseError> {
    match options {
        #[cfg(feature = "encryption")]
        StoreOptions { key: Some(key) } => encrypted::create(path, key),
        StoreOptions { .. } => Database::create(path),
    }
}

/// Opens a database and repairs what a crash has left of it.
pub(super) fn open(path: &Path, options: &StoreOptions) -> Result<Database, OpenError> {
    match options {
        #[cfg(feature = "encryption")]
        StoreOptions { key: Some(key) } => encrypted::open(path, key),
        StoreOptions { .. } => Database::open(path).map_err(|error| failed(path, error)),
    }
}

/// Reads from a database without a change to its file; none is read from that
/// a crash has left behind.
pub(super) fn inspect(
    path: &Path,
    options: &StoreOptions,
    read: impl FnOnce(ReadTransaction) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    refuse_other_kind(path, options)?;
    match options {
        #[cfg(feature = "encryption")]
        StoreOptions { key: Some(key) } => read_from(path, encrypted::dry_run(path, key)?, read),
        StoreOptions { .. } => read_from(path, ReadOnlyDatabase::open(path), read),
    }
}

fn read_from(
    path: &Path,
    opened: Result<impl ReadableDatabase, DatabaseError>,
    read: impl FnOnce(ReadTransaction) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let database = match opened {
        Err(DatabaseError::RepairAborted) => return Ok(()),
        opened => opened.map_err(|error| failed(path, error))?,
    };
    let transaction = database.begin_read();
    read(transaction.map_err(|error| unreadable(path, error.into()))?)
}

/// A key and an encrypted file go together.
fn refuse_other_kind(path: &Path, options: &StoreOptions) -> Result<(), OpenError> {
    let is_encrypted = options::is_encrypted(path).map_err(|error| refused(path, error))?;
    let path = path.to_owned();
    match (options.has_key(), is_encrypted) {
        (true, false) => Err(OpenError::NotEncrypted { path }),
        (false, true) => Err(OpenError::KeyMissing { path }),
        _ => Ok(()),
    }
}
