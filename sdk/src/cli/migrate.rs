//! `migrate status`, `migrate plan`, `migrate apply`, and what `serve` says of them.

use std::io;

use sdk_schema::{MigrationId, MigrationStatus, Plan};
use serde_json::json;

use super::{CommandError, Output};
use crate::{
    host::{Host, Linked, StartReport},
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
    )
}

/// Shows what `apply` would do.
pub(super) async fn plan(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let plan = migrate::plan(host.store(), host.linked().application(), &[]).await?;
    Ok(out.either(&plan_document(&plan), |out| write_plan(&plan, out))?)
}

fn plan_document(plan: &Plan) -> serde_json::Value {
    let pending = plan.pending.iter().map(|planned| {
        let migration = &planned.migration;
        json!({
            "module": migration.id.module,
            "stamp": migration.id.stamp,
            "name": migration.id.name,
            "description": migration.description,
            "late": planned.late,
            "operations": migration.operations,
            "in_words": migration.operations.iter().map(|operation| operation.describe()).collect::<Vec<_>>(),
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

/// Applies what is pending.
pub(super) async fn apply(
    host: &Host,
    allow_late: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let report = host.migrate(&parse_migrations(allow_late)?).await?;
    Ok(out.either(&report, |out| write_report(&report, out))?)
}

/// Reads migrations as they are typed.
pub(crate) fn parse_migrations(words: &[String]) -> Result<Vec<MigrationId>, CommandError> {
    words
        .iter()
        .map(|word| word.parse().map_err(CommandError::usage))
        .collect()
}

fn write_report(report: &Report, out: &mut Output<'_>) -> io::Result<()> {
    for applied in &report.applied {
        let late = if applied.late { " (late)" } else { "" };
        out.line(format_args!(
            "applied {}{late} in {} ms",
            applied.id, applied.duration_ms
        ))?;
    }
    write_orphaned(report.orphaned.iter(), out)?;
    match report.applied.len() {
        0 => out.line("migrations: nothing to apply"),
        count => out.line(format_args!("migrations: {count} applied")),
    }
}

/// What a start has done, as `serve` shows it.
pub(crate) fn write_start_report(
    linked: &Linked,
    report: &StartReport,
    out: &mut Output<'_>,
) -> io::Result<()> {
    write_report(&report.migrations, out)?;
    super::seed::write_real(&report.seeds, out)?;
    let application = linked.application();
    let jobs: usize = application
        .modules
        .iter()
        .map(|module| module.jobs.len())
        .sum();
    let locales = linked.catalogues().locales().count();
    out.line(format_args!(
        "modules: {}, tables: {}, jobs: {jobs}, locales: {locales}",
        application.modules.len(),
        application.schema.tables.len(),
    ))
}
