//! `migrate status` and `migrate ledger`: what has been applied, and what not.

use std::{io, time::Duration};

use serde_json::Value as Json;

use crate::{
    cli::{
        CommandError, Output,
        document::{document, documents},
        output::shown,
    },
    proto::sdk::v1::{
        GetLedgerResponse, GetStatusResponse, LedgerAction, MigrationState, MigrationStatus,
    },
};

/// Writes all migrations in global order.
pub(super) fn write(status: &GetStatusResponse, out: &mut Output<'_>) -> io::Result<()> {
    let migrations = &status.migrations;
    out.either(&documents(migrations), |out| write_table(migrations, out))
}

fn write_table(status: &[MigrationStatus], out: &mut Output<'_>) -> io::Result<()> {
    let rows: Vec<_> = status
        .iter()
        .map(|migration| {
            vec![
                state(migration.state()).to_owned(),
                migration.stamp.clone(),
                migration.module.clone(),
                migration.name.clone(),
                shown(migration.applied_at.as_ref()),
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

/// The word of a state.
fn state(state: MigrationState) -> &'static str {
    match state {
        MigrationState::Unspecified => "unknown",
        MigrationState::Applied => "applied",
        MigrationState::Marked => "marked",
        MigrationState::Running => "running",
        MigrationState::Pending => "pending",
        MigrationState::Late => "late",
        MigrationState::Adopted => "adopted",
        MigrationState::Replaced => "replaced",
        MigrationState::Changed => "changed",
        MigrationState::Orphaned => "orphaned",
        MigrationState::Refused => "refused",
    }
}

/// Writes the order of application, and what was done otherwise than by applying.
pub(super) fn write_history(
    ledger: &GetLedgerResponse,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let mut told = document(ledger);
    // The tables are a document of their own.
    told["schema"] = serde_json::from_str(&ledger.schema).unwrap_or(Json::Null);
    Ok(out.either(&told, |out| write_entries(ledger, out))?)
}

fn write_entries(ledger: &GetLedgerResponse, out: &mut Output<'_>) -> io::Result<()> {
    let rows: Vec<_> = ledger
        .ledger
        .iter()
        .map(|entry| {
            let late = if entry.late { "late" } else { "" };
            vec![
                entry.position.to_string(),
                shown(entry.applied_at.as_ref()),
                entry.id.clone(),
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
    for event in &ledger.events {
        let reason = event.reason.as_deref().map(|it| format!(": {it}"));
        out.line(format_args!(
            "{}  {} {} by {}{}",
            shown(event.at.as_ref()),
            event.migration,
            in_words(event.action()),
            event.host,
            reason.unwrap_or_default(),
        ))?;
    }
    Ok(())
}

/// What was done, after the name of the migration.
pub(super) fn in_words(action: LedgerAction) -> &'static str {
    match action {
        LedgerAction::Unspecified => "changed",
        LedgerAction::MarkedApplied => "marked as applied",
        LedgerAction::MarkedPending => "marked as pending",
        LedgerAction::MarkedAccepted => "accepted as it is now",
        LedgerAction::TakenBack => "taken back",
        LedgerAction::Adopted => "put in the place of what it stands for",
        LedgerAction::Renamed => "renamed with its module",
    }
}
