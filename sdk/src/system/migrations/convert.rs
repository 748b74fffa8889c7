//! What migrations have done and will do, as it travels.

use std::collections::BTreeMap;

use sdk_schema::{
    Break, CompatibilityReport, EntryState, Lint, MigrationId, ModuleRename, Preview,
    PreviewedMigration, PreviewedOperation, Progress, Work,
};
use serde_json::Value as Json;

use crate::{
    migrate::{self, Event, EventAction, Moment},
    proto::sdk::v1 as wire,
    rpc::{Failure, time},
    system::rows::json_to_wire,
};

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

/// The states of migrations.
pub(crate) fn status_of(status: &[sdk_schema::MigrationStatus]) -> wire::GetStatusResponse {
    wire::GetStatusResponse {
        migrations: status.iter().map(status_of_one).collect(),
    }
}

fn status_of_one(status: &sdk_schema::MigrationStatus) -> wire::MigrationStatus {
    wire::MigrationStatus {
        module: status.module.to_string(),
        stamp: status.stamp.to_string(),
        name: status.name.to_string(),
        state: state(status.state).into(),
        description: status.description.clone(),
        operations: status.operations.clone(),
        checksum: status.checksum.map(|it| it.to_string()),
        order: status.order.map(|it| it as u64),
        position: status.position,
        late: status.late,
        applied_at: status.applied_at.map(time::to_message),
        duration_ms: status.duration_ms,
        module_version: status.module_version.clone(),
        host: status.host.clone(),
        sdk_version: status.sdk_version.clone(),
        progress: status.progress.as_ref().map(progress_of),
        detail: status.detail.clone(),
    }
}

fn state(state: sdk_schema::MigrationState) -> wire::MigrationState {
    use sdk_schema::MigrationState as State;
    match state {
        State::Applied => wire::MigrationState::Applied,
        State::Marked => wire::MigrationState::Marked,
        State::Running => wire::MigrationState::Running,
        State::Pending => wire::MigrationState::Pending,
        State::Late => wire::MigrationState::Late,
        State::Adopted => wire::MigrationState::Adopted,
        State::Replaced => wire::MigrationState::Replaced,
        State::Changed => wire::MigrationState::Changed,
        State::Orphaned => wire::MigrationState::Orphaned,
        State::Refused => wire::MigrationState::Refused,
    }
}

fn progress_of(progress: &Progress) -> wire::MigrationProgress {
    wire::MigrationProgress {
        operations: progress.operations as u64,
        rows: progress.rows,
        after: progress.after.clone(),
    }
}

/// A plan with what it means for the rows.
pub(crate) fn plan_of(preview: &Preview) -> wire::GetPlanResponse {
    let adopted = preview.adopted.iter().map(|squash| wire::AdoptedSquash {
        id: squash.id.to_string(),
        replaces: texts(&squash.replaces),
    });
    wire::GetPlanResponse {
        renamed: preview.renamed.iter().map(rename).collect(),
        adopted: adopted.collect(),
        pending: preview.pending.iter().map(planned).collect(),
        orphaned: texts(&preview.orphaned),
    }
}

fn rename(rename: &ModuleRename) -> wire::ModuleRename {
    wire::ModuleRename {
        from: rename.from.to_string(),
        to: rename.to.to_string(),
    }
}

fn planned(migration: &PreviewedMigration) -> wire::PlannedMigration {
    let id = &migration.id;
    let resumes = migration.resumes.as_ref();
    wire::PlannedMigration {
        module: id.module.to_string(),
        stamp: id.stamp.to_string(),
        name: id.name.to_string(),
        description: migration.description.clone(),
        checksum: migration.checksum.to_string(),
        late: migration.late,
        resumes: resumes.map(|it| progress_of(&it.progress)),
        operations: migration.operations.iter().map(operation).collect(),
        lints: migration.lints.iter().map(lint).collect(),
    }
}

fn operation(operation: &PreviewedOperation) -> wire::PlannedOperation {
    // An operation is data, which has a form as JSON.
    let json = serde_json::to_value(&operation.operation).unwrap_or(Json::Null);
    wire::PlannedOperation {
        operation: Some(json_to_wire(&json)),
        in_words: operation.in_words.clone(),
        rows: operation.rows,
        work: work(operation.work).into(),
    }
}

fn work(work: Work) -> wire::Work {
    match work {
        Work::Catalogue => wire::Work::Catalogue,
        Work::Reads => wire::Work::Reads,
        Work::Rewrites => wire::Work::Rewrites,
        Work::Removes => wire::Work::Removes,
        Work::Unknown => wire::Work::Unknown,
    }
}

fn lint(lint: &Lint) -> wire::Lint {
    wire::Lint {
        code: lint.code.to_string(),
        operation: lint.operation.map(|it| it as u64),
        message: lint.message.clone(),
        allowed: lint.allowed.clone(),
    }
}

/// What a run has done.
pub(crate) fn apply_report(report: &migrate::Report) -> wire::ApplyReport {
    let applied = report.applied.iter().map(|applied| wire::AppliedMigration {
        id: applied.id.to_string(),
        operations: applied.operations as u64,
        late: applied.late,
        duration_ms: applied.duration_ms,
    });
    let snapshot = report.snapshot.as_ref();
    wire::ApplyReport {
        renamed: report.renamed.iter().map(rename).collect(),
        adopted: texts(&report.adopted),
        applied: applied.collect(),
        online: texts(&report.online),
        snapshot: snapshot.map(|path| path.display().to_string()),
        orphaned: texts(&report.orphaned),
    }
}

/// How far a run has come, told by the events of it one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// How many migrations are done, and how many there are.
    migrations: (u64, u64),
}

/// What an event adds to what is known of a run; nothing when nobody need hear of it.
pub(crate) fn progress(told: &mut Told, event: &Event<'_>) -> Option<wire::ApplyResponse> {
    let (done, total, label, counts_rows) = match event {
        Event::Begins {
            migration,
            number,
            of,
        } => {
            told.migrations = (*number as u64 - 1, *of as u64);
            (
                told.migrations.0,
                told.migrations.1,
                migration.to_string(),
                false,
            )
        }
        Event::Rows {
            migration,
            step,
            done,
            of,
        } => {
            let (number, migrations) = (told.migrations.0 + 1, told.migrations.1);
            let label = format!("{number}/{migrations} {migration}, `{step}`");
            (*done, *of, label, true)
        }
        Event::Applied(applied) => {
            told.migrations.0 += 1;
            (
                told.migrations.0,
                told.migrations.1,
                applied.id.to_string(),
                false,
            )
        }
        Event::TakenBack(id) => {
            told.migrations.0 += 1;
            (told.migrations.0, told.migrations.1, id.to_string(), false)
        }
        _ => return None,
    };
    Some(wire::ApplyResponse {
        done,
        total,
        label,
        counts_rows,
        report: None,
    })
}

/// The ledger with what else there is to know of a store.
pub(super) fn ledger(
    moment: &Moment,
    events: &[migrate::MigrationEvent],
) -> Result<wire::GetLedgerResponse, Failure> {
    let events = events.iter().map(|event| wire::LedgerEvent {
        at: Some(time::to_message(event.at)),
        migration: event.migration.clone(),
        action: action(event.action).into(),
        reason: event.reason.clone(),
        before: event.before.clone(),
        host: event.host.clone(),
    });
    Ok(wire::GetLedgerResponse {
        ledger: moment.ledger.iter().map(entry).collect(),
        schema: serde_json::to_string(&moment.schema).map_err(Failure::internal)?,
        rows: moment.rows.clone(),
        events: events.collect(),
    })
}

fn entry(entry: &sdk_schema::LedgerEntry) -> wire::LedgerEntry {
    let (state, progress) = match &entry.state {
        EntryState::Applied => (wire::MigrationState::Applied, None),
        EntryState::Marked => (wire::MigrationState::Marked, None),
        EntryState::Running(progress) => {
            (wire::MigrationState::Running, Some(progress_of(progress)))
        }
    };
    wire::LedgerEntry {
        id: entry.id.to_string(),
        checksum: entry.checksum.to_string(),
        position: entry.position,
        state: state.into(),
        progress,
        late: entry.late,
        applied_at: Some(time::to_message(entry.applied_at)),
        duration_ms: entry.duration_ms,
        sdk_version: entry.sdk_version.clone(),
        module_version: entry.module_version.clone(),
        host: entry.host.clone(),
    }
}

/// The moment of a store that another process tells of.
///
/// # Errors
/// Says what cannot be read.
pub(crate) fn told(ledger: wire::GetLedgerResponse) -> Result<Moment, String> {
    let schema = serde_json::from_str(&ledger.schema);
    Ok(Moment {
        ledger: ledger
            .ledger
            .iter()
            .map(entry_told)
            .collect::<Result<_, _>>()?,
        schema: schema.map_err(|error| format!("its schema: {error}"))?,
        rows: ledger.rows.into_iter().collect::<BTreeMap<_, _>>(),
    })
}

fn entry_told(entry: &wire::LedgerEntry) -> Result<sdk_schema::LedgerEntry, String> {
    let refuse = |what: &str| format!("migration `{}`: {what}", entry.id);
    let id: MigrationId = entry
        .id
        .parse()
        .map_err(|error| refuse(&format!("{error}")))?;
    let checksum = serde_json::from_value(Json::String(entry.checksum.clone()));
    let checksum = checksum.map_err(|error| refuse(&error.to_string()))?;
    let progress = entry.progress.as_ref().map(|progress| Progress {
        operations: usize::try_from(progress.operations).unwrap_or(usize::MAX),
        rows: progress.rows,
        after: progress.after.clone(),
    });
    let state = match entry.state() {
        wire::MigrationState::Applied => EntryState::Applied,
        wire::MigrationState::Marked => EntryState::Marked,
        wire::MigrationState::Running => EntryState::Running(progress.unwrap_or_default()),
        other => return Err(refuse(&format!("state {}", other.as_str_name()))),
    };
    let at = entry.applied_at.as_ref();
    let at = at.and_then(|at| time::from_message("applied_at", at).ok());
    Ok(sdk_schema::LedgerEntry {
        state,
        late: entry.late,
        applied_at: at.ok_or_else(|| refuse("the time is missing"))?,
        duration_ms: entry.duration_ms,
        sdk_version: entry.sdk_version.clone(),
        module_version: entry.module_version.clone(),
        host: entry.host.clone(),
        ..sdk_schema::LedgerEntry::new(id, checksum, entry.position)
    })
}

/// What was done to the ledger.
pub(super) fn action(action: EventAction) -> wire::LedgerAction {
    match action {
        EventAction::MarkedApplied => wire::LedgerAction::MarkedApplied,
        EventAction::MarkedPending => wire::LedgerAction::MarkedPending,
        EventAction::MarkedAccepted => wire::LedgerAction::MarkedAccepted,
        EventAction::TakenBack => wire::LedgerAction::TakenBack,
        EventAction::Adopted => wire::LedgerAction::Adopted,
        EventAction::Renamed => wire::LedgerAction::Renamed,
    }
}

/// Whether an older binary could run on the schema of this one.
pub(super) fn compatibility(report: &CompatibilityReport) -> wire::CheckCompatibleResponse {
    let breaks = report.breaks.iter().map(|it: &Break| wire::Break {
        migration: it.migration.as_ref().map(ToString::to_string),
        operation: it.operation.map(|it| it as u64),
        code: it.code.map(|it| it.to_string()),
        message: it.message.clone(),
    });
    wire::CheckCompatibleResponse {
        compatible: report.compatible,
        breaks: breaks.collect(),
        new: texts(&report.new),
        unknown: texts(&report.unknown),
        changed: texts(&report.changed),
    }
}
