//! Migrations among themselves: one stamp each, they fold, their steps exist.

use sdk_schema::{FoldFault, FoldedSchema, Migration, MigrationId, Operation};

use super::difference;
use crate::{
    file_fault::{FileFault, listed},
    folder::{Entry, Folder},
    source::Module,
};

/// Checks the migrations, and whether they make what the source declares.
pub(super) fn check(module: &Module, folder: &Folder) -> Vec<FileFault> {
    let mut faults = twin_stamps(&folder.migrations);
    for entry in &folder.migrations {
        faults.extend(steps(module, entry));
        faults.extend(after(folder, entry));
    }
    match fold(&folder.migrations) {
        Ok(schema) => faults.extend(difference::check(module, &schema)),
        Err(fault) => faults.push(fault),
    }
    faults
}

fn twin_stamps(migrations: &[Entry<Migration>]) -> Vec<FileFault> {
    let twins = migrations
        .windows(2)
        .filter_map(|pair| <&[Entry<Migration>; 2]>::try_from(pair).ok())
        .filter(|[first, second]| first.content.id.stamp == second.content.id.stamp);
    twins
        .map(|[first, second]| {
            let message = format!(
                "the stamp {} is that of {} already: expected a later one",
                second.content.id.stamp,
                first.file.display()
            );
            FileFault::new(&second.file, message)
        })
        .collect()
}

/// Folds up to the first fault: what comes after it means nothing.
pub(super) fn fold(migrations: &[Entry<Migration>]) -> Result<FoldedSchema, FileFault> {
    let mut schema = FoldedSchema::new();
    for Entry { file, content } in migrations {
        schema.apply_migration(content).map_err(|fault| {
            let FoldFault {
                operation, source, ..
            } = fault;
            FileFault::new(file, format!("operation {operation}: {source}"))
        })?;
    }
    Ok(schema)
}

/// The steps that a migration runs and the module does not have.
fn steps(module: &Module, entry: &Entry<Migration>) -> Vec<FileFault> {
    let mut faults = Vec::new();
    for (position, operation) in entry.content.operations.iter().enumerate() {
        let Operation::Run { step, revision } = operation else {
            continue;
        };
        let reason = match module.steps.iter().find(|known| known.name == *step) {
            None => format!(
                "step `{step}` is not listed in `steps(…)` of the manifest, which has {}",
                listed(module.steps.iter().map(|step| &step.name))
            ),
            Some(known) if known.revision != *revision => format!(
                "step `{step}` has revision {} in the source, expected {revision}",
                known.revision
            ),
            Some(_) => continue,
        };
        let message = format!("operation {}: {reason}", position + 1);
        faults.push(FileFault::new(&entry.file, message));
    }
    faults
}

/// What the migration says it comes after and cannot.
fn after(folder: &Folder, entry: &Entry<Migration>) -> Vec<FileFault> {
    let own = &entry.content.id;
    let reason = |after: &MigrationId| {
        if after.stamp > own.stamp || after == own {
            return Some("whose stamp is not earlier");
        }
        let exists = folder.migrations().any(|known| known.id == *after);
        (after.module == own.module && !exists).then_some("which does not exist")
    };
    let after = entry.content.after.iter();
    after
        .filter_map(|id| {
            let message = format!("comes after `{id}`, {}", reason(id)?);
            Some(FileFault::new(&entry.file, message))
        })
        .collect()
}
