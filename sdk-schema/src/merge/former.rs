//! Modules that had another name: what refers to them by it means them.

use std::collections::HashMap;

use super::MergeFault;
use crate::{Manifest, Migration, Name, Operation};

/// Puts present names in the place of former ones, in `after` and in the
/// references of migrations. Their checksums stay those of their files.
pub(super) fn resolve(modules: &mut [Manifest], faults: &mut Vec<MergeFault>) {
    let names = names(modules, faults);
    if names.is_empty() {
        return;
    }
    for migration in modules.iter_mut().flat_map(|it| &mut it.migrations) {
        migration.use_present_names(&names);
    }
}

impl Migration {
    /// Puts present names of modules in the place of former ones, in `after` and in
    /// references. The checksum stays that of the file.
    pub fn use_present_names(&mut self, names: &HashMap<Name, Name>) {
        if mentions(self, names) {
            self.recorded = Some(self.checksum());
            rename(self, names);
        }
    }
}

/// The present name of each former one.
fn names(modules: &[Manifest], faults: &mut Vec<MergeFault>) -> HashMap<Name, Name> {
    let mut names: HashMap<Name, Name> = HashMap::new();
    for module in modules {
        for was in &module.was {
            let taken = modules.iter().map(|it| &it.name).find(|name| *name == was);
            let other = taken.or(names.get(was)).cloned();
            if let Some(other) = other {
                faults.push(MergeFault::FormerNameTaken {
                    module: module.name.clone(),
                    was: was.clone(),
                    other,
                });
            } else {
                names.insert(was.clone(), module.name.clone());
            }
        }
    }
    names
}

fn mentions(migration: &Migration, names: &HashMap<Name, Name>) -> bool {
    let after = migration.after.iter().map(|after| &after.module);
    let fields = migration.operations.iter().flat_map(Operation::fields);
    let referred = fields.filter_map(|field| Some(&field.references.as_ref()?.table.module));
    after
        .chain(referred)
        .any(|module| names.contains_key(module))
}

fn rename(migration: &mut Migration, names: &HashMap<Name, Name>) {
    let present = |module: &mut Name| {
        if let Some(name) = names.get(module) {
            *module = name.clone();
        }
    };
    for after in &mut migration.after {
        present(&mut after.module);
    }
    for operation in &mut migration.operations {
        let fields = match operation {
            Operation::CreateTable(table) => table.fields.as_mut_slice(),
            Operation::AddField { field, .. } | Operation::ChangeField { field, .. } => {
                std::slice::from_mut(field)
            }
            _ => continue,
        };
        for reference in fields.iter_mut().filter_map(|it| it.references.as_mut()) {
            present(&mut reference.table.module);
        }
    }
}
