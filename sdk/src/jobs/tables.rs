//! The tables in which jobs live.

use sdk_schema::Timestamp;
use serde::Serialize;

use crate::store::Id;

/// A job as the code declares it, refreshed when a scheduler starts. Table `sdk.job`.
#[derive(crate::Table, Debug, Clone, PartialEq, Serialize)]
#[table(module = "sdk")]
#[sdk(crate = "crate")]
pub struct Job {
    /// `module.name`.
    #[key]
    pub id: String,
    /// What it does.
    pub description: String,
    /// The declared cron expression.
    pub schedule: String,
    /// The declared time zone.
    pub tz: String,
    /// Whether a linked module still declares it.
    pub declared: bool,
    /// Since when it has this schedule; due times before that are none.
    pub since: Timestamp,
}

/// What an operator has set otherwise than the code declares. Table `sdk.job_override`.
#[derive(crate::Table, Debug, Clone, PartialEq, Serialize)]
#[table(module = "sdk")]
#[sdk(crate = "crate")]
pub struct JobOverride {
    /// `module.name` of the job.
    #[key]
    pub job: String,
    /// The cron expression, if it is another one.
    pub schedule: Option<String>,
    /// The time zone, if it is another one.
    pub tz: Option<String>,
    /// Whether it runs on its schedule at all.
    pub enabled: bool,
    /// When this was set; due times before that are none.
    pub set_at: Timestamp,
}

/// One run of a job. Its row is the claim to run it. Table `sdk.job_run`.
#[derive(crate::Table, Debug, Clone, PartialEq, Serialize)]
#[table(module = "sdk", unique(job, due), index(state))]
#[sdk(crate = "crate")]
pub struct JobRun {
    /// The run.
    #[key]
    pub id: Id<JobRun>,
    /// `module.name` of the job.
    pub job: String,
    /// When it was due; when it was asked for, if it was.
    pub due: Timestamp,
    /// Whether somebody asked for it, rather than the schedule.
    pub asked: bool,
    /// How far it has come, or how it ended.
    pub state: RunState,
    /// The number of the latest attempt, from 1; 0 if there was none.
    pub attempt: u32,
    /// When the first attempt began, if there was one.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What went wrong, in the latest attempt.
    pub error: Option<String>,
}

/// How far a run has come, or how it ended.
#[derive(crate::TableEnum, Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[sdk(crate = "crate")]
pub enum RunState {
    /// It is going on, or waiting for its next attempt.
    Running,
    /// It ended well.
    Done,
    /// Its last attempt returned an error or panicked.
    Failed,
    /// Its last attempt took too long.
    TimedOut,
    /// It was told to end: the host stopped, or a newer run replaced it.
    Cancelled,
    /// The host died while it was going on.
    Interrupted,
    /// It was left out, because the run before it was still going on.
    Skipped,
}

/// Prints the state as it is stored, `timed_out`.
impl std::fmt::Display for RunState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(crate::store::TableEnum::as_str(*self))
    }
}
