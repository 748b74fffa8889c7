//! The scheduler: runs what is due until it is told to stop.

use std::{sync::Arc, time::Duration};

use sdk_schema::Timestamp;
use tokio::{
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

use super::{
    JobChange, JobDeclaration, JobRun, JobStatus, Jobs, JobsError,
    active::{ActiveRuns, Place, Refusal},
    agenda::Agenda,
    attempt::execute,
    history, settings, status,
};
use crate::{
    clock::{Clock, after},
    lang::CatalogueSource,
    rpc::Clients,
    store::{Store, StoreError},
};

/// How many runs of each job are remembered.
const HISTORY: u64 = 1_000;

/// When the scheduler tries again after the store has failed it.
const RETRY: Duration = Duration::from_secs(30);

/// Runs the jobs of a host. Cheap to clone; clones are the same scheduler.
///
/// [`refresh`](Self::refresh) it once the migrations are applied, then
/// [`spawn`](Self::spawn) it; asking for a run works without that, too.
#[derive(Debug, Clone)]
pub struct Scheduler(Arc<Inner>);

/// What the scheduler and its runs share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) catalogues: CatalogueSource,
    pub(super) clients: Clients,
    jobs: Jobs,
    active: ActiveRuns,
    reload: Notify,
    keep: u64,
}

/// A scheduler that follows the schedules until it is stopped.
#[derive(Debug)]
#[must_use = "a scheduler that is not stopped leaves its runs to be aborted with the process"]
pub struct RunningScheduler {
    stop: watch::Sender<Option<Duration>>,
    task: JoinHandle<()>,
}

impl RunningScheduler {
    /// Starts nothing any more, tells all runs to end, and returns when they
    /// have. A run that has not ended after `grace` is aborted.
    pub async fn stop(self, grace: Duration) {
        self.stop.send_replace(Some(grace));
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the scheduler ended");
        }
    }
}

impl Scheduler {
    /// A scheduler of these jobs, which does nothing yet. `clients` lead to the services
    /// that its jobs call.
    pub fn new(
        store: Store,
        clock: Clock,
        catalogues: CatalogueSource,
        clients: Clients,
        jobs: Jobs,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            catalogues,
            clients,
            jobs,
            active: ActiveRuns::default(),
            reload: Notify::new(),
            keep: HISTORY,
        }))
    }

    /// Copies the declared jobs to `sdk.job` and marks runs that a dead host has
    /// left behind. To be called once, before anything runs.
    pub async fn refresh(&self) -> Result<(), JobsError> {
        let now = self.0.clock.now();
        settings::refresh(&self.0.store, &self.0.jobs, now).await?;
        Ok(history::mark_interrupted(&self.0.store, now).await?)
    }

    /// Follows the schedules from now on, in a task of its own.
    pub fn spawn(&self) -> RunningScheduler {
        let (stop, stopped) = watch::channel(None);
        let task = tokio::spawn(Arc::clone(&self.0).follow(stopped));
        RunningScheduler { stop, task }
    }

    /// How all declared jobs stand, in the order of their names.
    pub async fn list(&self) -> Result<Vec<JobStatus>, JobsError> {
        status::list(&self.0.store, &self.0.jobs, self.0.clock.now()).await
    }

    /// The latest runs of a job, or of all, the newest first.
    pub async fn history(&self, job: Option<&str>, limit: usize) -> Result<Vec<JobRun>, JobsError> {
        match job {
            Some(job) => {
                self.0.jobs.get(job)?;
                Ok(history::of_job(&self.0.store, job, limit).await?)
            }
            None => Ok(history::of_all(&self.0.store, limit).await?),
        }
    }

    /// Runs a job now, whatever its schedule says, and returns how that ended.
    /// Its retries and its time limit hold; so does its overlap.
    pub async fn run_now(&self, job: &str) -> Result<JobRun, JobsError> {
        let inner = &self.0;
        let (module, declaration) = inner.jobs.get(job)?;
        let refuse = |refusal| match refusal {
            Refusal::StillRunning => JobsError::StillRunning {
                job: job.to_owned(),
            },
            Refusal::Stopping => JobsError::Stopping {
                job: job.to_owned(),
            },
        };
        let place = inner
            .active
            .admit(job, declaration.overlap)
            .map_err(refuse)?;
        place.free().await;
        let run = inner.claim_now(job).await?;
        let cancelled = place.cancelled.clone();
        Ok(execute(inner, module, &declaration, run, cancelled).await?)
    }

    /// Sets something otherwise than the code declares. It holds at once and
    /// survives deploys.
    ///
    /// # Errors
    /// Refuses a schedule that cannot be read or is never due.
    pub async fn set_override(&self, job: &str, change: JobChange) -> Result<(), JobsError> {
        let now = self.0.clock.now();
        settings::set_override(&self.0.store, &self.0.jobs, job, change, now).await?;
        self.reload();
        Ok(())
    }

    /// Goes back to what the code declares.
    pub async fn reset_override(&self, job: &str) -> Result<(), JobsError> {
        settings::reset_override(&self.0.store, &self.0.jobs, job, self.0.clock.now()).await?;
        self.reload();
        Ok(())
    }

    /// Counts everything that happens to runs: what waits for one to begin or
    /// to end looks again when the number changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.active.changes()
    }

    /// Looks at the settings in the store at once. Without that, a change made
    /// there by other means is noticed when the next run of any job is due.
    pub fn reload(&self) {
        self.0.reload.notify_one();
    }
}

impl Inner {
    /// Enters how far a run has come.
    pub(super) async fn record(&self, run: &JobRun) -> Result<(), StoreError> {
        history::record(&self.store, run, self.keep).await?;
        self.active.announce();
        Ok(())
    }

    /// Enters a run that somebody asks for. Two in one instant get neighbours.
    async fn claim_now(&self, job: &str) -> Result<JobRun, StoreError> {
        let mut due = self.clock.now();
        loop {
            let run = history::new_run(job, due, true, &self.clock);
            if history::claim(&self.store, &run).await? {
                return Ok(run);
            }
            due = after(due, Duration::from_micros(1));
        }
    }

    async fn follow(self: Arc<Self>, mut stopped: watch::Receiver<Option<Duration>>) {
        let mut agenda = Agenda::default();
        let mut batches = JoinSet::new();
        let grace = loop {
            let next = match self.tick(&mut agenda, &mut batches).await {
                Ok(()) => agenda.next(),
                Err(error) => {
                    tracing::error!(%error, "the scheduler tries again soon");
                    Some(after(self.clock.now(), RETRY))
                }
            };
            self.active.announce();
            tokio::select! {
                grace = stopped.wait_for(Option::is_some) => break grace.ok().and_then(|grace| *grace),
                () = self.reload.notified() => {}
                () = self.sleep_until(next) => {}
                Some(_) = batches.join_next() => {}
            }
        };
        self.active.stop(grace.unwrap_or_default());
        self.active.ended(None).await;
    }

    /// Sleeps until a job is due; forever when none ever is.
    async fn sleep_until(&self, next: Option<Timestamp>) {
        match next {
            Some(next) => self.clock.sleep_until(next).await,
            None => std::future::pending().await,
        }
    }

    /// Reads what holds now and starts what is due.
    async fn tick(
        self: &Arc<Self>,
        agenda: &mut Agenda,
        batches: &mut JoinSet<()>,
    ) -> Result<(), JobsError> {
        let now = self.clock.now();
        for (job, settings) in settings::load(&self.store, &self.jobs, now).await? {
            let last_due = if agenda.knows(&job) {
                None
            } else {
                history::last_due(&self.store, &job).await?
            };
            agenda.enter(&job, settings, last_due);
            let (module, declaration) = self.jobs.get(&job)?;
            let due = agenda.take_due(&job, declaration.missed, now);
            if !due.is_empty() {
                self.start(batches, job, module, declaration, due).await?;
            }
        }
        Ok(())
    }

    /// Starts the runs of one job, one after the other, or records that they
    /// are left out.
    async fn start(
        self: &Arc<Self>,
        batches: &mut JoinSet<()>,
        job: String,
        module: &'static str,
        declaration: JobDeclaration,
        due: Vec<Timestamp>,
    ) -> Result<(), JobsError> {
        match self.active.admit(&job, declaration.overlap) {
            Ok(place) => {
                let inner = Arc::clone(self);
                batches.spawn(inner.run_batch(place, job, module, declaration, due));
            }
            Err(Refusal::StillRunning) => {
                for due in due {
                    let run = history::skipped(&job, due, &self.clock);
                    history::claim(&self.store, &run).await?;
                }
            }
            Err(Refusal::Stopping) => {}
        }
        Ok(())
    }

    async fn run_batch(
        self: Arc<Self>,
        place: Place,
        job: String,
        module: &'static str,
        declaration: JobDeclaration,
        due: Vec<Timestamp>,
    ) {
        place.free().await;
        for due in due {
            if place.cancelled.is_set() {
                break;
            }
            if let Err(error) = self.run_due(&place, &job, module, &declaration, due).await {
                tracing::error!(job, %due, %error, "a run could not be recorded");
            }
        }
    }

    /// Runs a job for one due time, unless that has been claimed.
    async fn run_due(
        &self,
        place: &Place,
        job: &str,
        module: &'static str,
        declaration: &JobDeclaration,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let run = history::new_run(job, due, false, &self.clock);
        if history::claim(&self.store, &run).await? {
            let cancelled = place.cancelled.clone();
            execute(self, module, declaration, run, cancelled).await?;
        }
        Ok(())
    }
}
