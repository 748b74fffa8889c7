//! Writes that are committed together, and how their callers learn of it.
//!
//! The first caller of a group is its *leader*: it commits for all. A leader that
//! is dropped leaves a vacancy, which one of the others fills. If all are
//! dropped, nobody was told anything, and the next group commits what they did.

use std::{
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use redb::WriteTransaction;
use tokio::sync::Notify;

use crate::store::{
    catalogue::Catalogue,
    error::StoreError,
    feed::{LogEntry, LogState, Retention},
    write::Changes,
};

/// The open transaction, with what is known of the writes in it.
pub(super) struct Group {
    pub transaction: WriteTransaction,
    /// What the writes so far made of the catalogue.
    pub catalogue: Arc<Catalogue>,
    pub has_new_catalogue: bool,
    /// Where the log of changes will stand.
    pub log: LogState,
    /// The entries to add to it.
    pub entries: Vec<LogEntry>,
    /// How much of it is kept.
    pub keep: Retention,
    /// How many calls changed something.
    pub members: usize,
    /// How many bytes they changed.
    pub bytes: usize,
    /// Whether one of them waits for the disk.
    pub durable: bool,
    /// Set when a change could not be undone.
    pub broken: Arc<AtomicBool>,
    pub outcome: Settling,
}

/// What became of a group; all of its callers wait for it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    settled: OnceLock<Result<(), StoreError>>,
    settles: Notify,
    vacancy: Notify,
}

/// The end of an outcome that belongs to the group: nobody waits for ever for a
/// group that is gone.
#[derive(Debug, Default)]
pub(super) struct Settling(Arc<Outcome>);

/// Held by the leader of a group until it commits.
#[derive(Debug)]
pub(super) struct Leadership(Arc<Outcome>);

impl Group {
    pub(super) fn new(
        transaction: WriteTransaction,
        catalogue: Arc<Catalogue>,
        log: LogState,
        keep: Retention,
    ) -> Self {
        Self {
            transaction,
            catalogue,
            has_new_catalogue: false,
            log,
            entries: Vec::new(),
            keep,
            members: 0,
            bytes: 0,
            durable: false,
            broken: Arc::default(),
            outcome: Settling::default(),
        }
    }

    /// Adds what one call changed.
    pub(super) fn add(&mut self, changes: Changes, durable: bool) {
        self.has_new_catalogue |= !Arc::ptr_eq(&self.catalogue, &changes.catalogue);
        self.catalogue = changes.catalogue;
        self.log.advance(&changes.log);
        self.entries.extend(changes.entry);
        self.bytes += changes.bytes;
        self.members += 1;
        self.durable |= durable;
    }

    /// Whether it holds what could be committed.
    pub(super) fn is_sound(&self) -> bool {
        self.members > 0 && !self.broken.load(Ordering::Acquire)
    }
}

impl Outcome {
    /// Tells all callers.
    pub(super) fn settle(&self, result: Result<(), StoreError>) {
        // Who comes second has the same to tell.
        let _ = self.settled.set(result);
        self.settles.notify_waiters();
    }

    pub(super) fn is_settled(&self) -> bool {
        self.settled.get().is_some()
    }

    /// Waits until the group is committed or failed.
    pub(super) async fn wait(&self) -> Result<(), StoreError> {
        loop {
            let settles = self.settles.notified();
            if let Some(result) = self.settled.get() {
                return result.as_ref().copied().map_err(StoreError::shared);
            }
            settles.await;
        }
    }

    /// Waits until the group has lost its leader.
    pub(super) async fn vacancy(&self) {
        self.vacancy.notified().await;
    }
}

impl Deref for Settling {
    type Target = Arc<Outcome>;
    fn deref(&self) -> &Arc<Outcome> {
        &self.0
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        if !self.0.is_settled() {
            let detail = "the transaction that it was part of was given up".to_owned();
            self.0.settle(Err(StoreError::Doomed { detail }));
        }
    }
}

impl Leadership {
    pub(super) fn of(outcome: &Arc<Outcome>) -> Self {
        Self(Arc::clone(outcome))
    }
}

impl Drop for Leadership {
    fn drop(&mut self) {
        if !self.0.is_settled() {
            self.0.vacancy.notify_one();
        }
    }
}
