//! The state of every migration, for people and programs to look at.

use serde::Serialize;

use super::{
    LedgerEntry, PlanFault,
    judge::{Judged, Verdict, judge},
};
use crate::{Application, Name, Stamp};

/// How a migration stands in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationState {
    /// It has been applied.
    Applied,
    /// It will be applied.
    Pending,
    /// It will be applied, after others that come later in global order.
    Late,
    /// It was changed after it had been applied.
    Changed,
    /// It was applied by a module that is no longer linked.
    Orphaned,
    /// It stands in the way of a start; the detail says why.
    Refused,
}

impl MigrationState {
    /// The word of the state, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Late => "late",
            Self::Changed => "changed",
            Self::Orphaned => "orphaned",
            Self::Refused => "refused",
        }
    }
}

impl std::fmt::Display for MigrationState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// One line of `migrate status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationStatus {
    /// The module.
    pub module: Name,
    /// When the migration was written.
    pub stamp: Stamp,
    /// The migration's name.
    pub name: Name,
    /// How it stands.
    pub state: MigrationState,
    /// What it does; empty when the binary does not have it.
    pub description: String,
    /// How manieth it was applied to this database, if it was.
    pub position: Option<u64>,
    /// What stands in the way, if anything does.
    pub detail: Option<String>,
}

/// The state of every migration of the application and of the ledger, in global order.
pub fn status(app: &Application, ledger: &[LedgerEntry]) -> Vec<MigrationStatus> {
    let judged = judge(app, ledger, &[]);
    judged.into_iter().map(describe).collect()
}

fn describe(judged: Judged<'_>) -> MigrationStatus {
    let (migration, entry, state, fault) = match judged.verdict {
        Verdict::Applied(migration, entry) => {
            (Some(migration), Some(entry), MigrationState::Applied, None)
        }
        Verdict::Pending { migration, late } => {
            let state = if late {
                MigrationState::Late
            } else {
                MigrationState::Pending
            };
            (Some(migration), None, state, None)
        }
        Verdict::Orphaned(entry) => (None, Some(entry), MigrationState::Orphaned, None),
        Verdict::Fault {
            migration,
            entry,
            fault,
        } => {
            let state = match fault {
                PlanFault::Changed { .. } => MigrationState::Changed,
                _ => MigrationState::Refused,
            };
            (migration, entry, state, Some(fault))
        }
    };
    MigrationStatus {
        module: judged.id.module.clone(),
        stamp: judged.id.stamp,
        name: judged.id.name.clone(),
        state,
        description: migration.map(|m| m.description.clone()).unwrap_or_default(),
        position: entry.map(|entry| entry.position),
        detail: fault.map(|fault| fault.to_string()),
    }
}
