//! The pages of the file, which the engine alone knows.

use std::panic::{AssertUnwindSafe, catch_unwind};

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
    /// What the engine notes of free pages was wrong, and has been put right.
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

/// Verifies the checksums of all pages; none when somebody has a transaction.
pub(super) fn verify(database: &mut Database) -> Result<Option<PageCheck>, StoreError> {
    // The engine does not check all bytes that it reads: it may panic over one.
    let verified = catch_unwind(AssertUnwindSafe(|| database.check_integrity()));
    let Ok(verified) = verified else {
        let detail = "the engine cannot read its pages".to_owned();
        return Ok(Some(PageCheck::Damaged { detail }));
    };
    match verified {
        Ok(true) => Ok(Some(PageCheck::Verified)),
        Ok(false) => Ok(Some(PageCheck::Repaired)),
        Err(DatabaseError::TransactionInProgress) => Ok(None),
        Err(DatabaseError::Storage(StorageError::Corrupted(detail))) => {
            Ok(Some(PageCheck::Damaged { detail }))
        }
        Err(DatabaseError::Storage(error)) => Err(error.into()),
        Err(other) => Err(std::io::Error::other(other).into()),
    }
}
/// Moves pages to the front of the file until no more can be, and cuts it.
/// None when somebody has a transaction.
pub(super) fn compact(database: &mut Database) -> Result<Option<()>, StoreError> {
    loop {
        match database.compact() {
            Ok(true) => {}
            Ok(false) => return Ok(Some(())),
            Err(redb::CompactionError::TransactionInProgress) => return Ok(None),
            Err(redb::CompactionError::Storage(error)) => return Err(error.into()),
            Err(other) => return Err(std::io::Error::other(other).into()),
        }
    }
}
