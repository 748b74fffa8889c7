//! Operations of migrations: the catalogue and the rows change together.
//!
//! The fold says what the tables look like afterwards; what there is to do
//! follows from comparing that with what they look like now, field by field, by
//! their numbers. Rows are rewritten in one case alone: when a field that held
//! null no longer may. Trees that are of no use any more are put on the trash
//! list, because redb does not delete what the same transaction has changed.

mod difference;
mod index;
mod rebuild;
mod rows;

use std::{collections::BTreeMap, sync::Arc};

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
pub use rebuild::Rebuilt;
pub(super) use rebuild::rebuild;

/// An operation that fits the schema.
#[derive(Debug)]
pub(super) struct Alteration {
    /// The tables as they shall be.
    schema: FoldedSchema,
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
        let mut schema = catalogue.schema();
        schema.apply(module, operation)?;
        let full = |table: &Name| TableName::new(module.clone(), table.clone());
        let renamed = match operation {
            Operation::RenameTable { from, to } => Some((full(from), full(to))),
            _ => None,
        };
        Ok(Self { schema, renamed })
    }

    /// Changes the rows and the catalogue. An error leaves both half-way.
    pub(super) fn carry_out(self, tx: &mut ReadTx<'_>) -> Result<(), StoreError> {
        let before = Arc::clone(&tx.catalogue);
        let mut head = before.head.clone();
        let mut tables = Vec::with_capacity(self.schema.tables.len());
        for (name, folded) in &self.schema.tables {
            let table = match before.table(&self.old_name(name).to_string()) {
                Ok(table) if table.name() == name && table.folded() == folded => Arc::clone(table),
                Ok(table) => Arc::new(change(tx, &mut head, table, folded)?),
                Err(_) => Arc::new(create(tx, &mut head, name, folded)?),
            };
            tables.push(table);
        }
        for table in before.tables() {
            if !tables.iter().any(|kept| kept.rows() == table.rows()) {
                drop_table(tx, &mut head, table)?;
            }
        }
        tx.trees
            .insert(TreeId::Catalogue, raw::HEAD_KEY, &raw::print(&head))?;
        tx.catalogue = Arc::new(Catalogue::new(head, tables));
        Ok(())
    }

    fn old_name<'a>(&'a self, name: &'a TableName) -> &'a TableName {
        match &self.renamed {
            Some((from, to)) if to == name => from,
            _ => name,
        }
    }
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
    difference.adapt_absent(table.folded(), &mut raw)?;
    if difference.needs_layout() {
        raw.layouts.push(layout(folded));
        check_layouts(&raw)?;
    }
    for number in &difference.required {
        rows::fill_nulls(tx, &raw, *number)?;
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
