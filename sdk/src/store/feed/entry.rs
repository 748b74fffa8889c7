//! The entries of the log: their keys, their heads, their changes.
//!
//! `docs/format-store.md` has every byte. Reading never panics, whatever the
//! bytes: what does not fit is damage.

use std::fmt;

use sdk_schema::Timestamp;

use crate::store::{
    error::{DecodeError, StoreError},
    value::timestamp_from_micros,
};

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
    pub(super) const BYTES: usize = 12;

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

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revision {}, part {}", self.revision, self.part)
    }
}

impl Head {
    pub(super) const BYTES: usize = 16;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
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

const HAS_OLD: u8 = 1;
const HAS_NEW: u8 = 2;
const EXPIRED: u8 = 4;

impl<'a> RawChange<'a> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
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
pub(super) fn damaged(error: DecodeError) -> StoreError {
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
