//! `migrate status` and `migrate ledger`: what has been applied, and what not.

use std::{io, time::Duration};

use sdk_schema::MigrationStatus;

use crate::{
    cli::{CommandError, Output, output::moment as shown},
    host::Host,
    migrate::{EventAction, MigrationEvent, Moment},
};

/// Lists all migrations in global order.
pub(super) async fn status(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let status = host.migrator()?.status().await?;
    Ok(write(&status, out)?)
}

pub(super) fn write(status: &[MigrationStatus], out: &mut Output<'_>) -> io::Result<()> {
    out.either(&status, |out| write_table(status, out))
}

fn write_table(status: &[MigrationStatus], out: &mut Output<'_>) -> io::Result<()> {
    let rows: Vec<_> = status
        .iter()
        .map(|migration| {
            vec![
                migration.state.to_string(),
                migration.stamp.to_string(),
                migration.module.to_string(),
                migration.name.to_string(),
                migration.applied_at.map(shown).unwrap_or_default(),
                migration.description.clone(),
            ]
        })
        .collect();
    out.columns(
        &["STATE", "STAMP", "MODULE", "NAME", "APPLIED", "DESCRIPTION"],
        &rows,
        "no migrations are linked",
    )?;
    // One line for a module says enough of all its orphaned migrations.
    let mut said: Vec<&str> = Vec::new();
    for detail in status.iter().filter_map(|it| it.detail.as_deref()) {
        if !said.contains(&detail) {
            out.line(detail)?;
            said.push(detail);
        }
    }
    Ok(())
}

/// Writes the order of application, and what was done otherwise than by applying.
pub(super) fn write_history(
    moment: &Moment,
    events: &[MigrationEvent],
    out: &mut Output<'_>,
) -> io::Result<()> {
    let rows: Vec<_> = moment
        .ledger
        .iter()
        .map(|entry| {
            let late = if entry.late { "late" } else { "" };
            vec![
                entry.position.to_string(),
                shown(entry.applied_at),
                entry.id.to_string(),
                format!("{:?}", Duration::from_millis(entry.duration_ms)),
                entry.host.clone().unwrap_or_default(),
                late.to_owned(),
            ]
        })
        .collect();
    out.columns(
        &["NUMBER", "APPLIED", "MIGRATION", "TOOK", "BY", ""],
        &rows,
        "nothing has been applied",
    )?;
    for event in events {
        let reason = event.reason.as_deref().map(|it| format!(": {it}"));
        out.line(format_args!(
            "{}  {} {} by {}{}",
            shown(event.at),
            event.migration,
            in_words(event.action),
            event.host,
            reason.unwrap_or_default(),
        ))?;
    }
    Ok(())
}

/// What was done, after the name of the migration.
pub(super) fn in_words(action: EventAction) -> &'static str {
    match action {
        EventAction::MarkedApplied => "marked as applied",
        EventAction::MarkedPending => "marked as pending",
        EventAction::MarkedAccepted => "accepted as it is now",
        EventAction::TakenBack => "taken back",
        EventAction::Adopted => "put in the place of what it stands for",
        EventAction::Renamed => "renamed with its module",
    }
}
