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

use sdk_schema::BUILT_IN_MODULE;

use super::{CommandError, Input, MigrateCommand, Output, Session, document::document};
use crate::{
    host::{Linked, StartStep},
    migrate::Moment,
    proto::sdk::v1::{
        ApplyRequest, ApplyResponse, GetLedgerRequest, GetPlanRequest, GetStatusRequest,
    },
    system,
};

pub(crate) use compatible::HINT as RELEASE_HINT;
pub(crate) use undo::undo;

/// Is told how far a run of migrations has come.
pub(crate) type Watch<'a> = &'a mut (dyn FnMut(&ApplyResponse) + Send);

/// Carries out a command by calls to a host.
pub(super) async fn run(
    session: &Session<'_>,
    command: &MigrateCommand,
    input: Input,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let mut migrations = session.migrations();
    match command {
        MigrateCommand::Status => {
            let status = migrations.get_status(GetStatusRequest {}).await?;
            Ok(status::write(&status.into_inner(), out)?)
        }
        MigrateCommand::Plan { allow_late } => {
            let allow_late = texts(allow_late);
            let plan = migrations.get_plan(GetPlanRequest { allow_late }).await?;
            Ok(plan::write(&plan.into_inner(), out)?)
        }
        MigrateCommand::Ledger => {
            let ledger = migrations.get_ledger(GetLedgerRequest {}).await?;
            status::write_history(&ledger.into_inner(), out)
        }
        MigrateCommand::Apply { allow_late } => apply(session, texts(allow_late), watch, out).await,
        MigrateCommand::Down { to } => down::down(session, *to, watch, out).await,
        MigrateCommand::Verify => verify::verify(session, out).await,
        MigrateCommand::Mark {
            migration,
            mark,
            reason,
        } => mark::mark(session, migration, *mark, reason, out).await,
        MigrateCommand::Compatible { from } => {
            compatible::compatible(session, from, input.text.unwrap_or_default(), out).await
        }
        MigrateCommand::Undo { .. } => Err(CommandError::failed(anyhow::anyhow!(
            "the store cannot be put back while a host has it open"
        ))
        .hint("stop the host first")),
    }
}

fn texts(ids: &[sdk_schema::MigrationId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// Answers from a moment that another process has told, whose store cannot be opened.
pub(crate) fn plan_on_moment(
    linked: &Linked,
    command: &MigrateCommand,
    moment: &Moment,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let application = linked.application()?;
    match command {
        MigrateCommand::Plan { allow_late } => {
            let plan = moment.plan(application, allow_late)?;
            Ok(plan::write(&system::plan_of(&moment.preview(&plan)), out)?)
        }
        _ => Ok(status::write(
            &system::status_of(&moment.status(application)),
            out,
        )?),
    }
}

/// Applies what is pending. When a migration fails, those before it are shown.
async fn apply(
    session: &Session<'_>,
    allow_late: Vec<String>,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = ApplyRequest { allow_late };
    let mut stream = session.migrations().apply(request).await?.into_inner();
    while let Some(message) = stream.message().await? {
        match &message.report {
            Some(report) => out.either(&document(report), |out| report::write(report, out))?,
            None => watch(&message),
        }
    }
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
        StartStep::Migrated(report) => report::write(&system::apply_report(report), out),
        StartStep::Seeded(report) => super::seed::write_real(&system::real_report(report), out),
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
