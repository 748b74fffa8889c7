//! What a running job can see.

use sdk_schema::Timestamp;
use tokio::sync::watch;

use crate::{clock::Clock, store::Store};

/// Given to a job's function: which run this is, and what it may use.
#[derive(Debug, Clone)]
pub struct JobContext {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) due: Timestamp,
    pub(crate) attempt: u32,
    pub(crate) cancelled: watch::Receiver<bool>,
}

impl JobContext {
    /// The store of the host.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock of the host.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The module that declares the job.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The job's name in its module.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When this run was due; for a run that somebody asked for, when they did.
    pub fn due(&self) -> Timestamp {
        self.due
    }

    /// The number of this attempt; the first is 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns once the run should end: the host stops, or a newer run replaces
    /// this one. A job that ignores it is aborted after a grace period.
    pub async fn cancelled(&self) {
        // A closed channel means that the scheduler is gone.
        let _ = self.cancelled.clone().wait_for(|cancelled| *cancelled).await;
    }

    /// Whether the run should end.
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }
}
