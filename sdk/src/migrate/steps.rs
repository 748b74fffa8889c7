//! The steps of all linked modules, found by module and name.

use std::{collections::BTreeMap, pin::Pin};

use sdk_schema::{MigrationId, Name, Operation, Plan, Row, Run};

use super::MigrateError;
use crate::store::WriteTx;

/// What a step's function returns.
pub type StepFuture<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// The function of a step that is called once, inside the transaction of its
/// migration.
pub type StepFn = for<'a, 't> fn(&'a mut WriteTx<'t>) -> StepFuture<'a>;

/// The function of a step that is called for each row of a table. What it makes
/// of the row is written; what else it does goes through the transaction, which
/// is that of a batch.
pub type RowStepFn = for<'a, 't> fn(&'a mut WriteTx<'t>, &'a mut Row) -> StepFuture<'a>;

/// How many rows a batch has unless the step says otherwise.
pub const BATCH_ROWS: u32 = 1000;

/// Rust code that a migration can call, as a module lists it.
#[derive(Debug, Clone, Copy)]
pub struct StepDeclaration {
    /// Its name, unique in the module.
    pub name: &'static str,
    /// Which version of the code this is; migrations name the one they need.
    pub revision: u32,
    /// The code.
    pub code: StepCode,
}

/// The code of a step.
#[derive(Debug, Clone, Copy)]
pub enum StepCode {
    /// Is called once.
    Once(StepFn),
    /// Is called for each row of a table.
    EachRow {
        /// The function.
        run: RowStepFn,
        /// How many rows are one transaction.
        batch_rows: u32,
    },
}

/// The steps of all linked modules.
#[derive(Debug, Clone, Default)]
pub struct Steps(BTreeMap<(&'static str, &'static str), StepDeclaration>);

impl Steps {
    /// Adds the steps that `module` lists.
    pub fn add(&mut self, module: &'static str, steps: &[StepDeclaration]) {
        self.0
            .extend(steps.iter().map(|step| ((module, step.name), *step)));
    }

    /// Checks that all steps which a plan calls are there at the revision that
    /// it asks for, so that no migration fails half-way through a run.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), MigrateError> {
        let calls = plan.pending.iter().flat_map(|planned| {
            let operations = planned.migration.operations.iter();
            operations.map(|operation| (&planned.migration, operation))
        });
        for (migration, operation) in calls {
            if let Operation::Run(run) = operation {
                self.find(&migration.id, run, &run.step, run.revision)?;
            }
        }
        Ok(())
    }

    /// The step of that name and revision, made for the manner of the call `run`.
    pub(super) fn find(
        &self,
        migration: &MigrationId,
        run: &Run,
        step: &Name,
        revision: u32,
    ) -> Result<StepDeclaration, MigrateError> {
        let module = &migration.module;
        let mut listed = self.0.iter().filter(|((owner, _), _)| module == owner);
        let found = listed.find(|((_, name), _)| step == name).map(|(_, s)| *s);
        let rows = |found: &StepDeclaration| matches!(found.code, StepCode::EachRow { .. });
        let reason = match found {
            Some(found) if found.revision != revision => {
                format!("module `{module}` has it at revision {}", found.revision)
            }
            Some(found) if rows(&found) != run.table.is_some() => {
                let takes = if rows(&found) { "a row" } else { "no row" };
                format!("its function takes {takes}")
            }
            Some(found) => return Ok(found),
            None => format!("module `{module}` lists no such step"),
        };
        Err(MigrateError::NoStep {
            migration: migration.clone(),
            step: step.clone(),
            revision,
            found: reason,
        })
    }
}
