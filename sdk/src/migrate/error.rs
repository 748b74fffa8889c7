//! Why a store cannot be brought to the declared schema.

use sdk_schema::{DownFaults, MigrationId, Name, PlanFaults};

use super::{MarkError, Report, SchemaDifferences};
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
    /// What takes an operation back was refused; the migration stays.
    #[error("migration {migration} cannot be taken back: {words}: {source}")]
    Inverse {
        /// The migration.
        migration: MigrationId,
        /// What was to be done.
        words: String,
        /// What the store says.
        source: Box<StoreError>,
    },
    /// Migrations cannot be taken back.
    #[error(transparent)]
    Down(#[from] DownFaults),
    /// A migration cannot be marked so.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// A step failed on a row; its batch was undone, the batches before it stay.
    #[error(transparent)]
    Row(Box<RowFailure>),
    /// The migrations have produced something else than the modules declare.
    #[error(transparent)]
    Schema(#[from] SchemaDifferences),
    /// The store could not read or write the ledger.
    #[error("the ledger: {0}")]
    Store(#[from] StoreError),
}

/// A step that failed on a row.
#[derive(Debug, thiserror::Error)]
#[error(
    "migration {migration}, operation {number}: step `{step}`, row {key} of `{table}`: {source:#}"
)]
pub struct RowFailure {
    /// The migration.
    pub migration: MigrationId,
    /// The number of the operation, from 1.
    pub number: usize,
    /// The step.
    pub step: Name,
    /// The full name of the table.
    pub table: String,
    /// The key of the row.
    pub key: String,
    /// What the step, or the store, says.
    pub source: anyhow::Error,
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
