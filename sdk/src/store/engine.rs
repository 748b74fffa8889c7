//! [`Store`]: opening, transactions, commit.
//!
//! One process has the file open at a time, and one transaction writes at a
//! time; any number read, each its own snapshot, and none waits for a writer.
//! What a write did is on disk when [`Store::write`] returns.

mod new_file;
mod open;
mod snapshot;

use std::{
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use redb::{Database, ReadableDatabase, backends::InMemoryBackend};
use sdk_schema::FoldedSchema;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{
    catalogue::Catalogue,
    error::{OpenError, StoreError},
    key::KeyFor,
    read::ReadTx,
    table::Table,
    trees::Trees,
    write::WriteTx,
};
use crate::clock::Clock;

/// The rows of all tables, in one file. Cheap to clone; the file is closed with
/// the last clone.
///
/// ```
/// # use sdk::{clock::Clock, store::{Store, StoreError}};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = Store::in_memory(Clock::system())?;
/// let tables = store.read(async |tx| Ok::<_, StoreError>(tx.table_names())).await?;
/// assert!(tables.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
    clock: Clock,
}

struct Engine {
    database: Database,
    /// The catalogue that goes with what is committed. Held for writing while a
    /// commit changes it, so that a snapshot and its catalogue are of one moment.
    committed: RwLock<Arc<Catalogue>>,
    /// Held by whoever writes, up to the end of the commit.
    writer: Arc<Mutex<()>>,
}

/// The name of the store's file in its folder.
pub(crate) const FILE_NAME: &str = "store.redb";

impl Store {
    /// Opens `dir/store.redb` and locks it; makes the folder and the file where
    /// there are none.
    pub fn open(dir: &Path, clock: Clock) -> Result<Self, OpenError> {
        let (database, catalogue) = open::file(dir)?;
        Ok(Self::new(database, catalogue, clock))
    }

    /// A store that lives in memory and is gone with its last clone: for tests,
    /// and for what-if runs.
    pub fn in_memory(clock: Clock) -> Result<Self, OpenError> {
        let (database, catalogue) = open::backend(InMemoryBackend::new())?;
        Ok(Self::new(database, catalogue, clock))
    }

    /// A store in anything that stores bytes.
    #[cfg(test)]
    pub(super) fn on(backend: impl redb::StorageBackend, clock: Clock) -> Result<Self, OpenError> {
        let (database, catalogue) = open::backend(backend)?;
        Ok(Self::new(database, catalogue, clock))
    }

    /// Whether there is a store in the folder, or may be one where this process
    /// cannot look: to open that says why. Opens nothing.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE_NAME).try_exists().unwrap_or(true)
    }

    fn new(database: Database, catalogue: Catalogue, clock: Clock) -> Self {
        let engine = Engine {
            database,
            committed: RwLock::new(Arc::new(catalogue)),
            writer: Arc::default(),
        };
        Self {
            engine: Arc::new(engine),
            clock,
        }
    }

    /// The names of all trees in the file.
    #[cfg(test)]
    pub(super) fn tree_names(&self) -> Vec<String> {
        use redb::TableHandle;
        let transaction = self.engine.database.begin_read().expect("a snapshot");
        let trees = transaction.list_tables().expect("a list");
        trees.map(|tree| tree.name().to_owned()).collect()
    }

    /// The clock it was opened with.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What the migrations that have been applied made of the tables.
    pub fn schema(&self) -> FoldedSchema {
        self.engine.committed().schema()
    }

    /// Whether the migrations that have been applied made a table of that full name.
    pub fn has_table(&self, name: &str) -> bool {
        self.engine.committed().table(name).is_ok()
    }

    /// Reads one row from a snapshot of its own.
    pub async fn get<T: Table>(&self, key: impl KeyFor<T::Key>) -> Result<Option<T>, StoreError> {
        self.engine.snapshot()?.get::<T>(key).await
    }

    /// Runs `body` on one snapshot.
    pub async fn read<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&ReadTx<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let tx = self.engine.snapshot()?;
        body(&tx).await
    }

    /// Runs `body` in a transaction and commits what it did, if it succeeds.
    /// Nothing of it remains when it fails, or when the future is dropped
    /// before the commit has begun. When the commit itself fails, it is on disk
    /// as a whole or not at all, and the store takes no more writes until it is
    /// opened again.
    ///
    /// `body` can be cloned because it is run again when an engine that serves
    /// several machines finds a conflict: what it does outside of the
    /// transaction it may do twice. While it runs no other write does, so it
    /// should wait for nothing slow.
    pub async fn write<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        let turn = Arc::clone(&self.engine.writer).lock_owned().await;
        let transaction = self.engine.database.begin_write();
        let transaction = transaction.map_err(StoreError::from)?;
        let before = self.engine.committed();
        let mut tx = WriteTx::new(Arc::clone(&before), Trees::of_write(&transaction));
        let result = body(&mut tx).await?;
        let outcome = tx.finish()?;
        if outcome.has_changes {
            let after = Some(outcome.catalogue).filter(|after| !Arc::ptr_eq(&before, after));
            self.commit(transaction, after, turn).await?;
        }
        Ok(result)
    }

    /// Writes one moment of the store to the file `path`, a store of its own that
    /// can be opened under the name `store.redb`. Others go on reading and
    /// writing meanwhile.
    ///
    /// # Errors
    /// Leaves no file of that name behind when it fails.
    pub async fn snapshot_to(&self, path: &Path) -> Result<(), StoreError> {
        let transaction = self.engine.database.begin_read()?;
        let path = path.to_owned();
        let write = move || snapshot::write(&transaction, &path);
        match tokio::task::spawn_blocking(write).await {
            Ok(done) => done,
            Err(stopped) => Err(std::io::Error::other(stopped).into()),
        }
    }

    /// Commits off the async threads. The turn ends with the commit even when
    /// the caller has stopped waiting for it.
    async fn commit(
        &self,
        transaction: redb::WriteTransaction,
        changed: Option<Arc<Catalogue>>,
        turn: OwnedMutexGuard<()>,
    ) -> Result<(), StoreError> {
        let engine = Arc::clone(&self.engine);
        let commit = move || {
            let done = engine.commit(transaction, changed);
            drop(turn);
            done
        };
        match tokio::task::spawn_blocking(commit).await {
            Ok(done) => done,
            Err(stopped) => Err(StoreError::Io {
                source: std::io::Error::other(stopped),
            }),
        }
    }
}

impl Engine {
    fn committed(&self) -> Arc<Catalogue> {
        let committed = self
            .committed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&committed)
    }

    fn snapshot(&self) -> Result<ReadTx<'static>, StoreError> {
        let committed = self
            .committed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let transaction = self.database.begin_read()?;
        Ok(ReadTx::new(
            Arc::clone(&committed),
            Trees::of_snapshot(transaction),
        ))
    }

    fn commit(
        &self,
        transaction: redb::WriteTransaction,
        changed: Option<Arc<Catalogue>>,
    ) -> Result<(), StoreError> {
        let Some(catalogue) = changed else {
            return Ok(transaction.commit()?);
        };
        let mut committed = self
            .committed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        transaction.commit()?;
        *committed = catalogue;
        Ok(())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
