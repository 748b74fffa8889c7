//! One run: its attempts, its time limit, its end.

use std::{any::Any, time::Duration};

use sdk_schema::Timestamp;
use tokio::task::{JoinError, JoinSet};

use super::{JobContext, JobDeclaration, JobRun, RunState, active::Cancelled, scheduler::Inner};
use crate::{clock::after, store::StoreError};

const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_mins(5);

/// How an attempt ended.
enum Outcome {
    Done,
    Failed(String),
    TimedOut,
    Cancelled(Option<String>),
}

/// Carries a claimed run out, with as many attempts as it needs and gets, and
/// records how it ended.
pub(super) async fn execute(
    inner: &Inner,
    module: &'static str,
    job: &JobDeclaration,
    mut run: JobRun,
    mut cancelled: Cancelled,
) -> Result<JobRun, StoreError> {
    loop {
        run.attempt += 1;
        run.error = None;
        let deadline = after(inner.clock.now(), job.timeout);
        inner.record(&run).await?;
        let context = JobContext {
            store: inner.store.clone(),
            clock: inner.clock.clone(),
            catalogues: inner.catalogues.clone(),
            clients: inner.clients.clone(),
            module,
            name: job.name,
            due: run.due,
            attempt: run.attempt,
            cancelled: cancelled.clone(),
        };
        let outcome = attempt(job, context, deadline, &mut cancelled).await;
        let state = outcome.state();
        run.error = outcome.error(job.timeout);
        let failed = matches!(state, RunState::Failed | RunState::TimedOut);
        if !failed || run.attempt > job.retry || !wait(inner, &run, &mut cancelled).await? {
            run.state = state;
            break;
        }
    }
    run.finished_at = Some(inner.clock.now());
    inner.record(&run).await?;
    Ok(run)
}

/// One call of the job's function, in a task of its own, so that a panic stays there.
async fn attempt(
    job: &JobDeclaration,
    context: JobContext,
    deadline: Timestamp,
    cancelled: &mut Cancelled,
) -> Outcome {
    let clock = context.clock.clone();
    let function = job.run;
    // Dropping the set aborts the task: no run outlives the one who waits for it.
    let mut task = JoinSet::new();
    task.spawn(async move { function(&context).await });
    let grace = tokio::select! {
        Some(result) = task.join_next() => return ended(result, cancelled),
        () = clock.sleep_until(deadline) => return Outcome::TimedOut,
        grace = cancelled.grace() => grace,
    };
    let deadline = after(clock.now(), grace).min(deadline);
    tokio::select! {
        Some(result) = task.join_next() => ended(result, cancelled),
        () = clock.sleep_until(deadline) => Outcome::Cancelled(None),
    }
}

/// Records what went wrong and waits before the next attempt. False if the run
/// shall end meanwhile.
async fn wait(inner: &Inner, run: &JobRun, cancelled: &mut Cancelled) -> Result<bool, StoreError> {
    let doublings = run.attempt.saturating_sub(1).min(16);
    let backoff = FIRST_BACKOFF
        .saturating_mul(1 << doublings)
        .min(LONGEST_BACKOFF);
    let until = after(inner.clock.now(), backoff);
    inner.record(run).await?;
    tokio::select! {
        () = inner.clock.sleep_until(until) => Ok(true),
        _ = cancelled.grace() => Ok(false),
    }
}

/// How a task ended by itself. An error of one that was told to end is no failure.
fn ended(result: Result<anyhow::Result<()>, JoinError>, cancelled: &Cancelled) -> Outcome {
    let error = match result {
        Ok(Ok(())) => return Outcome::Done,
        Ok(Err(error)) => format!("{error:#}"),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => format!("panicked: {}", panic_text(panic.as_ref())),
            Err(_) => return Outcome::Cancelled(None),
        },
    };
    if cancelled.is_set() {
        Outcome::Cancelled(Some(error))
    } else {
        Outcome::Failed(error)
    }
}

/// What a panic said: `panic!` gives a `&str` or a `String`.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    literal.or_else(formatted).unwrap_or("no message")
}

impl Outcome {
    fn state(&self) -> RunState {
        match self {
            Self::Done => RunState::Done,
            Self::Failed(_) => RunState::Failed,
            Self::TimedOut => RunState::TimedOut,
            Self::Cancelled(_) => RunState::Cancelled,
        }
    }

    fn error(self, timeout: Duration) -> Option<String> {
        match self {
            Self::Done => None,
            Self::Failed(error) => Some(error),
            Self::TimedOut => Some(format!("took longer than {timeout:?}")),
            Self::Cancelled(error) => error,
        }
    }
}
