//! A job as a module declares it.

use std::{pin::Pin, time::Duration};

use sdk_schema::{Job, Missed, Name, NameError, Overlap};

use super::JobContext;

/// What a job's function returns.
pub type JobFuture<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// The function of a job.
pub type JobFn = for<'a> fn(&'a JobContext) -> JobFuture<'a>;

/// A job with its code, as a module lists it.
#[derive(Debug, Clone, Copy)]
pub struct JobDeclaration {
    /// Its name, unique in the module.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// When it is due: a cron expression.
    pub schedule: &'static str,
    /// The time zone in which the schedule is read, such as `Europe/Berlin`.
    pub tz: &'static str,
    /// What happens to due times that passed while no host ran.
    pub missed: Missed,
    /// What happens when a run is due while the last one is still going.
    pub overlap: Overlap,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How often a failed run is tried again.
    pub retry: u32,
    /// The code.
    pub run: JobFn,
}

impl JobDeclaration {
    /// The job without its code.
    pub fn job(&self) -> Result<Job, NameError> {
        Ok(Job {
            name: Name::new(self.name)?,
            description: self.description.to_owned(),
            schedule: self.schedule.to_owned(),
            tz: self.tz.to_owned(),
            missed: self.missed,
            overlap: self.overlap,
            timeout: self.timeout,
            retry: self.retry,
        })
    }
}
