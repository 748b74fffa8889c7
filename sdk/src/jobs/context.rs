//! What a running job can see.

use sdk_schema::Timestamp;

use super::active::Cancelled;
use crate::{
    clock::Clock,
    lang::{Catalogue, CatalogueSource},
    rpc::{CallInfo, Caller, Client, Clients},
    store::Store,
};

/// Given to a job's function: which run this is, and what it may use.
#[derive(Debug, Clone)]
pub struct JobContext {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) catalogues: CatalogueSource,
    pub(super) clients: Clients,
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) due: Timestamp,
    pub(super) attempt: u32,
    pub(super) cancelled: Cancelled,
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

    /// The catalogue that fits a locale best, to put messages into words:
    /// `cx.lang("de")?.format(&messages::greeting("Ada"))`.
    ///
    /// # Errors
    /// Fails when an embedded translation cannot be read, which those of a
    /// module whose build script has checked its folders can.
    pub fn lang(&self, locale: &str) -> anyhow::Result<Catalogue> {
        Ok(self.catalogues.get()?.get(locale))
    }

    /// A client of a service, wherever it lives: `cx.client::<BlogClient>()`. It calls
    /// as this job.
    pub fn client<C: Client>(&self) -> C {
        let job = format!("{}.{}", self.module, self.name);
        self.clients.client(CallInfo::by(Caller::job(&job)))
    }

    /// The module that declares the job.
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// The job's name in its module.
    pub fn name(&self) -> &'static str {
        self.name
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
        self.cancelled.clone().grace().await;
    }

    /// Whether the run should end.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_set()
    }
}
