//! The log: what was changed, in the order of the commits.
//!
//! It stands in the tree `log` and is written in the transaction that changes
//! the rows. An entry holds the changes of one revision, or a part of them when
//! they are many; `docs/format-store.md` has its bytes. Every entry says how much
//! was ever written up to it, so that the first and the last one tell how large
//! the log is, and no counter has to be kept.

use std::{ops::Bound, time::Duration};

use redb::CursorError;
use sdk_schema::Timestamp;

use crate::{
    clock,
    store::{
        error::{DecodeError, StoreError},
        trees::{ReadTrees, TreeId, Trees},
        value::timestamp_from_micros,
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

/// The key of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Position {
    pub revision: u64,
    pub part: u32,
}

/// What stands before the changes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Head {
    pub time: Timestamp,
    /// How many bytes were ever written, this entry included.
    pub total: u64,
}

/// Collects the changes of one transaction.
#[derive(Debug, Clone)]
pub(in crate::store) struct LogWriter {
    position: Position,
    time: Timestamp,
    total: u64,
    /// How many entries were written.
    entries: u32,
    changes: Vec<u8>,
    /// How many bytes the changes had so far, or are expected to have.
    bytes: u64,
    /// How many they may have.
    limit: u64,
}

/// The key and the value of an entry.
pub(in crate::store) type LogEntry = ([u8; Position::BYTES], Vec<u8>);

/// One change as it stands in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct RawChange<'a> {
    /// The number of the tree of rows.
    pub table: u32,
    pub key: &'a [u8],
    pub old: Option<&'a [u8]>,
    pub new: Option<&'a [u8]>,
    /// Whether the row went because its time had come.
    pub expired: bool,
}

impl Position {
    const BYTES: usize = 12;

    pub(in crate::store) fn first_of(revision: u64) -> Self {
        Self { revision, part: 0 }
    }

    pub(in crate::store) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.revision.to_be_bytes());
        bytes[8..].copy_from_slice(&self.part.to_be_bytes());
        bytes
    }

    pub(in crate::store) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let parts = bytes.split_first_chunk::<8>();
        let parts = parts.and_then(|(revision, part)| Some((*revision, part.try_into().ok()?)));
        let (revision, part) = parts.ok_or_else(|| damaged(short(Self::BYTES, bytes)))?;
        Ok(Self {
            revision: u64::from_be_bytes(revision),
            part: u32::from_be_bytes(part),
        })
    }
}

impl Head {
    const BYTES: usize = 16;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.time.as_micros().to_le_bytes());
        bytes[8..].copy_from_slice(&self.total.to_le_bytes());
        bytes
    }

    /// Reads the head of an entry and gives the changes after it.
    pub(in crate::store) fn split(entry: &[u8]) -> Result<(Self, &[u8]), StoreError> {
        let split = || {
            let (time, rest) = number(entry)?;
            let (total, changes) = number(rest)?;
            let time = timestamp_from_micros(i64::from_le_bytes(time))?;
            let total = u64::from_le_bytes(total);
            Ok((Self { time, total }, changes))
        };
        split().map_err(damaged)
    }
}

impl LogState {
    /// Finds out where the log of a store stands.
    pub(in crate::store) fn read(trees: &Trees<'_>) -> Result<Self, StoreError> {
        let mut entries = trees.range(TreeId::Log, (Bound::Unbounded, Bound::Unbounded))?;
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
            total: self.total,
            entries: 0,
            changes: Vec::new(),
            bytes: 0,
            limit: keep.bytes.max(PART_BYTES as u64),
        }
    }

    /// Takes over what a writer wrote.
    pub(in crate::store) fn advance(&mut self, written: &LogWriter) {
        if written.entries > 0 {
            self.newest = written.position.revision;
            self.total = written.total;
            self.written += written.entries as usize;
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
        let mut entries = trees.range(TreeId::Log, (Bound::Unbounded, Bound::Unbounded))?;
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
    let mut entries = trees.range(TreeId::Log, (Bound::Unbounded, Bound::Unbounded))?;
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
        self.entries = self.entries.max(1);
        let key = |part| Position {
            part,
            ..self.position
        };
        written.map(|part| key(part).to_bytes()).collect()
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

const HAS_OLD: u8 = 1;
const HAS_NEW: u8 = 2;
const EXPIRED: u8 = 4;

impl<'a> RawChange<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        let flag = |set: bool, flag| if set { flag } else { 0 };
        out.push(
            flag(self.old.is_some(), HAS_OLD)
                | flag(self.new.is_some(), HAS_NEW)
                | flag(self.expired, EXPIRED),
        );
        out.extend_from_slice(&self.table.to_le_bytes());
        for bytes in [Some(self.key), self.old, self.new].into_iter().flatten() {
            // redb holds no value of 4 GiB.
            let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&len.to_le_bytes());
            out.extend_from_slice(bytes);
        }
    }

    /// Reads the first of some changes and gives those after it.
    pub(in crate::store) fn split(changes: &'a [u8]) -> Result<(Self, &'a [u8]), StoreError> {
        let split = || {
            let ([flags], rest) = number(changes)?;
            if flags & !(HAS_OLD | HAS_NEW | EXPIRED) != 0 {
                return Err(DecodeError::value(&"flags of a change", &flags));
            }
            let (table, rest) = number(rest)?;
            let (key, mut rest) = bytes(rest)?;
            let mut row = |flag| -> Result<_, DecodeError> {
                if flags & flag == 0 {
                    return Ok(None);
                }
                let (row, after) = bytes(rest)?;
                rest = after;
                Ok(Some(row))
            };
            let change = Self {
                table: u32::from_le_bytes(table),
                key,
                old: row(HAS_OLD)?,
                new: row(HAS_NEW)?,
                expired: flags & EXPIRED != 0,
            };
            Ok((change, rest))
        };
        split().map_err(damaged)
    }
}

fn number<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), DecodeError> {
    let (number, rest) = bytes.split_first_chunk().ok_or_else(|| short(N, bytes))?;
    Ok((*number, rest))
}

fn bytes(from: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    let (len, rest) = number(from)?;
    let len = usize::try_from(u32::from_le_bytes(len)).unwrap_or(usize::MAX);
    rest.split_at_checked(len).ok_or_else(|| short(len, rest))
}

fn short(expected: usize, found: &[u8]) -> DecodeError {
    DecodeError::Short {
        expected,
        found: found.len(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
fn damaged(error: DecodeError) -> StoreError {
    StoreError::Damaged {
        detail: format!("log: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_change_is_read_as_it_was_written(
            table: u32,
            key: Vec<u8>,
            old: Option<Vec<u8>>,
            new: Option<Vec<u8>>,
            expired: bool,
            rest: Vec<u8>,
        ) {
            let change = RawChange { table, key: &key, old: old.as_deref(), new: new.as_deref(), expired };
            let mut bytes = Vec::new();
            change.write(&mut bytes);
            bytes.extend_from_slice(&rest);
            let (read, after) = RawChange::split(&bytes).unwrap();
            prop_assert_eq!(read, change);
            prop_assert_eq!(after, &rest);
        }

        #[test]
        fn no_bytes_of_a_change_panic(bytes: Vec<u8>) {
            let _ = RawChange::split(&bytes);
            let _ = Head::split(&bytes);
            let _ = Position::from_bytes(&bytes);
        }
    }
}
