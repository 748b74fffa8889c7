//! The state of every migration, for people and programs to look at.

use serde::Serialize;

use super::{
    EntryState, LedgerEntry, PlanFault, Progress,
    judge::{Judged, Verdict, judge},
    renamed::with_present_names,
};
use crate::{Application, Checksum, Migration, MigrationId, Name, Operation, Stamp, Timestamp};

/// How a migration stands in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationState {
    /// It has been applied.
    Applied,
    /// Somebody has said that it is applied.
    Marked,
    /// It was interrupted between two batches of a step, or is under way.
    Running,
    /// It will be applied.
    Pending,
    /// It will be applied, after others that come later in global order.
    Late,
    /// It stands for migrations that have all been applied, and will take their place.
    Adopted,
    /// A squash will take its place.
    Replaced,
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
            Self::Marked => "marked",
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Late => "late",
            Self::Adopted => "adopted",
            Self::Replaced => "replaced",
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

/// One line of `migrate status`: all that a person wants to see of a migration.
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
    /// Its operations in words; empty when the binary does not have it.
    pub operations: Vec<String>,
    /// The checksum of the binary's file, if there is one.
    pub checksum: Option<Checksum>,
    /// How manieth it is in global order, from 1, if the binary has it.
    pub order: Option<usize>,
    /// Its place in the order of application to this database, if it was applied.
    pub position: Option<u64>,
    /// Whether one that comes later in global order was applied before it.
    pub late: bool,
    /// When it was applied, or last went on.
    pub applied_at: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// The version of its module that was applied.
    pub module_version: Option<String>,
    /// The host that applied it, with its version.
    pub host: Option<String>,
    /// The version of the library that applied it.
    pub sdk_version: Option<String>,
    /// How far it has come, if it is running.
    pub progress: Option<Progress>,
    /// What stands in the way, or what there is to know.
    pub detail: Option<String>,
}

/// The state of every migration of the application and of the ledger, in global order.
pub fn status(app: &Application, ledger: &[LedgerEntry]) -> Vec<MigrationStatus> {
    let mut faults = Vec::new();
    let (ledger, _) = with_present_names(app, ledger, &mut faults);
    let judged = judge(app, &ledger, &[]);
    judged
        .into_iter()
        .map(|judged| describe(app, judged, &faults))
        .collect()
}

fn describe(app: &Application, judged: Judged<'_>, faults: &[PlanFault]) -> MigrationStatus {
    let id = judged.id;
    let mut status = MigrationStatus {
        order: app.position(id).map(|position| position + 1),
        ..MigrationStatus::unknown(id)
    };
    match judged.verdict {
        Verdict::Applied(migration, entry) => {
            status.state = MigrationState::Applied;
            status.describe(migration).tell(entry);
        }
        Verdict::Pending {
            migration,
            late,
            resumes,
        } => {
            status.late = late;
            status.state = match (&resumes, late) {
                (Some(_), _) => MigrationState::Running,
                (None, true) => MigrationState::Late,
                (None, false) => MigrationState::Pending,
            };
            status.position = resumes.as_ref().map(|resumed| resumed.position);
            status.progress = resumes.map(|resumed| resumed.progress);
            status.describe(migration);
        }
        Verdict::Adopted { migration, entries } => {
            status.state = MigrationState::Adopted;
            let count = entries.len();
            status.detail = Some(format!("takes the place of {count} that were applied"));
            status.describe(migration);
        }
        Verdict::Replaced { entry, by } => {
            status.state = MigrationState::Replaced;
            status.detail = Some(format!("`{by}` will take its place"));
            status.tell(entry);
        }
        Verdict::Orphaned(entry) => {
            status.state = MigrationState::Orphaned;
            status.detail = Some(format!(
                "module `{}` is not linked; its tables stay as they are",
                id.module
            ));
            status.tell(entry);
        }
        Verdict::Fault {
            migration,
            entry,
            fault,
        } => {
            status.state = match fault {
                PlanFault::Changed { .. } => MigrationState::Changed,
                _ => MigrationState::Refused,
            };
            status.detail = Some(fault.to_string());
            if let Some(migration) = migration {
                status.describe(migration);
            }
            if let Some(entry) = entry {
                status.tell(entry);
            }
        }
    }
    let of_module = |fault: &&PlanFault| match fault {
        PlanFault::RenamedTwice { module, .. } => *module == id.module,
        _ => false,
    };
    if let Some(fault) = faults.iter().find(of_module) {
        status.state = MigrationState::Refused;
        status.detail = Some(fault.to_string());
    }
    status
}

impl MigrationStatus {
    /// Of which nothing is known but its identity.
    fn unknown(id: &MigrationId) -> Self {
        Self {
            module: id.module.clone(),
            stamp: id.stamp,
            name: id.name.clone(),
            state: MigrationState::Pending,
            description: String::new(),
            operations: Vec::new(),
            checksum: None,
            order: None,
            position: None,
            late: false,
            applied_at: None,
            duration_ms: None,
            module_version: None,
            host: None,
            sdk_version: None,
            progress: None,
            detail: None,
        }
    }

    /// Adds what the binary says.
    fn describe(&mut self, migration: &Migration) -> &mut Self {
        self.description.clone_from(&migration.description);
        let operations = migration.operations.iter();
        self.operations = operations.map(Operation::describe).collect();
        self.checksum = Some(migration.checksum());
        self
    }

    /// Adds what the ledger says.
    fn tell(&mut self, entry: &LedgerEntry) {
        self.position = Some(entry.position);
        self.late = entry.late;
        self.applied_at = Some(entry.applied_at);
        self.duration_ms = Some(entry.duration_ms);
        self.module_version.clone_from(&entry.module_version);
        self.host.clone_from(&entry.host);
        self.sdk_version = Some(entry.sdk_version.clone());
        match &entry.state {
            EntryState::Marked if self.state == MigrationState::Applied => {
                self.state = MigrationState::Marked;
            }
            EntryState::Applied | EntryState::Marked => {}
            EntryState::Running(progress) => self.progress = Some(progress.clone()),
        }
    }
}
