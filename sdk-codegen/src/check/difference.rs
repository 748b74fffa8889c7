//! What the migrations make, held against what the source declares.

use indexmap::IndexMap;
use sdk_schema::{
    DiffFault, Difference, DifferenceKind, FoldedSchema, Name, Schema, TableName, diff,
};

use crate::{file_fault::FileFault, source::Module};

/// Every difference, with the command that writes the missing migration; or,
/// where none can be written, what to do instead.
pub(super) fn check(module: &Module, migrated: &FoldedSchema) -> Vec<FileFault> {
    match diff(&module.name, migrated, &module.tables) {
        Err(faults) => faults
            .iter()
            .map(|fault| impossible(module, fault))
            .collect(),
        Ok(operations) if operations.is_empty() => Vec::new(),
        Ok(_) => migrated
            .schema()
            .differences(&declared(module))
            .iter()
            .map(|difference| missing(module, difference))
            .collect(),
    }
}

fn declared(module: &Module) -> Schema {
    let name = |table: &Name| TableName::new(module.name.clone(), table.clone());
    let tables = module.tables.iter().map(|declared| &declared.table);
    let tables: IndexMap<_, _> = tables
        .map(|table| (name(&table.name), table.clone()))
        .collect();
    Schema { tables }
}

fn missing(module: &Module, difference: &Difference) -> FileFault {
    let field = match &difference.kind {
        DifferenceKind::FieldNotMigrated { field } | DifferenceKind::Field { field, .. } => {
            Name::new(field).ok()
        }
        _ => None,
    };
    let message = format!(
        "{difference}; write one with: sdk-cli new migration {}",
        module.name
    );
    module.fault_at(&difference.table.table, field.as_ref(), message)
}

fn impossible(module: &Module, fault: &DiffFault) -> FileFault {
    match fault {
        DiffFault::NeedsDefault { table, field }
        | DiffFault::NullNeedsDefault { table, field }
        | DiffFault::NotWider { table, field, .. }
        | DiffFault::KeyTypeChanged { table, field, .. }
        | DiffFault::FieldRenameUnclear { table, field, .. } => {
            module.fault_at(table, Some(field), fault)
        }
        DiffFault::KeyChanged { table, .. } | DiffFault::TableRenameUnclear { table, .. } => {
            module.fault_at(table, None, fault)
        }
        _ => FileFault::new(&module.manifest_file, fault),
    }
}
