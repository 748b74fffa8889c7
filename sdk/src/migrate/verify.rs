//! Holds the store, its ledger and the binary against each other.

use sdk_schema::{Plan, PlanFault, PlanFaults};
use serde::Serialize;

use super::{MigrateError, Migrator, compare, ledger};

/// What was found, check by check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The checks in the order in which they were made.
    pub checks: Vec<Check>,
}

/// One check and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// What is checked.
    pub check: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// What was found, a line each.
    pub found: Vec<String>,
}

impl Verification {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

impl Check {
    fn new(check: &'static str, faults: Vec<String>, sound: String) -> Self {
        Self {
            check,
            holds: faults.is_empty(),
            found: if faults.is_empty() {
                vec![sound]
            } else {
                faults
            },
        }
    }
}

impl Migrator<'_> {
    /// Checks that what was applied is what the binary has, that nothing is left
    /// half done, that the order in which this store got its migrations makes the
    /// schema of a fresh one, and that the tables are as declared. Writes nothing.
    ///
    /// # Errors
    /// Fails when the ledger cannot be read; what it finds is no error.
    pub async fn verify(&self) -> Result<Verification, MigrateError> {
        let entries = ledger::read(self.store).await?;
        let planned = Plan::new(self.application, &entries, &[]);
        let faults = planned.as_ref().err().map_or(&[][..], |faults| &faults.0);
        let changed = |it: &&PlanFault| matches!(it, PlanFault::Changed { .. });
        let (sums, others): (Vec<_>, Vec<_>) = faults.iter().partition(changed);
        let mut checks = vec![
            Check::new(
                "checksums",
                texts(&sums),
                format!("{} migrations are as they were applied", entries.len()),
            ),
            Check::new("ledger", texts(&others), "it fits this binary".to_owned()),
        ];
        let running = entries.iter().filter(|entry| entry.is_running());
        let running = running.map(|entry| format!("migration `{}` is not at its end", entry.id));
        checks.push(Check::new(
            "running",
            running.collect(),
            "no migration is half done".to_owned(),
        ));
        if let Ok(plan) = &planned {
            checks.push(self.check_order(plan, &entries));
            checks.push(self.check_schema(plan));
        }
        Ok(Verification { checks })
    }

    fn check_order(&self, plan: &Plan, entries: &[sdk_schema::LedgerEntry]) -> Check {
        let replayed = plan.check_replay(self.application, entries);
        let faults = replayed.err().map(|PlanFaults(faults)| faults);
        let faults: Vec<_> = faults.iter().flatten().collect();
        let late = entries.iter().filter(|entry| entry.late).count();
        let sound =
            format!("the order of arrival ({late} late) makes the schema of the global order");
        Check::new("order", texts(&faults), sound)
    }

    /// As long as migrations are pending, the tables differ from what is declared.
    fn check_schema(&self, plan: &Plan) -> Check {
        let found = self.store.schema().schema();
        let sound = format!("{} tables are as declared", found.tables.len());
        match compare(self.application, &found) {
            Ok(()) => Check::new("schema", Vec::new(), sound),
            Err(_) if !plan.is_empty() => Check::new(
                "schema",
                Vec::new(),
                format!("{} migrations are pending", plan.pending.len()),
            ),
            Err(differences) => {
                let lines = differences.0.iter();
                let line = |it: &sdk_schema::Difference| format!("{}: {}", it.table, it.kind);
                Check::new("schema", lines.map(line).collect(), sound)
            }
        }
    }
}

fn texts(faults: &[&PlanFault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}
