//! Every entry of an index against the row that it stands for.

use super::{Fault, FaultKind, Findings};
use crate::store::{
    catalogue::{Entry, StoredIndex, StoredTable},
    error::StoreError,
    read::ReadTx,
    trees::{EVERYTHING, ReadTrees},
};

pub(super) fn check(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    index: &StoredIndex,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    for entry in tx.trees.range(index.tree, EVERYTHING)? {
        let (key, value) = entry?;
        findings.table().entries += 1;
        if let Some(fault) = stray(tx, table, index, key.value(), value.value())? {
            findings.add(Fault {
                index: Some(table.label(&index.fields)),
                ..fault
            });
        }
    }
    Ok(())
}

/// What is wrong with an entry that no row has.
fn stray(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    index: &StoredIndex,
    key: &[u8],
    value: &[u8],
) -> Result<Option<Fault>, StoreError> {
    let row_key = match table.key_of_entry(index, key, value) {
        Ok(row_key) => row_key,
        Err(error) => {
            return Ok(Some(Fault {
                table: Some(table.name().clone()),
                found: format!("{error} in {key:02x?}"),
                expected: "an entry that can be read".to_owned(),
                ..Fault::new(FaultKind::Index)
            }));
        }
    };
    let stray = |found: &str| {
        Some(Fault {
            found: found.to_owned(),
            expected: "none".to_owned(),
            ..Fault::of_row(FaultKind::Index, table, row_key)
        })
    };
    let Some(row) = tx.trees.get(table.rows(), row_key)? else {
        return Ok(stray("an entry for a row that is not there"));
    };
    let view = table.view(row.value());
    let own = view.and_then(|view| table.entries(index, row_key, &view));
    let is_it = |entry: &Entry| *entry.key == *key && *entry.value == *value;
    Ok(match own {
        Ok(own) if own.iter().any(is_it) => None,
        Ok(_) => stray("an entry with other values than the row has"),
        // The row itself is the fault, and named as one.
        Err(_) => None,
    })
}
