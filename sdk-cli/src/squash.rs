//! `squash`: one migration instead of the first ones of a module.
//!
//! All modules of the workspace are read, because others may have built on what
//! is replaced; nothing is written unless they fit together before and after.

use std::{collections::BTreeMap, path::Path};

use sdk_build::check;
use sdk_codegen::folder::MIGRATIONS;
use sdk_schema::{Application, Manifest, Migration, MigrationId, Name, SquashFault, Squashing};

use crate::{
    arguments::Squash,
    chain,
    changes::Changes,
    check::{manifest, take_unlinked},
    failure::Failure,
    project::{Member, Project},
    reading,
    report::Report,
};

/// Writes the squash, removes what it replaces, and writes the chain anew; or
/// shows the squash.
pub(crate) fn run(arguments: &Squash, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let (app, module) = application(project, member)?;
    let squashing = Squashing {
        module,
        until: arguments.until,
        name: arguments.name.clone(),
        without_steps: arguments.without_steps,
    };
    let squash = app
        .squash(&squashing)
        .map_err(|fault| refusal(arguments, &fault))?;
    let file = member.file(MIGRATIONS).join(squash.id.file_name());
    if arguments.dry_run {
        let text = squash.to_text();
        return Ok(Report::text(format!("{}:\n{text}", file.display())));
    }
    let mut changes = Changes::new(&project.root);
    changes.create(file, squash.to_text());
    let (replaced, kept): (Vec<_>, Vec<_>) = app
        .migrations()
        .filter(|migration| migration.id.module == squash.id.module)
        .partition(|migration| migration.id.stamp <= arguments.until);
    let left = kept.into_iter().chain([&squash]);
    chain::write(&mut changes, member, &squash.id.module, true, left);
    for migration in replaced {
        changes.remove(member.file(MIGRATIONS).join(migration.id.file_name()));
    }
    Ok(describe(
        &squash,
        Report::of(Path::new(""), changes.write()?),
    ))
}

/// The modules of the workspace that can be merged, that of `member` among
/// them, and its name.
fn application(project: &Project, member: &Member) -> Result<(Application, Name), Failure> {
    let mut modules: BTreeMap<Name, Manifest> = BTreeMap::new();
    let mut own = None;
    for other in project.modules() {
        let checked = check(&project.root.join(&other.folder), &project.protos())
            .map_err(|faults| reading::unreadable(other, faults))?;
        if other.folder == member.folder {
            own = Some(checked.module.name.clone());
        }
        modules.insert(checked.module.name.clone(), manifest(other, checked));
    }
    let own = own.ok_or_else(|| Failure::new("the module is not in the workspace"))?;
    let taken = take_unlinked(&mut modules);
    if let Some((_, required)) = taken.iter().find(|(name, _)| *name == own) {
        return Err(Failure::new(format!(
            "module `{own}` requires `{required}`, which is not in this workspace: whether a squash fits can be told only where both are"
        )));
    }
    let app = Application::merge(modules.into_values().collect()).map_err(|faults| Failure {
        faults: faults.0.iter().map(ToString::to_string).collect(),
        ..Failure::new("the modules do not fit together; nothing was written")
    })?;
    Ok((app, own))
}

fn refusal(arguments: &Squash, fault: &SquashFault) -> Failure {
    let Squash { module, until, .. } = arguments;
    let command = |until| format!("sdk-cli squash {module} --until {until}");
    let hint = match fault {
        SquashFault::Steps { .. } => Some(format!(
            "if fresh databases do without: {} --without-steps",
            command(*until)
        )),
        SquashFault::NoPlace {
            instead: Some(MigrationId { stamp, .. }),
            ..
        } => Some(command(*stamp)),
        SquashFault::UntilUnknown {
            before: Some(before),
            ..
        } => Some(command(before.stamp)),
        _ => None,
    };
    match fault {
        SquashFault::NoPlace { obstacles, .. } => Failure {
            faults: obstacles.iter().map(ToString::to_string).collect(),
            hint,
            ..Failure::new(format!(
                "no migration can stand for all of `{module}` up to {until}; nothing was written"
            ))
        },
        _ => Failure {
            hint,
            ..Failure::new(fault)
        },
    }
}

fn describe(squash: &Migration, mut report: Report) -> Report {
    for operation in &squash.operations {
        report.line(format!("    {}", operation.describe()));
    }
    report.hint("sdk-cli check")
}
