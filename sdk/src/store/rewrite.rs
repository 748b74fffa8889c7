//! Rows of old layouts, written in the newest.
//!
//! Nothing needs that: any row is read by its own layout for ever. It makes rows
//! smaller that hold fields which were dropped, and spares readers the widening.
//!
//! The rows are found in snapshots and written in transactions of bounded size;
//! other writers have their turn in between. Whoever stops half-way goes on by
//! starting again: rows that are new are passed over. No value changes, so that
//! neither index entries nor anybody who follows the table have to know. The old
//! layouts stay in the catalogue: a snapshot of the file may still have their
//! rows, and a number is never given again.

use std::{ops::Bound, sync::Arc};

use sdk_schema::{Row, TableName};
use serde::Serialize;

use super::{
    catalogue::{Binding, StoredTable, corrupt},
    encode,
    error::StoreError,
    read::ReadTx,
    row,
    trees::ReadTrees,
    write::WriteTx,
};

/// How many rows are looked at, and how many are written, at a time.
const BATCH_ROWS: usize = 1_000;

/// How many bytes of rows are written at a time, or one row that is larger.
const BATCH_BYTES: usize = 1 << 20;

/// What a rewrite did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RewriteReport {
    /// The full name of the table.
    pub table: TableName,
    /// How many rows were written in the newest layout.
    pub rewritten: u64,
    /// How many rows had it already.
    pub already_new: u64,
    /// How many rows could not be read and were left as they are.
    pub unreadable: u64,
}

impl RewriteReport {
    pub(super) fn new(table: TableName) -> Self {
        Self {
            table,
            rewritten: 0,
            already_new: 0,
            unreadable: 0,
        }
    }

    pub(super) fn add(&mut self, written: &Written) {
        self.rewritten += written.rewritten;
        self.already_new += written.already_new;
        self.unreadable += written.unreadable;
    }
}

/// Some rows in old layouts, by their keys.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub keys: Vec<Vec<u8>>,
    /// The key of the last row that was looked at; none after the last row.
    pub last: Option<Vec<u8>>,
}

/// Finds the next rows in old layouts behind a key.
pub(super) fn find(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    after: Option<&[u8]>,
    report: &mut RewriteReport,
) -> Result<Batch, StoreError> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut batch = Batch::default();
    let mut bytes = 0;
    let rows = tx.trees.range(table.rows(), (from, Bound::Unbounded))?;
    for entry in rows.take(BATCH_ROWS) {
        let (key, row) = entry?;
        match table.view(row.value()) {
            Ok(view) if view.layout().number == table.layout().number => report.already_new += 1,
            // An unreadable head is counted with the unreadable rows.
            _ => {
                batch.keys.push(key.value().to_vec());
                bytes += row.value().len();
            }
        }
        batch.last = Some(key.value().to_vec());
        if bytes >= BATCH_BYTES {
            break;
        }
    }
    Ok(batch)
}

/// What became of the rows of a batch.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub rewritten: u64,
    pub already_new: u64,
    pub unreadable: u64,
}

/// Writes rows in the newest layout, unless others have done so or deleted them.
pub(super) fn write(
    tx: &mut WriteTx<'_>,
    table: &str,
    keys: &[Vec<u8>],
) -> Result<Written, StoreError> {
    let table = Arc::clone(tx.catalogue.table(table)?);
    let binding = Binding::of_table(&table);
    let mut written = Written::default();
    for key in keys {
        let Some(old) = tx.row(&table, key)? else {
            continue;
        };
        match row::layout_number(&old) {
            Ok(number) if number == table.layout().number => {
                written.already_new += 1;
                continue;
            }
            _ => {}
        }
        match renewed(&binding, key, &old) {
            Ok(new) => {
                // Not by way of a change: whoever follows the table sees no row
                // that is different.
                let done = tx.put(table.rows(), key, Some(&old), Some(&new));
                tx.doom_if_failed(done)?;
                written.rewritten += 1;
            }
            Err(StoreError::Corrupt { .. }) => written.unreadable += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

fn renewed(binding: &Binding, key: &[u8], old: &[u8]) -> Result<Vec<u8>, StoreError> {
    let row = binding.read::<Row>(key, old)?;
    let values: Vec<_> = row.iter().map(|(_, value)| value.clone()).collect();
    let new = encode::values(&binding.table, &values)?;
    // The key is a part of the row: a row under another's key stays where it is.
    let view = binding.table.view(&new);
    let own = view.and_then(|view| binding.table.key_of(&view));
    match own {
        Ok(own) if *own == *key => Ok(new),
        Ok(own) => Err(corrupt(
            &binding.table,
            key,
            super::error::DecodeError::value(&"the key of the row", &binding.table.key_text(&own)),
        )),
        Err(error) => Err(corrupt(&binding.table, key, error)),
    }
}
