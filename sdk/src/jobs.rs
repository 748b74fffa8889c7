//! Jobs: functions that a module wants called on a schedule.
//!
//! Code declares, the database decides. A **job** is declared by a module and
//! copied to `sdk.job` when a scheduler starts; an operator's **override** in
//! `sdk.job_override` survives deploys and can be reset; each call is a **run**
//! in `sdk.job_run`, whose row is also the claim that keeps two hosts from
//! running one thing. A job is identified by `module.name`.
//!
//! A run is **due** at an instant of the schedule, or when somebody asks for it.
//! It has one or more **attempts**. How it ended is recorded whatever happens:
//! errors, panics and time limits end in the row, and what a host that died
//! left behind is marked when the next one starts.
//!
//! All time comes from the [`Clock`](crate::clock::Clock). `docs/jobs.md` says
//! when a run is due and what its states mean.
//!
//! ```
//! use sdk::prelude::*;
//!
//! /// Throws away what nobody has asked for in a month.
//! #[job(schedule = "0 3 * * *", tz = "Europe/Berlin", missed = "once")]
//! async fn tidy(cx: &JobContext) -> Result<()> {
//!     let today = cx.due();
//!     cx.store().write(async |tx| { /* … */ Ok(()) }).await
//! }
//!
//! fn main() {
//!     let declared = tidy::declaration();
//!     assert_eq!((declared.name, declared.schedule), ("tidy", "0 3 * * *"));
//!     assert_eq!(declared.description, "Throws away what nobody has asked for in a month.");
//! }
//! ```

mod active;
mod agenda;
mod attempt;
mod context;
mod declaration;
mod due;
mod error;
mod history;
mod scheduler;
mod settings;
mod status;
mod tables;

pub use context::JobContext;
pub use declaration::{JobDeclaration, JobFn, JobFuture, Jobs};
pub use error::JobsError;
pub use scheduler::{RunningScheduler, Scheduler};
pub use settings::JobChange;
pub use status::JobStatus;
pub use tables::{Job, JobOverride, JobRun, RunState};
