//! The feed: what was changed, commit by commit, for whoever wants to follow.
//!
//! ```
//! use sdk::{clock::Clock, prelude::*, schema::Operation, store::{Effect, Is, StoreError}};
//!
//! #[derive(Table, Debug, Clone, PartialEq)]
//! #[table(module = "shop")]
//! struct Lamp {
//!     #[key]
//!     id: u32,
//!     color: String,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let store = Store::in_memory(Clock::system())?;
//! let create = Operation::CreateTable(Lamp::table().clone());
//! store.write(async |tx| tx.apply(&"shop".parse()?, &create).await.map_err(anyhow::Error::from)).await?;
//!
//! let mut red = store.watch::<Lamp>().filter(Lamp::COLOR, Is("red")).from_now();
//! let lamp = Lamp { id: 1, color: "red".into() };
//! store.write(async |tx| tx.insert(&lamp).await).await?;
//! let painted = Lamp { color: "blue".into(), ..lamp };
//! store.write(async |tx| tx.update(&painted).await).await?;
//!
//! assert_eq!(red.next().await?.changes[0].effect, Effect::Enters);
//! // It is red no longer: the feed says so although the new row does not match.
//! let batch = red.next().await?;
//! assert_eq!(batch.changes[0].effect, Effect::Leaves);
//! assert_eq!(batch.changes[0].new, Some(painted));
//! # Ok(())
//! # }
//! ```
//!
//! **Vocabulary.** A *change* is one row written or deleted. A *revision* is the
//! number of the write it came with: they grow by one. The *log* holds the
//! changes of the newest revisions, on disk, written in the transaction that
//! changed the rows. A [`Feed`] reads the log from a revision on, at its own
//! pace, and waits at its end.
//!
//! **Invariants.** A feed gives every change that it asked for, once, in the
//! order of the writes; where it cannot, it says from where on it can. It holds
//! no more than a part of the log in memory, however slow its reader is.

mod entry;
mod log;
mod reader;
mod scope;
mod watch;

use std::sync::Arc;

use sdk_schema::{TableName, Timestamp};

pub(in crate::store) use entry::{Head, LogEntry, Position, RawChange};
pub use log::Retention;
pub(in crate::store) use log::{LogState, LogWriter};
pub use reader::Feed;
pub use watch::Watch;

use super::error::StoreError;

/// What one write changed, or a part of it when that is much.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Batch<R> {
    /// The number of the write.
    pub revision: u64,
    /// When it was made, by the store's clock then.
    pub time: Timestamp,
    /// What it changed, in the order in which it did.
    pub changes: Vec<Change<R>>,
    /// Whether the next batch is of another write.
    pub is_last: bool,
}

/// One row written or deleted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change<R> {
    /// The table of the row.
    pub table: Arc<TableName>,
    /// The row before; none when it is new.
    pub old: Option<R>,
    /// The row after; none when it was deleted.
    pub new: Option<R>,
    /// What that means for what the feed asked for.
    pub effect: Effect,
    /// Whether the row was deleted because its time had come.
    pub expired: bool,
}

/// What a change means for the rows that a feed asked for. Without a filter
/// those are all rows: new ones enter, deleted ones leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Only the new row is among them.
    Enters,
    /// The old and the new row are among them.
    Stays,
    /// Only the old row was among them.
    Leaves,
}

/// Why a feed has no next batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The log does not reach back to where the feed stands: changes are lost to
    /// it. Take a new [snapshot](Watch::from_snapshot).
    #[error(
        "the log of changes does not reach back to revision {from}: the oldest from which a feed can go on is {oldest}"
    )]
    Compacted {
        /// The last revision that the feed has given.
        from: u64,
        /// The oldest revision that [`Watch::from`] takes.
        oldest: u64,
    },
    /// The reader has fallen behind by more than it [allowed
    /// itself](Watch::lag_limit). Nothing is lost: the next call goes on where the
    /// feed stands, as does a new feed.
    #[error(
        "the feed has fallen behind by {behind} revisions: it goes on from revision {resume_from}"
    )]
    Lagged {
        /// The last revision that the feed has given.
        resume_from: u64,
        /// How many it has not given.
        behind: u64,
    },
    /// The revision was not given by this store.
    #[error("a feed cannot begin from revision {from}: the newest is {newest}")]
    Ahead {
        /// The revision asked for.
        from: u64,
        /// The newest.
        newest: u64,
    },
    /// The table is not in the log.
    #[error("changes of `{table}` are not logged: its declaration says `feed = false`")]
    NotLogged {
        /// The table.
        table: String,
    },
    /// The store cannot be read, or does not have what was asked for.
    #[error(transparent)]
    Store(#[from] StoreError),
}
