//! The one way in which a row and its index entries change.
//!
//! Whoever wants to know of every change, with the row before and after,
//! stands here.

use std::sync::Arc;

use super::{Mode, RawChange, StoreError, StoredTable, WriteRows, WriteTx, constraint, delete};
use crate::store::{
    catalogue::{Entry, StoredIndex, corrupt},
    trees::ReadTrees,
};

/// What becomes of a row: `old` was there, `new` will be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    pub table: &'a Arc<StoredTable>,
    pub key: &'a [u8],
    pub old: Option<&'a [u8]>,
    pub new: Option<&'a [u8]>,
}

/// An index entry that goes or comes.
#[derive(Debug)]
pub(super) struct Edit<'a> {
    pub index: &'a StoredIndex,
    pub entry: Entry,
    pub comes: bool,
}

impl WriteRows for WriteTx<'_> {
    fn trees(&self) -> &dyn ReadTrees {
        &self.read.trees
    }

    fn write_row(
        &mut self,
        table: &Arc<StoredTable>,
        mode: Mode,
        row: &[u8],
    ) -> Result<(), StoreError> {
        let key = table.view(row).and_then(|view| table.key_of(&view));
        let key = key.map_err(|error| corrupt(table, &[], error))?;
        let mut old = self.row(table, &key)?;
        if let Some(row) = &old
            && self.is_expired(table, &key, row)?
        {
            if mode != Mode::Update {
                self.expire(table, &key)?;
            }
            old = None;
        }
        let (name, text) = (|| table.name().to_string(), || table.key_text(&key));
        match (mode, &old) {
            (Mode::Insert, Some(_)) => Err(StoreError::AlreadyExists {
                table: name(),
                key: text(),
            }),
            (Mode::Update, None) => Err(StoreError::NotFound {
                table: name(),
                key: text(),
            }),
            _ => self.change(Change {
                table,
                key: &key,
                old: old.as_deref(),
                new: Some(row),
            }),
        }
    }

    fn delete_row(&mut self, table: &Arc<StoredTable>, key: Vec<u8>) -> Result<bool, StoreError> {
        match self.row(table, &key)? {
            Some(row) if !self.is_expired(table, &key, &row)? => {
                delete::Deletion::plan(&self.read, table, key)?.carry_out(self)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

impl WriteTx<'_> {
    /// A copy of the row with that key.
    pub(in crate::store) fn row(
        &self,
        table: &StoredTable,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.read.trees.get(table.rows(), key)?;
        Ok(row.map(|row| row.value().to_vec()))
    }

    /// Whether a row has expired, so that nobody sees it any more.
    pub(super) fn is_expired(
        &self,
        table: &StoredTable,
        key: &[u8],
        row: &[u8],
    ) -> Result<bool, StoreError> {
        let row = table.view(row);
        row.and_then(|row| table.is_expired(&row, self.read.now()))
            .map_err(|error| corrupt(table, key, error))
    }

    /// Deletes a row that has expired, with all that follows from it.
    pub(super) fn expire(
        &mut self,
        table: &Arc<StoredTable>,
        key: &[u8],
    ) -> Result<(), StoreError> {
        delete::Deletion::plan(&self.read, table, key.to_vec())?.carry_out(self)
    }

    /// Checks all constraints, then changes the row and its index entries.
    pub(super) fn change(&mut self, change: Change<'_>) -> Result<(), StoreError> {
        if change.old == change.new {
            return Ok(());
        }
        let edits = change.edits()?;
        constraint::check_references(&self.read, &change)?;
        constraint::make_unique(self, &change, &edits)?;
        let done = self.carry_out(&change, &edits);
        self.doom_if_failed(done)
    }

    fn carry_out(&mut self, change: &Change<'_>, edits: &[Edit<'_>]) -> Result<(), StoreError> {
        self.put(change.table.rows(), change.key, change.old, change.new)?;
        for Edit {
            index,
            entry,
            comes,
        } in edits
        {
            let value = Some(entry.value.as_slice());
            let (old, new) = if *comes { (None, value) } else { (value, None) };
            self.put(index.tree, &entry.key, old, new)?;
        }
        if !change.table.schema().feed {
            return Ok(());
        }
        let expired = match (change.old, change.new) {
            (Some(old), None) => self.is_expired(change.table, change.key, old)?,
            _ => false,
        };
        self.log(&RawChange {
            table: change.table.raw().id,
            key: change.key,
            old: change.old,
            new: change.new,
            expired,
        })
    }
}

impl<'a> Change<'a> {
    /// The index entries that go, and those that come in their place.
    fn edits(&self) -> Result<Vec<Edit<'a>>, StoreError> {
        let table = self.table;
        let view = |row| table.view(row);
        let fail = |error| corrupt(table, self.key, error);
        let old = self.old.map(view).transpose().map_err(fail)?;
        let new = self.new.map(view).transpose().map_err(fail)?;
        let mut edits = Vec::with_capacity(2 * table.indexes().len());
        for index in table.indexes() {
            if let (Some(old), Some(new)) = (&old, &new)
                && table
                    .have_same_bytes(&index.fields, old, new)
                    .map_err(fail)?
            {
                continue;
            }
            let entries = |row: Option<_>| {
                let entries = row.map(|row| table.entries(index, self.key, row));
                entries.transpose().map_err(fail)
            };
            let before = entries(old.as_ref())?.unwrap_or_default();
            let after = entries(new.as_ref())?.unwrap_or_default();
            let stays = |entry: &Entry| before.contains(entry) && after.contains(entry);
            for (entries, comes) in [(&before, false), (&after, true)] {
                let edited = entries.iter().filter(|entry| !stays(entry)).cloned();
                edits.extend(edited.map(|entry| Edit {
                    index,
                    entry,
                    comes,
                }));
            }
        }
        Ok(edits)
    }
}
