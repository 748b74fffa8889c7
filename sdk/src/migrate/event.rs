//! What was done to the ledger by hand, or otherwise than by applying.

use sdk_schema::{MigrationId, Timestamp};
use serde::Serialize;

use super::if_made;
use crate::{
    clock::Clock,
    store::{Id, Store, StoreError, WriteTx},
};

/// Something that was done to the ledger otherwise than by applying a
/// migration. Rows are added and never changed. Table `sdk.migration_event`.
#[derive(crate::Table, Debug, Clone, PartialEq, Serialize)]
#[table(module = "sdk")]
#[sdk(crate = "crate")]
pub struct MigrationEvent {
    /// The event; ids ascend with time.
    #[key]
    pub id: Id<MigrationEvent>,
    /// When it was done.
    pub at: Timestamp,
    /// `module/STAMP_name` of the migration.
    pub migration: String,
    /// What was done.
    pub action: EventAction,
    /// Why, if somebody said so.
    pub reason: Option<String>,
    /// What it was before: a state, a checksum, a name.
    pub before: Option<String>,
    /// The host that did it, with its version.
    pub host: String,
}

/// What was done to the ledger.
#[derive(crate::TableEnum, Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[sdk(crate = "crate")]
#[serde(rename_all = "snake_case")]
pub enum EventAction {
    /// Somebody said that it is applied.
    MarkedApplied,
    /// Somebody said that it is not applied.
    MarkedPending,
    /// Somebody said that what was applied is as good as the changed file.
    MarkedAccepted,
    /// It was taken back.
    TakenBack,
    /// It took the place of those that it stands for.
    Adopted,
    /// Its module got another name.
    Renamed,
}

impl MigrationEvent {
    /// An event of now.
    pub(super) fn new(
        clock: &Clock,
        migration: &MigrationId,
        action: EventAction,
        host: &str,
    ) -> Self {
        Self {
            id: Id::at(clock),
            at: clock.now(),
            migration: migration.to_string(),
            action,
            reason: None,
            before: None,
            host: host.to_owned(),
        }
    }
}

/// Writes an event, unless the store is older than the table.
pub(super) async fn record(tx: &mut WriteTx<'_>, event: &MigrationEvent) -> Result<(), StoreError> {
    match tx.insert(event).await {
        Err(StoreError::UnknownTable { .. }) => Ok(()),
        other => other,
    }
}

/// All events, the oldest first; none while a store has no table of them.
pub async fn events(store: &Store) -> Result<Vec<MigrationEvent>, StoreError> {
    let rows = store.read(async |tx| {
        let page = tx.scan::<MigrationEvent>().collect().await?;
        Ok(page.rows)
    });
    if_made(rows.await)
}
