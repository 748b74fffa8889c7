//! The log: what was changed, in the order of the commits.
//!
//! It stands in the tree `log` and is written in the transaction that changes
//! the rows. An entry holds the changes of one revision, or a part of them when
//! they are many. Every entry says how much
//! was ever written up to it, so that the first and the last one tell how large
//! the log is, and no counter has to be kept.

use std::{ops::Bound, time::Duration};

use redb::CursorError;
use sdk_schema::Timestamp;

use super::entry::{Head, LogEntry, Position, RawChange, damaged};
use crate::{
    clock,
    store::{
        error::{DecodeError, StoreError},
        trees::{EVERYTHING, ReadTrees, TreeId, Trees},
    },
};

/// The changes of an entry have about this many bytes at most, unless one change
/// alone has more.
const PART_BYTES: usize = 64 << 10;

/// The most entries that one commit removes beyond as many as it added.
const TRIMMED_AT_A_TIME: usize = 64;

/// How much of the log is kept. What is older than `age`, or lies beyond `bytes`,
/// is removed at the next commit; the newest revision always stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// By the store's clock.
    pub age: Duration,
    /// Of keys and values, without what the engine adds.
    pub bytes: u64,
}

impl Default for Retention {
    /// Seven days and 64 MiB.
    fn default() -> Self {
        Self {
            age: Duration::from_hours(7 * 24),
            bytes: 64 << 20,
        }
    }
}

/// Where the log begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct LogState {
    /// The revision that was written last; 0 when none ever was.
    pub newest: u64,
    /// How many bytes were ever written.
    total: u64,
    /// How many entries were written in this process.
    written: usize,
    /// The first entry; none when there is none, or when it is not known yet.
    first: Option<First>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct First {
    time: Timestamp,
    /// How many bytes were written before it.
    before: u64,
}

/// Collects the changes of one transaction.
#[derive(Debug, Clone)]
pub(in crate::store) struct LogWriter {
    position: Position,
    time: Timestamp,
    /// How many bytes were written before this revision.
    before: u64,
    total: u64,
    /// How many entries were written.
    entries: u32,
    changes: Vec<u8>,
    /// How many bytes the changes had so far, or are expected to have.
    bytes: u64,
    /// How many they may have.
    limit: u64,
    /// Whether all entries before were removed.
    is_emptied: bool,
}

impl LogState {
    /// Finds out where the log of a store stands.
    pub(in crate::store) fn read(trees: &Trees<'_>) -> Result<Self, StoreError> {
        let mut entries = trees.range(TreeId::Log, EVERYTHING)?;
        let Some(last) = entries.next_back().transpose()? else {
            return Ok(Self::default());
        };
        let newest = Position::from_bytes(last.0.value())?.revision;
        let total = Head::split(last.1.value())?.0.total;
        let mut state = Self {
            newest,
            total,
            ..Self::default()
        };
        state.find_first(trees)?;
        Ok(state)
    }

    /// What collects the changes of the next revision.
    pub(in crate::store) fn writer(&self, time: Timestamp, keep: Retention) -> LogWriter {
        LogWriter {
            position: Position::first_of(self.newest + 1),
            time,
            before: self.total,
            total: self.total,
            entries: 0,
            changes: Vec::new(),
            bytes: 0,
            limit: keep.bytes.max(PART_BYTES as u64),
            is_emptied: false,
        }
    }

    /// Takes over what a writer wrote.
    pub(in crate::store) fn advance(&mut self, written: &LogWriter) {
        if written.entries > 0 {
            self.newest = written.position.revision;
            self.total = written.total;
            self.written += written.entries as usize;
            if written.is_emptied {
                self.first = None;
            }
        }
    }

    /// Adds entries that come after all that are there.
    pub(in crate::store) fn write(
        trees: &mut Trees<'_>,
        entries: &[LogEntry],
    ) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let log = trees.changing(TreeId::Log)?;
        let mut cursor = log.upper_bound_mut(Bound::<&[u8]>::Unbounded)?;
        for (key, entry) in entries {
            let added = cursor.insert_before(key.as_slice(), entry.as_slice());
            added.map_err(|error| match error {
                CursorError::Storage(error) => error.into(),
                other => damaged(DecodeError::value(&"a later revision", &other)),
            })?;
        }
        Ok(cursor.close()?)
    }

    /// Removes what need not be kept.
    pub(in crate::store) fn trim(
        &mut self,
        trees: &mut Trees<'_>,
        keep: Retention,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.first.is_none() && self.newest > 0 {
            self.find_first(trees)?;
        }
        let budget = std::mem::take(&mut self.written).saturating_mul(2) + TRIMMED_AT_A_TIME;
        for _ in 0..budget {
            let Some(first) = self.first else { break };
            let is_old = clock::between(first.time, now).is_some_and(|age| age > keep.age);
            if !is_old && self.total - first.before <= keep.bytes {
                break;
            }
            if !self.remove_first(trees)? {
                break;
            }
        }
        Ok(())
    }

    /// Removes the first entry, unless it is of the newest revision.
    fn remove_first(&mut self, trees: &mut Trees<'_>) -> Result<bool, StoreError> {
        let Some(key) = first_key(trees)? else {
            return Ok(false);
        };
        if Position::from_bytes(&key)?.revision >= self.newest {
            return Ok(false);
        }
        trees.remove(TreeId::Log, &key)?;
        self.find_first(trees)?;
        Ok(true)
    }

    fn find_first(&mut self, trees: &Trees<'_>) -> Result<(), StoreError> {
        let mut entries = trees.range(TreeId::Log, EVERYTHING)?;
        self.first = match entries.next().transpose()? {
            None => None,
            Some((key, entry)) => {
                let head = Head::split(entry.value())?.0;
                let own = (key.value().len() + entry.value().len()) as u64;
                Some(First {
                    time: head.time,
                    before: head.total.saturating_sub(own),
                })
            }
        };
        Ok(())
    }
}

fn first_key(trees: &Trees<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    let mut entries = trees.range(TreeId::Log, EVERYTHING)?;
    let first = entries.next().transpose()?;
    Ok(first.map(|(key, _)| key.value().to_vec()))
}

impl LogWriter {
    /// Adds a change. True when there is enough for an entry.
    pub(in crate::store) fn add(&mut self, change: &RawChange<'_>) -> bool {
        if self.is_too_long() {
            return false;
        }
        let before = self.changes.len();
        change.write(&mut self.changes);
        self.bytes += (self.changes.len() - before) as u64;
        self.changes.len() >= PART_BYTES
    }

    /// Says how many bytes of changes are to come at least.
    pub(in crate::store) fn expect(&mut self, bytes: usize) {
        if bytes as u64 > self.limit {
            self.bytes = u64::MAX / 2;
        }
    }

    /// Whether the changes are more than the log keeps of all revisions.
    pub(in crate::store) fn is_too_long(&self) -> bool {
        self.bytes > self.limit
    }

    /// Whether changes wait to be written.
    pub(in crate::store) fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Gives up the changes: the keys of the entries that have to go. The next
    /// entry is one without a change whose part is not the first, so that who
    /// comes to this revision sees that it is not there.
    pub(in crate::store) fn cut(&mut self) -> Vec<[u8; Position::BYTES]> {
        let written = 0..self.entries;
        self.changes.clear();
        self.total = self.before;
        self.entries = self.entries.max(1);
        let key = |part| Position {
            part,
            ..self.position
        };
        written.map(|part| key(part).to_bytes()).collect()
    }

    /// Like [`LogWriter::cut`], when all entries go, those of earlier revisions
    /// included, which is the caller's affair.
    pub(in crate::store) fn empty(&mut self) {
        self.cut();
        self.is_emptied = true;
    }

    /// The changes that wait to be written.
    pub(in crate::store) fn pending(&self) -> &[u8] {
        &self.changes
    }

    /// The entry of the changes since the last one.
    pub(in crate::store) fn take_entry(&mut self) -> LogEntry {
        let position = Position {
            part: self.entries,
            ..self.position
        };
        self.entries += 1;
        let len = Position::BYTES + Head::BYTES + self.changes.len();
        self.total += len as u64;
        let head = Head {
            time: self.time,
            total: self.total,
        };
        let mut entry = Vec::with_capacity(Head::BYTES + self.changes.len());
        entry.extend_from_slice(&head.to_bytes());
        entry.append(&mut self.changes);
        (position.to_bytes(), entry)
    }
}
