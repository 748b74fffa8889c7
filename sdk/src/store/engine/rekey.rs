//! Putting a store under another key, or under its first one, or under none.
//!
//! The file is not encrypted anew in its place: a copy is made under the new
//! key, as for a snapshot, opened, and compared with the store entry by entry.
//! Only then it takes the store's name. Until that moment the store is what it
//! was; a crash leaves at most the copy, which the next attempt replaces.

use std::{fs, path::Path, sync::Arc};

use redb::{ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, TableHandle};

use super::{
    FILE_NAME, StoreOptions, new_file,
    open::{self, Opened},
    snapshot,
};
use crate::store::error::{OpenError, StoreError};

/// The name of the copy in the store's folder.
const COPY_NAME: &str = "store.redb.rekeyed";

/// Why a store could not be put under another key. It is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RekeyError {
    /// The store, or the copy that was made of it, does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store cannot be copied.
    #[error("the copy under the new key: {0}")]
    Copy(#[from] StoreError),
}

impl StoreOptions {
    /// Puts the store in `dir`, which nobody may have open, under the key of
    /// `new`, or under none. Its snapshots stay as they are.
    ///
    /// # Errors
    /// The store is as it was.
    pub fn rekey(&self, dir: &Path, new: &Self) -> Result<(), RekeyError> {
        let path = dir.join(FILE_NAME);
        let copy = dir.join(COPY_NAME);
        let Opened {
            database,
            catalogue,
            ..
        } = open::existing(&path, self)?;
        let begin = || database.begin_read().map_err(StoreError::from);
        snapshot::write(begin()?, Arc::new(catalogue), &copy, new)?;
        let source = begin()?;
        verify(&source, &copy, new).inspect_err(|_| {
            // It is of no use; that it cannot be removed is no worse.
            let _ = fs::remove_file(&copy);
        })?;
        drop(source);
        // Elsewhere a file that is open cannot be replaced. Here its lock is held
        // until another has its name, so that nobody writes to it in between.
        let held = cfg!(unix).then_some(database);
        new_file::put_in_place(&copy, &path).map_err(StoreError::from)?;
        drop(held);
        Ok(())
    }
}

/// Opens the copy and compares it with what it was made of.
fn verify(source: &ReadTransaction, copy: &Path, options: &StoreOptions) -> Result<(), RekeyError> {
    let database = open::existing(copy, options)?.database;
    let copied = database.begin_read().map_err(StoreError::from)?;
    let trees = source.list_tables().map_err(StoreError::from)?;
    for tree in trees {
        compare(source, &copied, TableDefinition::new(tree.name()))?;
    }
    Ok(())
}

fn compare(
    source: &ReadTransaction,
    copy: &ReadTransaction,
    tree: TableDefinition<'_, &'static [u8], &'static [u8]>,
) -> Result<(), StoreError> {
    let (from, to) = (source.open_table(tree)?, copy.open_table(tree)?);
    let mut found = to.iter()?;
    let mut is_equal = true;
    for entry in from.iter()? {
        let (key, value) = entry?;
        let Some(other) = found.next().transpose()? else {
            is_equal = false;
            break;
        };
        is_equal &= key.value() == other.0.value() && value.value() == other.1.value();
    }
    if is_equal && found.next().is_none() {
        return Ok(());
    }
    Err(StoreError::Damaged {
        detail: format!(
            "tree `{}` of the copy is not that of the store",
            tree.name()
        ),
    })
}
