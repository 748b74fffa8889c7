//! What a caller is told when the store refuses.

use tonic::Status;

use super::Failure;
use crate::store::StoreError;

/// A request that does not fit what is there gets the code and the reason that say
/// so; what is wrong with the store itself goes to the log.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        use StoreError as E;
        match &error {
            E::NotFound { .. } => Self::not_found("ROW_UNKNOWN", error),
            E::UnknownTable { .. } => Self::not_found("TABLE_UNKNOWN", error),
            E::AlreadyExists { .. } => Self::already_exists("ROW_EXISTS", error),
            E::UniqueViolation { .. } => Self::already_exists("VALUES_EXIST", error),
            E::ReferenceMissing { field, .. } => {
                let field = field.clone();
                Self::precondition("REFERENCE_MISSING", &error)
                    .violation(field, "refers to a row that is not there")
            }
            E::Restricted { .. } => Self::precondition("ROW_IN_USE", error),
            E::KeyChanged { .. } => Self::invalid("KEY_CHANGED", error),
            E::NoIndex { .. } => Self::invalid("NO_INDEX", error),
            E::Cursor { .. } => Self::invalid("PAGE_TOKEN_INVALID", error),
            E::UnknownField { .. } => Self::invalid("FIELD_UNKNOWN", error),
            E::Row(_) => Self::invalid("ROW_INVALID", error),
            E::Value {
                field, expected, ..
            } => {
                let (field, expected) = (field.clone(), format!("expected {expected}"));
                Self::invalid("VALUE_INVALID", &error).violation(field, expected)
            }
            E::TooLarge { .. } => Self::invalid("ROW_TOO_LARGE", error),
            E::Alter { .. } | E::Operation(_) => Self::precondition("SCHEMA_REFUSED", error),
            E::Busy { .. } | E::InUse { .. } => Self::unavailable("STORE_BUSY", error),
            E::TooSlow { .. } => Self::aborted("WRITE_TOO_SLOW", error),
            E::Full => Self::exhausted("STORE_FULL", "the store has no room left"),
            _ => Self::internal(error),
        }
    }
}

/// So that `?` in a service says what the store says.
impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}
