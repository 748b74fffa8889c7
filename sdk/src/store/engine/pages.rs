//! The pages of the file, which the engine alone knows.

use redb::{Database, DatabaseError, StorageError};
use serde::Serialize;

use crate::store::error::StoreError;

/// What is known of the pages of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PageCheck {
    /// The checksum of every page is right.
    Verified,
    /// What is free and what is not was wrong, and has been put right.
    Repaired,
    /// A page is not as it was written.
    Damaged {
        /// What was found.
        detail: String,
    },
    /// Others were reading or writing, and the pages were not read.
    InUse,
}

impl PageCheck {
    /// What is wrong with the pages.
    pub fn damage(&self) -> Option<&str> {
        match self {
            Self::Damaged { detail } => Some(detail),
            _ => None,
        }
    }
}

/// Verifies the checksums of all pages. Nobody may have a transaction.
pub(super) fn verify(database: &mut Database) -> Result<PageCheck, StoreError> {
    match database.check_integrity() {
        Ok(true) => Ok(PageCheck::Verified),
        Ok(false) => Ok(PageCheck::Repaired),
        Err(DatabaseError::TransactionInProgress) => Ok(PageCheck::InUse),
        Err(DatabaseError::Storage(StorageError::Corrupted(detail))) => {
            Ok(PageCheck::Damaged { detail })
        }
        Err(DatabaseError::Storage(error)) => Err(error.into()),
        Err(other) => Err(std::io::Error::other(other).into()),
    }
}
