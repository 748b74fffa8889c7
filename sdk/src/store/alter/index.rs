//! Making and dropping indexes.

use super::{
    RawHead, RawTable, ReadTrees, ReadTx, StoreError, StoredTable, TreeId, next_id, ready, refuse,
};
use crate::store::{
    catalogue::{Entries, Entry, StoredIndex, corrupt, raw::RawIndex, values_text},
    error::DecodeError,
    key::KeyReader,
    trees::{EVERYTHING, WriteTree},
};

/// Makes the indexes of a table those that it should have: the declared ones,
/// and one for each reference and for the expiry, unless the key or a declared
/// index leads with it. Indexes over `retyped` fields are made anew.
pub(super) fn reconcile(
    tx: &ReadTx<'_>,
    head: &mut RawHead,
    raw: &mut RawTable,
    retyped: &[u16],
) -> Result<(), StoreError> {
    let old = std::mem::take(&mut raw.indexes);
    let (mut kept, stale): (Vec<_>, Vec<_>) = old
        .into_iter()
        .partition(|index| !index.fields.iter().any(|field| retyped.contains(field)));
    trash(head, &stale);
    for (fields, unique) in wanted(raw) {
        let same = |index: &RawIndex| index.fields == fields && index.unique == unique;
        let index = match kept.iter().position(same) {
            Some(position) => kept.swap_remove(position),
            None => make(tx, head, raw, fields, unique)?,
        };
        raw.indexes.push(index);
    }
    trash(head, &kept);
    Ok(())
}

fn trash(head: &mut RawHead, indexes: &[RawIndex]) {
    head.trash
        .extend(indexes.iter().map(|index| TreeId::Index(index.id)));
}

/// The field numbers and the uniqueness of the indexes that a table should have.
fn wanted(raw: &RawTable) -> Vec<(Vec<u16>, bool)> {
    let folded = &raw.folded;
    let numbers = |names: &[sdk_schema::Name]| -> Vec<u16> {
        names
            .iter()
            .filter_map(|name| folded.number_of(name))
            .collect()
    };
    let declared = folded.table.indexes.iter();
    let mut wanted: Vec<_> = declared
        .map(|index| (numbers(&index.fields), index.unique))
        .collect();
    let key = numbers(&folded.table.key);
    // Of a list, a row may have no entry: such an index does not find all rows.
    let is_list = |number: &u16| {
        let field = folded.field_by_number(*number);
        field.is_some_and(|field| field.ty.element().is_some())
    };
    for (field, number) in folded.table.fields.iter().zip(&folded.numbers) {
        let finds = |fields: &[u16]| fields.first() == Some(number) && !fields.iter().any(is_list);
        let is_found = finds(&key) || wanted.iter().any(|(fields, _)| finds(fields));
        if (field.references.is_some() || field.expires) && !is_found {
            wanted.push((vec![*number], false));
        }
    }
    wanted
}

/// Makes an index and fills it from the rows.
fn make(
    tx: &ReadTx<'_>,
    head: &mut RawHead,
    raw: &RawTable,
    fields: Vec<u16>,
    unique: bool,
) -> Result<RawIndex, StoreError> {
    let new = RawIndex {
        id: next_id(head)?,
        fields,
        unique,
    };
    let mut with_index = raw.clone();
    with_index.indexes = vec![new.clone()];
    let table = ready(with_index)?;
    fill(tx, &table, &table.indexes()[0])?;
    Ok(new)
}

fn fill(tx: &ReadTx<'_>, table: &StoredTable, index: &StoredIndex) -> Result<(), StoreError> {
    let mut tree = tx.trees.create(index.tree)?;
    for_each_row(tx, table, index, |key, entries| {
        let entries = entries.map_err(|error| corrupt(table, key, error))?;
        let mut entries = entries.iter();
        entries.try_for_each(|entry| add(&mut tree, table, index, key, entry))
    })
}

/// Hands out what an index should have of each row, in the order of the keys.
pub(super) fn for_each_row(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    index: &StoredIndex,
    mut body: impl FnMut(&[u8], Result<Entries, DecodeError>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for row in tx.trees.range(table.rows(), EVERYTHING)? {
        let (key, row) = row?;
        let view = table.view(row.value());
        let entries = view.and_then(|view| table.entries(index, key.value(), &view));
        body(key.value(), entries)?;
    }
    Ok(())
}

fn add(
    tree: &mut WriteTree<'_>,
    table: &StoredTable,
    index: &StoredIndex,
    key: &[u8],
    entry: &Entry,
) -> Result<(), StoreError> {
    let Some(other) = tree.insert(entry.key.as_slice(), entry.value.as_slice())? else {
        return Ok(());
    };
    let values = table.parts_of(&index.fields, &mut KeyReader::new(&entry.key));
    let detail = format!(
        "{} cannot be unique: the rows with the keys {} and {} both have {}",
        table.label(&index.fields),
        table.key_text(other.value()),
        table.key_text(key),
        values.map_or_else(|error| error.to_string(), |values| values_text(&values)),
    );
    Err(refuse(table.name(), detail))
}
