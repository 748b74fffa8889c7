//! Jobs: functions that a module wants called on a schedule.
//!
//! Code declares, the database decides. A **job** is declared by a module and
//! copied to `sdk.job` when a host starts; an operator's **override** in
//! `sdk.job_override` survives deploys; each call is a **run** in
//! `sdk.job_run`, whose row is also the claim that keeps two hosts from
//! running one thing.

mod context;
mod declaration;

pub use context::JobContext;
pub use declaration::{JobDeclaration, JobFn, JobFuture};
