//! Whether the log of changes can be read, and lacks nothing between its ends.

use std::{collections::HashMap, sync::Arc};

use sdk_schema::Row;

use super::{Fault, FaultKind, Findings};
use crate::store::{
    catalogue::{Binding, Catalogue},
    error::StoreError,
    feed::{Head, Position, RawChange},
    read::ReadTx,
    trees::{EVERYTHING, ReadTrees, TreeId},
};

/// Where the entry before the one that is looked at stands, and what it says of
/// the bytes up to it.
type Before = (Position, u64);

pub(super) fn check(tx: &ReadTx<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let tables = bindings(&tx.catalogue);
    let mut before = None;
    for entry in tx.trees.range(TreeId::Log, EVERYTHING)? {
        let (key, value) = entry?;
        match look(&tables, key.value(), value.value(), before) {
            Ok(here) => before = Some(here),
            Err(fault) => {
                findings.add(*fault);
                // What follows cannot be held against it.
                before = None;
            }
        }
    }
    Ok(())
}

fn bindings(catalogue: &Catalogue) -> HashMap<u32, Binding> {
    let tables = catalogue.tables();
    let binding = |table: &Arc<_>| Binding::of_table(table);
    tables
        .map(|table| (table.raw().id, binding(table)))
        .collect()
}

fn look(
    tables: &HashMap<u32, Binding>,
    key: &[u8],
    entry: &[u8],
    before: Option<Before>,
) -> Result<Before, Box<Fault>> {
    let unreadable = |error: StoreError| {
        let found = match error {
            StoreError::Damaged { detail } => detail,
            other => other.to_string(),
        };
        fault(key, &found, "changes of rows".to_owned())
    };
    let position = Position::from_bytes(key).map_err(unreadable)?;
    let (head, mut changes) = Head::split(entry).map_err(unreadable)?;
    if let Some((last, total)) = before {
        follows(position, last, changes.is_empty())
            .map_err(|expected| fault(key, "it comes next", expected))?;
        let least = total + (key.len() + entry.len()) as u64;
        if head.total < least {
            let expected = format!("at least {least} bytes written up to here");
            return Err(fault(key, &format!("{} bytes", head.total), expected));
        }
    }
    while !changes.is_empty() {
        let (change, rest) = RawChange::split(changes).map_err(unreadable)?;
        // Changes of a table that is gone are passed over.
        if let Some(table) = tables.get(&change.table) {
            for row in [change.old, change.new].into_iter().flatten() {
                table.read::<Row>(change.key, row).map_err(unreadable)?;
            }
        }
        changes = rest;
    }
    Ok((position, head.total))
}

/// Whether an entry may come after another; what should have come if not.
fn follows(position: Position, last: Position, is_empty: bool) -> Result<(), String> {
    let is_next_part =
        position.revision == last.revision && Some(position.part) == last.part.checked_add(1);
    // A revision that was too much for the log has one entry without changes.
    let is_next_revision =
        Some(position.revision) == last.revision.checked_add(1) && (position.part == 0 || is_empty);
    if is_next_part || is_next_revision {
        Ok(())
    } else {
        Err(format!("what follows {last}"))
    }
}

fn fault(key: &[u8], found: &str, expected: String) -> Box<Fault> {
    let place = match Position::from_bytes(key) {
        Ok(position) => position.to_string(),
        Err(_) => format!("{key:02x?}"),
    };
    Box::new(Fault {
        found: format!("log, {place}: {found}"),
        key: Some(place),
        expected,
        ..Fault::new(FaultKind::Log)
    })
}
