//! Group commit: writes that arrive together share one transaction of redb and
//! one sync of the disk.
//!
//! A caller waits for its *turn*, runs its closure in its own task inside the one
//! open transaction, and passes the turn on. The first to change something is
//! the leader: it queues for a second turn, behind all who were waiting, and
//! then commits for all. Who finds nobody waiting commits at once, so that a
//! lone writer waits for nothing but the disk. Callers return when the group
//! they were in is on disk.
//!
//! A closure that fails, is dropped or panics is undone by the list of its own
//! changes, which harms nobody else. The first of a group keeps no such list:
//! where nothing else is in the transaction, all of it is given up.
//!
//! What no list can undo (changes of the schema, loads of many rows) runs alone,
//! in a transaction of its own; a closure that turns out to be such while others
//! are in its transaction is undone and run again.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{
    Engine, Store,
    group::{Group, Leadership, Outcome},
    limits::{Manner, WriteLimits},
};
use crate::{
    clock,
    store::{
        error::StoreError,
        trees::Trees,
        write::{Ended, WriteTx},
    },
};

/// A group with more than this is committed without waiting for others.
const MAX_GROUP_BYTES: usize = 64 << 20;

/// How long relaxed writes stay in memory when no durable one follows.
const FLUSH_AFTER: Duration = Duration::from_millis(50);

/// Whose turn it is to write.
#[derive(Default)]
pub(super) struct Writer {
    turn: Arc<Mutex<Slot>>,
    waiting: AtomicUsize,
    /// Whether relaxed writes will be brought to the disk soon.
    is_flushing: AtomicBool,
}

/// What whoever has the turn may use.
#[derive(Default)]
struct Slot {
    group: Option<Group>,
    /// Whether the disk lacks what relaxed writes were told is done.
    is_dirty: bool,
}

/// The turn. What was begun and has no members is given up with it.
pub(super) struct Turn(OwnedMutexGuard<Slot>);

/// One of those who wait.
struct Waiting<'a>(&'a AtomicUsize);

/// What came of running a closure.
enum Attempt<R> {
    Done(R),
    /// It has to run alone.
    Again,
}

/// Why a closure did not come to its end.
enum Interruption {
    Panic(Box<dyn Any + Send>),
    TooSlow,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.give_up_unsound();
    }
}

impl Turn {
    /// The open group, or a new one.
    fn group(&mut self, engine: &Engine) -> Result<&mut Group, StoreError> {
        if self.0.group.is_none() {
            self.0.group = Some(engine.begin_group()?);
        }
        Ok(self.0.group.as_mut().expect("it was put there"))
    }

    /// Gives up a transaction that holds nothing, or what could not be undone.
    fn give_up_unsound(&mut self) {
        self.0.group.take_if(|group| !group.is_sound());
    }
}

impl Store {
    /// How many calls wait for their turn.
    #[cfg(test)]
    pub(in crate::store) fn waiting_writers(&self) -> usize {
        self.engine.writer.waiting.load(Ordering::Acquire)
    }

    /// Waits for the turn to write.
    async fn take_turn(&self) -> Result<Turn, StoreError> {
        let writer = &self.engine.writer;
        let turn = Arc::clone(&writer.turn);
        if let Ok(turn) = Arc::clone(&turn).try_lock_owned() {
            return Ok(Turn(turn));
        }
        let queue = writer.waiting.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting(&writer.waiting);
        let busy = |waited| StoreError::Busy {
            waiting: queue,
            waited,
        };
        if queue >= self.limits.queue {
            return Err(busy(Duration::ZERO));
        }
        tokio::select! {
            biased;
            turn = turn.lock_owned() => Ok(Turn(turn)),
            () = self.sleep(self.limits.wait) => Err(busy(self.limits.wait)),
        }
    }

    async fn sleep(&self, duration: Duration) {
        let until = clock::after(self.clock.now(), duration);
        self.clock.sleep_until(until).await;
    }

    /// Takes the turn when nothing is open: whatever others wrote is committed.
    pub(super) async fn take_turn_alone(&self) -> Result<Turn, StoreError> {
        let turn = self.take_turn().await?;
        self.commit_open(turn).await
    }

    /// Commits what others left open; it is they who are told what became of it.
    async fn commit_open(&self, mut turn: Turn) -> Result<Turn, StoreError> {
        match turn.0.group.take() {
            Some(group) => Ok(self.commit(turn, group, |turn| turn).await?.0),
            None => Ok(turn),
        }
    }

    /// Runs a closure until it is committed.
    pub(super) async fn run<R, E, F>(&self, mut manner: Manner, body: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E> + Clone,
        E: From<StoreError>,
    {
        loop {
            let mut turn = self.take_turn().await?;
            if manner.alone {
                turn = self.commit_open(turn).await?;
            }
            match self.attempt(turn, manner, body.clone()).await? {
                Attempt::Done(result) => return result,
                Attempt::Again => manner.alone = true,
            }
        }
    }

    async fn attempt<R, E, F>(
        &self,
        mut turn: Turn,
        manner: Manner,
        body: F,
    ) -> Result<Attempt<Result<R, E>>, StoreError>
    where
        F: AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E>,
        E: From<StoreError>,
    {
        let group = turn.group(&self.engine)?;
        let now = self.clock.now();
        let mut tx = WriteTx::new(
            Arc::clone(&group.catalogue),
            Trees::of_write(&group.transaction).at(now),
            group.log.writer(now, group.keep),
            Arc::clone(&group.broken),
            group.members > 0,
        );
        let limit = (!manner.alone).then_some(self.limits.run);
        let result = self.guard(limit, body(&mut tx)).await;
        let is_wanted = matches!(result, Ok(Ok(_)));
        let ended = if is_wanted && !tx.wants_alone() {
            tx.finish()
        } else {
            Ok(tx.undo())
        };
        drop(tx);
        let result = match result {
            Err(Interruption::Panic(panic)) => {
                drop(turn);
                resume_unwind(panic)
            }
            Err(Interruption::TooSlow) => {
                let limit = self.limits.run;
                return Err(StoreError::TooSlow { limit });
            }
            Ok(result) => result,
        };
        match ended {
            Ok(Ended::WantsAlone) => Ok(Attempt::Again),
            Ok(ended) => match self.end(turn, manner, ended).await {
                Err(error) if is_wanted => Err(error),
                _ => Ok(Attempt::Done(result)),
            },
            Err(error) => Err(error),
        }
    }

    /// Runs a closure, up to a limit once it waits for something, and catches
    /// its panic, so that what it did can be undone in peace.
    async fn guard<F: Future>(
        &self,
        limit: Option<Duration>,
        body: F,
    ) -> Result<F::Output, Interruption> {
        let mut body = pin!(body);
        let caught = poll_fn(move |cx| {
            // What the closure touches is undone, whatever state it was left in.
            match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => std::task::Poll::Ready(Err(Interruption::Panic(panic))),
            }
        });
        let Some(limit) = limit else {
            return caught.await;
        };
        tokio::select! {
            biased;
            result = caught => result,
            () = self.sleep(limit) => Err(Interruption::TooSlow),
        }
    }

    /// Adds what a closure did to the group and returns when it is committed.
    async fn end(&self, mut turn: Turn, manner: Manner, ended: Ended) -> Result<(), StoreError> {
        let Some(group) = &mut turn.0.group else {
            return Ok(());
        };
        let outcome = Arc::clone(&group.outcome);
        let Ended::Changed(changes) = ended else {
            if group.members == 0 {
                return Ok(());
            }
            // What it saw and did not change is not on disk before the group is.
            drop(turn);
            return self.settle(outcome, None).await;
        };
        group.add(changes, manner.durable);
        let is_full = manner.alone || group.bytes > MAX_GROUP_BYTES;
        let is_last = self.engine.writer.waiting.load(Ordering::Acquire) == 0;
        if is_full || is_last {
            return self.commit_and_pass_on(turn).await;
        }
        let leadership = (group.members == 1).then(|| Leadership::of(&outcome));
        drop(turn);
        self.settle(outcome, leadership).await
    }

    /// Waits for the commit, and sees to it where there is no leader.
    async fn settle(
        &self,
        outcome: Arc<Outcome>,
        mut leadership: Option<Leadership>,
    ) -> Result<(), StoreError> {
        while leadership.is_none() {
            tokio::select! {
                biased;
                result = outcome.wait() => return result,
                () = outcome.vacancy() => leadership = Some(Leadership::of(&outcome)),
            }
        }
        let turn = Arc::clone(&self.engine.writer.turn).lock_owned();
        let turn = tokio::select! {
            biased;
            result = outcome.wait() => return result,
            turn = turn => Turn(turn),
        };
        // Who had the turn before may have committed for all.
        if outcome.is_settled() {
            return outcome.wait().await;
        }
        self.commit_and_pass_on(turn).await
    }

    async fn commit_and_pass_on(&self, mut turn: Turn) -> Result<(), StoreError> {
        match turn.0.group.take() {
            Some(group) => self.commit(turn, group, drop).await?.1,
            None => Ok(()),
        }
    }

    /// Commits a group and tells its callers, then does with the turn what is
    /// asked for. What waits for the disk is done off the async threads, and goes
    /// on even when the caller has stopped waiting for it.
    async fn commit<R: Send + 'static>(
        &self,
        mut turn: Turn,
        group: Group,
        then: fn(Turn) -> R,
    ) -> Result<(R, Result<(), StoreError>), StoreError> {
        let engine = Arc::clone(&self.engine);
        if !group.durable {
            let done = engine.commit(group);
            turn.0.is_dirty = true;
            self.flush_later();
            return Ok((then(turn), done));
        }
        let commit = move || {
            let done = engine.commit(group);
            turn.0.is_dirty &= done.is_err();
            (then(turn), done)
        };
        tokio::task::spawn_blocking(commit)
            .await
            .map_err(|stopped| std::io::Error::other(stopped).into())
    }

    /// Sees to it that relaxed writes reach the disk.
    fn flush_later(&self) {
        if self.engine.writer.is_flushing.swap(true, Ordering::AcqRel) {
            return;
        }
        let until = clock::after(self.clock.now(), FLUSH_AFTER);
        let clock = self.clock.clone();
        // A store that nobody has any more is closed, which flushes, too.
        let engine = Arc::downgrade(&self.engine);
        tokio::spawn(async move {
            clock.sleep_until(until).await;
            let Some(engine) = engine.upgrade() else {
                return;
            };
            engine.writer.is_flushing.store(false, Ordering::Release);
            let store = Self {
                engine,
                clock,
                limits: WriteLimits::default(),
            };
            // The next durable write tries again, and has somebody to tell.
            let _ = store.flush().await;
        });
    }

    /// Returns when everything that was written is on disk, relaxed writes too.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let mut turn = self.take_turn().await?;
        if !turn.0.is_dirty && turn.0.group.is_none() {
            return Ok(());
        }
        turn.group(&self.engine)?.durable = true;
        self.commit_and_pass_on(turn).await
    }
}
