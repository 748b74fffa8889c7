//! What was seeded, so that the next start knows what an operator has changed.

use sdk_schema::{Row, Timestamp};
use serde_json::Value as Json;

/// A seed file that was applied. Table `sdk.seed_file`.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "sdk")]
#[sdk(crate = "crate")]
pub struct SeedFile {
    /// The module it belongs to.
    #[key]
    pub module: String,
    /// Its name in `seeds/real`.
    #[key]
    pub file: String,
    /// The checksum of what was applied, in hexadecimal.
    pub checksum: String,
    /// When that was.
    pub applied_at: Timestamp,
}

/// A row that came from a seed file. Table `sdk.seed_row`.
///
/// It keeps the values rather than a hash of them: a field that a migration
/// adds or drops later must not look like an operator's edit.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "sdk")]
#[sdk(crate = "crate")]
pub struct SeedRow {
    /// The full name of the table.
    #[key]
    pub table: String,
    /// The key of the row, a JSON list.
    #[key]
    pub key: String,
    /// The row as it was seeded, a JSON object.
    pub row: Json,
}

impl SeedRow {
    /// Whether `current` still holds what was seeded, in the fields both have.
    fn is_intact(&self, current: &Row) -> bool {
        let Some(seeded) = self.row.as_object() else {
            return false;
        };
        seeded.iter().all(|(field, value)| {
            current
                .get(field)
                .is_none_or(|current| current.to_json() == *value)
        })
    }
}

/// What is to be done with one row of a seed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Write it: there is none.
    Insert,
    /// Replace the row: it is still as it was seeded.
    Update,
    /// Nothing: the store has these values already.
    Leave,
    /// Nothing, and say so.
    Keep(Kept),
}

/// Why a row of a seed file was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kept {
    /// Somebody has changed the row since it was seeded.
    Edited,
    /// Somebody has deleted the row since it was seeded.
    Deleted,
    /// A row with this key exists that no seed file has written.
    Foreign,
    /// The row refers to a seeded row that somebody has deleted.
    Orphaned,
}

/// Decides between the seed file, the store and what was seeded before.
pub(super) fn decide(seeded: Option<&SeedRow>, current: Option<&Row>, new: &Row) -> Decision {
    match (seeded, current) {
        (None, None) => Decision::Insert,
        (Some(_), None) => Decision::Keep(Kept::Deleted),
        (_, Some(current)) if current.to_json() == new.to_json() => Decision::Leave,
        (None, Some(_)) => Decision::Keep(Kept::Foreign),
        (Some(seeded), Some(current)) if seeded.is_intact(current) => Decision::Update,
        (Some(_), Some(_)) => Decision::Keep(Kept::Edited),
    }
}
