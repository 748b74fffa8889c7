//! What a caller is told when the store refuses.

use tonic::Status;

use super::Failure;
use crate::store::StoreError;

/// A request that does not fit what is there gets the code and the reason that say
/// so, and what helps; what the system says of files and disks goes to the log.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let hint = hint_of(&error);
        let failure = of(error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// What to do about an error of the store, if anything is known to help.
pub(crate) fn hint_of(error: &StoreError) -> Option<&'static str> {
    match error {
        StoreError::Full => Some(MAKE_ROOM),
        StoreError::InUse { .. } => Some("try again when nobody exports, dumps or checks"),
        StoreError::UnknownTable { .. } => Some("`data list` shows the tables"),
        StoreError::Damaged { .. } | StoreError::Corrupt { .. } => {
            Some("keep a copy of the data folder, then restore it from a backup")
        }
        _ => None,
    }
}

/// What to do about a disk that is full.
pub(crate) const MAKE_ROOM: &str = "make room on the disk; what was acknowledged is in the store";

fn of(error: StoreError) -> Failure {
    use StoreError as E;
    match &error {
        E::NotFound { .. } => Failure::not_found("ROW_UNKNOWN", error),
        E::UnknownTable { .. } => Failure::not_found("TABLE_UNKNOWN", error),
        E::AlreadyExists { .. } => Failure::already_exists("ROW_EXISTS", error),
        E::UniqueViolation { .. } => Failure::already_exists("VALUES_EXIST", error),
        E::ReferenceMissing { field, .. } => {
            let field = field.clone();
            Failure::precondition("REFERENCE_MISSING", &error)
                .violation(field, "refers to a row that is not there")
        }
        E::Restricted { .. } => Failure::precondition("ROW_IN_USE", error),
        E::KeyChanged { .. } => Failure::invalid("KEY_CHANGED", error),
        E::NoIndex { .. } => Failure::invalid("NO_INDEX", error),
        E::Cursor { detail, .. } => {
            let detail = detail.clone();
            Failure::invalid("PAGE_TOKEN_INVALID", error).violation("page_token", detail)
        }
        E::UnknownField { .. } => Failure::invalid("FIELD_UNKNOWN", error),
        E::Row(_) => Failure::invalid("ROW_INVALID", error),
        E::Value {
            field, expected, ..
        } => {
            let (field, expected) = (field.clone(), format!("expected {expected}"));
            Failure::invalid("VALUE_INVALID", &error).violation(field, expected)
        }
        E::TooLarge { .. } => Failure::invalid("ROW_TOO_LARGE", error),
        E::Alter { .. } | E::Operation(_) => Failure::precondition("SCHEMA_REFUSED", error),
        E::Mismatch { .. } | E::Format { .. } => Failure::precondition("SCHEMA_MISMATCH", error),
        E::Busy { .. } | E::InUse { .. } => Failure::unavailable("STORE_BUSY", error),
        E::TooSlow { .. } => Failure::aborted("WRITE_TOO_SLOW", error),
        E::Doomed { .. } => Failure::aborted("WRITE_UNDONE", error),
        E::Corrupt { .. } => Failure::data_loss("ROW_UNREADABLE", error),
        E::Damaged { .. } => Failure::data_loss("STORE_DAMAGED", error),
        E::Full => Failure::exhausted("STORE_FULL", error),
        E::Io { .. } => Failure::internal(error),
    }
}

/// So that `?` in a service says what the store says.
impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}
