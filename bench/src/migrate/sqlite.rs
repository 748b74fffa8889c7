//! What the peers have in common: one `SQLite` file.

use std::path::{Path, PathBuf};

use anyhow::Result;
use rusqlite::Connection;

use super::contender::Census;

/// The file in a folder.
pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join("app.sqlite")
}

/// Counts what is in the file, its history in the table of that name.
pub(super) fn census(dir: &Path, history: &str) -> Result<Census> {
    let connection = Connection::open(file(dir))?;
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let tables =
        format!("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name <> '{history}'");
    Ok(Census {
        tables: usize::try_from(count(&tables)?)?,
        migrations: usize::try_from(count(&format!("SELECT count(*) FROM {history}"))?)?,
    })
}

/// Reads the schema, as the first statement of a connection does.
pub(super) const FIRST_STATEMENT: &str = "SELECT count(*) FROM sqlite_master";
