//! The plan: what is to be applied to one database, before anything runs.
//!
//! The **ledger** is the database's record of what was applied, in its own
//! order. A migration is **late** when one that comes after it in global order
//! has been applied: across modules that is planned and said (a module that is
//! linked later brings its whole chain), within a module it is refused unless
//! allowed by name. An **orphaned** entry belongs to a module that is not linked.
//! A **squash** is **adopted** by a database that has applied all that it stands
//! for. A migration whose steps were interrupted is **resumed**.
//!
//! Invariants: every migration of the binary is planned, adopted, applied or a
//! fault, never skipped; a plan exists only if the ledger agrees with the binary.

mod down;
mod fault;
mod judge;
mod ledger;
mod preview;
mod renamed;
mod status;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use down::{DownFault, DownFaults, DownPlan, TakenBack};
pub use fault::{PlanFault, PlanFaults};
pub use ledger::{EntryState, LedgerEntry, Progress};
pub use preview::{
    MigrationIdParts, Preview, PreviewedMigration, PreviewedOperation, PreviewedSquash, Work,
};
pub use renamed::ModuleRename;
pub use status::{MigrationState, MigrationStatus, status};

use crate::{Application, Checksum, FoldedSchema, Migration, MigrationId};
use judge::{Verdict, judge};

/// A migration that is to be applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// The migration.
    #[serde(flatten)]
    pub migration: Migration,
    /// The checksum of its file.
    pub checksum: Checksum,
    /// Whether one that comes later in global order has been applied.
    pub late: bool,
    /// Where it goes on, if it was interrupted between two batches of a step.
    pub resumes: Option<Resumed>,
}

/// Where an interrupted migration goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// Its position in the ledger.
    pub position: u64,
    /// How far it came.
    pub progress: Progress,
    /// How long it took until then.
    pub duration_ms: u64,
}

/// A squash that takes the place of what it stands for, all of which was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Adopted {
    /// The squash.
    pub migration: MigrationId,
    /// The checksum of its file.
    pub checksum: Checksum,
    /// The entries whose place it takes, in the order of application.
    pub replaces: Vec<LedgerEntry>,
}

/// What is to be applied to a database.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Plan {
    /// Modules that have another name than when they were applied.
    pub renamed: Vec<ModuleRename>,
    /// Squashes that take the place of applied migrations.
    pub adopted: Vec<Adopted>,
    /// The migrations in global order.
    pub pending: Vec<Planned>,
    /// What modules applied that are no longer linked.
    pub orphaned: Vec<LedgerEntry>,
}

impl Plan {
    /// Holds the ledger against the application. `allow_late` names migrations
    /// that may be applied although their module has moved past them.
    pub fn new(
        app: &Application,
        ledger: &[LedgerEntry],
        allow_late: &[MigrationId],
    ) -> Result<Self, PlanFaults> {
        let mut plan = Self::default();
        let unknown = allow_late.iter().filter(|id| app.migration(id).is_none());
        let mut faults: Vec<_> = unknown
            .map(|id| PlanFault::AllowedUnknown {
                migration: id.clone(),
            })
            .collect();
        let (ledger, renamed) = renamed::with_present_names(app, ledger, &mut faults);
        plan.renamed = renamed;
        for judged in judge(app, &ledger, allow_late) {
            match judged.verdict {
                Verdict::Applied(..) | Verdict::Replaced { .. } => {}
                Verdict::Adopted { migration, entries } => plan.adopted.push(Adopted {
                    migration: migration.id.clone(),
                    checksum: migration.checksum(),
                    replaces: entries.into_iter().cloned().collect(),
                }),
                Verdict::Pending {
                    migration,
                    late,
                    resumes,
                } => plan.pending.push(Planned {
                    checksum: migration.checksum(),
                    migration: migration.clone(),
                    late,
                    resumes,
                }),
                Verdict::Orphaned(entry) => plan.orphaned.push(entry.clone()),
                Verdict::Fault { fault, .. } => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(plan)
        } else {
            Err(PlanFaults(faults))
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.renamed.is_empty() && self.adopted.is_empty() && self.pending.is_empty()
    }

    /// Checks that this database ends with the schema of a fresh one, although
    /// it got its migrations in its own order: first those of the ledger by
    /// position, then those of the plan.
    pub fn check_replay(
        &self,
        app: &Application,
        ledger: &[LedgerEntry],
    ) -> Result<(), PlanFaults> {
        let order = self.replay(app, ledger);
        if order.iter().map(|migration| &migration.id).eq(&app.order) {
            return Ok(());
        }
        let mut folded = FoldedSchema::new();
        for migration in order {
            folded
                .apply_migration(migration)
                .map_err(|fault| PlanFaults(vec![PlanFault::ReplayFails(fault)]))?;
        }
        let differences = folded.schema().differences(&app.schema).into_iter();
        let faults: Vec<_> = differences
            .map(|difference| PlanFault::ReplayDiffers { difference })
            .collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(PlanFaults(faults))
        }
    }

    /// The migrations in the order in which this database gets them.
    fn replay<'a>(&'a self, app: &'a Application, ledger: &[LedgerEntry]) -> Vec<&'a Migration> {
        let (ledger, _) = renamed::with_present_names(app, ledger, &mut Vec::new());
        let adopted = self.adopted.iter().filter_map(|adopted| {
            let position = adopted.replaces.last()?.position;
            Some((position, app.migration(&adopted.migration)?))
        });
        let done = ledger.iter().filter(|entry| !entry.is_running());
        let mut applied: Vec<_> = done
            .filter_map(|entry| Some((entry.position, app.migration(&entry.id)?)))
            .chain(adopted)
            .collect();
        applied.sort_by_key(|(position, _)| *position);
        let applied = applied.into_iter().map(|(_, migration)| migration);
        applied
            .chain(self.pending.iter().map(|planned| &planned.migration))
            .collect()
    }
}
