//! The migrations held against their chain.

use std::path::Path;

use sdk_schema::{Chain, ChainFault, Name};

use crate::{
    file_fault::FileFault,
    folder::{Folder, MIGRATIONS},
};

/// Everything that does not agree, with the command that mends it.
pub(super) fn check(module: &Name, folder: &Folder) -> Vec<FileFault> {
    let file = Path::new(MIGRATIONS).join(Chain::FILE);
    let migrations: Vec<_> = folder.migrations().collect();
    let Some(chain) = &folder.chain else {
        let message = format!("is missing; write it with: sdk-cli chain {module}");
        let missing = (!migrations.is_empty()).then(|| FileFault::new(file, message));
        return missing.into_iter().collect();
    };
    let faults = chain.content.check(&migrations).into_iter();
    faults
        .map(|fault| FileFault::new(&file, format!("{fault}; {}", advice(module, &fault))))
        .collect()
}

/// What to do: only an author knows whether a change was meant.
fn advice(module: &Name, fault: &ChainFault) -> String {
    match fault.hides() {
        Some(migration) => format!(
            "put the file back, or, if no database has applied it: sdk-cli chain {module} --accept {migration}"
        ),
        None => format!("mend it with: sdk-cli chain {module}"),
    }
}
