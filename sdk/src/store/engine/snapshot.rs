//! A copy of an open store: one moment of it, in a file of its own.
//!
//! The copy is made from one read transaction, tree by tree in the order of the
//! keys: writers go on meanwhile, and the copy has no gaps. Then it is opened,
//! every page and every row of it is read, and it is held against what it was
//! made of. Until it is known to be good it has another name, so that a file of
//! the right name can be trusted.

use std::{fs, io, path::Path, sync::Arc};

use redb::{
    DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, TableHandle,
    WriteTransaction,
};
use serde::Serialize;

use super::{
    StoreOptions, file,
    maintenance::guarded,
    new_file,
    pages::{self, PageCheck},
};
use crate::store::{
    catalogue::Catalogue,
    check::{self, CheckReport},
    error::StoreError,
    read::ReadTx,
    trees::Trees,
};

type Tree<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// What a snapshot has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SnapshotReport {
    /// The bytes of the file.
    pub bytes: u64,
    /// What the check of the copy found. Faults that it has are those of the store.
    pub check: CheckReport,
}

/// Writes what `source` sees to the file `path`, whose folder is there.
pub(super) fn write(
    source: ReadTransaction,
    catalogue: Arc<Catalogue>,
    path: &Path,
    options: &StoreOptions,
) -> Result<SnapshotReport, StoreError> {
    let partial = path.with_extension("partial");
    new_file::clear(&partial)?;
    let made = fill(&source, &partial, options)
        .and_then(|()| verify(&partial, source, catalogue, options));
    let check = made.inspect_err(|_| {
        // What was written is of no use; that it cannot be removed is no worse.
        let _ = fs::remove_file(&partial);
    })?;
    let bytes = fs::metadata(&partial)?.len();
    new_file::put_in_place(&partial, path)?;
    Ok(SnapshotReport { bytes, check })
}

/// Opens the copy and checks it.
fn verify(
    path: &Path,
    source: ReadTransaction,
    catalogue: Arc<Catalogue>,
    options: &StoreOptions,
) -> Result<CheckReport, StoreError> {
    let mut copy = file::open(path, options)?;
    match pages::verify(&mut copy)? {
        Some(PageCheck::Verified) => {}
        other => return Err(unfaithful(&format!("its pages are {other:?}"))),
    }
    let trees = Trees::of_snapshot(copy.begin_read()?);
    let Some(copied) = Catalogue::read(&trees)? else {
        return Err(unfaithful("it has no catalogue"));
    };
    let copied = check_all(&ReadTx::new(Arc::new(copied), trees))?;
    if copied.is_clean() {
        return Ok(copied);
    }
    let own = check_all(&ReadTx::new(catalogue, Trees::of_snapshot(source)))?;
    match copied
        .faults
        .iter()
        .find(|fault| !own.faults.contains(fault))
    {
        Some(fault) => Err(unfaithful(&fault.to_string())),
        None => Ok(copied),
    }
}

fn check_all(tx: &ReadTx<'_>) -> Result<CheckReport, StoreError> {
    guarded(|| check::all(tx))
}

fn unfaithful(detail: &str) -> StoreError {
    StoreError::Damaged {
        detail: format!("the copy is not as the store is: {detail}"),
    }
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
