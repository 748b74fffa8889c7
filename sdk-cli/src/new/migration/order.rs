//! Where a new migration stands: its stamp, and what it comes after.

use chrono::{DateTime, Utc};
use sdk_codegen::{folder::Folder, source::Module};
use sdk_schema::{Migration, MigrationId, Operation, Stamp, TableName};

use super::migrations;
use crate::{failure::Failure, new::Refusal, project::Project, reading};

/// Now; or, where the clock is behind what is written already, the second
/// after the newest migration of the module and of those that it comes after.
pub(super) fn stamp(
    folder: &Folder,
    after: &[MigrationId],
    now: DateTime<Utc>,
) -> Result<Stamp, Refusal> {
    let own = folder.migrations().map(|migration| &migration.id);
    let newest = own.chain(after).max_by_key(|id| id.stamp);
    let Some(newest) = newest else {
        return Ok(Stamp::at(now));
    };
    let next = newest.stamp.next().ok_or_else(|| Refusal::NoLaterStamp {
        newest: newest.clone(),
    })?;
    Ok(next.max(Stamp::at(now)))
}

/// The migrations of other modules that make the tables to which these
/// operations begin to refer, unless an earlier migration comes after them.
///
/// What lies outside of the workspace cannot be read: the host that links it
/// checks the reference.
pub(super) fn after(
    project: &Project,
    module: &Module,
    folder: &Folder,
    operations: &[Operation],
) -> Result<Vec<MigrationId>, Failure> {
    let mut after = Vec::new();
    for target in operations.iter().flat_map(targets) {
        if target.module != module.name
            && let Some(id) = origin(project, target)?
            && !after.contains(&id)
            && !folder
                .migrations()
                .any(|migration| migration.after.contains(&id))
        {
            after.push(id);
        }
    }
    after.sort();
    Ok(after)
}

/// The tables to which an operation lets fields refer.
fn targets(operation: &Operation) -> Vec<&TableName> {
    let fields = match operation {
        Operation::CreateTable(table) => table.fields.as_slice(),
        Operation::AddField { field, .. } | Operation::ChangeField { field, .. } => {
            std::slice::from_ref(field)
        }
        _ => &[],
    };
    let references = fields.iter().filter_map(|field| field.references.as_ref());
    references.map(|reference| &reference.table).collect()
}

/// The migration that gave a table of the workspace its name.
fn origin(project: &Project, table: &TableName) -> Result<Option<MigrationId>, Failure> {
    let Ok(member) = project.module(&table.module) else {
        return Ok(None);
    };
    let module = reading::source(project, member)?;
    let folder = migrations(project, member, &module)?;
    let origin = folder
        .migrations()
        .filter(|migration| makes(migration, table))
        .last();
    match origin {
        Some(migration) => Ok(Some(migration.id.clone())),
        None => Err(Refusal::NotMigrated {
            table: table.clone(),
        }
        .into()),
    }
}

fn makes(migration: &Migration, table: &TableName) -> bool {
    migration
        .operations
        .iter()
        .any(|operation| match operation {
            Operation::CreateTable(created) => created.name == table.table,
            Operation::RenameTable { to, .. } => *to == table.table,
            _ => false,
        })
}
