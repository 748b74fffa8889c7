//! From the errors of the library to what leaves: the one place that chooses
//! their codes and reasons.
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

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let hint = hint::of_store(&error);
        hinted(of_store(error), hint.as_slice())
    }
}

fn of_store(error: StoreError) -> Failure {
    match error {
        StoreError::NotFound { .. } => Failure::not_found("ROW_UNKNOWN", error),
        StoreError::AlreadyExists { .. } => Failure::already_exists("ROW_EXISTS", error),
        StoreError::UniqueViolation { .. } => Failure::already_exists("NOT_UNIQUE", error),
        StoreError::KeyChanged { .. } => Failure::invalid("KEY_CHANGED", error),
        StoreError::ReferenceMissing { .. } => Failure::precondition("REFERENCE_MISSING", error),
        StoreError::Restricted { .. } => Failure::precondition("ROW_REFERRED_TO", error),
        StoreError::NoIndex { .. } => Failure::precondition("NO_INDEX", error),
        StoreError::Cursor { ref detail, .. } => {
            let detail = detail.clone();
            Failure::invalid("PAGE_TOKEN_INVALID", error).violation("page_token", detail)
        }
        StoreError::UnknownTable { .. } => Failure::not_found("TABLE_UNKNOWN", error),
        StoreError::UnknownField { .. } => Failure::not_found("FIELD_UNKNOWN", error),
        StoreError::Mismatch { .. } => Failure::precondition("SCHEMA_MISMATCH", error),
        StoreError::Row(error) => error.into(),
        StoreError::Value { .. } => Failure::invalid("VALUE_INVALID", error),
        StoreError::Corrupt { .. } => Failure::data_loss("ROW_UNREADABLE", error),
        StoreError::Damaged { .. } => Failure::data_loss("STORE_DAMAGED", error),
        StoreError::Format { .. } => Failure::precondition("STORE_FORMAT", error),
        StoreError::Operation(_) => Failure::precondition("OPERATION_REFUSED", error),
        StoreError::Alter { .. } => Failure::precondition("TABLE_UNCHANGEABLE", error),
        StoreError::Doomed { .. } => Failure::aborted("WRITE_UNDONE", error),
        StoreError::Busy { .. } => Failure::unavailable("STORE_BUSY", error),
        StoreError::TooSlow { .. } => Failure::aborted("WRITE_TOO_SLOW", error),
        StoreError::InUse { .. } => Failure::unavailable("STORE_IN_USE", error),
        StoreError::TooLarge { .. } => Failure::exhausted("ROW_TOO_LARGE", error),
        StoreError::Full => Failure::exhausted("DISK_FULL", error),
        StoreError::Io { .. } => Failure::internal(error),
    }
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
