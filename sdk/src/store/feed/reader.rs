//! [`Feed`]: reading the log at a reader's own pace.

use std::{collections::VecDeque, marker::PhantomData, ops::Bound};

use tokio::sync::watch;

use super::{
    Batch, FeedError, RawChange,
    entry::{Head, Position},
    scope::{Resolved, Scope},
};
use crate::store::{
    Store,
    error::StoreError,
    read::ReadTx,
    scan::ScanRow,
    trees::{EVERYTHING, Guard, ReadTrees, TreeId},
};

/// How many bytes of the log are read at a time, unless one entry alone has more.
const READ_BYTES: usize = 1 << 20;

/// Changes, batch by batch, in the order of the writes. Made by
/// [`Store::watch`](crate::store::Store::watch).
///
/// A feed reads the log on disk and keeps at most about a megabyte of it in
/// memory. It keeps the store open.
pub struct Feed<R: ScanRow> {
    store: Store,
    scope: Scope,
    resolved: Option<Resolved>,
    newest: watch::Receiver<u64>,
    /// The entry to read next.
    position: Position,
    /// The last revision that was given, or passed over.
    given: u64,
    ready: VecDeque<Batch<R::Item>>,
    lag_limit: u64,
    /// Whether it has been at the end of the log since it began or was told that
    /// it had fallen behind.
    had_caught_up: bool,
    form: PhantomData<fn() -> R>,
}

impl<R: ScanRow> Feed<R> {
    pub(super) fn new(store: Store, scope: Scope, from: u64, lag_limit: u64) -> Self {
        Self {
            newest: store.newest_revision(),
            store,
            scope,
            resolved: None,
            position: Position::first_of(from.saturating_add(1)),
            given: from,
            ready: VecDeque::new(),
            lag_limit,
            had_caught_up: false,
            form: PhantomData,
        }
    }

    /// The last revision that is done with: [`Watch::from`](super::Watch::from) it
    /// a feed goes on after everything that this one gave.
    pub fn revision(&self) -> u64 {
        match self.ready.front() {
            Some(batch) => batch.revision - 1,
            None => self.given,
        }
    }

    /// The next batch; waits for a write when there is none. A future that is
    /// dropped loses nothing.
    ///
    /// # Errors
    /// After [`FeedError::Lagged`] the next call goes on. Other errors come again.
    pub async fn next(&mut self) -> Result<Batch<R::Item>, FeedError> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(batch);
            }
            let newest = *self.newest.borrow_and_update();
            if self.position.revision <= newest {
                self.check_lag(newest)?;
                // What was read before the fault is given first.
                if let Err(error) = self.read(newest)
                    && self.ready.is_empty()
                {
                    return Err(error);
                }
                // Others of this thread get their turn while much is passed over.
                tokio::task::consume_budget().await;
                continue;
            }
            self.check_begin()?;
            self.had_caught_up = true;
            // The sender lives in the store, which lives in this feed.
            let _ = self.newest.changed().await;
        }
    }

    /// Refuses a revision that no write has had yet.
    fn check_begin(&self) -> Result<(), FeedError> {
        let (from, newest) = (self.given, self.store.newest_written());
        if from > newest {
            return Err(FeedError::Ahead { from, newest });
        }
        Ok(())
    }

    /// Tells a reader that had caught up that it has fallen behind.
    fn check_lag(&mut self, newest: u64) -> Result<(), FeedError> {
        let behind = newest - (self.position.revision - 1);
        if !self.had_caught_up || behind <= self.lag_limit {
            return Ok(());
        }
        self.had_caught_up = false;
        Err(FeedError::Lagged {
            resume_from: self.given,
            behind,
        })
    }

    /// Reads a part of the log, up to a revision.
    fn read(&mut self, newest: u64) -> Result<(), FeedError> {
        let tx = self.store.snapshot()?;
        let resolved = match self.resolved.take() {
            Some(resolved) if std::sync::Arc::ptr_eq(&resolved.catalogue, &tx.catalogue) => {
                resolved
            }
            _ => self.scope.resolve(&tx.catalogue)?,
        };
        let resolved = self.resolved.insert(resolved);
        let from = self.position.to_bytes();
        let bounds = (Bound::Included(from.as_slice()), Bound::Unbounded);
        let mut entries = tx.trees.range(TreeId::Log, bounds)?;
        let mut next = entries.next().transpose().map_err(StoreError::from)?;
        let mut bytes = 0;
        while let Some((key, entry)) = next {
            let found = Position::from_bytes(key.value())?;
            if found.revision > newest {
                break;
            }
            if found != self.position {
                return Err(missing(self.given, found));
            }
            next = entries.next().transpose().map_err(StoreError::from)?;
            let after = match &next {
                Some((key, _)) => Some(Position::from_bytes(key.value())?),
                None => None,
            };
            let is_last = after.is_none_or(|after| after.revision != found.revision);
            if let Some(batch) = batch::<R>(resolved, found, &entry, is_last)? {
                self.ready.push_back(batch);
            }
            self.position = if is_last {
                self.given = found.revision;
                Position::first_of(found.revision + 1)
            } else {
                Position {
                    part: found.part + 1,
                    ..found
                }
            };
            bytes += entry.value().len();
            if bytes >= READ_BYTES {
                break;
            }
        }
        Ok(())
    }
}

/// What the feed gives of an entry; none when it has nothing of it.
fn batch<R: ScanRow>(
    resolved: &mut Resolved,
    position: Position,
    entry: &Guard<'_>,
    is_last: bool,
) -> Result<Option<Batch<R::Item>>, StoreError> {
    let (head, mut rest) = Head::split(entry.value())?;
    let mut changes = Vec::new();
    while !rest.is_empty() {
        let (raw, after) = RawChange::split(rest)?;
        changes.extend(resolved.change::<R>(&raw)?);
        rest = after;
    }
    Ok((!changes.is_empty()).then_some(Batch {
        revision: position.revision,
        time: head.time,
        changes,
        is_last,
    }))
}

/// The log begins later than where the feed stands.
fn missing(given: u64, found: Position) -> FeedError {
    // A revision whose first part is gone cannot be given either.
    let oldest = if found.part == 0 {
        found.revision.saturating_sub(1)
    } else {
        found.revision
    };
    FeedError::Compacted {
        from: given,
        oldest,
    }
}

impl ReadTx<'_> {
    /// The number of the newest write that this transaction sees: a feed
    /// [from](super::Watch::from) it gives what came after.
    pub fn revision(&self) -> Result<u64, StoreError> {
        let last = self
            .trees
            .range(TreeId::Log, EVERYTHING)?
            .next_back()
            .transpose()?;
        let position = last.map(|(key, _)| Position::from_bytes(key.value()));
        Ok(position
            .transpose()?
            .map_or(0, |position| position.revision))
    }
}
