//! Why rows could not be seeded.

use sdk_schema::{Name, SeedRowsError, SeedSet, TableName};

use crate::store::StoreError;

/// Why rows could not be seeded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// Rows of a file do not fit its table.
    #[error("module `{module}`: {source}")]
    Rows {
        /// The module of the file.
        module: Name,
        /// All that is wrong with it.
        source: SeedRowsError,
    },
    /// The store refused a row; nothing of its file was applied.
    #[error("module `{module}`: seeds/{set}/{file}, row {row}: {source}")]
    Row {
        /// The module of the file.
        module: Name,
        /// The set of the file.
        set: SeedSet,
        /// The file.
        file: String,
        /// The number of the row, from 1.
        row: usize,
        /// What the store says.
        source: Box<StoreError>,
    },
    /// The store refused a generated row.
    #[error("table `{table}`, generated row {row}: {source}")]
    Generated {
        /// The table.
        table: TableName,
        /// The number of the row, from 1.
        row: u64,
        /// What the store says.
        source: Box<StoreError>,
    },
    /// The store could not be read or written.
    #[error("seeding: {0}")]
    Store(#[from] StoreError),
}
