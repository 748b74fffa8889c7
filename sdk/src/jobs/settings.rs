//! What holds for a job: what the code declares, and what an operator has set.

use std::collections::BTreeMap;

use sdk_schema::{Schedule, Timestamp};

use super::{Job, JobDeclaration, JobOverride, Jobs, JobsError};
use crate::{
    migrate::if_made,
    store::{Store, StoreError},
};

/// What an operator sets otherwise than the code declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobChange {
    /// Another cron expression.
    pub schedule: Option<String>,
    /// Another time zone.
    pub tz: Option<String>,
    /// Whether the job runs on its schedule at all.
    pub enabled: bool,
}

/// Leaves everything as it is declared.
impl Default for JobChange {
    fn default() -> Self {
        Self {
            schedule: None,
            tz: None,
            enabled: true,
        }
    }
}

/// What holds for one job.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) schedule: Schedule,
    pub(super) enabled: bool,
    pub(super) overridden: bool,
    /// Since when this holds; due times before that are none.
    pub(super) since: Timestamp,
    /// Why an override could not be followed.
    pub(super) problem: Option<String>,
}

type Rows = (BTreeMap<String, Job>, BTreeMap<String, JobOverride>);

/// What holds for every declared job, by its id.
pub(super) async fn load(
    store: &Store,
    jobs: &Jobs,
    now: Timestamp,
) -> Result<BTreeMap<String, Settings>, JobsError> {
    let (rows, overrides) = read(store).await?;
    let settings = jobs.iter().map(|(id, job)| {
        let since = rows.get(id).map_or(now, |row| row.since);
        let settings = effective(id, job, overrides.get(id), since)?;
        Ok((id.to_owned(), settings))
    });
    settings.collect()
}

fn effective(
    id: &str,
    job: &JobDeclaration,
    changed: Option<&JobOverride>,
    since: Timestamp,
) -> Result<Settings, JobsError> {
    let mut settings = Settings {
        schedule: parse(id, job.schedule, job.tz)?,
        enabled: true,
        overridden: changed.is_some(),
        since,
        problem: None,
    };
    let Some(changed) = changed else {
        return Ok(settings);
    };
    settings.enabled = changed.enabled;
    settings.since = since.max(changed.set_at);
    // Whoever edits the row by hand is not checked when they save.
    match parse_changed(id, job, changed.schedule.as_deref(), changed.tz.as_deref()) {
        Ok(schedule) => settings.schedule = schedule,
        Err(error) => settings.problem = Some(error.to_string()),
    }
    Ok(settings)
}

/// The rows of `sdk.job` and of `sdk.job_override`, by the id of the job.
async fn read(store: &Store) -> Result<Rows, StoreError> {
    let rows = store.read(async |tx| {
        let jobs = tx.scan::<Job>().collect().await?.rows;
        let overrides = tx.scan::<JobOverride>().collect().await?.rows;
        let by_job = |row: JobOverride| (row.job.clone(), row);
        Ok((
            jobs.into_iter().map(|row| (row.id.clone(), row)).collect(),
            overrides.into_iter().map(by_job).collect(),
        ))
    });
    if_made(rows.await)
}

/// Copies what the code declares to `sdk.job` and marks what it no longer does.
pub(super) async fn refresh(store: &Store, jobs: &Jobs, now: Timestamp) -> Result<(), JobsError> {
    for (id, job) in jobs.iter() {
        parse(id, job.schedule, job.tz)?;
    }
    store
        .write(async |tx| {
            for mut row in tx.scan::<Job>().collect().await?.rows {
                if row.declared && !jobs.contains(&row.id) {
                    row.declared = false;
                    tx.update(&row).await?;
                }
            }
            for (id, job) in jobs.iter() {
                let held = tx.get::<Job>(id).await?;
                tx.upsert(&declared_row(id, job, held.as_ref(), now))
                    .await?;
            }
            Ok(())
        })
        .await
}

fn declared_row(id: &str, job: &JobDeclaration, held: Option<&Job>, now: Timestamp) -> Job {
    let same = |row: &&Job| row.declared && row.schedule == job.schedule && row.tz == job.tz;
    Job {
        id: id.to_owned(),
        description: job.description.to_owned(),
        schedule: job.schedule.to_owned(),
        tz: job.tz.to_owned(),
        declared: true,
        since: held.filter(same).map_or(now, |row| row.since),
    }
}

/// Saves an override. Refuses a schedule that cannot be read or is never due.
pub(super) async fn set_override(
    store: &Store,
    jobs: &Jobs,
    job: &str,
    change: JobChange,
    now: Timestamp,
) -> Result<(), JobsError> {
    let (_, declaration) = jobs.get(job)?;
    parse_changed(
        job,
        &declaration,
        change.schedule.as_deref(),
        change.tz.as_deref(),
    )?;
    let row = JobOverride {
        job: job.to_owned(),
        schedule: change.schedule,
        tz: change.tz,
        enabled: change.enabled,
        set_at: now,
    };
    Ok(store.write(async |tx| tx.upsert(&row).await).await?)
}

/// Removes an override: from `now` on what the code declares holds again.
pub(super) async fn reset_override(
    store: &Store,
    jobs: &Jobs,
    job: &str,
    now: Timestamp,
) -> Result<(), JobsError> {
    jobs.get(job)?;
    store
        .write(async |tx| {
            tx.delete::<JobOverride>(job).await?;
            if let Some(mut row) = tx.get::<Job>(job).await? {
                row.since = now;
                tx.update(&row).await?;
            }
            Ok(())
        })
        .await
}

fn parse_changed(
    id: &str,
    job: &JobDeclaration,
    schedule: Option<&str>,
    tz: Option<&str>,
) -> Result<Schedule, JobsError> {
    parse(id, schedule.unwrap_or(job.schedule), tz.unwrap_or(job.tz))
}

fn parse(id: &str, schedule: &str, tz: &str) -> Result<Schedule, JobsError> {
    Schedule::parse(schedule, tz).map_err(|source| JobsError::Schedule {
        job: id.to_owned(),
        source,
    })
}
