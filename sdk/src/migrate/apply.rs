//! Carries out a plan.

use std::path::PathBuf;

use sdk_schema::{Application, Migration, MigrationId, Operation, Plan, Planned};
use serde::Serialize;

use super::{Failure, MigrateError, StepCode, Steps, compare, ledger};
use crate::{
    clock::{Clock, between},
    store::{Store, WriteTx},
};

/// The version that the ledger names as the one which applied a migration.
const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that were applied, in their order.
    pub applied: Vec<Applied>,
    /// The copy of the store as it was before, if the caller has made one.
    #[serde(serialize_with = "shown")]
    pub snapshot: Option<PathBuf>,
    /// Migrations in the ledger that no linked module has any more.
    pub orphaned: Vec<MigrationId>,
}

/// Writes a path as it is shown: not every path is UTF-8.
#[expect(clippy::ref_option, reason = "serde hands the field over so")]
fn shown<S: serde::Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    path.as_ref()
        .map(|path| path.display().to_string())
        .serialize(to)
}

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// Which one.
    pub id: MigrationId,
    /// How many operations it has.
    pub operations: usize,
    /// Whether a newer migration had been applied before it.
    pub late: bool,
    /// How long it took.
    pub duration_ms: u64,
}

/// Applies a plan, one transaction for each migration, and compares the
/// outcome with what the modules declare.
///
/// # Errors
/// Stops at the first migration that fails. It leaves nothing behind; those
/// before it stay applied and are in the failure's report.
pub async fn apply(
    store: &Store,
    application: &Application,
    steps: &Steps,
    plan: &Plan,
    clock: &Clock,
) -> Result<Report, Failure> {
    let mut report = Report {
        applied: Vec::with_capacity(plan.pending.len()),
        snapshot: None,
        orphaned: plan.orphaned.iter().map(|entry| entry.id.clone()).collect(),
    };
    match run(store, application, steps, plan, clock, &mut report).await {
        Ok(()) => Ok(report),
        Err(source) => Err(Failure { report, source }),
    }
}

async fn run(
    store: &Store,
    application: &Application,
    steps: &Steps,
    plan: &Plan,
    clock: &Clock,
    report: &mut Report,
) -> Result<(), MigrateError> {
    steps.check(plan)?;
    let mut position = ledger::read(store)
        .await?
        .last()
        .map_or(0, |entry| entry.position);
    for planned in &plan.pending {
        position += 1;
        let applied = store
            .write(async |tx| apply_one(tx, steps, planned, position, clock).await)
            .await?;
        report.applied.push(applied);
    }
    Ok(compare(application, &store.schema().schema())?)
}

/// Applies one migration and enters it in the ledger.
async fn apply_one(
    tx: &mut WriteTx<'_>,
    steps: &Steps,
    planned: &Planned,
    position: u64,
    clock: &Clock,
) -> Result<Applied, MigrateError> {
    let migration = &planned.migration;
    let start = clock.now();
    for (index, operation) in migration.operations.iter().enumerate() {
        perform(tx, steps, migration, index + 1, operation).await?;
    }
    let applied_at = clock.now();
    let duration = between(start, applied_at).unwrap_or_default();
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let row = ledger::Migration {
        id: migration.id.to_string(),
        module: migration.id.module.to_string(),
        stamp: migration.id.stamp.to_string(),
        name: migration.id.name.to_string(),
        checksum: migration.checksum().to_string(),
        position,
        applied_at,
        duration_ms,
        tool_version: TOOL_VERSION.to_owned(),
        state: ledger::LedgerState::Applied,
        late: planned.late,
    };
    tx.insert(&row).await?;
    Ok(Applied {
        id: migration.id.clone(),
        operations: migration.operations.len(),
        late: planned.late,
        duration_ms,
    })
}

async fn perform(
    tx: &mut WriteTx<'_>,
    steps: &Steps,
    migration: &Migration,
    number: usize,
    operation: &Operation,
) -> Result<(), MigrateError> {
    if let Operation::Run(run) = operation {
        let found = steps.find(migration, &run.step, run.revision)?;
        let StepCode::Once(code) = found.code else {
            unreachable!("rows are not handed to steps yet")
        };
        return code(tx).await.map_err(|source| MigrateError::Step {
            migration: migration.id.clone(),
            number,
            step: run.step.clone(),
            source,
        });
    }
    let module = &migration.id.module;
    tx.apply(module, operation)
        .await
        .map_err(|source| MigrateError::Operation {
            migration: migration.id.clone(),
            number,
            source: Box::new(source),
        })
}
