//! The open file, which a failure of the disk closes.
//!
//! After one failed read or write redb refuses everything until the file is
//! opened again: only then is it known what is on the disk. [`Handle`] does that
//! by itself at the next write, so that a host recovers when the disk does.

use std::sync::{PoisonError, RwLock};

use redb::{
    Database, ReadTransaction, ReadableDatabase, StorageError, TransactionError, WriteTransaction,
};

use super::open::Opened;
use crate::store::{catalogue::Catalogue, error::StoreError, feed::LogState};

/// Opens the file another time.
pub(super) type Reopen = Box<dyn Fn() -> Result<Opened, StoreError> + Send + Sync>;

/// The database, if it could be opened again after it failed.
pub(super) struct Handle {
    database: RwLock<Option<Database>>,
    reopen: Option<Reopen>,
}

impl Handle {
    /// `reopen` is none for what cannot be opened twice, such as memory.
    pub(super) fn new(database: Database, reopen: Option<Reopen>) -> Self {
        Self {
            database: RwLock::new(Some(database)),
            reopen,
        }
    }

    pub(super) fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or_else(closed)?;
        Ok(database.begin_read()?)
    }

    /// Begins the one transaction that writes; none when the database failed
    /// earlier and has to be opened again.
    pub(super) fn begin_write(&self) -> Result<Option<WriteTransaction>, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let Some(database) = database.as_ref() else {
            return Ok(None);
        };
        match database.begin_write() {
            Ok(transaction) => Ok(Some(transaction)),
            Err(TransactionError::Storage(
                StorageError::PreviousIo | StorageError::Corrupted(_),
            )) if self.reopen.is_some() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the file again. Nobody may have a write transaction; those who read
    /// keep their snapshots as far as they are in memory.
    pub(super) fn reopen(&self) -> Result<(Catalogue, LogState), StoreError> {
        let reopen = self.reopen.as_ref().ok_or_else(closed)?;
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // The lock on the file goes with the old one.
        drop(database.take());
        let opened = reopen()?;
        *database = Some(opened.database);
        Ok((opened.catalogue, opened.log))
    }

    /// Hands out the database alone; reads that begin wait meanwhile.
    pub(super) fn exclusive<R>(
        &self,
        body: impl FnOnce(&mut Database) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        body(database.as_mut().ok_or_else(closed)?)
    }
}

fn closed() -> StoreError {
    StoreError::Io {
        source: std::io::Error::other(
            "an earlier read or write failed, and the file could not be opened again",
        ),
    }
}
