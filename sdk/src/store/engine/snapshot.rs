//! A copy of an open store: one moment of it, in a file of its own.
//!
//! The copy is made from one read transaction, tree by tree in the order of the
//! keys: writers go on meanwhile, and the copy has no gaps. Until it is whole it
//! has another name, so that a file of the right name can be trusted.

use std::{fs, io, path::Path};

use redb::{
    DatabaseError, ReadTransaction, ReadableTable, TableDefinition, TableHandle, WriteTransaction,
};

use super::{StoreOptions, file, new_file};
use crate::store::error::StoreError;

type Tree<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// Writes what `source` sees to the file `path`, whose folder is there.
pub(super) fn write(
    source: &ReadTransaction,
    path: &Path,
    options: &StoreOptions,
) -> Result<(), StoreError> {
    let partial = path.with_extension("partial");
    new_file::clear(&partial)?;
    fill(source, &partial, options).inspect_err(|_| {
        // What was written is of no use; that it cannot be removed is no worse.
        let _ = fs::remove_file(&partial);
    })?;
    Ok(new_file::put_in_place(&partial, path)?)
}

fn fill(source: &ReadTransaction, path: &Path, options: &StoreOptions) -> Result<(), StoreError> {
    let copy = file::create(path, options).map_err(|error| match error {
        DatabaseError::Storage(error) => StoreError::from(error),
        other => io::Error::other(other).into(),
    })?;
    let transaction = copy.begin_write()?;
    for tree in source.list_tables()? {
        copy_tree(source, &transaction, TableDefinition::new(tree.name()))?;
    }
    Ok(transaction.commit()?)
}

fn copy_tree(
    source: &ReadTransaction,
    copy: &WriteTransaction,
    tree: Tree<'_>,
) -> Result<(), StoreError> {
    let from = source.open_table(tree)?;
    let mut to = copy.open_table(tree)?;
    for entry in from.iter()? {
        let (key, value) = entry?;
        to.insert(key.value(), value.value())?;
    }
    Ok(())
}
