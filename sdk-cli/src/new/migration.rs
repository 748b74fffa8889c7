//! `new migration`: what the source declares and the migrations do not make.
//!
//! Nothing is compiled: the source is read by the derives' parser, the
//! existing migrations are folded, and the difference is written as a file
//! that needs no editing. When there is no difference, nothing is written.

mod naming;
mod order;

use std::path::Path;

use sdk_codegen::{
    FileFaults, check,
    folder::{Folder, Reading},
    source::Module,
};
use sdk_schema::{Migration, MigrationId};

use crate::{
    arguments::NewMigration,
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    reading,
    report::Report,
};

/// The folder of migrations in that of the module.
const MIGRATIONS: &str = "migrations";

/// Writes the migration, or shows it.
pub(crate) fn run(arguments: &NewMigration, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let module = reading::source(project, member)?;
    let folder = migrations(project, member, &module)?;
    let operations = check::missing_operations(&module, &folder).map_err(|faults| {
        let message = format!("no migration can be written for module `{}`", module.name);
        Failure::of_files(&member.folder, faults, message)
    })?;
    if operations.is_empty() {
        return Ok(Report::text(format!(
            "nothing to migrate: the migrations of `{}` make what its source declares",
            module.name
        )));
    }
    let after = order::after(project, &module, &folder, &operations)?;
    let id = MigrationId {
        stamp: order::stamp(&folder, &after, chrono::Utc::now())?,
        module: module.name.clone(),
        name: arguments
            .name
            .clone()
            .unwrap_or_else(|| naming::name(&operations)),
    };
    let migration = Migration {
        description: naming::description(&operations),
        after,
        ..Migration::new(id, operations)
    };
    let file = member.file(MIGRATIONS).join(migration.id.file_name());
    if arguments.dry_run {
        return Ok(Report::text(format!(
            "{}:\n{}",
            file.display(),
            migration.to_text()
        )));
    }
    let mut changes = Changes::new(&project.root);
    changes.create(file, migration.to_text());
    let mut report = Report::of(Path::new(""), changes.write()?);
    for operation in &migration.operations {
        report.line(format!("    {}", operation.describe()));
    }
    Ok(report)
}

/// The files of the module, of which only the migrations must be sound.
fn migrations(project: &Project, member: &Member, module: &Module) -> Result<Folder, Failure> {
    let Reading { folder, mut faults } =
        Reading::of(&project.root.join(&member.folder), &module.name);
    faults.retain(|fault| fault.file.starts_with(MIGRATIONS));
    FileFaults::unless(faults, folder).map_err(|faults| reading::unreadable(member, faults))
}
