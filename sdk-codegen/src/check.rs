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

mod difference;
mod mail;
mod migrations;
mod seeds;
#[cfg(test)]
mod tests;
mod translations;

use std::path::Path;

use sdk_schema::{BUILT_IN_MODULE, Name, Operation};

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

/// The operations that lead from what the migrations make to what the source
/// declares; none when they agree.
///
/// # Errors
/// Why no migration can be written, where the source causes it.
pub fn missing_operations(module: &Module, folder: &Folder) -> Result<Vec<Operation>, FileFaults> {
    let migrated = migrations::fold(&folder.migrations);
    let operations = migrated
        .map_err(|fault| vec![fault])
        .and_then(|migrated| difference::operations(module, &migrated));
    operations.map_err(FileFaults::some)
}

fn check_module(dir: &Path, module: Module) -> Result<Checked, FileFaults> {
    let reading = Reading::of(dir, &module.name);
    let mut faults = reading.faults.clone();
    if reading.is_whole(folder::MIGRATIONS) {
        faults.extend(migrations::check(&module, &reading.folder));
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
