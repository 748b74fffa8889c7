//! Repairs the ledger by hand: somebody who knows says what is so.

use sdk_schema::{Application, EntryState, LedgerEntry, MigrationId};
use serde::Serialize;

use super::{
    EventAction, MigrateError, MigrationEvent, Migrator, apply::TOOL_VERSION, event, ledger,
};
use crate::store::{StoreError, WriteTx};

/// What somebody says of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// What it does has been done otherwise: it is not to be applied.
    Applied,
    /// It has not been applied, or its module is gone for good: its entry goes.
    Pending,
    /// What was applied is as good as the changed file: its checksum is taken over.
    Accepted,
}

/// What marking a migration has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Marked {
    /// The migration.
    pub migration: MigrationId,
    /// What was done.
    pub action: EventAction,
    /// What it was before.
    pub before: String,
}

/// Why a migration cannot be marked so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkError {
    /// Neither the binary nor the ledger has it.
    #[error("migration `{migration}` is neither in this binary nor in the ledger")]
    Unknown {
        /// The migration.
        migration: MigrationId,
    },
    /// It is so already.
    #[error("migration `{migration}` is {state} already")]
    AlreadySo {
        /// The migration.
        migration: MigrationId,
        /// What it is.
        state: &'static str,
    },
    /// There is no file whose checksum could be taken over.
    #[error("migration `{migration}` is not in this binary: there is nothing to accept")]
    NotInBinary {
        /// The migration.
        migration: MigrationId,
    },
    /// There is no entry whose checksum could be another one.
    #[error("migration `{migration}` has not been applied: there is nothing to accept")]
    NotApplied {
        /// The migration.
        migration: MigrationId,
    },
    /// The reason is missing.
    #[error("the reason is empty: whoever reads the ledger later needs one")]
    NoReason,
}

impl Migrator<'_> {
    /// Says of a migration what is so, without applying anything, and writes
    /// down who said so and why.
    ///
    /// # Errors
    /// Refuses what is so already, and what cannot be.
    pub async fn mark(
        &self,
        id: &MigrationId,
        mark: Mark,
        reason: &str,
    ) -> Result<Marked, MigrateError> {
        if reason.trim().is_empty() {
            return Err(MarkError::NoReason.into());
        }
        let entries = ledger::read(self.store).await?;
        let present = entries.iter().find(|entry| entry.id == *id);
        let position = entries.last().map_or(1, |entry| entry.position + 1);
        let change = change(self.application, id, mark, present)?;
        let mut told = MigrationEvent::new(self.clock, id, change.action, self.host);
        told.reason = Some(reason.trim().to_owned());
        told.before = Some(change.before.clone());
        let entry = change.becomes.map(|entry| LedgerEntry {
            position: present.map_or(position, |entry| entry.position),
            applied_at: present.map_or(self.clock.now(), |entry| entry.applied_at),
            module_version: self.module_version(id),
            host: Some(self.host.to_owned()),
            ..entry
        });
        let write = self.store.write(async |tx: &mut WriteTx<'_>| {
            match &entry {
                Some(entry) => ledger::enter(tx, entry).await?,
                None => ledger::remove(tx, id).await?,
            }
            event::record(tx, &told).await?;
            Ok::<_, StoreError>(())
        });
        write.await?;
        Ok(Marked {
            migration: id.clone(),
            action: change.action,
            before: change.before,
        })
    }
}

/// What becomes of an entry.
struct Change {
    action: EventAction,
    before: String,
    /// Nothing when it goes.
    becomes: Option<LedgerEntry>,
}

fn change(
    application: &Application,
    id: &MigrationId,
    mark: Mark,
    present: Option<&LedgerEntry>,
) -> Result<Change, MarkError> {
    let migration = id.clone();
    let file = application.migration(id);
    let state = |entry: &LedgerEntry| match entry.state {
        EntryState::Applied => "applied",
        EntryState::Running(_) => "running",
        EntryState::Marked => "marked",
    };
    match (mark, file, present) {
        (_, None, None) => Err(MarkError::Unknown { migration }),
        (Mark::Applied, _, Some(entry)) if !entry.is_running() => Err(MarkError::AlreadySo {
            migration,
            state: "applied",
        }),
        (Mark::Applied | Mark::Accepted, None, _) => Err(MarkError::NotInBinary { migration }),
        (Mark::Applied, Some(file), present) => Ok(Change {
            action: EventAction::MarkedApplied,
            before: present.map_or("pending", state).to_owned(),
            becomes: Some(LedgerEntry {
                state: EntryState::Marked,
                sdk_version: TOOL_VERSION.to_owned(),
                ..LedgerEntry::new(migration, file.checksum(), 0)
            }),
        }),
        (Mark::Pending, _, None) => Err(MarkError::AlreadySo {
            migration,
            state: "pending",
        }),
        (Mark::Pending, _, Some(entry)) => Ok(Change {
            action: EventAction::MarkedPending,
            before: state(entry).to_owned(),
            becomes: None,
        }),
        (Mark::Accepted, Some(_), None) => Err(MarkError::NotApplied { migration }),
        (Mark::Accepted, Some(file), Some(entry)) if file.checksum() == entry.checksum => {
            Err(MarkError::AlreadySo {
                migration,
                state: "accepted",
            })
        }
        (Mark::Accepted, Some(file), Some(entry)) => Ok(Change {
            action: EventAction::MarkedAccepted,
            before: entry.checksum.to_string(),
            becomes: Some(LedgerEntry {
                checksum: file.checksum(),
                ..entry.clone()
            }),
        }),
    }
}
