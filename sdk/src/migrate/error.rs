//! Why a store cannot be brought to the declared schema.

use sdk_schema::{MigrationId, Name, PlanFaults};

use super::{Report, SchemaDifferences};
use crate::store::StoreError;

/// Why migrations could not be planned or applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// What is linked and what has been applied do not go together.
    #[error(transparent)]
    Plan(#[from] PlanFaults),
    /// A row of the ledger cannot be read.
    #[error("row `{row}` of table `sdk.migration`: {detail}")]
    Ledger {
        /// The key of the row.
        row: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A migration calls a step that the linked module does not have.
    #[error("migration {migration} runs step `{step}` at revision {revision}, but {found}")]
    NoStep {
        /// The migration.
        migration: MigrationId,
        /// The step it calls.
        step: Name,
        /// The revision it asks for.
        revision: u32,
        /// What the module has.
        found: String,
    },
    /// The store refused an operation; the migration was undone.
    #[error("migration {migration}, operation {number}: {source}")]
    Operation {
        /// The migration.
        migration: MigrationId,
        /// The number of the operation, from 1.
        number: usize,
        /// What the store says.
        source: Box<StoreError>,
    },
    /// A step failed; the migration was undone.
    #[error("migration {migration}, operation {number}: step `{step}`: {source:#}")]
    Step {
        /// The migration.
        migration: MigrationId,
        /// The number of the operation, from 1.
        number: usize,
        /// The step.
        step: Name,
        /// What the step says.
        source: anyhow::Error,
    },
    /// The migrations have produced something else than the modules declare.
    #[error(transparent)]
    Schema(#[from] SchemaDifferences),
    /// The store could not read or write the ledger.
    #[error("the ledger: {0}")]
    Store(#[from] StoreError),
}

/// A run that ended early: what was applied before, and what went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct Failure {
    /// What was applied and stays applied.
    pub report: Report,
    /// What went wrong.
    pub source: MigrateError,
}
