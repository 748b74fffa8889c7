//! A job as a module declares it, and all those of a host.

use std::{collections::BTreeMap, pin::Pin, time::Duration};

use sdk_schema::{Missed, Name, NameError, Overlap};

use super::{JobContext, JobsError};

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
    /// A job of a test, of which only the name and the code matter.
    #[cfg(test)]
    pub(crate) fn nightly(name: &'static str, run: JobFn) -> Self {
        Self {
            name,
            description: "",
            schedule: "0 3 * * *",
            tz: "UTC",
            missed: Missed::Skip,
            overlap: Overlap::Forbid,
            timeout: Duration::from_hours(1),
            retry: 0,
            run,
        }
    }

    /// The job without its code.
    pub fn job(&self) -> Result<sdk_schema::Job, NameError> {
        Ok(sdk_schema::Job {
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

/// The jobs of all linked modules by `module.name`.
#[derive(Debug, Clone, Default)]
pub struct Jobs(BTreeMap<String, (&'static str, JobDeclaration)>);

impl Jobs {
    /// Adds the jobs that `module` lists.
    pub fn add(&mut self, module: &'static str, jobs: &[JobDeclaration]) {
        let id = |job: &JobDeclaration| format!("{module}.{}", job.name);
        self.0
            .extend(jobs.iter().map(|job| (id(job), (module, *job))));
    }

    /// The ids with the module and the declaration, in the order of the ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &JobDeclaration)> {
        self.0.iter().map(|(id, (_, job))| (id.as_str(), job))
    }

    /// Whether a linked module declares the job.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The module and the declaration of a job.
    pub(super) fn get(&self, id: &str) -> Result<(&'static str, JobDeclaration), JobsError> {
        self.0
            .get(id)
            .copied()
            .ok_or_else(|| JobsError::UnknownJob {
                job: id.to_owned(),
                known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
            })
    }
}
