//! Carries out a plan.

use std::path::PathBuf;

use sdk_schema::{
    Adopted, EntryState, LedgerEntry, MigrationId, ModuleRename, Operation, Plan, Planned, Progress,
};
use serde::Serialize;

use super::{
    Event, EventAction, Failure, MigrateError, MigrationEvent, Migrator, Watch, compare, event,
    ledger,
    portion::{Course, Portion},
};
use crate::store::WriteTx;

/// The version that the ledger names as the one which applied a migration.
pub(super) const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Modules that have got their present names.
    pub renamed: Vec<ModuleRename>,
    /// Squashes that have taken the place of what they stand for.
    pub adopted: Vec<MigrationId>,
    /// The migrations that were applied, in their order.
    pub applied: Vec<Applied>,
    /// Migrations whose steps are left to go on while the application is in use.
    pub online: Vec<MigrationId>,
    /// The copy of the store as it was before, if the caller has made one.
    #[serde(serialize_with = "shown")]
    pub snapshot: Option<PathBuf>,
    /// Migrations in the ledger that no linked module has any more.
    pub orphaned: Vec<MigrationId>,
}

/// Writes a path as it is shown: not every path is UTF-8.
#[expect(clippy::ref_option, reason = "serde hands the field over so")]
pub(super) fn shown<S: serde::Serializer>(
    path: &Option<PathBuf>,
    to: S,
) -> Result<S::Ok, S::Error> {
    path.as_ref()
        .map(|path| path.display().to_string())
        .serialize(to)
}

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// Which one.
    pub id: MigrationId,
    /// How many operations it has.
    pub operations: usize,
    /// Whether a newer migration had been applied before it.
    pub late: bool,
    /// How long it took.
    pub duration_ms: u64,
}

/// When steps are run that leave the application in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Online {
    /// With all others, before the run ends.
    Now,
    /// By [`Migrator::finish_online`], while the application is in use.
    Later,
}

impl Migrator<'_> {
    /// Applies a plan and compares the outcome with what the modules declare.
    ///
    /// A migration is one transaction, its row in the ledger included, except for
    /// its steps that are called for each row: of these each batch is one, and
    /// the ledger says how far they came. Transactions reach the disk in their
    /// order, each batch at once, and all of them before this returns: who is
    /// killed meanwhile loses at most the last ones since a batch, as a whole. [`Online::Later`] leaves the online steps at the
    /// end of the plan out.
    ///
    /// # Errors
    /// Stops at the first migration that fails. What was committed before stays,
    /// and is in the failure's report; the next run goes on there.
    pub async fn apply(
        &self,
        plan: &Plan,
        online: Online,
        watch: Watch<'_>,
    ) -> Result<Report, Failure> {
        let mut report = Report {
            orphaned: plan.orphaned.iter().map(|entry| entry.id.clone()).collect(),
            ..Report::default()
        };
        let done = self.run(plan, online, watch, &mut report).await;
        // What is reported is on disk; what went wrong before that comes first.
        let flushed = self.store.flush().await.map_err(MigrateError::from);
        match done.and(flushed) {
            Ok(()) => Ok(report),
            Err(source) => Err(Failure { report, source }),
        }
    }

    async fn run(
        &self,
        plan: &Plan,
        online: Online,
        watch: Watch<'_>,
        report: &mut Report,
    ) -> Result<(), MigrateError> {
        self.steps.check(plan)?;
        for rename in &plan.renamed {
            self.rename(rename).await?;
            watch(Event::Renamed(rename));
            report.renamed.push(rename.clone());
        }
        for adopted in &plan.adopted {
            self.adopt(adopted).await?;
            watch(Event::Adopted(adopted));
            report.adopted.push(adopted.migration.clone());
        }
        let later = match online {
            Online::Now => plan.pending.len(),
            Online::Later => online_tail(&plan.pending),
        };
        let (now, later) = plan.pending.split_at(later);
        let mut position = self.last_position().await?;
        let done = &mut report.applied;
        self.in_order(now, &mut position, watch, done).await?;
        for planned in later {
            self.begin_online(planned, &mut position).await?;
            report.online.push(planned.migration.id.clone());
        }
        Ok(compare(self.application, &self.store.schema().schema())?)
    }

    /// Goes on with the online steps that a run has left out, or that were
    /// interrupted. May run while the application is in use.
    ///
    /// # Errors
    /// What was committed before the failure stays; the next call goes on there.
    pub async fn finish_online(&self, watch: Watch<'_>) -> Result<Vec<Applied>, MigrateError> {
        let plan = self.plan(&[]).await?;
        let online = &plan.pending[online_tail(&plan.pending)..];
        let (mut position, mut done) = (self.last_position().await?, Vec::new());
        self.in_order(online, &mut position, watch, &mut done)
            .await?;
        Ok(done)
    }

    /// Applies one migration after the other, up to the first that fails.
    async fn in_order(
        &self,
        planned: &[Planned],
        position: &mut u64,
        watch: Watch<'_>,
        done: &mut Vec<Applied>,
    ) -> Result<(), MigrateError> {
        let of = planned.len();
        for (number, planned) in (1..).zip(planned) {
            let migration = &planned.migration.id;
            watch(Event::Begins {
                migration,
                number,
                of,
            });
            let applied = self.one(planned, position, watch).await?;
            watch(Event::Applied(&applied));
            done.push(applied);
        }
        Ok(())
    }

    /// Applies one migration, or goes on with it.
    async fn one(
        &self,
        planned: &Planned,
        position: &mut u64,
        watch: Watch<'_>,
    ) -> Result<Applied, MigrateError> {
        let resumed = planned.resumes.as_ref();
        let course = Course {
            planned,
            position: resumed.map_or_else(|| next(position), |it| it.position),
            started: self.clock.now(),
            before_ms: resumed.map_or(0, |it| it.duration_ms),
        };
        let mut progress = resumed.map_or_else(Progress::default, |it| it.progress.clone());
        loop {
            let from = &progress;
            let body = async |tx: &mut WriteTx<'_>| self.portion(tx, course, from).await;
            let portion = if is_online(planned) {
                self.store.write(body).await?
            } else if has_batches(planned) {
                // What has been done of much work is not to be done again, and
                // pages that batches leave behind are free only on the disk.
                self.store.write_alone(body).await?
            } else {
                self.store.write_alone_relaxed(body).await?
            };
            match portion {
                Portion::Done(applied) => return Ok(applied),
                Portion::More {
                    progress: further,
                    of,
                } => {
                    if let Some(Operation::Run(run)) =
                        planned.migration.operations.get(further.operations)
                    {
                        watch(Event::Rows {
                            migration: &planned.migration.id,
                            step: &run.step,
                            done: further.rows,
                            of,
                        });
                    }
                    progress = further;
                }
            }
        }
    }

    /// Enters a migration whose steps are to be run later.
    async fn begin_online(
        &self,
        planned: &Planned,
        position: &mut u64,
    ) -> Result<(), MigrateError> {
        if planned.resumes.is_some() {
            return Ok(());
        }
        let course = Course {
            planned,
            position: next(position),
            started: self.clock.now(),
            before_ms: 0,
        };
        let state = EntryState::Running(Progress::default());
        let enter = self
            .store
            .write(async |tx: &mut WriteTx<'_>| self.enter(tx, course, state.clone()).await);
        enter.await?;
        Ok(())
    }

    /// Puts a squash in the place of what it stands for.
    async fn adopt(&self, adopted: &Adopted) -> Result<(), MigrateError> {
        let Some(last) = adopted.replaces.last() else {
            return Ok(());
        };
        let entry = LedgerEntry {
            id: adopted.migration.clone(),
            checksum: adopted.checksum,
            state: EntryState::Applied,
            duration_ms: adopted.replaces.iter().map(|it| it.duration_ms).sum(),
            ..last.clone()
        };
        let mut told = MigrationEvent::new(
            self.clock,
            &adopted.migration,
            EventAction::Adopted,
            self.host,
        );
        let names = adopted.replaces.iter().map(|it| it.id.to_string());
        told.before = Some(names.collect::<Vec<_>>().join(", "));
        let write = self.store.write(async |tx: &mut WriteTx<'_>| {
            for replaced in &adopted.replaces {
                ledger::remove(tx, &replaced.id).await?;
            }
            ledger::enter(tx, &entry).await?;
            event::record(tx, &told).await
        });
        Ok(write.await?)
    }
}

fn next(position: &mut u64) -> u64 {
    *position += 1;
    *position
}

fn is_online(planned: &Planned) -> bool {
    let mut operations = planned.migration.operations.iter();
    let online = |operation: &Operation| matches!(operation, Operation::Run(run) if run.online);
    !planned.migration.operations.is_empty() && operations.all(online)
}

/// Whether it calls a step for each row of a table.
fn has_batches(planned: &Planned) -> bool {
    let mut operations = planned.migration.operations.iter();
    operations.any(|it| matches!(it, Operation::Run(run) if run.table.is_some()))
}

/// Where the migrations begin that may be left for later: after them nothing
/// needs what they do.
fn online_tail(pending: &[Planned]) -> usize {
    let last_other = pending.iter().rposition(|planned| !is_online(planned));
    last_other.map_or(0, |position| position + 1)
}
