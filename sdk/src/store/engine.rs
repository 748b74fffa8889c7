//! [`Store`]: opening, transactions, commit.
//!
//! One process has the file open at a time. Any number of transactions read,
//! each its own snapshot, and none waits for a writer. Those who write take
//! turns in one transaction of redb and share its commit: see [`writer`].

mod database;
#[cfg(feature = "encryption")]
mod encrypted;
mod file;
mod group;
mod limits;
mod maintenance;
mod new_file;
mod open;
mod options;
mod pages;
mod rekey;
mod snapshot;
mod writer;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use redb::{Database, Durability, backends::InMemoryBackend};
use sdk_schema::{FoldedSchema, Timestamp};
use tokio::sync::watch;

pub use limits::WriteLimits;
pub use maintenance::{CompactReport, RepairReport};
pub use pages::PageCheck;
pub use snapshot::SnapshotReport;

use super::{
    catalogue::Catalogue,
    error::{OpenError, StoreError},
    feed::{LogState, Retention},
    key::KeyFor,
    read::ReadTx,
    table::Table,
    trees::Trees,
    write::WriteTx,
};
use crate::clock::Clock;
use database::{Handle, Reopen};
use group::Group;
use limits::Manner;
use open::Opened;
use writer::Writer;

#[cfg(feature = "encryption")]
pub use encrypted::{BlockError, KeyError, StoreKey};
#[cfg(all(test, feature = "encryption"))]
pub(super) use file::encrypted::in_memory as encrypted_database;
pub use options::StoreOptions;
pub(super) use options::damage;
pub use rekey::RekeyError;

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
    limits: WriteLimits,
}

struct Engine {
    handle: Handle,
    /// The catalogue that goes with what is committed. Held for writing while a
    /// commit changes it, so that a snapshot and its catalogue are of one moment.
    committed: RwLock<Arc<Catalogue>>,
    /// Where the log stands, changed by whoever commits.
    log: Mutex<LogState>,
    retention: Mutex<Retention>,
    /// The newest revision that is on the disk, for those who follow: one that a
    /// crash takes back would be given a second time, to another write.
    newest: watch::Sender<u64>,
    /// How its file was opened, and how copies of it are protected.
    options: StoreOptions,
    writer: Writer,
    clock: Clock,
    /// None for what is not a file.
    file: Option<PathBuf>,
}

/// The name of the store's file in its folder.
pub(crate) const FILE_NAME: &str = "store.redb";

impl Store {
    /// Opens `dir/store.redb` and locks it; makes the folder and the file where
    /// there are none.
    pub fn open(dir: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::options().open(dir, clock)
    }

    /// How to open a store otherwise than [`open`](Self::open) does.
    pub fn options() -> StoreOptions {
        StoreOptions::default()
    }

    /// A store that lives in memory and is gone with its last clone: for tests,
    /// and for what-if runs.
    pub fn in_memory(clock: Clock) -> Result<Self, OpenError> {
        let database = Database::builder().create_with_backend(InMemoryBackend::new());
        let opened = open::backend(database)?;
        Ok(Self::new(opened, None, clock, Self::options()))
    }

    /// A store in anything that stores bytes.
    #[cfg(test)]
    pub(super) fn on(backend: impl redb::StorageBackend, clock: Clock) -> Result<Self, OpenError> {
        let database = Database::builder().create_with_backend(backend);
        let opened = open::backend(database)?;
        Ok(Self::new(opened, None, clock, Self::options()))
    }

    /// A store in what `database` opens, which is done again when it has failed.
    #[cfg(test)]
    pub(super) fn on_reopening(
        database: impl Fn() -> Result<Database, redb::DatabaseError> + Send + Sync + 'static,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let opened = open::backend(database())?;
        let reopen = move || open::backend(database()).map_err(StoreError::from);
        Ok(Self::new(
            opened,
            Some(Box::new(reopen)),
            clock,
            Self::options(),
        ))
    }

    /// The same store with other limits for writers.
    #[must_use]
    pub fn with_limits(&self, limits: WriteLimits) -> Self {
        Self {
            limits,
            ..self.clone()
        }
    }

    /// Says how much of the log of changes is kept from the next commit on.
    pub fn keep_log(&self, retention: Retention) {
        *locked(&self.engine.retention) = retention;
    }

    /// Whether there is a store in the folder, or may be one where this process
    /// cannot look: to open that says why. Opens nothing.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE_NAME).try_exists().unwrap_or(true)
    }

    fn new(opened: Opened, reopen: Option<Reopen>, clock: Clock, options: StoreOptions) -> Self {
        let engine = Engine {
            handle: Handle::new(opened.database, reopen),
            committed: RwLock::new(Arc::new(opened.catalogue)),
            newest: watch::Sender::new(opened.log.newest),
            log: Mutex::new(opened.log),
            retention: Mutex::default(),
            options,
            writer: Writer::default(),
            clock: clock.clone(),
            file: opened.file,
        };
        Self {
            engine: Arc::new(engine),
            clock,
            limits: WriteLimits::default(),
        }
    }

    /// The names of all trees in the file.
    #[cfg(test)]
    pub(super) fn tree_names(&self) -> Vec<String> {
        use redb::TableHandle;
        let transaction = self.engine.handle.begin_read().expect("a snapshot");
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

    /// How many rows a table has, by its full name; those included that have
    /// expired and are not removed yet. Counts nothing, however many they are.
    pub fn row_count(&self, table: &str) -> Result<u64, StoreError> {
        self.snapshot()?.row_count(table)
    }

    /// Reads one row from a snapshot of its own.
    pub async fn get<T: Table>(&self, key: impl KeyFor<T::Key>) -> Result<Option<T>, StoreError> {
        self.snapshot()?.get::<T>(key).await
    }

    /// Runs `body` on one snapshot.
    pub async fn read<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&ReadTx<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let tx = self.snapshot()?;
        body(&tx).await
    }

    /// Runs `body` in a transaction and commits what it did, if it succeeds.
    /// What it did is on disk when the call returns.
    ///
    /// Calls that arrive together share one commit; each is atomic on its own,
    /// and they run one after the other, in the tasks of their callers. Nothing
    /// remains of a `body` that fails, panics, or whose future is dropped before
    /// it has come to its end.
    ///
    /// **While `body` runs, no other write does.** It should wait for nothing but
    /// the store; one that waits longer than [`WriteLimits::run`] is undone.
    ///
    /// `body` can be cloned because it may be run again: here when it turns out
    /// that it needs a transaction of its own, and on an engine that serves
    /// several machines after a conflict. What it does outside of the
    /// transaction it may do twice.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many others write; [`StoreError::TooSlow`].
    /// When the commit itself fails, the changes are on disk as a whole or not
    /// at all; the next call opens the file again.
    pub async fn write<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        let manner = Manner {
            durable: true,
            alone: false,
        };
        self.run(manner, body).await
    }

    /// Like [`Store::write`], but returns before the changes are on disk: they can
    /// be lost, as a whole, when the machine or the process dies within the next
    /// 50 milliseconds or so. Others see them at once. Changes never reach the
    /// disk in another order: what a later call of `write` acknowledges includes
    /// them. [`Store::flush`] waits until they are on disk; until then no feed
    /// gives them.
    pub async fn write_relaxed<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        let manner = Manner {
            durable: false,
            alone: false,
        };
        self.run(manner, body).await
    }

    /// Like [`Store::write`], in a transaction that is shared with nobody and has
    /// no limit of time: for changes of the schema and for very many rows. All
    /// other writes wait for it.
    pub async fn write_alone<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        let manner = Manner {
            durable: true,
            alone: true,
        };
        self.run(manner, body).await
    }

    /// Like [`Store::write_alone`], but returns before the changes are on disk, as
    /// [`Store::write_relaxed`] does: for many changes of the schema one after the
    /// other, of which a crash may take back the last ones. [`Store::flush`] ends
    /// such a series.
    ///
    /// Changes of the schema are as any others here: a crash leaves the rows and
    /// the catalogue of one and the same moment.
    pub async fn write_alone_relaxed<R, E, F>(&self, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        let manner = Manner {
            durable: false,
            alone: true,
        };
        self.run(manner, body).await
    }

    /// A snapshot that begins now.
    pub(crate) fn snapshot(&self) -> Result<ReadTx<'static>, StoreError> {
        self.engine.snapshot(self.clock.now())
    }

    /// Tells the newest revision on the disk, whenever there is one.
    pub(super) fn newest_revision(&self) -> watch::Receiver<u64> {
        self.engine.newest.subscribe()
    }

    /// The newest revision, whether it is on the disk or not.
    pub(super) fn newest_written(&self) -> u64 {
        locked(&self.engine.log).newest
    }

    /// Writes one moment of the store to the file `path`, a store of its own that
    /// can be opened under the name `store.redb`, encrypted under the same key if
    /// the store is, and checks it before it gets that name. Others go on reading
    /// and writing meanwhile.
    ///
    /// # Errors
    /// Leaves no file of that name behind when it fails.
    pub async fn snapshot_to(&self, path: &Path) -> Result<SnapshotReport, StoreError> {
        let (catalogue, transaction) = self.engine.moment()?;
        let path = path.to_owned();
        let options = self.engine.options.clone();
        let write = move || snapshot::write(transaction, catalogue, &path, &options);
        match tokio::task::spawn_blocking(write).await {
            Ok(done) => done,
            Err(stopped) => Err(std::io::Error::other(stopped).into()),
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

    fn snapshot(&self, now: Timestamp) -> Result<ReadTx<'static>, StoreError> {
        let (catalogue, transaction) = self.moment()?;
        let trees = Trees::of_snapshot(transaction).at(now);
        Ok(ReadTx::new(catalogue, trees))
    }

    /// A snapshot in which nothing has expired.
    fn everything(&self) -> Result<ReadTx<'static>, StoreError> {
        let (catalogue, transaction) = self.moment()?;
        Ok(ReadTx::new(catalogue, Trees::of_snapshot(transaction)))
    }

    /// A snapshot and the catalogue that goes with it.
    fn moment(&self) -> Result<(Arc<Catalogue>, redb::ReadTransaction), StoreError> {
        let committed = self
            .committed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Ok((Arc::clone(&committed), self.handle.begin_read()?))
    }

    /// Begins a transaction; opens the file again if it failed before.
    fn begin_group(&self) -> Result<Group, StoreError> {
        let mut transaction = self.handle.begin_write()?;
        if transaction.is_none() {
            self.reopen()?;
            transaction = self.handle.begin_write()?;
        }
        let transaction = transaction.ok_or_else(|| StoreError::Io {
            source: std::io::Error::other("the file failed again right after it was opened"),
        })?;
        Ok(Group::new(
            transaction,
            self.committed(),
            *locked(&self.log),
            *locked(&self.retention),
        ))
    }

    /// Opens the file again and finds out what is on the disk.
    fn reopen(&self) -> Result<(), StoreError> {
        let mut committed = self
            .committed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let (catalogue, log) = self.handle.reopen()?;
        *committed = Arc::new(catalogue);
        self.publish(log);
        Ok(())
    }

    /// Commits a group and tells its callers.
    fn commit(&self, mut group: Group) -> Result<(), StoreError> {
        let outcome = std::mem::take(&mut group.outcome);
        let done = self.persist(group);
        if done.is_err() {
            // Those who read need not wait for the next write. If it fails, too,
            // the next write says so.
            let _ = self.reopen();
        }
        outcome.settle(match &done {
            Ok(()) => Ok(()),
            Err(error) => Err(error.shared()),
        });
        done
    }

    fn persist(&self, group: Group) -> Result<(), StoreError> {
        let Group {
            mut transaction,
            catalogue,
            mut log,
            ..
        } = group;
        let mut trees = Trees::of_write(&transaction);
        LogState::write(&mut trees, &group.entries)?;
        log.trim(&mut trees, group.keep, self.clock.now())?;
        drop(trees);
        if !group.durable {
            let lowered = transaction.set_durability(Durability::None);
            lowered.map_err(|error| StoreError::from(std::io::Error::other(error)))?;
        }
        if group.has_new_catalogue {
            let mut committed = self
                .committed
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            transaction.commit()?;
            *committed = catalogue;
        } else {
            transaction.commit()?;
        }
        if group.durable {
            self.publish(log);
        } else {
            *locked(&self.log) = log;
        }
        Ok(())
    }

    /// Makes known where the log on the disk stands.
    fn publish(&self, log: LogState) {
        *locked(&self.log) = log;
        self.newest.send_if_modified(|newest| {
            let is_new = *newest != log.newest;
            *newest = log.newest;
            is_new
        });
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
