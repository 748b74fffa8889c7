//! One transaction of a migration: all of it, or what lies before the end of a
//! batch of rows.

use std::time::Duration;

use sdk_schema::{EntryState, LedgerEntry, Operation, Planned, Progress, Run, Timestamp};

use super::{
    Applied, MigrateError, Migrator, StepCode,
    apply::TOOL_VERSION,
    batch::{Batch, RowCall},
    ledger,
};
use crate::{
    clock::between,
    store::{StoreError, WriteTx},
};

/// What one transaction has come to.
pub(super) enum Portion {
    /// The migration is applied.
    Done(Applied),
    /// A batch of rows is done, and there are more.
    More {
        progress: Progress,
        /// How many rows the table has.
        of: u64,
    },
}

/// A migration under way.
#[derive(Clone, Copy)]
pub(super) struct Course<'a> {
    pub(super) planned: &'a Planned,
    pub(super) position: u64,
    /// When this run of it began.
    pub(super) started: Timestamp,
    /// How long earlier runs of it took.
    pub(super) before_ms: u64,
}

impl Migrator<'_> {
    /// Goes on with a migration in a transaction, and enters in the ledger how
    /// far it came.
    pub(super) async fn portion(
        &self,
        tx: &mut WriteTx<'_>,
        course: Course<'_>,
        from: &Progress,
    ) -> Result<Portion, MigrateError> {
        let migration = &course.planned.migration;
        let mut progress = from.clone();
        while let Some(operation) = migration.operations.get(progress.operations) {
            if let Some(call) = self.row_call(course.planned, progress.operations)? {
                let Batch { rows, after } = call.batch(tx, progress.after.as_deref()).await?;
                progress.rows += rows;
                if after.is_some() {
                    progress.after = after;
                    let of = tx.row_count(&call.table())?;
                    self.enter(tx, course, EntryState::Running(progress.clone()))
                        .await?;
                    return Ok(Portion::More { progress, of });
                }
            } else {
                self.perform(tx, course.planned, progress.operations, operation)
                    .await?;
            }
            progress = Progress {
                operations: progress.operations + 1,
                rows: 0,
                after: None,
            };
        }
        let duration_ms = self.enter(tx, course, EntryState::Applied).await?;
        Ok(Portion::Done(Applied {
            id: migration.id.clone(),
            operations: migration.operations.len(),
            late: course.planned.late,
            duration_ms,
        }))
    }

    /// The call of a step for each row that an operation is, if it is one.
    pub(super) fn row_call<'p>(
        &self,
        planned: &'p Planned,
        operation: usize,
    ) -> Result<Option<RowCall<'p>>, MigrateError> {
        let migration = &planned.migration;
        let Some(Operation::Run(run)) = migration.operations.get(operation) else {
            return Ok(None);
        };
        let step = self
            .steps
            .find(&migration.id, run, &run.step, run.revision)?;
        Ok(match step.code {
            StepCode::Once(_) => None,
            StepCode::EachRow {
                run: code,
                batch_rows,
            } => Some(RowCall {
                migration: &migration.id,
                number: operation + 1,
                run,
                code,
                batch_rows,
            }),
        })
    }

    async fn perform(
        &self,
        tx: &mut WriteTx<'_>,
        planned: &Planned,
        position: usize,
        operation: &Operation,
    ) -> Result<(), MigrateError> {
        let (migration, number) = (&planned.migration.id, position + 1);
        if let Operation::Run(run) = operation {
            return self.run_once(tx, planned, number, run).await;
        }
        tx.apply(&migration.module, operation)
            .await
            .map_err(|source| MigrateError::Operation {
                migration: migration.clone(),
                number,
                source: Box::new(source),
            })
    }

    async fn run_once(
        &self,
        tx: &mut WriteTx<'_>,
        planned: &Planned,
        number: usize,
        run: &Run,
    ) -> Result<(), MigrateError> {
        let migration = &planned.migration.id;
        let step = self.steps.find(migration, run, &run.step, run.revision)?;
        let done = match step.code {
            StepCode::Once(code) => code(tx).await,
            // Rows are handed to it elsewhere.
            StepCode::EachRow { .. } => Ok(()),
        };
        done.map_err(|source| MigrateError::Step {
            migration: migration.clone(),
            number,
            step: run.step.clone(),
            source,
        })
    }

    /// Enters what has become of a migration; returns how long it took so far.
    pub(super) async fn enter(
        &self,
        tx: &mut WriteTx<'_>,
        course: Course<'_>,
        state: EntryState,
    ) -> Result<u64, StoreError> {
        let id = &course.planned.migration.id;
        let now = self.clock.now();
        let duration = between(course.started, now).unwrap_or_default();
        let duration_ms = course.before_ms.saturating_add(millis(duration));
        let entry = LedgerEntry {
            state,
            late: course.planned.late,
            applied_at: now,
            duration_ms,
            sdk_version: TOOL_VERSION.to_owned(),
            module_version: self.module_version(id),
            host: Some(self.host.to_owned()),
            ..LedgerEntry::new(id.clone(), course.planned.checksum, course.position)
        };
        ledger::enter(tx, &entry).await?;
        Ok(duration_ms)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
