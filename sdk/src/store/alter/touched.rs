//! Which tables an operation looks at: what it costs does not grow with the rest.

use std::{collections::BTreeSet, sync::Arc};

use sdk_schema::{Field, FoldedSchema, Name, Operation, TableName};

use crate::store::catalogue::{Catalogue, StoredTable};

/// The tables that the fold of an operation may look at or change, of those that
/// there are.
pub(super) fn by(
    catalogue: &Catalogue,
    module: &Name,
    operation: &Operation,
) -> Vec<Arc<StoredTable>> {
    let mut names = BTreeSet::new();
    let own = |table: &Name| TableName::new(module.clone(), table.clone());
    match operation {
        Operation::CreateTable(table) => {
            names.insert(own(&table.name));
            names.extend(table.fields.iter().filter_map(referred));
        }
        Operation::AddField { table, field } | Operation::ChangeField { table, field } => {
            names.insert(own(table));
            names.extend(referred(field));
        }
        Operation::RenameTable { from, to } => {
            names.extend([own(from), own(to)]);
            names.extend(referring(catalogue, &own(from)));
        }
        Operation::DropTable { table } | Operation::ChangeKey { table, .. } => {
            names.insert(own(table));
            names.extend(referring(catalogue, &own(table)));
        }
        Operation::RenameField { table, .. }
        | Operation::DropField { table, .. }
        | Operation::AddIndex { table, .. }
        | Operation::DropIndex { table, .. }
        | Operation::ChangeTable { table, .. } => {
            names.insert(own(table));
        }
        Operation::Run(run) => names.extend(run.table.iter().map(own)),
    }
    let found = names.iter().filter_map(|name| catalogue.find(name));
    found.cloned().collect()
}

/// What the fold knows of some tables.
pub(super) fn folded(tables: &[Arc<StoredTable>]) -> FoldedSchema {
    let tables = tables.iter();
    FoldedSchema {
        tables: tables
            .map(|table| (table.name().clone(), table.folded().clone()))
            .collect(),
    }
}

fn referred(field: &Field) -> Option<TableName> {
    let reference = field.references.as_ref()?;
    Some(reference.table.clone())
}

fn referring(catalogue: &Catalogue, to: &TableName) -> impl Iterator<Item = TableName> {
    let referrers = catalogue.referrers(to);
    referrers.map(|referrer| referrer.table.name().clone())
}
