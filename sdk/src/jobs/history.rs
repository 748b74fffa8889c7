//! The history of runs: claiming one, recording how it ended, pruning.

use sdk_schema::Timestamp;

use super::{JobRun, RunState};
use crate::{
    clock::Clock,
    migrate::if_made,
    store::{Id, Store, StoreError},
};

/// The latest runs of a job, the newest first.
pub(super) async fn of_job(
    store: &Store,
    job: &str,
    limit: usize,
) -> Result<Vec<JobRun>, StoreError> {
    let runs = store.read(async |tx| {
        let scan = tx.scan::<JobRun>().by(JobRun::JOB, job).rev();
        scan.limit(limit).collect().await.map(|page| page.rows)
    });
    if_made(runs.await)
}

/// The latest runs of all jobs, the newest first.
pub(super) async fn of_all(store: &Store, limit: usize) -> Result<Vec<JobRun>, StoreError> {
    let runs = store.read(async |tx| {
        // Ids sort by the time of their making.
        let scan = tx.scan::<JobRun>().rev().limit(limit);
        scan.collect().await.map(|page| page.rows)
    });
    if_made(runs.await)
}

/// When the schedule last had the job run.
pub(super) async fn last_due(store: &Store, job: &str) -> Result<Option<Timestamp>, StoreError> {
    store
        .read(async |tx| {
            let mut runs = tx.scan::<JobRun>().by(JobRun::JOB, job).rev().rows()?;
            while let Some(run) = runs.next().await? {
                if !run.asked {
                    return Ok(Some(run.due));
                }
            }
            Ok(None)
        })
        .await
}

/// A run that has not begun.
pub(super) fn new_run(job: &str, due: Timestamp, asked: bool, clock: &Clock) -> JobRun {
    JobRun {
        id: Id::at(clock),
        job: job.to_owned(),
        due,
        asked,
        state: RunState::Running,
        attempt: 0,
        started_at: Some(clock.now()),
        finished_at: None,
        error: None,
    }
}

/// A run that is left out because the one before is still going on.
pub(super) fn skipped(job: &str, due: Timestamp, clock: &Clock) -> JobRun {
    JobRun {
        id: Id::at(clock),
        job: job.to_owned(),
        due,
        asked: false,
        state: RunState::Skipped,
        attempt: 0,
        started_at: None,
        finished_at: None,
        error: Some("the run before it was still going on".to_owned()),
    }
}

/// Enters a run. False if the job has a run with that due time already.
pub(super) async fn claim(store: &Store, run: &JobRun) -> Result<bool, StoreError> {
    match store.write(async |tx| tx.insert(run).await).await {
        Ok(()) => Ok(true),
        Err(StoreError::UniqueViolation { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Records how far a run has come, and forgets the oldest runs of the job
/// beyond `keep` once it has ended.
pub(super) async fn record(store: &Store, run: &JobRun, keep: u64) -> Result<(), StoreError> {
    store
        .write(async |tx| {
            tx.upsert(run).await?;
            if run.state == RunState::Running {
                return Ok(());
            }
            let runs = tx.scan::<JobRun>().by(JobRun::JOB, &run.job);
            let excess = runs.count().await?.saturating_sub(keep);
            if excess == 0 {
                return Ok(());
            }
            let oldest = tx
                .scan::<JobRun>()
                .by(JobRun::JOB, &run.job)
                .limit(usize::try_from(excess).unwrap_or(usize::MAX));
            for old in oldest.collect().await?.rows {
                tx.delete::<JobRun>(&old.id).await?;
            }
            Ok(())
        })
        .await
}

/// Marks the runs that a dead host has left behind. Only one host has the store
/// open, so whatever is running before it has started anything is dead.
pub(super) async fn mark_interrupted(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    store
        .write(async |tx| {
            let dead = tx.scan::<JobRun>().by(JobRun::STATE, RunState::Running);
            for mut run in dead.collect().await?.rows {
                run.state = RunState::Interrupted;
                run.finished_at = Some(now);
                tx.update(&run).await?;
            }
            Ok(())
        })
        .await
}
