//! Check: whether a start would accept a module, told from its files alone.
//!
//! The build script refuses what this refuses, and so does the tool. Beside
//! the faults of single files these are the faults between them: migrations
//! that do not fold, tables that the migrations do not make, rows that do not
//! fit, translations that miss what the source says. What needs other modules
//! is left to the start: their tables, their migrations, their keys.
//!
//! A check whose input could not be read is left out, so that one mistake
//! makes no second fault.

mod chain;
mod difference;
mod mail;
mod migrations;
mod seeds;
#[cfg(test)]
mod tests;
mod translations;

use std::{collections::BTreeSet, path::Path};

use sdk_schema::{BUILT_IN_MODULE, Draft, Given, History, Name, Operation};

use crate::{
    file_fault::{FileFault, FileFaults},
    folder::{self, Folder, Reading},
    generated,
    source::Module,
};

/// A module that a start would accept, as far as its own files tell.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What the source declares.
    pub module: Module,
    /// The files beside the source.
    pub folder: Folder,
    /// The Rust text that brings both together, for `sdk::include_module!`.
    pub generated: String,
}

/// Reads and checks the module in the folder `dir`.
///
/// # Errors
/// All that is wrong with its source and its files, at once.
pub fn check(dir: &Path) -> Result<Checked, FileFaults> {
    match Module::read(dir) {
        Ok(module) => check_module(dir, module),
        Err(source) => {
            let mut faults = source.into_vec();
            faults.extend(Reading::of(dir, &unknown_module()).faults);
            Err(FileFaults::some(faults))
        }
    }
}

/// What does not agree between the migrations of `module` and their chain.
///
/// # Errors
/// All of it, each with the command that mends it.
pub fn chain(module: &Name, folder: &Folder) -> Result<(), FileFaults> {
    FileFaults::unless(chain::check(module, folder), ())
}

/// Why no migration can be written.
#[derive(Debug)]
pub struct NoDraft {
    /// What is wrong, where the source or a file causes it.
    pub faults: FileFaults,
    /// New fields that need a value for the rows that are there, by table.
    pub needs_value: Vec<(Name, Name)>,
    /// Whether such values are all that is missing.
    pub only_needs_values: bool,
}

/// What leads from that which the migrations make to that which the source
/// declares; nothing when they agree.
///
/// # Errors
/// Why no migration can be written.
pub fn draft(module: &Module, folder: &Folder, given: &Given) -> Result<Draft, NoDraft> {
    let history = migrated(module, folder).map_err(|faults| NoDraft {
        faults,
        needs_value: Vec::new(),
        only_needs_values: false,
    })?;
    let mut given = given.clone();
    given.steps.extend(taken_steps(module, folder));
    difference::draft(module, &history, &given)
}

/// What the migrations make.
///
/// # Errors
/// The first operation that cannot be applied.
pub fn migrated(module: &Module, folder: &Folder) -> Result<History, FileFaults> {
    let migrations = migrations::under_present_name(module, folder);
    migrations::fold(&migrations).map_err(|fault| FileFaults::some(vec![fault]))
}

/// The names of functions that the module has, and of steps that it had.
pub fn taken_steps(module: &Module, folder: &Folder) -> BTreeSet<Name> {
    let listed = module.steps.iter().map(|step| &step.name);
    let jobs = module.jobs.iter().map(|job| &job.name);
    let operations = folder.migrations().flat_map(|it| &it.operations);
    let called = operations.filter_map(|operation| match operation {
        Operation::Run(run) => Some(run.steps().map(|(step, _)| step)),
        _ => None,
    });
    let names = listed.chain(jobs).chain(called.flatten());
    names.cloned().collect()
}

fn check_module(dir: &Path, module: Module) -> Result<Checked, FileFaults> {
    let reading = Reading::of(dir, &module.name);
    let mut faults = reading.faults.clone();
    if reading.has_all_migrations() {
        faults.extend(migrations::check(&module, &reading.folder));
    }
    if reading.is_whole(folder::MIGRATIONS) {
        faults.extend(chain::check(&module.name, &reading.folder));
    }
    faults.extend(requires(&module));
    faults.extend(seeds::check(&module, &reading));
    faults.extend(translations::check(&module, &reading));
    faults.extend(mail::check(&reading.folder));
    let generated = generated::text(dir, &module, &reading.folder).unwrap_or_else(|found| {
        faults.extend(found);
        String::new()
    });
    let checked = Checked {
        module,
        folder: reading.folder,
        generated,
    };
    FileFaults::unless(faults, checked)
}

/// Tables of other modules can be referred to when the manifest requires them.
fn requires(module: &Module) -> Vec<FileFault> {
    let mut faults = Vec::new();
    for table in module.tables.iter().map(|declared| &declared.table) {
        for field in &table.fields {
            let Some(target) = field.references.as_ref().map(|it| &it.table) else {
                continue;
            };
            if !may_refer(module, &target.module) {
                let message = format!(
                    "table `{}`: field `{}` refers to `{target}`, but the manifest does not list `{}` in `requires(…)`",
                    table.name, field.name, target.module
                );
                faults.push(module.fault_at(&table.name, Some(&field.name), message));
            }
        }
    }
    faults
}

fn may_refer(module: &Module, target: &Name) -> bool {
    *target == module.name || *target == BUILT_IN_MODULE || module.requires.contains(target)
}

/// What stands for the module in files that are read without a manifest.
fn unknown_module() -> Name {
    Name::new("module").expect("a word in lower case is a name")
}
