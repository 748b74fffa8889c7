//! Entries of one tree, gathered to be inserted in the order of their keys.
//!
//! A tree that is filled in order is filled several times as fast, and more
//! densely: redb's cursor puts whole runs between two neighbours at once.

use std::{cmp::Ordering, ops::Bound};

use redb::CursorError;

use crate::store::{error::StoreError, trees::WriteTree};

/// Entries in one block of memory, and where each is.
#[derive(Debug, Default)]
pub(in crate::store) struct Sorted {
    bytes: Vec<u8>,
    entries: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// The first bytes of the key after what all keys begin with: most
    /// comparisons end here.
    head: u64,
    at: usize,
    key: u32,
    value: u32,
}

/// An entry that is in the tree already.
pub(in crate::store) struct Taken {
    pub key: Vec<u8>,
}

/// After a gap that took fewer entries than this, cursors are not tried for a
/// while: to place one costs more than an insert.
const SHORT_RUN: usize = 8;

/// How many entries are inserted one by one after a short run.
const PLAIN_INSERTS: usize = 64;

impl Sorted {
    /// How many bytes it occupies.
    pub(in crate::store) fn len(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Slot>()
    }

    pub(in crate::store) fn push(&mut self, key: &[u8], value: &[u8]) {
        // redb holds no key and no value of 4 GiB: the insert refuses them.
        let len = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.entries.push(Slot {
            head: 0,
            at: self.bytes.len(),
            key: len(key),
            value: len(value),
        });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
    }

    /// The entries in the order of their keys, once they were sorted.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries.iter().map(|slot| slot.of(&self.bytes))
    }

    pub(in crate::store) fn sort(&mut self) {
        let Self { bytes, entries } = self;
        let key = |slot: &Slot| slot.of(bytes).0;
        if entries.is_sorted_by(|a, b| key(a) <= key(b)) {
            return;
        }
        let shared = entries.iter().skip(1).fold(usize::MAX, |shared, slot| {
            let same = key(slot).iter().zip(key(&entries[0]));
            shared.min(same.take(shared).take_while(|(a, b)| a == b).count())
        });
        for slot in &mut *entries {
            let rest = slot.of(bytes).0.get(shared..).unwrap_or_default();
            let mut head = [0; 8];
            let len = rest.len().min(head.len());
            head[..len].copy_from_slice(&rest[..len]);
            slot.head = u64::from_be_bytes(head);
        }
        entries.sort_unstable_by(|a, b| match a.head.cmp(&b.head) {
            Ordering::Equal => a.of(bytes).0.cmp(b.of(bytes).0),
            order => order,
        });
    }

    /// Inserts the sorted entries and forgets them. Ends at the first whose key
    /// is in the tree, or twice among them; then the tree has a part of them.
    pub(in crate::store) fn insert_into(
        &mut self,
        tree: &mut WriteTree<'_>,
    ) -> Result<Option<Taken>, StoreError> {
        let mut at = 0;
        let mut plain = 0;
        while at < self.entries.len() {
            if plain > 0 {
                plain -= 1;
                let (key, value) = self.entries[at].of(&self.bytes);
                if tree.insert(key, value)?.is_some() {
                    return Ok(Some(Taken { key: key.to_vec() }));
                }
                at += 1;
                continue;
            }
            let run = self.insert_run(tree, at)?;
            if run == 0 {
                let key = self.entries[at].of(&self.bytes).0.to_vec();
                return Ok(Some(Taken { key }));
            }
            at += run;
            plain = if run < SHORT_RUN { PLAIN_INSERTS } else { 0 };
        }
        self.bytes.clear();
        self.entries.clear();
        Ok(None)
    }

    /// Inserts the entries from `at` on that lie in one gap of the tree and says
    /// how many those were; none when the first is there already.
    fn insert_run(&self, tree: &mut WriteTree<'_>, at: usize) -> Result<usize, StoreError> {
        let first = self.entries[at].of(&self.bytes).0;
        let mut cursor = tree.lower_bound_mut(Bound::Included(first))?;
        let end = cursor.peek_next()?.map(|(key, _)| key.value().to_vec());
        let mut run = 0;
        for slot in &self.entries[at..] {
            let (key, value) = slot.of(&self.bytes);
            if end.as_deref().is_some_and(|end| key >= end) {
                break;
            }
            match cursor.insert_before(key, value) {
                Ok(()) => run += 1,
                Err(CursorError::UnorderedKey) => break,
                Err(error) => return Err(failed(error)),
            }
        }
        cursor.close()?;
        Ok(run)
    }
}

impl Slot {
    fn of<'a>(&self, bytes: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let key = self.at + self.key as usize;
        (&bytes[self.at..key], &bytes[key..key + self.value as usize])
    }
}

fn failed(error: CursorError) -> StoreError {
    match error {
        CursorError::Storage(error) => error.into(),
        other => std::io::Error::other(other).into(),
    }
}
