//! What the migrations make, held against what the source declares.

use sdk_schema::{
    DiffFault, Difference, DifferenceKind, FoldedSchema, Name, Operation, Schema, diff,
};

use crate::{file_fault::FileFault, source::Module};

/// Every difference, with the command that writes the missing migration; or,
/// where none can be written, what to do instead.
pub(super) fn check(module: &Module, migrated: &FoldedSchema) -> Vec<FileFault> {
    match operations(module, migrated) {
        Err(faults) => faults,
        Ok(operations) if operations.is_empty() => Vec::new(),
        Ok(_) => migrated
            .schema()
            .differences(&declared(module))
            .iter()
            .map(|difference| missing(module, difference))
            .collect(),
    }
}

/// The operations that the migrations lack, or why none can be written.
pub(super) fn operations(
    module: &Module,
    migrated: &FoldedSchema,
) -> Result<Vec<Operation>, Vec<FileFault>> {
    diff(&module.name, migrated, &module.tables).map_err(|faults| {
        faults
            .iter()
            .map(|fault| impossible(module, fault))
            .collect()
    })
}

fn declared(module: &Module) -> Schema {
    let tables = module.tables.iter().map(|declared| &declared.table);
    Schema {
        tables: tables
            .map(|table| (table.full_name(&module.name), table.clone()))
            .collect(),
    }
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
        | DiffFault::FieldRenameUnclear { table, field, .. }
        | DiffFault::FieldWasUnknown { table, field, .. }
        | DiffFault::FieldsExchanged { table, field, .. }
        | DiffFault::FieldRenamedTwice {
            table,
            second: field,
            ..
        } => module.fault_at(table, Some(field), fault),
        DiffFault::KeyChanged { table, .. }
        | DiffFault::TableRenameUnclear { table, .. }
        | DiffFault::TableWasUnknown { table, .. }
        | DiffFault::TablesExchanged { table, .. }
        | DiffFault::TableRenamedTwice { second: table, .. } => module.fault_at(table, None, fault),
        _ => FileFault::new(&module.manifest_file, fault),
    }
}
