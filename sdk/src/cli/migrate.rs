//! `migrate …`, and what `serve` says of migrations.

mod compatible;
mod down;
mod mark;
mod plan;
mod report;
mod status;
mod undo;
mod verify;

use std::io;

use sdk_schema::{BUILT_IN_MODULE, MigrationId};

use super::{CommandError, MigrateCommand, Output};
use crate::{
    host::{Host, Linked, StartError, StartOptions, StartStep},
    migrate::{Moment, Watch},
};

pub(crate) use compatible::compatible;
pub(crate) use undo::undo;

/// Carries out a command on an open host.
pub(super) async fn run(
    host: &Host,
    command: &MigrateCommand,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        MigrateCommand::Status => status::status(host, out).await,
        MigrateCommand::Plan { allow_late } => plan::plan(host, allow_late, out).await,
        MigrateCommand::Ledger => ledger(host, out).await,
        MigrateCommand::Apply { allow_late } => apply(host, allow_late, watch, out).await,
        MigrateCommand::Down { to } => down::down(host, *to, watch, out).await,
        MigrateCommand::Verify => verify::verify(host, out).await,
        MigrateCommand::Mark {
            migration,
            mark,
            reason,
        } => mark::mark(host, migration, (*mark).into(), reason, out).await,
        MigrateCommand::Compatible { from } => compatible(host.linked(), from, out),
        MigrateCommand::Undo { .. } => Err(CommandError::failed(anyhow::anyhow!(
            "the store cannot be put back while a host has it open"
        ))
        .hint("stop the host first")),
    }
}

/// Answers from a moment that another process has told, whose store cannot be opened.
pub(crate) fn run_on_moment(
    linked: &Linked,
    command: &MigrateCommand,
    moment: &Moment,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        MigrateCommand::Plan { allow_late } => {
            let plan = moment.plan(linked.application()?, allow_late)?;
            Ok(plan::write(&moment.preview(&plan), out)?)
        }
        _ => Ok(status::write(&moment.status(linked.application()?), out)?),
    }
}

/// Tells what another binary needs to plan for this store.
async fn ledger(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let moment = host.migrator()?.moment().await?;
    let events = crate::migrate::events(host.store()).await?;
    Ok(out.either(&moment, |out| status::write_history(&moment, &events, out))?)
}

/// Applies what is pending. When a migration fails, those before it are shown.
async fn apply(
    host: &Host,
    allow_late: &[MigrationId],
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let options = StartOptions {
        allow_late,
        ..StartOptions::default()
    };
    let mut tell = |step: StartStep<'_>| {
        if let StartStep::Migrating(event) = step {
            watch(event);
        }
    };
    let applied = host.migrate_watched(&options, &mut tell).await;
    let report = match &applied {
        Ok(report) => Some(report),
        Err(StartError::Apply(failure)) if !failure.report.applied.is_empty() => {
            Some(&failure.report)
        }
        Err(_) => None,
    };
    if let Some(report) = report {
        out.either(report, |out| report::write(report, out))?;
    }
    applied?;
    Ok(())
}

/// What is linked, as `serve` shows it before anything is done.
pub(crate) fn write_linked(linked: &Linked, out: &mut Output<'_>) -> io::Result<()> {
    let application = linked.frame();
    let modules = application.modules.iter();
    let modules: Vec<_> = modules
        .filter(|module| module.name != BUILT_IN_MODULE)
        .map(|module| module.name.as_str())
        .collect();
    match modules.as_slice() {
        [] => out.line("modules: none is linked"),
        modules => out.line(format_args!("modules: {}", modules.join(", "))),
    }
}

/// What a start has come to, as `serve` shows it.
pub(crate) fn write_start_step(step: &StartStep<'_>, out: &mut Output<'_>) -> io::Result<()> {
    match step {
        StartStep::Planned(plan) if plan.is_empty() => Ok(()),
        StartStep::Planned(plan) => {
            out.line(format_args!("migrations: {} to apply", plan.pending.len()))
        }
        StartStep::Migrating(_) => Ok(()),
        StartStep::Migrated(report) => report::write(report, out),
        StartStep::Seeded(report) => super::seed::write_real(report, out),
    }
}

/// What a host has once it is started, as `serve` shows it.
pub(crate) fn write_started(linked: &Linked, out: &mut Output<'_>) -> Result<(), CommandError> {
    let application = linked.frame();
    let jobs = application.modules.iter().map(|module| module.jobs.len());
    let locales = linked.catalogues()?.locales().count();
    Ok(out.line(format_args!(
        "tables: {}, jobs: {}, locales: {locales}",
        application.schema.tables.len(),
        jobs.sum::<usize>(),
    ))?)
}
