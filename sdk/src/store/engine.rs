//! Opening the store, its transactions and their commit.

use std::path::Path;

use sdk_schema::FoldedSchema;

use super::{
    error::{OpenError, StoreError},
    key::KeyFor,
    read::ReadTx,
    table::Table,
    write::WriteTx,
};
use crate::clock::Clock;

/// The rows of all tables, in one file. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    clock: Clock,
}

impl Store {
    /// Opens `dir/store.redb` and locks it; makes the folder and the file where
    /// there are none.
    pub fn open(_dir: &Path, _clock: Clock) -> Result<Self, OpenError> {
        todo!()
    }

    /// A store that lives in memory and is gone with its last clone: for tests.
    pub fn in_memory(_clock: Clock) -> Result<Self, OpenError> {
        todo!()
    }

    /// The clock it was opened with.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What the migrations that have been applied made of the tables.
    pub fn schema(&self) -> FoldedSchema {
        todo!()
    }

    /// Reads one row from a snapshot of its own.
    pub async fn get<T: Table>(&self, key: impl KeyFor<T::Key>) -> Result<Option<T>, StoreError> {
        self.read(async |tx| tx.get::<T>(key).await).await
    }

    /// Runs `body` on one snapshot: it sees nothing that is committed meanwhile.
    pub async fn read<R, E, F>(&self, _body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&ReadTx<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        todo!()
    }

    /// Runs `body` in a transaction and commits what it did, if it succeeds.
    pub async fn write<R, E, F>(&self, _body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        todo!()
    }
}
