//! From the errors of the library to what leaves: their codes and reasons, but for those of
//! the store, which [`rpc`](crate::rpc) knows already.
//!
//! A message says what the error says, which names things of the application:
//! tables, fields, migrations. What the system says of files and disks is
//! [`Failure::internal`], and stands in the log alone.

use std::sync::Arc;

use sdk_schema::RowError;

use super::hint;
use crate::{
    host::{LinkError, StartError},
    jobs::JobsError,
    migrate::{self, MarkError, MigrateError},
    rpc::Failure,
    seed::SeedError,
    store::{FeedError, StoreError},
};

/// Adds what helps, if anything is known to.
fn hinted(failure: Failure, hints: &[impl AsRef<str>]) -> Failure {
    if hints.is_empty() {
        return failure;
    }
    let lines: Vec<_> = hints.iter().map(AsRef::as_ref).collect();
    failure.hint(lines.join("\n"))
}

impl From<RowError> for Failure {
    fn from(error: RowError) -> Self {
        let field = match &error {
            RowError::UnknownField { field, .. } => format!("row.{field}"),
            RowError::MissingField { field, .. } | RowError::Value { field, .. } => {
                format!("row.{field}")
            }
            _ => "row".to_owned(),
        };
        let text = error.to_string();
        Self::invalid("ROW_INVALID", error).violation(field, text)
    }
}

impl From<Arc<LinkError>> for Failure {
    fn from(error: Arc<LinkError>) -> Self {
        let hints = hint::of_link(&error);
        hinted(Self::precondition("MODULES_FAULTY", error), &hints)
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        let hints = hint::of_migrate(&error);
        hinted(of_migrate(error), &hints)
    }
}

fn of_migrate(error: MigrateError) -> Failure {
    match error {
        MigrateError::Plan(_) => Failure::precondition("PLAN_REFUSED", error),
        MigrateError::Ledger { .. } => Failure::data_loss("LEDGER_UNREADABLE", error),
        MigrateError::NoStep { .. } => Failure::precondition("STEP_MISSING", error),
        MigrateError::Operation { .. } => Failure::precondition("OPERATION_REFUSED", error),
        MigrateError::Step { .. } | MigrateError::Row(_) => {
            Failure::precondition("STEP_FAILED", error)
        }
        MigrateError::Inverse { .. } => Failure::precondition("INVERSE_REFUSED", error),
        MigrateError::Down(_) => Failure::precondition("NO_INVERSE", error),
        MigrateError::Mark(error) => of_mark(error),
        MigrateError::Schema(_) => Failure::precondition("SCHEMA_DIFFERS", error),
        MigrateError::Store(StoreError::Io { .. }) => Failure::internal(error),
        MigrateError::Store(_) => Failure::precondition("LEDGER_UNREADABLE", error),
    }
}

fn of_mark(error: MarkError) -> Failure {
    match error {
        MarkError::Unknown { .. } => Failure::not_found("MIGRATION_UNKNOWN", error),
        MarkError::NoReason => {
            let text = error.to_string();
            Failure::invalid("REASON_MISSING", error).violation("reason", text)
        }
        MarkError::AlreadySo { .. }
        | MarkError::NotInBinary { .. }
        | MarkError::NotApplied { .. } => Failure::precondition("MARK_REFUSED", error),
    }
}

impl From<migrate::Failure> for Failure {
    fn from(error: migrate::Failure) -> Self {
        error.source.into()
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Migrate(error) => error.into(),
            StartError::Apply(error) => error.into(),
            StartError::Seed(error) => error.into(),
            StartError::Link(error) => error.into(),
            StartError::Jobs(error) => error.into(),
            StartError::Pending { .. } => {
                let hints = hint::of_start(&error);
                hinted(Self::precondition("MIGRATIONS_PENDING", error), &hints)
            }
            StartError::Snapshot(StoreError::Io { .. }) => Self::internal(error),
            StartError::Snapshot(_) => {
                let hints = hint::of_start(&error);
                hinted(Self::exhausted("NO_SNAPSHOT", error), &hints)
            }
        }
    }
}

impl From<SeedError> for Failure {
    fn from(error: SeedError) -> Self {
        let hint = hint::of_seed(&error);
        let failure = match error {
            SeedError::Rows { .. } | SeedError::Row { .. } | SeedError::Generated { .. } => {
                Self::precondition("SEED_REFUSED", error)
            }
            SeedError::Store(error) => return error.into(),
        };
        hinted(failure, hint.as_slice())
    }
}

impl From<JobsError> for Failure {
    fn from(error: JobsError) -> Self {
        let hint = hint::of_jobs(&error);
        let failure = match error {
            JobsError::UnknownJob { .. } => Self::not_found("JOB_UNKNOWN", error),
            JobsError::Schedule { ref source, .. } => {
                let detail = source.to_string();
                Self::invalid("SCHEDULE_INVALID", error).violation("schedule", detail)
            }
            JobsError::StillRunning { .. } => Self::precondition("JOB_RUNNING", error),
            JobsError::Stopping { .. } => Self::unavailable("HOST_STOPPING", error),
            JobsError::Store(error) => return error.into(),
        };
        hinted(failure, hint.as_slice())
    }
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Compacted { oldest, .. } => Self::out_of_range("COMPACTED", error)
                .metadata("oldest", oldest.to_string())
                .hint("read the rows anew, and watch from the revision of that moment"),
            FeedError::Lagged { .. } => Self::aborted("LAGGED", error),
            FeedError::Ahead { newest, .. } => {
                Self::out_of_range("AHEAD", error).metadata("newest", newest.to_string())
            }
            FeedError::NotLogged { .. } => Self::precondition("NOT_LOGGED", error),
            FeedError::Store(error) => error.into(),
        }
    }
}
