//! Rows under another key: moved to a new tree in its order.
//!
//! Rows do not change: the fields of a key are in them. They are gathered up to
//! a limit of memory, sorted and inserted as [`WriteTx::load`] does it, so that
//! memory stays flat however many they are.
//!
//! [`WriteTx::load`]: crate::store::WriteTx::load

use super::{
    RawHead, RawTable, ReadTrees, ReadTx, StoreError, StoredTable, next_id, ready, refuse,
};
use crate::store::{
    catalogue::corrupt,
    trees::{EVERYTHING, WriteTree},
    write::{
        load::GATHERED_BYTES,
        sorted::{Sorted, Taken},
    },
};

/// Copies the rows of `table` to a new tree for `raw`, which has another key, and
/// leaves it without indexes: those hold keys. The trees of `table` are the
/// caller's to drop, as those of any table that is gone.
pub(super) fn rekey(
    tx: &ReadTx<'_>,
    head: &mut RawHead,
    table: &StoredTable,
    raw: &mut RawTable,
) -> Result<(), StoreError> {
    raw.indexes.clear();
    raw.id = next_id(head)?;
    let new = ready(raw.clone())?;
    let mut tree = tx.trees.create(new.rows())?;
    let mut gathered = Sorted::default();
    for row in tx.trees.range(table.rows(), EVERYTHING)? {
        let (key, row) = row?;
        let new_key = new.view(row.value()).and_then(|view| new.key_of(&view));
        let new_key = new_key.map_err(|error| corrupt(table, key.value(), error))?;
        gathered.push(&new_key, row.value());
        if gathered.len() >= GATHERED_BYTES {
            insert(tx, &mut tree, &mut gathered, table, &new)?;
        }
    }
    insert(tx, &mut tree, &mut gathered, table, &new)
}

fn insert(
    tx: &ReadTx<'_>,
    tree: &mut WriteTree<'_>,
    gathered: &mut Sorted,
    table: &StoredTable,
    new: &StoredTable,
) -> Result<(), StoreError> {
    gathered.sort();
    match gathered.insert_into(tree)? {
        None => Ok(()),
        Some(taken) => Err(not_unique(tx, table, new, &taken)?),
    }
}

/// Names the rows that would share a key. They are looked for again, because the
/// keys that they have are not kept.
fn not_unique(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    new: &StoredTable,
    taken: &Taken,
) -> Result<StoreError, StoreError> {
    let mut sharing = Vec::new();
    for row in tx.trees.range(table.rows(), EVERYTHING)? {
        let (key, row) = row?;
        let new_key = new.view(row.value()).and_then(|view| new.key_of(&view));
        if new_key.is_ok_and(|new_key| *new_key == *taken.key) {
            sharing.push(table.key_text(key.value()));
            if sharing.len() == 2 {
                break;
            }
        }
    }
    let detail = format!(
        "{} cannot be the key: the rows with the keys {} both have {}",
        new.label(new.key()),
        sharing.join(" and "),
        new.key_text(&taken.key),
    );
    Ok(refuse(table.name(), detail))
}
