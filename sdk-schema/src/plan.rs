//! The plan: what is to be applied to one database, before anything runs.
//!
//! The **ledger** is the database's record of what was applied, in its own
//! order. A migration is **late** when one that comes after it in global order
//! has been applied: across modules that is planned and said (a module that is
//! linked later brings its whole chain), within a module it is refused unless
//! allowed by name. An **orphaned** entry belongs to a module that is not linked.
//!
//! Invariants: every migration of the binary is planned, applied or a fault,
//! never skipped; a plan exists only if the ledger agrees with the binary.

mod fault;
mod judge;
mod status;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use fault::{PlanFault, PlanFaults};
pub use status::{MigrationState, MigrationStatus, status};

use crate::{Application, Checksum, FoldedSchema, Migration, MigrationId};
use judge::{Verdict, judge};

/// What the ledger says of one applied migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// The migration.
    pub id: MigrationId,
    /// Its checksum when it was applied.
    pub checksum: Checksum,
    /// Its place in the order of application, ascending.
    pub position: u64,
}

/// A migration that is to be applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// The migration.
    #[serde(flatten)]
    pub migration: Migration,
    /// Whether one that comes later in global order has been applied.
    pub late: bool,
}

/// What is to be applied to a database.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Plan {
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
        for judged in judge(app, ledger, allow_late) {
            match judged.verdict {
                Verdict::Applied(..) => {}
                Verdict::Pending { migration, late } => plan.pending.push(Planned {
                    migration: migration.clone(),
                    late,
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
        let mut applied: Vec<_> = ledger.iter().collect();
        applied.sort_by_key(|entry| entry.position);
        let applied = applied
            .into_iter()
            .filter_map(|entry| app.migration(&entry.id));
        applied
            .chain(self.pending.iter().map(|planned| &planned.migration))
            .collect()
    }
}
