//! Modules that have another name than when they were applied.

use serde::Serialize;

use super::{LedgerEntry, PlanFault};
use crate::{Application, MigrationId, Name};

/// A module whose tables and migrations get its present name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModuleRename {
    /// The name until now.
    pub from: Name,
    /// The name from now on.
    pub to: Name,
}

/// The ledger as if modules had had their present names from the beginning.
pub(super) fn with_present_names(
    app: &Application,
    ledger: &[LedgerEntry],
    faults: &mut Vec<PlanFault>,
) -> (Vec<LedgerEntry>, Vec<ModuleRename>) {
    let renames = renames(app, ledger, faults);
    if renames.is_empty() {
        return (ledger.to_vec(), renames);
    }
    let entries = ledger.iter().map(|entry| {
        let rename = renames.iter().find(|it| it.from == entry.id.module);
        let module = rename.map_or(&entry.id.module, |rename| &rename.to);
        LedgerEntry {
            id: MigrationId {
                module: module.clone(),
                ..entry.id.clone()
            },
            ..entry.clone()
        }
    });
    (entries.collect(), renames)
}

fn renames(
    app: &Application,
    ledger: &[LedgerEntry],
    faults: &mut Vec<PlanFault>,
) -> Vec<ModuleRename> {
    let has = |name: &Name| ledger.iter().any(|entry| entry.id.module == *name);
    let mut renames = Vec::new();
    for module in app.modules.iter().filter(|module| !module.was.is_empty()) {
        let mut old = module.was.iter().filter(|was| has(was));
        let Some(from) = old.next() else { continue };
        if let Some(other) = old.next().or(has(&module.name).then_some(&module.name)) {
            faults.push(PlanFault::RenamedTwice {
                module: module.name.clone(),
                first: from.clone(),
                second: other.clone(),
            });
            continue;
        }
        renames.push(ModuleRename {
            from: from.clone(),
            to: module.name.clone(),
        });
    }
    renames
}
