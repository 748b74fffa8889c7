//! An engine under test: the works as methods, each as a good user of the
//! engine would write it.
//!
//! All write with the same promise: what is acknowledged is on the disk. All
//! keep two indexes of the orders, a unique one of the reference and one of
//! customer and time, and refuse a key or a reference that is there already.
//! All may cache [`CACHE_BYTES`].

#[cfg(feature = "peers")]
mod fjall;
#[cfg(feature = "peers")]
mod native_db;
mod ours;
mod raw_redb;
#[cfg(feature = "peers")]
mod sqlite;

use std::{path::Path, sync::Arc, thread};

use anyhow::{Result, anyhow};

use super::{
    order::{Order, Tally},
    supply::{Fresh, Supply},
};

/// How much an engine may keep in memory: redb's own default.
pub(crate) const CACHE_BYTES: usize = 1 << 30;

/// A database with a table of [`Order`]s.
pub(crate) trait Engine {
    /// Adds all rows of the supply. They are on the disk at the end; how many
    /// share a transaction is the engine's affair.
    fn load(&mut self, rows: &mut Supply) -> Result<()>;

    /// Reads the orders with these keys from one snapshot.
    fn get(&self, keys: &[u64]) -> Result<Tally>;

    /// Reads the orders with these references from one snapshot.
    fn get_unique(&self, references: &[String]) -> Result<Tally>;

    /// Reads the first `limit` orders of each customer by time, as a list each.
    fn scan(&self, customers: &[u32], limit: usize) -> Result<Tally>;

    /// Adds a cent to the orders with these keys, in one transaction.
    fn update(&mut self, keys: &[u64]) -> Result<()>;

    /// Adds orders, each in a transaction of its own that is on the disk before
    /// the writer makes the next, and says how many there were.
    fn insert(&self, writers: usize, fresh: &Arc<Fresh>) -> Result<u64>;

    /// The same while so many others are told of every order; those that cannot
    /// tell just add them.
    fn insert_followed(&self, writers: usize, fresh: &Arc<Fresh>, _feeds: usize) -> Result<u64> {
        self.insert(writers, fresh)
    }

    /// Makes the file small; false when the engine cannot.
    fn compact(&mut self) -> Result<bool>;
}

/// An engine that takes part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contender {
    pub name: &'static str,
    /// Opens the database in a folder, or makes it.
    pub open: fn(&Path) -> Result<Box<dyn Engine>>,
}

/// The store of this project.
pub(crate) const OURS: &str = "ours";
/// The same with a table that stays out of the feed, whose changes are not logged.
pub(crate) const OURS_UNLOGGED: &str = "ours, no feed";
/// What it is built on.
pub(crate) const RAW_REDB: &str = "raw redb";
/// The peers.
pub(crate) const NATIVE_DB: &str = "native_db";
pub(crate) const SQLITE: &str = "SQLite";
pub(crate) const FJALL: &str = "fjall";

/// All engines, in the order of the tables' columns.
pub(crate) const CONTENDERS: &[Contender] = &[
    Contender {
        name: OURS,
        open: |dir| Ok(Box::new(ours::Ours::open(dir, true)?)),
    },
    Contender {
        name: OURS_UNLOGGED,
        open: |dir| Ok(Box::new(ours::Ours::open(dir, false)?)),
    },
    Contender {
        name: RAW_REDB,
        open: |dir| Ok(Box::new(raw_redb::RawRedb::open(dir)?)),
    },
    #[cfg(feature = "peers")]
    Contender {
        name: NATIVE_DB,
        open: |dir| Ok(Box::new(native_db::NativeDb::open(dir)?)),
    },
    #[cfg(feature = "peers")]
    Contender {
        name: SQLITE,
        open: |dir| Ok(Box::new(sqlite::Sqlite::open(dir)?)),
    },
    #[cfg(feature = "peers")]
    Contender {
        name: FJALL,
        open: |dir| Ok(Box::new(fjall::Fjall::open(dir)?)),
    },
];

/// Runs `insert` for every fresh row on so many threads and counts the rows.
fn on_threads<I>(
    writers: usize,
    fresh: &Fresh,
    writer: impl Fn() -> Result<I> + Sync,
) -> Result<u64>
where
    I: FnMut(&Order) -> Result<()>,
{
    let write = || {
        let mut insert = writer()?;
        let mut count = 0;
        while let Some(order) = fresh.next() {
            insert(&order)?;
            count += 1;
        }
        Ok(count)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..writers).map(|_| scope.spawn(write)).collect();
        let counts = threads.into_iter().map(|thread| {
            let ended = thread.join();
            ended.unwrap_or_else(|_| Err(anyhow!("a writer panicked")))
        });
        counts.sum()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::order::reference;

    const ROWS: u64 = 2_000;
    const CUSTOMERS: u64 = 2;

    fn tallies(contender: &Contender) -> Result<Vec<Tally>> {
        let dir = tempfile::tempdir()?;
        let mut engine = (contender.open)(dir.path())?;
        engine.load(&mut Supply::new(ROWS, CUSTOMERS))?;
        engine.update(&[1, 500, ROWS])?;
        drop(engine);
        let engine = (contender.open)(dir.path())?;
        let keys: Vec<_> = (1..=ROWS).step_by(7).collect();
        let references: Vec<_> = keys.iter().map(|key| reference(*key)).collect();
        let fresh = Arc::new(Fresh::new(ROWS + 1, CUSTOMERS, Duration::from_millis(20)));
        let added = engine.insert(3, &fresh)?;
        assert_eq!(added, fresh.first_unused() - ROWS - 1, "{}", contender.name);
        let all: Vec<_> = (1..fresh.first_unused()).collect();
        assert_eq!(engine.get(&all)?.rows, ROWS + added, "{}", contender.name);
        Ok(vec![
            engine.get(&keys)?,
            engine.get_unique(&references)?,
            engine.scan(&[0, 1], 900)?,
            engine.get(&[1, 500, ROWS])?,
        ])
    }

    #[test]
    fn all_engines_read_the_same_rows() {
        let first = tallies(&CONTENDERS[0]).unwrap();
        assert_eq!(first[0], first[1]);
        assert_eq!(first[2].rows, 1_800);
        for other in &CONTENDERS[1..] {
            assert_eq!(tallies(other).unwrap(), first, "{}", other.name);
        }
    }
}
