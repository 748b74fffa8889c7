//! What a database says of the migrations that it has got.

use serde::{Deserialize, Serialize};

use crate::{Checksum, MigrationId, Timestamp};

/// What the ledger says of one migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The migration.
    pub id: MigrationId,
    /// Its checksum when it was applied.
    pub checksum: Checksum,
    /// Its place in the order of application, ascending.
    pub position: u64,
    /// What became of it.
    pub state: EntryState,
    /// Whether one that comes later in global order had been applied before.
    pub late: bool,
    /// When it was applied, or last went on.
    pub applied_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// The version of the library that applied it.
    pub sdk_version: String,
    /// The version of its module, unless it was applied before that was written down.
    pub module_version: Option<String>,
    /// The host that applied it, with its version.
    pub host: Option<String>,
}

/// What became of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// It was applied as a whole.
    Applied,
    /// It was interrupted between two batches of a step, or is under way.
    Running(Progress),
    /// Somebody has said that it is applied.
    Marked,
}

/// How far a migration has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// How many of its operations are done.
    pub operations: usize,
    /// How many rows the step under way has been called for.
    pub rows: u64,
    /// The last of these rows, as the store names it.
    pub after: Option<String>,
}

impl LedgerEntry {
    /// An entry of which no more is known.
    pub fn new(id: MigrationId, checksum: Checksum, position: u64) -> Self {
        Self {
            id,
            checksum,
            position,
            state: EntryState::Applied,
            late: false,
            applied_at: chrono::DateTime::UNIX_EPOCH.into(),
            duration_ms: 0,
            sdk_version: String::new(),
            module_version: None,
            host: None,
        }
    }

    /// Whether it has not come to its end.
    pub fn is_running(&self) -> bool {
        matches!(self.state, EntryState::Running(_))
    }
}
