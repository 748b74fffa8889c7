//! Why no migration can be written for a change of the source.

use crate::{FieldType, FoldError, Name};

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
        "table `{table}` says that it was `{was}`, and so on in a circle of tables that are all there: exchange names by way of a third one, in two migrations, or remove the marks"
    )]
    TablesExchanged {
        /// The first of these tables.
        table: Name,
        /// Its old name.
        was: Name,
    },
    /// Fields of a table say that they were each other.
    #[error(
        "table `{table}`: field `{field}` says that it was `{was}`, and so on in a circle of fields that are all there: exchange names by way of a third one, in two migrations, or remove the marks"
    )]
    FieldsExchanged {
        /// The table.
        table: Name,
        /// The first of these fields.
        field: Name,
        /// Its old name.
        was: Name,
    },
    /// The key has other fields than before.
    #[error(
        "table `{table}`: the key is ({from}) in the migrations and ({to}) in the source, and a key cannot change: make a new table, move the rows by a step, drop `{table}`"
    )]
    KeyChanged {
        /// The table.
        table: Name,
        /// The fields of the key until now.
        from: String,
        /// The fields it should have.
        to: String,
    },
    /// A field of the key has another type than before.
    #[error(
        "table `{table}`: field `{field}` of the key changes from {from} to {to}, and a key cannot change: make a new table, move the rows by a step, drop `{table}`"
    )]
    KeyTypeChanged {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The type until now.
        from: FieldType,
        /// The type it should get.
        to: FieldType,
    },
    /// A new field has nothing to put into the rows that exist.
    #[error(
        "table `{table}`: field `{field}` is new, and the rows that exist need a value: add #[default(…)] or make it an Option"
    )]
    NeedsDefault {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A field is no longer nullable and has nothing to put in place of null.
    #[error(
        "table `{table}`: field `{field}` is no longer an Option, and the rows that hold null need a value: add #[default(…)] or keep the Option"
    )]
    NullNeedsDefault {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A type changes to one that does not hold all old values.
    #[error(
        "table `{table}`: field `{field}` changes from {from} to {to}, which does not hold all old values: add a new field, fill it by a step, drop `{field}`"
    )]
    NotWider {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The type until now.
        from: FieldType,
        /// The type it should get.
        to: FieldType,
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
            FoldError::NotConvertible {
                table,
                field,
                from,
                to,
            } => Self::NotWider {
                table,
                field,
                from,
                to,
            },
            FoldError::KeyTypeChanged {
                table,
                field,
                from,
                to,
            } => Self::KeyTypeChanged {
                table,
                field,
                from,
                to,
            },
            other => Self::Fold(other),
        }
    }
}
