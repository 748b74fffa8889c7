//! Making the indexes of a table anew from its rows, whatever they hold now.

use std::sync::Arc;

use sdk_schema::TableName;
use serde::Serialize;

use super::{
    ReadTx, StoreError, StoredTable, TreeId, index, next_id,
    raw::{self, RawIndex},
    ready, store,
};
use crate::store::{catalogue::StoredIndex, write::WriteTx};

/// What making the indexes of a table anew did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The full name of the table.
    pub table: TableName,
    /// How many indexes were made.
    pub indexes: usize,
    /// How many entries they have.
    pub entries: u64,
    /// How many entries there are not, because their rows cannot be read, or
    /// because another row has the same unique values.
    pub without_entry: u64,
}

/// Makes all indexes of a table in new trees; the old ones go to the trash.
/// Entries are written one by one as the rows are read: memory stays flat.
pub(in crate::store) fn rebuild(tx: &mut WriteTx<'_>, table: &str) -> Result<Rebuilt, StoreError> {
    tx.require_alone()?;
    let done = in_new_trees(&mut tx.read, table);
    tx.doom_if_failed(done)
}

fn in_new_trees(tx: &mut ReadTx<'_>, table: &str) -> Result<Rebuilt, StoreError> {
    let before = Arc::clone(&tx.catalogue);
    let table = before.table(table)?;
    let mut head = before.head.clone();
    let mut raw = table.raw().clone();
    let mut rebuilt = Rebuilt {
        table: table.name().clone(),
        indexes: raw.indexes.len(),
        entries: 0,
        without_entry: 0,
    };
    for index in &mut raw.indexes {
        let new = RawIndex {
            id: next_id(&mut head)?,
            ..index.clone()
        };
        head.trash.push(TreeId::Index(index.id));
        *index = new;
    }
    let new = ready(raw.clone())?;
    for index in new.indexes() {
        fill(tx, &new, index, &mut rebuilt)?;
    }
    let new = Arc::new(store(tx, raw)?);
    tx.trees
        .insert(TreeId::Catalogue, raw::HEAD_KEY, &raw::print(&head))?;
    let gone = [Arc::clone(table)];
    tx.catalogue = Arc::new(before.with(head, &gone, vec![new]));
    Ok(rebuilt)
}

fn fill(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    index: &StoredIndex,
    rebuilt: &mut Rebuilt,
) -> Result<(), StoreError> {
    let mut tree = tx.trees.create(index.tree)?;
    index::for_each_row(tx, table, index, |_, entries| {
        let Ok(entries) = entries else {
            rebuilt.without_entry += 1;
            return Ok(());
        };
        for entry in entries {
            // Of rows with the same unique values the first keeps them.
            if entry.unique && redb::ReadableTable::get(&tree, entry.key.as_slice())?.is_some() {
                rebuilt.without_entry += 1;
                continue;
            }
            tree.insert(entry.key.as_slice(), entry.value.as_slice())?;
            rebuilt.entries += 1;
        }
        Ok(())
    })
}
