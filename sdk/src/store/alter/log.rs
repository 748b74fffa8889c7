//! Whether the log of changes can still be read after an operation.
//!
//! Rows that are there were checked, or became others. The log holds rows that
//! are there no longer, and nobody may rewrite it.

use std::sync::Arc;

use sdk_schema::{Row, TableName};

use super::{Difference, ReadTx, StoreError, StoredTable};
use crate::store::{
    catalogue::{Binding, Catalogue},
    encode,
    feed::{Head, RawChange},
    trees::{EVERYTHING, ReadTrees, TreeId},
};

/// Whether the log, or the changes that wait to be written to it, has changes of
/// a table which an operation left behind: rows that are none of the table as it
/// is now, or, when the key became another, any. Rows with new keys leave those
/// behind who have read them, too.
pub(in crate::store) fn leaves_changes_behind(
    tx: &ReadTx<'_>,
    pending: &[u8],
    before: &Catalogue,
    table: &TableName,
) -> Result<bool, StoreError> {
    let name = table.to_string();
    let (Ok(old), Ok(new)) = (before.table(&name), tx.catalogue.table(&name)) else {
        return Ok(false);
    };
    let difference = Difference::new(old.folded(), new.folded());
    if difference.is_rekeyed {
        let has_rows = new.schema().feed && tx.trees.len(new.rows())? > 0;
        return Ok(has_rows || any_change(tx, pending, old, |_| true)?);
    }
    if !difference.leaves_rows_behind() {
        return Ok(false);
    }
    let binding = Binding::of_table(new);
    any_change(tx, pending, new, |change| {
        let mut rows = [change.old, change.new].into_iter().flatten();
        rows.any(|row| !fits(&binding, change.key, row))
    })
}

/// Whether a row is one of the table as it is.
fn fits(binding: &Binding, key: &[u8], row: &[u8]) -> bool {
    let Ok(row) = binding.read::<Row>(key, row) else {
        return false;
    };
    let values: Vec<_> = row.iter().map(|(_, value)| value.clone()).collect();
    encode::values(&binding.table, &values).is_ok()
}

fn any_change(
    tx: &ReadTx<'_>,
    pending: &[u8],
    table: &Arc<StoredTable>,
    mut is_so: impl FnMut(&RawChange<'_>) -> bool,
) -> Result<bool, StoreError> {
    let mut any = |mut changes: &[u8]| {
        while !changes.is_empty() {
            let (change, rest) = RawChange::split(changes)?;
            if change.table == table.raw().id && is_so(&change) {
                return Ok(true);
            }
            changes = rest;
        }
        Ok::<_, StoreError>(false)
    };
    for entry in tx.trees.range(TreeId::Log, EVERYTHING)? {
        let (_, entry) = entry?;
        if any(Head::split(entry.value())?.1)? {
            return Ok(true);
        }
    }
    any(pending)
}
