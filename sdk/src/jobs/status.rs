//! How the jobs of a host stand.

use sdk_schema::Timestamp;
use serde::Serialize;

use super::{JobRun, Jobs, JobsError, RunState, history, settings};
use crate::store::Store;

/// How one job stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobStatus {
    /// `module.name`.
    pub job: String,
    /// What it does.
    pub description: String,
    /// The cron expression that holds.
    pub schedule: String,
    /// The time zone that holds.
    pub tz: String,
    /// Whether it runs on its schedule.
    pub enabled: bool,
    /// Whether an operator has set something otherwise than declared.
    pub overridden: bool,
    /// Why an operator's setting cannot be followed.
    pub problem: Option<String>,
    /// When it is due next; none when it is not enabled.
    pub next: Option<Timestamp>,
    /// Its latest run.
    pub last: Option<JobRun>,
}

impl JobStatus {
    /// Whether somebody should look at it: its latest run did not end as it
    /// should, or its settings cannot be followed.
    pub fn is_failing(&self) -> bool {
        let bad = [RunState::Failed, RunState::TimedOut, RunState::Interrupted];
        self.problem.is_some()
            || self
                .last
                .as_ref()
                .is_some_and(|run| bad.contains(&run.state))
    }
}

/// How all declared jobs stand, in the order of their names.
pub(super) async fn list(
    store: &Store,
    jobs: &Jobs,
    now: Timestamp,
) -> Result<Vec<JobStatus>, JobsError> {
    let settings = settings::load(store, jobs, now).await?;
    let mut list = Vec::with_capacity(settings.len());
    for (id, settings) in settings {
        let latest = history::of_job(store, &id, 1).await?.pop();
        let (_, declaration) = jobs.get(&id)?;
        let next = settings.enabled.then(|| settings.schedule.next_after(now));
        list.push(JobStatus {
            job: id,
            description: declaration.description.to_owned(),
            schedule: settings.schedule.expression().to_owned(),
            tz: settings.schedule.zone().to_owned(),
            enabled: settings.enabled,
            overridden: settings.overridden,
            problem: settings.problem,
            next: next.flatten(),
            last: latest,
        });
    }
    Ok(list)
}
