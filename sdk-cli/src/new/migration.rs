//! `new migration`: what the source declares and the migrations do not make.
//!
//! Nothing is compiled: the source is read by the derives' parser, the
//! existing migrations are folded, and the difference is written as a file
//! that needs no editing. Steps that it runs are written beside it: some are
//! ready, others say what is missing. When there is no difference, nothing is
//! written.

mod allow;
mod fill;
mod naming;
mod order;
mod step;

use std::path::{Path, PathBuf};

use sdk_codegen::{
    FileFaults, check,
    folder::{Folder, Reading},
    source::Module,
};
use sdk_schema::{Migration, MigrationId, Operation, Run, StepStub, lint};

use super::Refusal;
use crate::{
    arguments::NewMigration,
    chain,
    changes::Changes,
    failure::Failure,
    names::FunctionName,
    project::{Member, Project},
    reading,
    report::Report,
};

use step::Function;

/// The folder of migrations in that of the module.
const MIGRATIONS: &str = "migrations";

/// Writes the migration and its steps, or shows them.
pub(crate) fn run(arguments: &NewMigration, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let module = reading::source(project, member)?;
    let folder = migrations(project, member, &module)?;
    let content = if arguments.empty {
        empty(arguments, &module, &folder)?
    } else {
        difference(arguments, member, &module, &folder)?
    };
    if content.operations.is_empty() {
        return Ok(Report::text(format!(
            "nothing to migrate: the migrations of `{}` make what its source declares",
            module.name
        )));
    }
    let mut migration = migration(arguments, project, &module, &folder, &content)?;
    let before = check::migrated(&module, &folder);
    let before = before.map_err(|faults| fill::failed(member, &module, faults))?;
    migration.allow = allow::allowances(before.fold(), &migration, &content.steps);
    let mut changes = Changes::new(&project.root);
    let file = member.file(MIGRATIONS).join(migration.id.file_name());
    changes.create(file, migration.to_text());
    let steps = add_steps(project, member, &module, &content.functions, &mut changes)?;
    if arguments.dry_run {
        return Ok(shown(&changes));
    }
    chain::append(&mut changes, member, &folder, &migration)?;
    let mut report = Report::of(Path::new(""), changes.write()?);
    for operation in &migration.operations {
        report.line(format!("    {}", operation.describe()));
    }
    let lints = lint(before.fold(), &migration).into_iter();
    for lint in lints.filter(|lint| lint.allowed.is_none()) {
        report.line(format!("{} {}: {}", lint.level(), lint.code, lint.message));
    }
    Ok(hints(report, &content.functions, steps.as_deref()))
}

/// A migration of this content, with its place in the order.
fn migration(
    arguments: &NewMigration,
    project: &Project,
    module: &Module,
    folder: &Folder,
    content: &Content,
) -> Result<Migration, Failure> {
    let operations = content.operations.clone();
    let after = order::after(project, module, folder, &operations)?;
    let given = arguments.name().cloned();
    let id = MigrationId {
        stamp: order::stamp(folder, &after, chrono::Utc::now())?,
        module: module.name.clone(),
        name: given.unwrap_or_else(|| naming::name(&operations)),
    };
    Ok(Migration {
        description: naming::description(&operations),
        after,
        ..Migration::new(id, operations)
    })
}

/// What a migration does, and the functions that it needs.
struct Content {
    operations: Vec<Operation>,
    functions: Vec<Function>,
    /// What the functions are for, where a difference needs them.
    steps: Vec<StepStub>,
}

/// What leads from the migrations to the source.
fn difference(
    arguments: &NewMigration,
    member: &Member,
    module: &Module,
    folder: &Folder,
) -> Result<Content, Failure> {
    let draft = fill::draft(&arguments.fill, member, module, folder)?;
    Ok(Content {
        functions: draft.steps.iter().map(Function::of).collect(),
        operations: draft.operations,
        steps: draft.steps,
    })
}

/// A migration that only runs a step of the given name.
fn empty(arguments: &NewMigration, module: &Module, folder: &Folder) -> Result<Content, Failure> {
    let name = arguments.name().map_or("", |name| name.as_str());
    let name: FunctionName = name.parse().map_err(Failure::new)?;
    let name = name.name().clone();
    if check::taken_steps(module, folder).contains(&name) {
        return Err(Refusal::Declared {
            module: module.name.clone(),
            kind: "step or job",
            name,
        }
        .into());
    }
    let run = match &arguments.table {
        None => Run::once(name.clone(), 1),
        Some(table) if module.table(table).is_some() => {
            Run::for_each_row(name.clone(), 1, table.clone())
        }
        Some(table) => {
            return Err(Refusal::UnknownTable {
                module: module.name.clone(),
                table: table.to_string(),
                known: reading::tables(module),
            }
            .into());
        }
    };
    Ok(Content {
        functions: vec![Function::empty(&name, arguments.table.as_ref())],
        operations: vec![Operation::Run(run)],
        steps: Vec::new(),
    })
}

/// Adds the functions to the module's steps and lists them. Returns their file.
fn add_steps(
    project: &Project,
    member: &Member,
    module: &Module,
    functions: &[Function],
    changes: &mut Changes,
) -> Result<Option<PathBuf>, Failure> {
    if functions.is_empty() {
        return Ok(None);
    }
    let addition = step::addition(module, functions);
    let file = addition.make(project, member, changes, |_| {})?;
    reading::rehearse(project, member, changes)?;
    Ok(Some(file))
}

/// All files as they would be.
fn shown(changes: &Changes) -> Report {
    let mut report = Report::default();
    for (file, text) in changes.files() {
        report.line(format!("{}:\n{text}", file.display()));
    }
    report
}

/// What is left to do once the files are there.
fn hints(report: Report, functions: &[Function], file: Option<&Path>) -> Report {
    let Some(file) = file else {
        return report;
    };
    let names = |functions: &[&Function]| {
        let names: Vec<_> = functions
            .iter()
            .map(|it| format!("`{}`", it.name))
            .collect();
        names.join(", ")
    };
    let (ready, open): (Vec<_>, Vec<_>) = functions.iter().partition(|it| it.is_ready);
    let mut report = report;
    if !open.is_empty() {
        report = report.hint(format!("write {} in {}", names(&open), file.display()));
    }
    if !ready.is_empty() {
        report = report.hint(format!("read {} in {}", names(&ready), file.display()));
    }
    let all: Vec<_> = functions.iter().collect();
    report.hint(format!("test {} with rows as they are today", names(&all)))
}

/// The files of the module, of which only the migrations must be sound.
fn migrations(project: &Project, member: &Member, module: &Module) -> Result<Folder, Failure> {
    let Reading { folder, mut faults } =
        Reading::of(&project.root.join(&member.folder), &module.name);
    faults.retain(|fault| fault.file.starts_with(MIGRATIONS));
    FileFaults::unless(faults, folder).map_err(|faults| reading::unreadable(member, faults))
}
