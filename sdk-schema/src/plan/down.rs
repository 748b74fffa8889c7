//! Taking migrations back: the inverses of their operations, newest first.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{LedgerEntry, Plan, PlanFaults};
use crate::{
    Application, BUILT_IN_MODULE, Difference, FoldFault, FoldedSchema, MigrationId, Operation,
    Stamp,
};

/// Migrations that are to be taken back, in the order in which that is done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DownPlan {
    /// The migrations, the last applied first.
    pub migrations: Vec<TakenBack>,
}

/// A migration that is to be taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TakenBack {
    /// Which one.
    pub id: MigrationId,
    /// The operations that take it back, in their order.
    pub operations: Vec<Operation>,
}

/// Why migrations cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DownFault {
    /// An operation has no inverse.
    #[error(
        "migration `{migration}`, operation {operation}, cannot be taken back: {words} has no inverse"
    )]
    NoInverse {
        /// The migration.
        migration: MigrationId,
        /// The number of the operation, from 1.
        operation: usize,
        /// What it does.
        words: String,
    },
    /// A migration that stays needs what is to be taken back.
    #[error("what is to be taken back is needed by what stays: {0}")]
    Needed(FoldFault),
    /// The schema would be another one than that of the migrations that stay.
    #[error(
        "without these migrations the schema would not be that of those that stay: {difference}"
    )]
    Differs {
        /// What would differ.
        difference: Difference,
    },
    /// A migration is under way.
    #[error("migration `{migration}` was interrupted: apply it to its end first")]
    Running {
        /// The migration.
        migration: MigrationId,
    },
    /// The module is not linked, so that nobody knows what its migrations did.
    #[error("migration `{migration}` is newer, but its module is not linked")]
    Orphaned {
        /// The migration.
        migration: MigrationId,
    },
}

/// Every reason why migrations cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DownFaults {
    /// The ledger and the application do not go together.
    #[error(transparent)]
    Plan(#[from] PlanFaults),
    /// They cannot be taken back; one in each line.
    #[error("{}", lines(.0))]
    Down(Vec<DownFault>),
}

fn lines(faults: &[DownFault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl DownPlan {
    /// Plans to take back every migration that is newer than `to`, except the
    /// library's own.
    ///
    /// # Errors
    /// Says of everything why it cannot be taken back.
    pub fn new(app: &Application, ledger: &[LedgerEntry], to: Stamp) -> Result<Self, DownFaults> {
        Plan::new(app, ledger, &[]).or_else(only_late)?;
        let mut entries: Vec<_> = ledger.iter().collect();
        entries.sort_by_key(|entry| entry.position);
        let mut replay = Replay::default();
        for entry in &entries {
            replay.add(app, entry, to);
        }
        replay.finish(app, &entries)
    }
}

/// Late migrations stand in the way of applying, not of taking back.
fn only_late(faults: PlanFaults) -> Result<Plan, PlanFaults> {
    use super::PlanFault::LateInModule;
    if faults.0.iter().all(|it| matches!(it, LateInModule { .. })) {
        return Ok(Plan::default());
    }
    Err(faults)
}

/// The history of a database, followed to its end.
#[derive(Default)]
struct Replay {
    schema: FoldedSchema,
    doomed: BTreeSet<MigrationId>,
    plan: Vec<TakenBack>,
    faults: Vec<DownFault>,
}

impl Replay {
    fn add(&mut self, app: &Application, entry: &LedgerEntry, to: Stamp) {
        let id = &entry.id;
        let is_doomed = id.stamp > to && id.module != BUILT_IN_MODULE;
        let migration = id.clone();
        if entry.is_running() {
            return self.faults.push(DownFault::Running { migration });
        }
        let Some(found) = app.migration(id) else {
            if is_doomed {
                self.faults.push(DownFault::Orphaned { migration });
            }
            return;
        };
        let mut operations = Vec::new();
        for (number, operation) in (1..).zip(&found.operations) {
            let inverse = operation.inverse(&self.schema, &id.module);
            match inverse {
                Some(inverse) => operations.push(inverse),
                None if is_doomed => self.faults.push(DownFault::NoInverse {
                    migration: id.clone(),
                    operation: number,
                    words: operation.describe(),
                }),
                None => {}
            }
            // The plan has been checked: what was applied folds.
            let _ = self.schema.apply(&id.module, operation);
        }
        if is_doomed {
            let operations = operations.into_iter().rev().flatten().collect();
            self.doomed.insert(id.clone());
            self.plan.push(TakenBack {
                id: id.clone(),
                operations,
            });
        }
    }

    fn finish(
        mut self,
        app: &Application,
        entries: &[&LedgerEntry],
    ) -> Result<DownPlan, DownFaults> {
        if self.faults.is_empty() {
            self.plan.reverse();
            self.check(app, entries);
        }
        if self.faults.is_empty() {
            Ok(DownPlan {
                migrations: self.plan,
            })
        } else {
            Err(DownFaults::Down(self.faults))
        }
    }

    /// Checks that the inverses can be applied and lead to the schema of what stays.
    fn check(&mut self, app: &Application, entries: &[&LedgerEntry]) {
        let mut after = self.schema.clone();
        for taken in &self.plan {
            for (number, operation) in (1..).zip(&taken.operations) {
                if let Err(source) = after.apply(&taken.id.module, operation) {
                    return self.faults.push(DownFault::Needed(FoldFault {
                        migration: taken.id.clone(),
                        operation: number,
                        source: Box::new(source),
                    }));
                }
            }
        }
        let mut kept = FoldedSchema::new();
        let stays = entries.iter().filter(|it| !self.doomed.contains(&it.id));
        for migration in stays.filter_map(|entry| app.migration(&entry.id)) {
            if let Err(fault) = kept.apply_migration(migration) {
                return self.faults.push(DownFault::Needed(fault));
            }
        }
        let differences = after.schema().differences(&kept.schema());
        let faults = differences.into_iter();
        self.faults
            .extend(faults.map(|difference| DownFault::Differs { difference }));
    }
}
