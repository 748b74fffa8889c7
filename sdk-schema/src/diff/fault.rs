//! Why no migration can be written for a change of the source.

use crate::{FoldError, Name};

/// Why a change of the source cannot become a migration, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffFault {
    /// The source declares a table twice.
    #[error("table `{table}` is declared twice")]
    DeclaredTwice {
        /// The table.
        table: Name,
    },
    /// Two tables say that they were the same one.
    #[error("tables `{first}` and `{second}` both say that they were `{was}`: remove one mark")]
    TableRenamedTwice {
        /// The old name.
        was: Name,
        /// One table.
        first: Name,
        /// The other table.
        second: Name,
    },
    /// Two fields say that they were the same one.
    #[error(
        "table `{table}`: fields `{first}` and `{second}` both say that they were `{was}`: remove one mark"
    )]
    FieldRenamedTwice {
        /// The table.
        table: Name,
        /// The old name.
        was: Name,
        /// One field.
        first: Name,
        /// The other field.
        second: Name,
    },
    /// A table says that it was another, but the migrations have both.
    #[error(
        "table `{table}` says that it was `{was}`, but the migrations have both: remove the mark, which drops `{was}`, or drop `{table}` by a migration of its own first"
    )]
    TableRenameUnclear {
        /// The table.
        table: Name,
        /// The old name.
        was: Name,
    },
    /// A field says that it was another, but the migrations have both.
    #[error(
        "table `{table}`: field `{field}` says that it was `{was}`, but the migrations have both: remove the mark, which drops `{was}`, or drop `{field}` by a migration of its own first"
    )]
    FieldRenameUnclear {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The old name.
        was: Name,
    },
    /// A table says that it was another, which the migrations do not have.
    #[error(
        "table `{table}` says that it was `{was}`, which the migrations do not have; they have {known}"
    )]
    TableWasUnknown {
        /// The table.
        table: Name,
        /// The old name.
        was: Name,
        /// The tables that the migrations have.
        known: String,
    },
    /// A field says that it was another, which the migrations do not have.
    #[error(
        "table `{table}`: field `{field}` says that it was `{was}`, which the migrations do not have; they have {known}"
    )]
    FieldWasUnknown {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The old name.
        was: Name,
        /// The fields that the migrations have.
        known: String,
    },
    /// Tables say that they were each other.
    #[error(
        "table `{table}` says that it was `{was}`, and so on in a circle of tables that are all there, and a squash hides whether that has been done: remove the marks, or exchange the names by way of a third one, in two migrations"
    )]
    TablesExchanged {
        /// The first of these tables.
        table: Name,
        /// Its old name.
        was: Name,
    },
    /// Fields of a table say that they were each other.
    #[error(
        "table `{table}`: field `{field}` says that it was `{was}`, and so on in a circle of fields that are all there, and a squash hides whether that has been done: remove the marks, or exchange the names by way of a third one, in two migrations"
    )]
    FieldsExchanged {
        /// The table.
        table: Name,
        /// The first of these fields.
        field: Name,
        /// Its old name.
        was: Name,
    },
    /// The key changes, and other rows hold it.
    #[error(
        "table `{table}`: the key changes from ({from}) to ({to}), but field `{by_field}` of `{by_table}` holds it: take that reference away by a migration of its own, change the key by the next, and refer to it again by a third"
    )]
    KeyHeld {
        /// The table.
        table: Name,
        /// The fields of the key until now.
        from: String,
        /// The fields it should have.
        to: String,
        /// The table that refers to it.
        by_table: Name,
        /// Its field.
        by_field: Name,
    },
    /// A new field has nothing to put into the rows that exist.
    #[error(
        "table `{table}`: field `{field}` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill {table}.{field}=VALUE"
    )]
    NeedsDefault {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// The declared tables are wrong by themselves.
    #[error(transparent)]
    Fold(FoldError),
}

/// Says what the author can do, where a [`FoldError`] says what the fold found.
impl From<FoldError> for DiffFault {
    fn from(error: FoldError) -> Self {
        match error {
            FoldError::NoDefault { table, field } => Self::NeedsDefault { table, field },
            other => Self::Fold(other),
        }
    }
}
