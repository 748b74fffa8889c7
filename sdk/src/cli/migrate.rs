//! `migrate status`, `migrate plan`, `migrate apply`, and what `serve` says of them.

use std::{io, time::Duration};

use sdk_schema::{BUILT_IN_MODULE, MigrationId, MigrationStatus, Operation, Plan};
use serde_json::json;

use super::{CommandError, Output};
use crate::{
    host::{Host, Linked, StartError, StartStep},
    migrate::{self, Report},
};

/// Lists all migrations in global order.
pub(super) async fn status(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let status = migrate::status(host.store(), host.linked().application()).await?;
    Ok(out.either(&status, |out| write_status(&status, out))?)
}

fn write_status(status: &[MigrationStatus], out: &mut Output<'_>) -> io::Result<()> {
    let rows: Vec<_> = status
        .iter()
        .map(|migration| {
            vec![
                migration.state.to_string(),
                migration.stamp.to_string(),
                migration.module.to_string(),
                migration.name.to_string(),
                migration.description.clone(),
            ]
        })
        .collect();
    out.columns(
        &["STATE", "STAMP", "MODULE", "NAME", "DESCRIPTION"],
        &rows,
        "no migrations are linked",
    )?;
    let mut details = status.iter().filter_map(|it| it.detail.as_ref());
    details.try_for_each(|detail| out.line(format_args!("{detail}")))
}

/// Shows what `apply` would do.
pub(super) async fn plan(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let plan = migrate::plan(host.store(), host.linked().application(), &[]).await?;
    Ok(out.either(&plan_document(&plan), |out| write_plan(&plan, out))?)
}

fn plan_document(plan: &Plan) -> serde_json::Value {
    let pending = plan.pending.iter().map(|planned| {
        let migration = &planned.migration;
        let in_words = migration.operations.iter().map(Operation::describe);
        json!({
            "module": migration.id.module,
            "stamp": migration.id.stamp,
            "name": migration.id.name,
            "description": migration.description,
            "late": planned.late,
            "operations": migration.operations,
            "in_words": in_words.collect::<Vec<_>>(),
        })
    });
    json!({
        "pending": pending.collect::<Vec<_>>(),
        "orphaned": plan.orphaned.iter().map(|entry| &entry.id).collect::<Vec<_>>(),
    })
}

/// Writes the pending migrations in global order with their operations in words.
fn write_plan(plan: &Plan, out: &mut Output<'_>) -> io::Result<()> {
    if plan.pending.is_empty() {
        out.line("nothing to apply")?;
    }
    for planned in &plan.pending {
        let migration = &planned.migration;
        let late = if planned.late { "  (late)" } else { "" };
        out.line(format_args!(
            "{}{late}  {}",
            migration.id, migration.description
        ))?;
        for operation in &migration.operations {
            out.line(format_args!("    {}", operation.describe()))?;
        }
    }
    write_orphaned(plan.orphaned.iter().map(|entry| &entry.id), out)
}

fn write_orphaned<'a>(
    orphaned: impl Iterator<Item = &'a MigrationId>,
    out: &mut Output<'_>,
) -> io::Result<()> {
    for id in orphaned {
        out.line(format_args!(
            "{id} was applied, but its module is not linked: its tables stay"
        ))?;
    }
    Ok(())
}

/// Applies what is pending. When a migration fails, those before it are shown.
pub(super) async fn apply(
    host: &Host,
    allow_late: &[MigrationId],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let applied = host.migrate(allow_late).await;
    let report = match &applied {
        Ok(report) => Some(report),
        Err(StartError::Apply(failure)) if !failure.report.applied.is_empty() => {
            Some(&failure.report)
        }
        Err(_) => None,
    };
    if let Some(report) = report {
        out.either(report, |out| write_report(report, out))?;
    }
    applied?;
    Ok(())
}

fn write_report(report: &Report, out: &mut Output<'_>) -> io::Result<()> {
    if let Some(snapshot) = &report.snapshot {
        out.line(format_args!(
            "snapshot of the store as it was: {}",
            snapshot.display()
        ))?;
    }
    for applied in &report.applied {
        let late = if applied.late { " (late)" } else { "" };
        let time = long_time(Duration::from_millis(applied.duration_ms));
        out.line(format_args!("applied {}{late}{time}", applied.id))?;
    }
    write_orphaned(report.orphaned.iter(), out)?;
    match report.applied.len() {
        0 => out.line("migrations: nothing to apply"),
        count => out.line(format_args!("migrations: {count} applied")),
    }
}

/// How long something took, if that is worth knowing.
fn long_time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => String::new(),
        seconds => format!(" in {seconds:.1} s"),
    }
}

/// What is linked, as `serve` shows it before anything is done.
pub(crate) fn write_linked(linked: &Linked, out: &mut Output<'_>) -> io::Result<()> {
    let application = linked.application();
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
        StartStep::Planned(plan) if plan.pending.is_empty() => Ok(()),
        StartStep::Planned(plan) => {
            out.line(format_args!("migrations: {} to apply", plan.pending.len()))
        }
        StartStep::Migrated(report) => write_report(report, out),
        StartStep::Seeded(report) => super::seed::write_real(report, out),
    }
}

/// What a host has once it is started, as `serve` shows it.
pub(crate) fn write_started(linked: &Linked, out: &mut Output<'_>) -> Result<(), CommandError> {
    let application = linked.application();
    let jobs = application.modules.iter().map(|module| module.jobs.len());
    let locales = linked.catalogues()?.locales().count();
    Ok(out.line(format_args!(
        "tables: {}, jobs: {}, locales: {locales}",
        application.schema.tables.len(),
        jobs.sum::<usize>(),
    ))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_took_long_shows_its_time() {
        assert_eq!(long_time(Duration::from_millis(999)), "");
        assert_eq!(long_time(Duration::from_millis(62_340)), " in 62.3 s");
    }
}
