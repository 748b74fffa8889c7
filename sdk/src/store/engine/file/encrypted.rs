//! Databases in encrypted files.

use std::{fs::File, path::Path};

use redb::{Database, DatabaseError, StorageBackend, StorageError, backends::FileBackend};

use crate::store::{
    engine::{
        encrypted::{DryRun, Encrypted, HeaderError, StoreKey, VERSION},
        open::{damaged, failed, refused},
    },
    error::OpenError,
};

pub(super) fn create(path: &Path, key: &StoreKey) -> Result<Database, DatabaseError> {
    let failed = |error| DatabaseError::Storage(StorageError::Io(error));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    let file = Encrypted::create(FileBackend::new(file)?, key).map_err(failed)?;
    on(&file)
}

pub(super) fn open(path: &Path, key: &StoreKey) -> Result<Database, OpenError> {
    on(&unlock(path, key)?).map_err(|error| failed(path, error))
}

/// Opens a database so that nothing reaches its file; one that a crash has left
/// behind is not repaired.
pub(super) fn dry_run(
    path: &Path,
    key: &StoreKey,
) -> Result<Result<Database, DatabaseError>, OpenError> {
    let file = unlock(path, key)?;
    // The engine would make a new database of it.
    if file.len().map_err(|error| refused(path, error))? == 0 {
        return Err(damaged(path, "it is empty"));
    }
    let mut builder = Database::builder();
    builder.set_repair_callback(redb::RepairSession::abort);
    Ok(builder.create_with_backend(DryRun::new(file)))
}

/// Opens a database in an encrypted file of any kind, or makes it in a new one.
fn on<B: StorageBackend>(file: &Encrypted<B>) -> Result<Database, DatabaseError> {
    let mut builder = Database::builder();
    let repaired = file.clone();
    builder.set_repair_callback(move |_| repaired.set_repairing(true));
    let opened = builder.create_with_backend(file.clone());
    // What the engine has found to be in use can be read; the rest is no longer
    // to be taken for zeros.
    file.set_repairing(false);
    opened
}

/// Reads the header of the file.
fn unlock(path: &Path, key: &StoreKey) -> Result<Encrypted<FileBackend>, OpenError> {
    let file = File::options().read(true).write(true).open(path);
    let file = file.map_err(|error| refused(path, error))?;
    let file = FileBackend::new(file).map_err(|error| failed(path, error))?;
    Encrypted::open(file, key).map_err(|error| locked_out(path, error))
}

fn locked_out(path: &Path, error: HeaderError) -> OpenError {
    let path_buf = path.to_owned();
    match error {
        HeaderError::NotEncrypted => OpenError::NotEncrypted { path: path_buf },
        HeaderError::WrongKey => OpenError::KeyWrong { path: path_buf },
        HeaderError::Version { found } => OpenError::Format {
            path: path_buf,
            found,
            expected: VERSION,
        },
        HeaderError::Damaged => damaged(path, error.to_string()),
        HeaderError::Io(source) => refused(path, source),
    }
}

/// A database in anything that stores bytes, made where there are none.
#[cfg(test)]
pub(in crate::store) fn in_memory<B: StorageBackend>(
    backend: B,
    key: &StoreKey,
) -> Result<Database, DatabaseError> {
    let failed = |error| DatabaseError::Storage(StorageError::Io(error));
    let file = if backend.len().map_err(failed)? == 0 {
        Encrypted::create(backend, key).map_err(failed)
    } else {
        Encrypted::open(backend, key).map_err(|error| match error {
            HeaderError::Io(error) => failed(error),
            other => DatabaseError::Storage(StorageError::Corrupted(other.to_string())),
        })
    };
    on(&file?)
}
