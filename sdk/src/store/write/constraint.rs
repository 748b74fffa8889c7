//! What must hold of a row before it is written.

use super::{
    StoreError, WriteTx,
    change::{Change, Edit},
};
use crate::store::{
    catalogue::{corrupt, values_text},
    key::KeyReader,
    read::ReadTx,
    trees::ReadTrees,
};

/// Checks that no other row has the values that must be unique. One that has
/// expired makes room.
pub(super) fn make_unique(
    tx: &mut WriteTx<'_>,
    change: &Change<'_>,
    edits: &[Edit<'_>],
) -> Result<(), StoreError> {
    let table = change.table;
    for Edit {
        index,
        entry,
        comes,
    } in edits
    {
        if !(*comes && entry.unique) {
            continue;
        }
        let holder = tx.read.trees.get(index.tree, &entry.key)?;
        let Some(holder) = holder.map(|holder| holder.value().to_vec()) else {
            continue;
        };
        if let Some(row) = tx.row(table, &holder)?
            && tx.is_expired(table, &holder, &row)?
        {
            tx.expire(table, &holder)?;
            continue;
        }
        let values = table.parts_of(&index.fields, &mut KeyReader::new(&entry.key));
        return Err(StoreError::UniqueViolation {
            table: table.name().to_string(),
            index: table.label(&index.fields),
            values: values.map_or_else(|error| error.to_string(), |values| values_text(&values)),
            existing: table.key_text(&holder),
        });
    }
    Ok(())
}

/// Checks that what the row refers to is there. A null refers to nothing, and a
/// row may refer to itself.
pub(super) fn check_references(tx: &ReadTx<'_>, change: &Change<'_>) -> Result<(), StoreError> {
    let Some(new) = change.new else {
        return Ok(());
    };
    for (field, reference) in change.table.references() {
        let refers_to = |row| {
            let view = change.table.view(row);
            let key = view.and_then(|view| change.table.reference_key(&view, field));
            key.map_err(|error| corrupt(change.table, change.key, error))
        };
        let Some(target) = refers_to(new)? else {
            continue;
        };
        let before = change.old.map(refers_to).transpose()?.flatten();
        if before.as_ref() == Some(&target) {
            continue;
        }
        let is_self = reference.table == *change.table.name() && target.as_slice() == change.key;
        if !is_self && !has_row(tx, &reference.table.to_string(), &target)? {
            return Err(StoreError::ReferenceMissing {
                table: change.table.name().to_string(),
                field: change.table.fields()[field].name.to_string(),
                value: change.table.reference_text(field, &target),
                target: reference.table.to_string(),
            });
        }
    }
    Ok(())
}

/// Whether a table, if there is one of that name, has a row with that key.
pub(in crate::store) fn has_row(
    tx: &ReadTx<'_>,
    table: &str,
    key: &[u8],
) -> Result<bool, StoreError> {
    match tx.catalogue.table(table) {
        Ok(table) => tx.has_row(table, key),
        // Tables that refer to each other cannot all be made first.
        Err(_) => Ok(false),
    }
}
