//! The entries of a tree that a scan goes through.

use super::{Query, StoreError, StoredTable};
use crate::store::{
    key::KeyBytes,
    query::Access,
    trees::{self, Guard, ReadTrees},
};

/// Entries in the direction of a scan.
pub(super) struct Entries<'a> {
    found: Found<'a>,
    reverse: bool,
}

enum Found<'a> {
    /// No key can be the answer, or the only one has been given.
    Nothing,
    /// The one entry with that key: to get it is half the work of a range of one.
    Point(KeyBytes, Guard<'a>),
    Range(trees::Entries<'a>),
}

/// An entry of the key or of an index.
pub(super) struct ScanEntry<'a> {
    pub key: EntryKey<'a>,
    pub value: Guard<'a>,
}

/// The key of an entry, as it was read or as it was asked for.
pub(super) enum EntryKey<'a> {
    Read(Guard<'a>),
    Asked(KeyBytes),
}

impl EntryKey<'_> {
    #[inline]
    pub(super) fn value(&self) -> &[u8] {
        match self {
            Self::Read(guard) => guard.value(),
            Self::Asked(bytes) => bytes,
        }
    }
}

impl<'a> Entries<'a> {
    pub(super) fn new(
        trees: &'a dyn ReadTrees,
        table: &StoredTable,
        access: Access,
        query: &Query,
    ) -> Result<Self, StoreError> {
        let found = match query.point(table, access) {
            Some(key) => match trees.get(access.tree, &key)? {
                Some(value) => Found::Point(key, value),
                None => Found::Nothing,
            },
            None => range(trees, table, access, query)?,
        };
        let reverse = query.reverse;
        Ok(Self { found, reverse })
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<ScanEntry<'a>>, StoreError> {
        let Found::Range(entries) = &mut self.found else {
            return Ok(self.next_point());
        };
        let next = if self.reverse {
            entries.next_back()
        } else {
            entries.next()
        };
        match next {
            Some(Ok((key, value))) => Ok(Some(ScanEntry {
                key: EntryKey::Read(key),
                value,
            })),
            Some(Err(error)) => Err(error.into()),
            None => Ok(None),
        }
    }

    fn next_point(&mut self) -> Option<ScanEntry<'a>> {
        match std::mem::replace(&mut self.found, Found::Nothing) {
            Found::Point(key, value) => Some(ScanEntry {
                key: EntryKey::Asked(key),
                value,
            }),
            _ => None,
        }
    }
}

fn range<'a>(
    trees: &'a dyn ReadTrees,
    table: &StoredTable,
    access: Access,
    query: &Query,
) -> Result<Found<'a>, StoreError> {
    let range = query.key_range(table, access)?;
    if range.is_empty() {
        return Ok(Found::Nothing);
    }
    trees.range(access.tree, range.bounds()).map(Found::Range)
}
