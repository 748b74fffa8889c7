//! What the migrations make, held against what the source declares.

use sdk_schema::{
    DiffFault, Difference, DifferenceKind, Draft, Given, History, Name, Schema, diff,
};

use super::NoDraft;
use crate::{
    file_fault::{FileFault, FileFaults},
    source::Module,
};

/// Every difference, with the command that writes the missing migration; or,
/// where none can be written, what to do instead.
pub(super) fn check(module: &Module, history: &History) -> Vec<FileFault> {
    match draft(module, history, &Given::default()) {
        Err(refused) => refused.faults.into_vec(),
        Ok(draft) if draft.operations.is_empty() => Vec::new(),
        Ok(_) => history
            .fold()
            .schema()
            .differences(&declared(module))
            .iter()
            .map(|difference| missing(module, difference))
            .collect(),
    }
}

/// What the migrations lack, or why that cannot be written.
pub(super) fn draft(module: &Module, history: &History, given: &Given) -> Result<Draft, NoDraft> {
    diff(&module.name, history, &module.tables, given).map_err(|faults| {
        let needs_value = faults.iter().filter_map(|fault| match fault {
            DiffFault::NeedsDefault { table, field } => Some((table.clone(), field.clone())),
            _ => None,
        });
        let needs_value = needs_value.collect::<Vec<_>>();
        NoDraft {
            only_needs_values: needs_value.len() == faults.len(),
            needs_value,
            faults: FileFaults::some(faults.iter().map(|it| impossible(module, it)).collect()),
        }
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
        | DiffFault::FieldRenameUnclear { table, field, .. }
        | DiffFault::FieldWasUnknown { table, field, .. }
        | DiffFault::FieldsExchanged { table, field, .. }
        | DiffFault::FieldRenamedTwice {
            table,
            second: field,
            ..
        } => module.fault_at(table, Some(field), fault),
        DiffFault::KeyHeld { table, .. }
        | DiffFault::TableRenameUnclear { table, .. }
        | DiffFault::TableWasUnknown { table, .. }
        | DiffFault::TablesExchanged { table, .. }
        | DiffFault::TableRenamedTwice { second: table, .. } => module.fault_at(table, None, fault),
        _ => FileFault::new(&module.manifest_file, fault),
    }
}
