//! Takes migrations back by the inverses of their operations.

use sdk_schema::{DownPlan, MigrationId, Operation, Run, Stamp, TakenBack};
use serde::Serialize;

use super::{
    Event, EventAction, MigrateError, MigrationEvent, Migrator, StepCode, Watch,
    batch::{Batch, RowCall},
    event, ledger,
};
use crate::store::WriteTx;

/// What taking migrations back has done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct DownReport {
    /// The migrations that were taken back, in the order in which that was done.
    pub taken_back: Vec<MigrationId>,
}

impl Migrator<'_> {
    /// Plans to take back every migration that is newer than `to`. Writes nothing.
    ///
    /// # Errors
    /// Says of everything why it cannot be taken back.
    pub async fn plan_down(&self, to: Stamp) -> Result<DownPlan, MigrateError> {
        let entries = ledger::read(self.store).await?;
        let plan = DownPlan::new(self.application, &entries, to)?;
        for taken in &plan.migrations {
            for operation in &taken.operations {
                if let Operation::Run(run) = operation {
                    self.steps.find(&taken.id, run, &run.step, run.revision)?;
                }
            }
        }
        Ok(plan)
    }

    /// Takes migrations back, one transaction for each, and writes down that it
    /// was done. The binary still has them: the next start applies them again.
    ///
    /// # Errors
    /// Stops at the first migration that fails, which stays as it was.
    pub async fn down(
        &self,
        plan: &DownPlan,
        watch: Watch<'_>,
    ) -> Result<DownReport, MigrateError> {
        let mut report = DownReport::default();
        let of = plan.migrations.len();
        for (number, taken) in (1..).zip(&plan.migrations) {
            let migration = &taken.id;
            watch(Event::Begins {
                migration,
                number,
                of,
            });
            let write = self
                .store
                .write_alone(async |tx: &mut WriteTx<'_>| self.take_back(tx, taken).await);
            write.await?;
            watch(Event::TakenBack(migration));
            report.taken_back.push(migration.clone());
        }
        Ok(report)
    }

    async fn take_back(&self, tx: &mut WriteTx<'_>, taken: &TakenBack) -> Result<(), MigrateError> {
        for (number, operation) in (1..).zip(&taken.operations) {
            if let Operation::Run(run) = operation {
                self.run_inverse(tx, taken, number, run).await?;
                continue;
            }
            tx.apply(&taken.id.module, operation)
                .await
                .map_err(|source| MigrateError::Inverse {
                    migration: taken.id.clone(),
                    words: operation.describe(),
                    source: Box::new(source),
                })?;
        }
        ledger::remove(tx, &taken.id).await?;
        let action = EventAction::TakenBack;
        let told = MigrationEvent::new(self.clock, &taken.id, action, self.host);
        Ok(event::record(tx, &told).await?)
    }

    /// Runs a step that takes another one back, for all rows in one transaction.
    async fn run_inverse(
        &self,
        tx: &mut WriteTx<'_>,
        taken: &TakenBack,
        number: usize,
        run: &Run,
    ) -> Result<(), MigrateError> {
        let step = self.steps.find(&taken.id, run, &run.step, run.revision)?;
        match step.code {
            StepCode::Once(code) => code(tx).await.map_err(|source| MigrateError::Step {
                migration: taken.id.clone(),
                number,
                step: run.step.clone(),
                source,
            }),
            StepCode::EachRow {
                run: code,
                batch_rows,
            } => {
                let call = RowCall {
                    migration: &taken.id,
                    number,
                    run,
                    code,
                    batch_rows,
                };
                let mut from: Option<String> = None;
                loop {
                    let Batch { after, .. } = call.batch(tx, from.as_deref()).await?;
                    match after {
                        Some(after) => from = Some(after),
                        None => return Ok(()),
                    }
                }
            }
        }
    }
}
