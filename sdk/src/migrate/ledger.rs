//! The ledger: which migrations this store has seen, and what they were.
//!
//! The library's own migrations extend the ledger too. Until they have been
//! applied its table lacks their fields: it is then read and written without them.

use sdk_schema::{
    Checksum, EntryState, LedgerEntry, MigrationId, Name, Progress, Row, Timestamp, Value,
};

use super::{MigrateError, if_made};
use crate::store::{Store, StoreError, Table, WriteTx};

/// A row of the ledger: one migration. Table `sdk.migration`.
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
    /// The order of application in this store, ascending. There are gaps where
    /// migrations were taken back.
    #[unique]
    pub position: u64,
    /// When it was applied, or last went on.
    pub applied_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// The version of `sdk` that applied it.
    pub tool_version: String,
    /// What became of it.
    pub state: LedgerState,
    /// Whether a newer migration had been applied before it.
    pub late: bool,
    /// The version of its module that was applied.
    pub module_version: Option<String>,
    /// The host that applied it, with its version.
    pub host: Option<String>,
    /// How many of its operations are done, while it is running.
    pub operations: Option<u32>,
    /// How many rows the step under way has been called for.
    pub rows: Option<u64>,
    /// The key of the last of these rows, encoded, in base64.
    pub after: Option<String>,
}

/// What became of a migration. One that fails before its first commit leaves no row.
#[derive(crate::TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sdk(crate = "crate")]
pub enum LedgerState {
    /// It was applied as a whole.
    Applied,
    /// A step of it was interrupted between two batches, or is under way.
    Running,
    /// Somebody has said that it is applied.
    Marked,
}

impl Migration {
    /// What the plan needs of the row.
    fn entry(self) -> Result<LedgerEntry, MigrateError> {
        let row = self.id.clone();
        let refuse = |detail: String| MigrateError::Ledger {
            row: row.clone(),
            detail,
        };
        let id: MigrationId = self.id.parse().map_err(|e| refuse(format!("{e}")))?;
        let checksum: Checksum = self.checksum.parse().map_err(|e| refuse(format!("{e}")))?;
        let state = match self.state {
            LedgerState::Applied => EntryState::Applied,
            LedgerState::Marked => EntryState::Marked,
            LedgerState::Running => EntryState::Running(Progress {
                operations: self.operations.unwrap_or_default() as usize,
                rows: self.rows.unwrap_or_default(),
                after: self.after,
            }),
        };
        Ok(LedgerEntry {
            id,
            checksum,
            position: self.position,
            state,
            late: self.late,
            applied_at: self.applied_at,
            duration_ms: self.duration_ms,
            sdk_version: self.tool_version,
            module_version: self.module_version,
            host: self.host,
        })
    }

    /// The row of what the plan knows.
    pub(super) fn of(entry: &LedgerEntry) -> Self {
        let (state, progress) = match &entry.state {
            EntryState::Applied => (LedgerState::Applied, None),
            EntryState::Marked => (LedgerState::Marked, None),
            EntryState::Running(progress) => (LedgerState::Running, Some(progress)),
        };
        let id = &entry.id;
        Self {
            id: id.to_string(),
            module: id.module.to_string(),
            stamp: id.stamp.to_string(),
            name: id.name.to_string(),
            checksum: entry.checksum.to_string(),
            position: entry.position,
            applied_at: entry.applied_at,
            duration_ms: entry.duration_ms,
            tool_version: entry.sdk_version.clone(),
            state,
            late: entry.late,
            module_version: entry.module_version.clone(),
            host: entry.host.clone(),
            operations: progress.map(|it| u32::try_from(it.operations).unwrap_or(u32::MAX)),
            rows: progress.map(|it| it.rows),
            after: progress.and_then(|it| it.after.clone()),
        }
    }

    /// The row as values, for a table that lacks some of its fields.
    fn row(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::String(text.to_owned());
        vec![
            ("id", text(&self.id)),
            ("module", text(&self.module)),
            ("stamp", text(&self.stamp)),
            ("name", text(&self.name)),
            ("checksum", text(&self.checksum)),
            ("position", Value::Uint(self.position.into())),
            ("applied_at", Value::Timestamp(self.applied_at)),
            ("duration_ms", Value::Uint(self.duration_ms.into())),
            ("tool_version", text(&self.tool_version)),
            // An older table knows no other.
            ("state", Value::Enum(Name::new("applied").expect("a word"))),
            ("late", Value::Bool(self.late)),
        ]
    }

    /// The row of a table that may lack some of its fields.
    fn read(row: &Row) -> Option<Self> {
        let text = |field: &str| match row.get(field)? {
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        let number = |field: &str| match row.get(field)? {
            Value::Uint(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        Some(Self {
            id: text("id")?,
            module: text("module")?,
            stamp: text("stamp")?,
            name: text("name")?,
            checksum: text("checksum")?,
            position: number("position")?,
            applied_at: match row.get("applied_at")? {
                Value::Timestamp(at) => *at,
                _ => return None,
            },
            duration_ms: number("duration_ms")?,
            tool_version: text("tool_version")?,
            state: LedgerState::Applied,
            late: matches!(row.get("late")?, Value::Bool(true)),
            module_version: None,
            host: None,
            operations: None,
            rows: None,
            after: None,
        })
    }
}

/// The ledger in the order of application; empty while a store has none.
pub(super) async fn read(store: &Store) -> Result<Vec<LedgerEntry>, MigrateError> {
    let rows = history(store).await?;
    rows.into_iter().map(Migration::entry).collect()
}

/// The rows of the ledger in the order of application; empty while a store has none.
pub async fn history(store: &Store) -> Result<Vec<Migration>, StoreError> {
    let rows = store.read(async |tx| {
        let scan = tx.scan::<Migration>().range(Migration::POSITION, ..);
        scan.collect().await.map(|page| page.rows)
    });
    match rows.await {
        Err(StoreError::Mismatch { .. }) => older_history(store).await,
        rows => if_made(rows),
    }
}

/// The rows of a ledger that lacks the fields of later versions.
async fn older_history(store: &Store) -> Result<Vec<Migration>, StoreError> {
    let rows = store.read(async |tx| {
        let page = tx.table(Migration::TABLE_NAME)?.scan().collect().await?;
        Ok::<_, StoreError>(page.rows)
    });
    let rows = rows.await?;
    let mut rows: Vec<_> = rows.iter().filter_map(Migration::read).collect();
    rows.sort_by_key(|row| row.position);
    Ok(rows)
}

/// Enters a migration, or what has become of it since.
pub(super) async fn enter(tx: &mut WriteTx<'_>, entry: &LedgerEntry) -> Result<(), StoreError> {
    let row = Migration::of(entry);
    match tx.upsert(&row).await {
        Err(StoreError::Mismatch { .. }) => enter_in_older(tx, &row).await,
        entered => entered,
    }
}

async fn enter_in_older(tx: &mut WriteTx<'_>, row: &Migration) -> Result<(), StoreError> {
    let mut table = tx.table(Migration::TABLE_NAME)?;
    let mut known = Row::new();
    for (field, value) in row.row() {
        if table.schema().field(field).is_some() {
            let name = Name::new(field).map_err(|error| StoreError::Mismatch {
                table: Migration::TABLE_NAME.to_owned(),
                detail: error.to_string(),
            })?;
            known.set(name, value);
        }
    }
    table.upsert(known).await
}

/// Takes a migration out of the ledger.
pub(super) async fn remove(tx: &mut WriteTx<'_>, id: &MigrationId) -> Result<(), StoreError> {
    tx.delete::<Migration>(id.to_string()).await.map(|_| ())
}
