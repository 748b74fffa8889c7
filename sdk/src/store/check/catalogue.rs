//! The catalogue against the trees of the file, and against itself.

use std::collections::BTreeSet;

use super::{Fault, FaultKind, Findings};
use crate::store::{
    catalogue::{Catalogue, StoredTable},
    error::StoreError,
    read::ReadTx,
    trees::TreeId,
};

pub(super) fn check(tx: &ReadTx<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    check_stored(tx, findings)?;
    let named = named(tx, findings);
    check_trees(tx, &named, findings)?;
    for table in tx.catalogue.tables() {
        check_references(tx, table, findings);
    }
    Ok(())
}

fn fault(found: String, expected: impl Into<String>) -> Fault {
    Fault {
        found,
        expected: expected.into(),
        ..Fault::new(FaultKind::Catalogue)
    }
}

/// Whether the catalogue in the file is the one that the store works by.
fn check_stored(tx: &ReadTx<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let stored = match Catalogue::read(&tx.trees) {
        Ok(Some(stored)) => stored,
        Ok(None) => {
            findings.add(fault("no catalogue".to_owned(), "one"));
            return Ok(());
        }
        Err(StoreError::Damaged { detail }) => {
            findings.add(fault(detail, "a catalogue that can be read"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let entries = |catalogue: &Catalogue| -> Vec<_> {
        let raw = catalogue.tables().map(|table| table.raw().clone());
        raw.collect()
    };
    if stored.head != tx.catalogue.head || entries(&stored) != entries(&tx.catalogue) {
        let found = "another catalogue in the file".to_owned();
        findings.add(fault(found, "the one that the store works by"));
    }
    Ok(())
}

/// The trees that the catalogue names, trash included; each has one name.
fn named(tx: &ReadTx<'_>, findings: &mut Findings) -> BTreeSet<TreeId> {
    let head = &tx.catalogue.head;
    let mut named = BTreeSet::from([TreeId::Catalogue]);
    let of_tables = tx.catalogue.tables().flat_map(|table| {
        let indexes = table.indexes().iter().map(|index| index.tree);
        std::iter::once(table.rows()).chain(indexes)
    });
    for tree in of_tables.chain(head.trash.iter().copied()) {
        if !named.insert(tree) {
            findings.add(fault(format!("tree `{tree}` is named twice"), "each once"));
        }
        let (TreeId::Rows(number) | TreeId::Index(number)) = tree else {
            continue;
        };
        if number >= head.next_id {
            let expected = format!("numbers below {}, the next", head.next_id);
            findings.add(fault(format!("tree `{tree}`"), expected));
        }
    }
    named
}

/// Whether every tree has a name and every name a tree.
fn check_trees(
    tx: &ReadTx<'_>,
    named: &BTreeSet<TreeId>,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut unseen = named.clone();
    for name in tx.trees.names()? {
        let tree = name.parse::<TreeId>().ok();
        let is_numbered = matches!(tree, Some(TreeId::Rows(_) | TreeId::Index(_)));
        let is_named = tree.is_some_and(|tree| !is_numbered || named.contains(&tree));
        if !is_named {
            findings.add(fault(
                format!("tree `{name}`"),
                "only trees that the catalogue names",
            ));
        }
        if let Some(tree) = tree {
            unseen.remove(&tree);
        }
    }
    for tree in unseen {
        // What is on the trash list may have been deleted already.
        if !tx.catalogue.head.trash.contains(&tree) {
            findings.add(fault(
                format!("no tree `{tree}`"),
                "every tree that the catalogue names",
            ));
        }
    }
    Ok(())
}

/// Whether the tables that fields refer to exist.
fn check_references(tx: &ReadTx<'_>, table: &StoredTable, findings: &mut Findings) {
    for (position, reference) in table.references() {
        let name = reference.table.to_string();
        if tx.catalogue.table(&name).is_err() {
            let field = &table.fields()[position].name;
            findings.add(Fault {
                table: Some(table.name().clone()),
                found: format!("no table `{name}`"),
                expected: format!("the one that field `{field}` refers to"),
                ..Fault::new(FaultKind::Catalogue)
            });
        }
    }
}
