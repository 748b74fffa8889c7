//! Why something cannot be done to a job.

use sdk_schema::ScheduleError;

use crate::store::StoreError;

/// Why something cannot be done to a job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobsError {
    /// No linked module declares it.
    #[error("there is no job `{job}`; there are: {known}")]
    UnknownJob {
        /// The name that was asked for.
        job: String,
        /// The jobs that exist.
        known: String,
    },
    /// Its schedule cannot be read or is never due.
    #[error("job `{job}`: {source}")]
    Schedule {
        /// The job.
        job: String,
        /// What is wrong with the schedule.
        source: ScheduleError,
    },
    /// It is still running and does not allow a second run beside the first.
    #[error("job `{job}` is running, and its runs must not overlap")]
    StillRunning {
        /// The job.
        job: String,
    },
    /// The scheduler has been told to stop.
    #[error("job `{job}` is not started: the host is stopping")]
    Stopping {
        /// The job.
        job: String,
    },
    /// The store could not be read or written.
    #[error("jobs: {0}")]
    Store(#[from] StoreError),
}
