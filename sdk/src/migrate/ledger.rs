//! The ledger: which migrations this store has seen, and what they were.

use sdk_schema::{Checksum, LedgerEntry, MigrationId, Timestamp};

use super::{MigrateError, if_made};
use crate::store::{Store, StoreError};

/// A row of the ledger: one applied migration. Table `sdk.migration`.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "sdk")]
#[sdk(crate = "crate")]
pub struct Migration {
    /// `module/STAMP_name`, as [`MigrationId`] prints it.
    #[key]
    pub id: String,
    /// The module it belongs to.
    pub module: String,
    /// Its stamp.
    pub stamp: String,
    /// Its name.
    pub name: String,
    /// The checksum of the file that was applied, in hexadecimal.
    pub checksum: String,
    /// The order of application in this store, from 1 and without gaps.
    #[unique]
    pub position: u64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// The version of `sdk` that applied it.
    pub tool_version: String,
    /// What became of it.
    pub state: LedgerState,
    /// Whether a newer migration had been applied before it.
    pub late: bool,
}

/// What became of a migration. There is one outcome while each migration is
/// one transaction: a failed one leaves no row.
#[derive(crate::TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sdk(crate = "crate")]
pub enum LedgerState {
    /// It was applied as a whole.
    Applied,
}

impl Migration {
    /// What the plan needs of the row.
    fn entry(&self) -> Result<LedgerEntry, MigrateError> {
        let refuse = |detail: String| MigrateError::Ledger {
            row: self.id.clone(),
            detail,
        };
        let id: MigrationId = self.id.parse().map_err(|e| refuse(format!("{e}")))?;
        let checksum: Checksum = self.checksum.parse().map_err(|e| refuse(format!("{e}")))?;
        Ok(LedgerEntry {
            id,
            checksum,
            position: self.position,
        })
    }
}

/// The ledger in the order of application; empty while a store has none.
pub(super) async fn read(store: &Store) -> Result<Vec<LedgerEntry>, MigrateError> {
    let rows = history(store).await?;
    rows.iter().map(Migration::entry).collect()
}

/// The rows of the ledger in the order of application; empty while a store has none.
pub async fn history(store: &Store) -> Result<Vec<Migration>, StoreError> {
    let rows = store.read(async |tx| {
        let scan = tx.scan::<Migration>().range(Migration::POSITION, ..);
        scan.collect().await.map(|page| page.rows)
    });
    if_made(rows.await)
}
