//! Rows in batches: how a data step goes through a table, and changes it.
//!
//! A position is the encoded key of the row that was handled last; it may be
//! kept anywhere and handed in again by another process. Rows that have expired
//! and are not removed yet are given like all others: a clock that is set back
//! brings them into sight again, and a later operation that asks something of
//! all rows asks it of them, too.

use std::{ops::Bound, sync::Arc};

use sdk_schema::Row;

use super::{StoreError, WriteTx, change::Change};
use crate::store::{
    catalogue::{Binding, corrupt},
    dynamic,
    trees::ReadTrees,
};

/// How many bytes of rows a batch has at most, unless one row alone has more.
const BATCH_BYTES: usize = 16 << 20;

/// A row and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyedRow {
    /// The encoded key, from which [`WriteTx::rows_after`] goes on.
    pub key: Vec<u8>,
    /// The row as the table reads it today.
    pub row: Row,
}

impl WriteTx<'_> {
    /// The next rows after a position in the order of the key, expired ones
    /// included: at most `limit`, fewer when they are large, and none only when
    /// no row follows. `None` is the position before the first row.
    ///
    /// They are copies: whoever changes rows that follow while it goes through
    /// them asks with a limit of 1.
    pub fn rows_after(
        &self,
        table: &str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<KeyedRow>, StoreError> {
        let binding = Binding::of_table(self.catalogue.table(table)?);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let bounds = (from, Bound::Unbounded);
        let mut rows = Vec::new();
        let mut bytes = 0;
        let entries = self.read.trees.range(binding.table.rows(), bounds)?;
        for entry in entries.take(limit) {
            let (key, row) = entry?;
            bytes += key.value().len() + row.value().len();
            rows.push(KeyedRow {
                row: binding.read::<Row>(key.value(), row.value())?,
                key: key.value().to_vec(),
            });
            if bytes >= BATCH_BYTES {
                break;
            }
        }
        Ok(rows)
    }

    /// Writes what became of the row with that encoded key, as any other change is
    /// written: with its index entries, its constraints and the feed. A row with
    /// the values that it has already is left as it is; true when it was written.
    ///
    /// A row that is gone stays gone: something deleted it meanwhile.
    ///
    /// # Errors
    /// The row must keep its key: one with another key would be met again, or
    /// never, by who goes through the table.
    pub fn replace_row(&mut self, table: &str, key: &[u8], row: &Row) -> Result<bool, StoreError> {
        let table = Arc::clone(self.catalogue.table(table)?);
        let Some(old) = self.row(&table, key)? else {
            return Ok(false);
        };
        if Binding::of_table(&table).read::<Row>(key, &old)? == *row {
            return Ok(false);
        }
        let new = dynamic::encode_row(&table, row)?;
        let own = table.view(&new).and_then(|view| table.key_of(&view));
        let own = own.map_err(|error| corrupt(&table, key, error))?;
        if *own != *key {
            return Err(StoreError::KeyChanged {
                table: table.name().to_string(),
                key: table.key_text(key),
                found: table.key_text(&own),
            });
        }
        self.change(Change {
            table: &table,
            key,
            old: Some(&old),
            new: Some(&new),
        })?;
        Ok(true)
    }

    /// An encoded key as messages show it.
    pub fn key_text(&self, table: &str, key: &[u8]) -> Result<String, StoreError> {
        Ok(self.catalogue.table(table)?.key_text(key))
    }
}
