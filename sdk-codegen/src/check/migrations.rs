//! Migrations among themselves: one stamp each, they fold, their steps exist.

use sdk_schema::{
    FoldFault, History, Migration, MigrationId, Name, Operation, Replaced, check_replaces,
};

use super::difference;
use crate::{
    file_fault::{FileFault, listed},
    folder::{Entry, Folder},
    source::Module,
};

/// Checks the migrations, and whether they make what the source declares.
pub(super) fn check(module: &Module, folder: &Folder) -> Vec<FileFault> {
    let mut faults = twin_stamps(&folder.migrations);
    let migrations = under_present_name(module, folder);
    for entry in &migrations {
        faults.extend(steps(module, entry));
        faults.extend(after(&migrations, entry));
    }
    faults.extend(replaces(folder));
    match fold(&migrations) {
        Ok(history) => faults.extend(difference::check(module, &history)),
        Err(fault) => faults.push(fault),
    }
    faults
}

/// The migrations, which may know the module by a former name.
pub(super) fn under_present_name(module: &Module, folder: &Folder) -> Vec<Entry<Migration>> {
    let names = module.was.iter();
    let names = names
        .map(|was| (was.clone(), module.name.clone()))
        .collect();
    let mut migrations = folder.migrations.clone();
    for entry in &mut migrations {
        entry.content.use_present_names(&names);
    }
    migrations
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
pub(super) fn fold(migrations: &[Entry<Migration>]) -> Result<History, FileFault> {
    let mut history = History::new();
    for Entry { file, content } in migrations {
        history.apply_migration(content).map_err(|fault| {
            let FoldFault {
                operation, source, ..
            } = fault;
            FileFault::new(file, format!("operation {operation}: {source}"))
        })?;
    }
    Ok(history)
}

/// The steps that a migration runs and the module does not have.
fn steps(module: &Module, entry: &Entry<Migration>) -> Vec<FileFault> {
    let mut faults = Vec::new();
    for (position, operation) in entry.content.operations.iter().enumerate() {
        let Operation::Run(run) = operation else {
            continue;
        };
        for (step, revision) in run.steps() {
            if let Some(reason) = refusal(module, step, revision, run.table.is_some()) {
                let message = format!("operation {}: {reason}", position + 1);
                faults.push(FileFault::new(&entry.file, message));
            }
        }
    }
    faults
}

/// Why a step cannot be called so.
fn refusal(module: &Module, step: &Name, revision: u32, rows: bool) -> Option<String> {
    let Some(known) = module.steps.iter().find(|known| known.name == *step) else {
        return Some(format!(
            "step `{step}` is not listed in `steps(…)` of the manifest, which has {}",
            listed(module.steps.iter().map(|step| &step.name))
        ));
    };
    if known.revision != revision {
        return Some(format!(
            "step `{step}` has revision {} in the source, expected {revision}",
            known.revision
        ));
    }
    match (known.rows, rows) {
        (true, false) => Some(format!(
            "the function of step `{step}` takes a row: name the `table`"
        )),
        (false, true) => Some(format!(
            "the function of step `{step}` takes no row: name no `table`"
        )),
        _ => None,
    }
}

/// What the migration says it comes after and cannot.
fn after(migrations: &[Entry<Migration>], entry: &Entry<Migration>) -> Vec<FileFault> {
    let own = &entry.content.id;
    let reason = |after: &MigrationId| {
        if after.stamp > own.stamp || after == own {
            return Some("whose stamp is not earlier");
        }
        let exists = migrations
            .iter()
            .any(|known| known.content.id == *after || stands_for(&known.content, after));
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

/// Whether a migration is the squash of one that is no longer there.
fn stands_for(squash: &Migration, gone: &MigrationId) -> bool {
    let mut replaced = squash.replaces.iter().flat_map(Replaced::all);
    replaced.any(|replaced| (replaced.stamp, &replaced.name) == (gone.stamp, &gone.name))
}

/// What is wrong with what squashes replace.
fn replaces(folder: &Folder) -> Vec<FileFault> {
    let faults = check_replaces(folder.migrations()).into_iter();
    let placed = faults.filter_map(|fault| {
        let mut entries = folder.migrations.iter();
        let entry = entries.find(|entry| entry.content.id == *fault.squash())?;
        Some(FileFault::new(&entry.file, fault))
    });
    placed.collect()
}
