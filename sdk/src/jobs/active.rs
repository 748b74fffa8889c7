//! The runs that are going on in this process, and how they are told to end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sdk_schema::Overlap;
use tokio::sync::watch;

/// How long a run that is replaced may take to end.
const REPLACED_GRACE: Duration = Duration::from_secs(10);

/// The runs that are going on. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct ActiveRuns {
    state: Arc<Mutex<State>>,
    /// Counts every change of any run, for those who wait for one.
    changes: Arc<watch::Sender<u64>>,
}

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    last_number: u64,
    runs: BTreeMap<u64, Active>,
}

#[derive(Debug)]
struct Active {
    job: String,
    /// The grace, once the run shall end.
    cancel: watch::Sender<Option<Duration>>,
}

/// Why a run may not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An earlier run of the job is going on and there must be only one.
    StillRunning,
    /// No run may begin any more.
    Stopping,
}

/// A place among the active runs; dropping it gives it up.
#[derive(Debug)]
pub(super) struct Place {
    runs: ActiveRuns,
    number: u64,
    /// Tells this run to end.
    pub(super) cancelled: Cancelled,
    replaced: Vec<u64>,
}

/// Tells a run to end.
#[derive(Debug, Clone)]
pub(super) struct Cancelled(watch::Receiver<Option<Duration>>);

impl Cancelled {
    /// Returns the grace once the run shall end.
    pub(super) async fn grace(&mut self) -> Duration {
        // A closed channel means that the run has ended already.
        let grace = self.0.wait_for(Option::is_some).await;
        grace.ok().and_then(|grace| *grace).unwrap_or_default()
    }

    /// Whether the run shall end.
    pub(super) fn is_set(&self) -> bool {
        self.0.borrow().is_some()
    }
}

impl ActiveRuns {
    /// Takes a place for a run of `job`, if its overlap with others allows one.
    pub(super) fn admit(&self, job: &str, overlap: Overlap) -> Result<Place, Refusal> {
        let mut state = self.lock();
        if state.stopping {
            return Err(Refusal::Stopping);
        }
        let others: Vec<u64> = state.of(job).map(|(number, _)| *number).collect();
        if overlap == Overlap::Forbid && !others.is_empty() {
            return Err(Refusal::StillRunning);
        }
        let mut replaced = Vec::new();
        if overlap == Overlap::Replace {
            state.of(job).for_each(|(_, run)| run.end(REPLACED_GRACE));
            replaced = others;
        }
        let (cancel, cancelled) = watch::channel(None);
        state.last_number += 1;
        let number = state.last_number;
        let job = job.to_owned();
        state.runs.insert(number, Active { job, cancel });
        Ok(Place {
            runs: self.clone(),
            number,
            cancelled: Cancelled(cancelled),
            replaced,
        })
    }

    /// Lets no further run begin and tells all to end within `grace`.
    pub(super) fn stop(&self, grace: Duration) {
        let mut state = self.lock();
        state.stopping = true;
        state.runs.values().for_each(|run| run.end(grace));
    }

    /// Returns once none of the runs is going on, all being meant by none given.
    pub(super) async fn ended(&self, numbers: Option<&[u64]>) {
        let is_over = |_: &u64| {
            let state = self.lock();
            match numbers {
                Some(numbers) => !numbers.iter().any(|n| state.runs.contains_key(n)),
                None => state.runs.is_empty(),
            }
        };
        // The sender lives in `self`.
        let _ = self.changes.subscribe().wait_for(is_over).await;
    }

    /// Says that something has changed.
    pub(super) fn announce(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Counts the changes.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The state is consistent between any two statements: a panic spoils nothing.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(&self, job: &str) -> impl Iterator<Item = (&u64, &Active)> {
        self.runs.iter().filter(move |(_, run)| run.job == job)
    }
}

impl Active {
    fn end(&self, grace: Duration) {
        self.cancel.send_replace(Some(grace));
    }
}

impl Place {
    /// Returns once the runs that this one replaces have ended.
    pub(super) async fn free(&self) {
        self.runs.ended(Some(&self.replaced)).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.runs.lock().runs.remove(&self.number);
        self.runs.announce();
    }
}
