//! Whether what is in the file is what the store would have written.
//!
//! A check reads one snapshot, tree by tree: memory stays flat and writers go
//! on. It asks of every row whether it can be read to its last byte, whether
//! its key is its own, whether each of its index entries is there and each row
//! that it refers to; of every index entry, whether its row has it; of the
//! catalogue, whether it and the trees agree; of the log, whether it has every
//! revision between its ends.
//!
//! *Vocabulary.* A [`Fault`] is one thing that is not as it should be, with what
//! was found and what was expected. Faults are data: a check fails only when
//! the disk does. Of many faults the first [`MAX_FAULTS`] are listed and the
//! others counted.

mod catalogue;
mod entries;
mod log;
mod report;
mod rows;

pub(in crate::store) use report::Findings;
pub use report::{CheckReport, Fault, FaultKind, TableCheck};

use std::sync::Arc;

use super::{catalogue::StoredTable, error::StoreError, read::ReadTx, trees::TreeId};

/// How many faults are listed.
pub const MAX_FAULTS: usize = 1_000;

/// Checks the catalogue, all tables and the log.
pub(in crate::store) fn all(tx: &ReadTx<'_>) -> Result<CheckReport, StoreError> {
    let mut findings = Findings::default();
    catalogue::check(tx, &mut findings)?;
    for table in tx.catalogue.tables() {
        check_table(tx, table, &mut findings)?;
    }
    log::check(tx, &mut findings)?;
    Ok(findings.into_report())
}

/// Checks one table.
pub(in crate::store) fn one(tx: &ReadTx<'_>, table: &str) -> Result<CheckReport, StoreError> {
    let mut findings = Findings::default();
    check_table(tx, tx.catalogue.table(table)?, &mut findings)?;
    Ok(findings.into_report())
}

fn check_table(
    tx: &ReadTx<'_>,
    table: &Arc<StoredTable>,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    findings.begin(table);
    let whole = rows::check(tx, table, findings);
    unless_damaged(table, table.rows(), whole, findings)?;
    for index in table.indexes() {
        let whole = entries::check(tx, table, index, findings);
        unless_damaged(table, index.tree, whole, findings)?;
    }
    Ok(())
}

/// Takes damage of a tree for a fault of its table: others may be whole.
fn unless_damaged(
    table: &StoredTable,
    tree: TreeId,
    result: Result<(), StoreError>,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Damaged { detail }) => {
            let kind = match tree {
                TreeId::Index(_) => FaultKind::Index,
                _ => FaultKind::Tree,
            };
            findings.add(Fault {
                table: Some(table.name().clone()),
                found: detail,
                expected: format!("tree `{tree}`"),
                ..Fault::new(kind)
            });
            Ok(())
        }
        other => other,
    }
}
