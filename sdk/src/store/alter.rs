//! Operations of migrations: the catalogue and the rows change together.
//!
//! The fold says what the tables look like afterwards; what there is to do
//! follows from comparing that with what they look like now, field by field, by
//! their numbers. Rows are rewritten in two cases alone: when a field that held
//! null gets a default in its place, and when the key becomes another. What rows
//! must fit is checked before anything of the table is changed. Trees that are of
//! no use any more are put on the trash list, because redb does not delete what
//! the same transaction has changed; the next that alters the schema does.
//!
//! An operation costs what it touches, however many other tables there are.

mod difference;
mod index;
mod log;
mod module;
mod rebuild;
mod rekey;
mod rows;
mod touched;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sdk_schema::{FoldedSchema, FoldedTable, Name, Operation, TableName};

use super::{
    catalogue::{
        Catalogue, StoredTable,
        raw::{self, RawHead, RawTable},
    },
    error::{DecodeError, StoreError},
    layout::{LayoutField, MAX_LAYOUTS},
    read::ReadTx,
    trees::{ReadTrees, TreeId},
};
use difference::Difference;
pub(super) use log::leaves_changes_behind;
pub(super) use module::rename as rename_module;
pub use rebuild::Rebuilt;
pub(super) use rebuild::rebuild;

/// An operation that fits the schema.
#[derive(Debug)]
pub(super) struct Alteration {
    /// The tables that it may touch, as they are.
    before: Vec<Arc<StoredTable>>,
    /// The same tables as they shall be.
    after: FoldedSchema,
    /// The table that gets another name: its name until now, and from now on.
    renamed: Option<(TableName, TableName)>,
}

impl Alteration {
    /// Checks that an operation of `module` fits the schema.
    pub(super) fn plan(
        catalogue: &Catalogue,
        module: &Name,
        operation: &Operation,
    ) -> Result<Self, StoreError> {
        let mut before = touched::by(catalogue, module, operation);
        let mut after = touched::folded(&before);
        if after.apply(module, operation).is_err() {
            // What is said against it names other tables, too.
            before = catalogue.tables().cloned().collect();
            after = touched::folded(&before);
            after.apply(module, operation)?;
        }
        let full = |table: &Name| TableName::new(module.clone(), table.clone());
        let renamed = match operation {
            Operation::RenameTable { from, to } => Some((full(from), full(to))),
            _ => None,
        };
        Ok(Self {
            before,
            after,
            renamed,
        })
    }

    /// Changes the rows and the catalogue. An error leaves both half-way.
    pub(super) fn carry_out(self, tx: &mut ReadTx<'_>) -> Result<(), StoreError> {
        let catalogue = Arc::clone(&tx.catalogue);
        let mut head = catalogue.head.clone();
        let (mut unchanged, mut new) = (BTreeSet::new(), Vec::new());
        for (name, folded) in &self.after.tables {
            let table = match catalogue.find(self.old_name(name)) {
                Some(table) if table.name() == name && table.folded() == folded => {
                    unchanged.insert(table.rows());
                    continue;
                }
                Some(table) => change(tx, &mut head, table, folded)?,
                None => create(tx, &mut head, name, folded)?,
            };
            new.push(Arc::new(table));
        }
        let mut gone = self.before;
        gone.retain(|table| !unchanged.contains(&table.rows()));
        let changed: BTreeSet<_> = new.iter().map(|table| table.rows()).collect();
        for table in &gone {
            if !changed.contains(&table.rows()) {
                drop_table(tx, &mut head, table)?;
            }
        }
        if head != catalogue.head {
            tx.trees
                .insert(TreeId::Catalogue, raw::HEAD_KEY, &raw::print(&head))?;
        }
        tx.catalogue = Arc::new(catalogue.with(head, &gone, new));
        Ok(())
    }

    fn old_name<'a>(&'a self, name: &'a TableName) -> &'a TableName {
        match &self.renamed {
            Some((from, to)) if to == name => from,
            _ => name,
        }
    }
}

/// Deletes the trees on the trash list. Nothing may have been altered yet.
pub(super) fn empty_trash(tx: &mut ReadTx<'_>) -> Result<(), StoreError> {
    let mut head = tx.catalogue.head.clone();
    let trash = std::mem::take(&mut head.trash);
    if trash.is_empty() {
        return Ok(());
    }
    trash.iter().try_for_each(|tree| tx.trees.delete(*tree))?;
    tx.trees
        .insert(TreeId::Catalogue, raw::HEAD_KEY, &raw::print(&head))?;
    tx.catalogue = Arc::new(tx.catalogue.with(head, &[], Vec::new()));
    Ok(())
}

fn create(
    tx: &mut ReadTx<'_>,
    head: &mut RawHead,
    name: &TableName,
    folded: &FoldedTable,
) -> Result<StoredTable, StoreError> {
    let mut raw = RawTable {
        id: next_id(head)?,
        module: name.module.clone(),
        folded: folded.clone(),
        layouts: vec![layout(folded)],
        absent: BTreeMap::new(),
        indexes: Vec::new(),
    };
    drop(tx.trees.create(TreeId::Rows(raw.id))?);
    index::reconcile(tx, head, &mut raw, &[])?;
    store(tx, raw)
}

fn change(
    tx: &mut ReadTx<'_>,
    head: &mut RawHead,
    table: &StoredTable,
    folded: &FoldedTable,
) -> Result<StoredTable, StoreError> {
    let difference = Difference::new(table.folded(), folded);
    let mut raw = table.raw().clone();
    raw.folded = folded.clone();
    rows::check_values(tx, table, &raw, &difference.checked)?;
    difference.adapt_absent(table.folded(), &mut raw)?;
    if difference.needs_layout() {
        raw.layouts.push(layout(folded));
        check_layouts(&raw)?;
    }
    for number in &difference.required {
        rows::fill_nulls(tx, &raw, *number)?;
    }
    if difference.is_rekeyed {
        rekey::rekey(tx, head, table, &mut raw)?;
    }
    index::reconcile(tx, head, &mut raw, &difference.retyped)?;
    for number in &difference.referring {
        rows::check_references(tx, &raw, *number)?;
    }
    store(tx, raw)
}

fn drop_table(
    tx: &mut ReadTx<'_>,
    head: &mut RawHead,
    table: &StoredTable,
) -> Result<(), StoreError> {
    head.trash.push(table.rows());
    head.trash
        .extend(table.indexes().iter().map(|index| index.tree));
    let key = table.raw().entry_key();
    tx.trees.remove(TreeId::Catalogue, key.as_bytes())
}

/// Writes the entry of a table.
fn store(tx: &mut ReadTx<'_>, raw: RawTable) -> Result<StoredTable, StoreError> {
    let key = raw.entry_key();
    tx.trees
        .insert(TreeId::Catalogue, key.as_bytes(), &raw::print(&raw))?;
    ready(raw)
}

/// Makes an entry ready for use.
fn ready(raw: RawTable) -> Result<StoredTable, StoreError> {
    let name = raw.name();
    StoredTable::new(raw).map_err(|error: DecodeError| refuse(&name, error.to_string()))
}

/// The layout of rows that have all fields of a table.
fn layout(folded: &FoldedTable) -> Vec<LayoutField> {
    let fields = folded.table.fields.iter().zip(&folded.numbers);
    let field = fields.map(|(field, number)| LayoutField {
        number: *number,
        name: field.name.clone(),
        ty: field.ty.clone(),
        nullable: field.nullable,
    });
    field.collect()
}

fn check_layouts(raw: &RawTable) -> Result<(), StoreError> {
    if raw.layouts.len() <= MAX_LAYOUTS {
        return Ok(());
    }
    let detail = format!("it has had {MAX_LAYOUTS} sets of fields, the most there can be");
    Err(refuse(&raw.name(), detail))
}

fn next_id(head: &mut RawHead) -> Result<u32, StoreError> {
    let id = head.next_id;
    head.next_id = id.checked_add(1).ok_or_else(|| StoreError::Damaged {
        detail: format!("{id} trees have been made, the most there can be"),
    })?;
    Ok(id)
}

fn refuse(table: &TableName, detail: String) -> StoreError {
    StoreError::Alter {
        table: table.to_string(),
        detail,
    }
}
