//! What can go wrong in the store: [`OpenError`], [`StoreError`], [`DecodeError`].
//!
//! A key or a list of values stands in these errors as text, as a person reads
//! it; programs match on the variant.

use std::{fmt, io, path::PathBuf, time::Duration};

use sdk_schema::{FoldError, RowError};

use super::engine::damage;

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or this one, has it open.
    #[error("{path} is in use: another host has it open")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The folder or the file cannot be written.
    #[error("{path} cannot be written: {source}")]
    ReadOnly {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not begin as a store's file does.
    #[error("{path} is not a store: {detail}")]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What was found, what was expected.
        detail: String,
    },
    /// The file began as a store's file but is cut short or changed.
    #[error("{path} is damaged: {detail}; it has been left as it is")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found, what was expected.
        detail: String,
    },
    /// The file is encrypted, and no key was given.
    #[error("{path} is encrypted, and no key was given")]
    KeyMissing {
        /// The file.
        path: PathBuf,
    },
    /// The file is encrypted under another key than the one given.
    #[error("{path} is encrypted under another key than the one given")]
    KeyWrong {
        /// The file.
        path: PathBuf,
    },
    /// A key was given for a file that is not encrypted.
    #[error("{path} is not encrypted, but a key was given")]
    NotEncrypted {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version.
    #[error("{path} has format {found}; this version reads format {expected}")]
    Format {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        found: u32,
        /// The format of this version.
        expected: u32,
    },
    /// The disk has no room left.
    #[error("no room left on the disk of {path}")]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The system refused for another reason.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a call of the store failed. Nothing was changed by the call that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The row to update is not there.
    #[error("`{table}` has no row with key {key}")]
    NotFound {
        /// The table.
        table: String,
        /// The key.
        key: String,
    },
    /// The row to insert is there already.
    #[error("`{table}` already has a row with key {key}")]
    AlreadyExists {
        /// The table.
        table: String,
        /// The key.
        key: String,
    },
    /// Another row has the values that must be unique.
    #[error("`{table}` already has {index} = {values} in the row with key {existing}")]
    UniqueViolation {
        /// The table.
        table: String,
        /// The fields of the index in brackets.
        index: String,
        /// The values that two rows would share.
        values: String,
        /// The key of the row that has them.
        existing: String,
    },
    /// A row would get another key, where it has to stay in its place.
    #[error(
        "row {key} of `{table}` would get the key {found}: a row keeps its key when it is changed in its place"
    )]
    KeyChanged {
        /// The table.
        table: String,
        /// The key that it has.
        key: String,
        /// The key that it would get.
        found: String,
    },
    /// A field refers to a row that is not there.
    #[error("field `{field}` of `{table}` refers to {value}, which `{target}` does not have")]
    ReferenceMissing {
        /// The table.
        table: String,
        /// The referring field.
        field: String,
        /// The key that was not found.
        value: String,
        /// The table referred to.
        target: String,
    },
    /// A row cannot be deleted while others refer to it.
    #[error(
        "`{table}` {key} cannot be deleted: field `{by_field}` of `{by_table}` {by_key} refers to it"
    )]
    Restricted {
        /// The table.
        table: String,
        /// The key of the row that was to be deleted.
        key: String,
        /// The table that refers to it.
        by_table: String,
        /// The field that refers to it.
        by_field: String,
        /// The key of one row that refers to it.
        by_key: String,
    },
    /// No key or index begins with the fields that a scan names.
    #[error("no index of `{table}` serves a scan by {fields}; there are {known}")]
    NoIndex {
        /// The table.
        table: String,
        /// The fields of the scan in brackets.
        fields: String,
        /// The key and the indexes that exist.
        known: String,
    },
    /// A cursor does not belong to the scan.
    #[error("the cursor does not fit this scan of `{table}`: {detail}")]
    Cursor {
        /// The table.
        table: String,
        /// What was found, what was expected.
        detail: String,
    },
    /// The store has no such table.
    #[error("the store has no table `{table}`")]
    UnknownTable {
        /// The full name.
        table: String,
    },
    /// The table has no such field.
    #[error("`{table}` has no field `{field}`; it has {known}")]
    UnknownField {
        /// The table.
        table: String,
        /// The name that is not a field's.
        field: String,
        /// The fields that are.
        known: String,
    },
    /// A Rust type declares its table otherwise than the store has it.
    #[error("the type of `{table}` does not match the store: {detail}")]
    Mismatch {
        /// The table.
        table: String,
        /// The field, what was found, what was expected.
        detail: String,
    },
    /// A dynamic row does not fit its table.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A value does not fit the field it is compared with.
    #[error("field `{field}` of `{table}`: expected {expected}, found {found}")]
    Value {
        /// The table.
        table: String,
        /// The field, or the key.
        field: String,
        /// What the field takes.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A stored row cannot be read.
    #[error("row {key} of `{table}` cannot be read: {source}")]
    Corrupt {
        /// The table.
        table: String,
        /// The key.
        key: String,
        /// What is wrong with the row.
        source: DecodeError,
    },
    /// The file is damaged.
    #[error("the store is damaged: {detail}")]
    Damaged {
        /// What was found, what was expected.
        detail: String,
    },
    /// The file was written by a later version.
    #[error("the store has format {found}; this version reads format {expected}")]
    Format {
        /// The format of the file.
        found: u32,
        /// The format of this version.
        expected: u32,
    },
    /// An operation of a migration does not fit the schema.
    #[error(transparent)]
    Operation(#[from] FoldError),
    /// The rows of a table do not allow a change of its schema.
    #[error("`{table}` cannot be changed: {detail}")]
    Alter {
        /// The table.
        table: String,
        /// Which row stands in the way, and why.
        detail: String,
    },
    /// Something failed earlier in this transaction, so that it cannot be committed.
    #[error("the transaction cannot be committed: {detail}")]
    Doomed {
        /// What failed.
        detail: String,
    },
    /// Too many others write, or one of them takes too long.
    #[error("the store is busy: {waiting} calls waited to write, this one for {waited:?}")]
    Busy {
        /// How many calls waited before this one.
        waiting: usize,
        /// How long this one waited.
        waited: Duration,
    },
    /// A closure waited too long for something else than the store, while all
    /// who write waited for it.
    #[error("the write was undone: it took longer than {limit:?}, in which no other could write")]
    TooSlow {
        /// How long it may take.
        limit: Duration,
    },
    /// What was asked for needs the file alone, and somebody read it all the time.
    #[error("the store is in use: somebody has been reading it for more than {waited:?}")]
    InUse {
        /// How long was waited.
        waited: Duration,
    },
    /// A row is larger than the engine can hold.
    #[error("a row of {bytes} bytes is more than the store can hold")]
    TooLarge {
        /// The bytes of the row.
        bytes: usize,
    },
    /// The disk has no room left.
    #[error("no room left on the disk of store.redb")]
    Full,
    /// The system refused for another reason.
    #[error("the store's file: {source}")]
    Io {
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// The failure of a commit, for each of those whose changes it was to commit.
    pub(super) fn shared(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::Io { source } => Self::Io {
                source: io::Error::new(source.kind(), source.to_string()),
            },
            Self::Damaged { detail } => Self::Damaged {
                detail: detail.clone(),
            },
            other => Self::Doomed {
                detail: other.to_string(),
            },
        }
    }
}

/// Why bytes are not the row or the key that they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The row names a layout that its table never had.
    #[error("the row has layout {found}, which its table never had")]
    Layout {
        /// The number in the row.
        found: u16,
    },
    /// The bytes end too early.
    #[error("{found} bytes found where {expected} are needed")]
    Short {
        /// How many bytes are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An end offset is smaller than the one before it or points past the row.
    #[error("the offset {end} is not between {start} and {limit}")]
    Offset {
        /// Where the value starts.
        start: usize,
        /// Where it says it ends.
        end: usize,
        /// How many bytes there are.
        limit: usize,
    },
    /// The bytes go on after the last value.
    #[error("{found} bytes follow the last value")]
    Trailing {
        /// How many bytes are left.
        found: usize,
    },
    /// A null where the type has none.
    #[error("null found where {expected} is needed")]
    Null {
        /// The type.
        expected: String,
    },
    /// The bytes of a value are none of its type.
    #[error("{found} is not {expected}")]
    Value {
        /// The type.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A field cannot be read.
    #[error("field `{field}`: {source}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        source: Box<DecodeError>,
    },
}

impl DecodeError {
    pub(crate) fn value(expected: &dyn fmt::Display, found: &dyn fmt::Display) -> Self {
        Self::Value {
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    pub(crate) fn in_field(self, field: &str) -> Self {
        Self::Field {
            field: field.to_owned(),
            source: Box::new(self),
        }
    }
}

/// Whether there is no room: on the disk, in the user's share of it, or below
/// the limit on the size of a file.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};

    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// A file that failed and cannot be opened again.
impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Full { .. } => Self::Full,
            OpenError::Damaged { detail, .. } => Self::Damaged { detail },
            OpenError::Io { source, .. } | OpenError::ReadOnly { source, .. } => source.into(),
            other => io::Error::other(other).into(),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(source: io::Error) -> Self {
        if is_full(&source) {
            return Self::Full;
        }
        match damage(&source) {
            Some(detail) => Self::Damaged { detail },
            None => Self::Io { source },
        }
    }
}

impl From<redb::StorageError> for StoreError {
    fn from(error: redb::StorageError) -> Self {
        match error {
            redb::StorageError::Io(source) => source.into(),
            redb::StorageError::Corrupted(detail) => Self::Damaged { detail },
            redb::StorageError::ValueTooLarge(bytes) => Self::TooLarge { bytes },
            other => Self::Io {
                source: io::Error::other(other),
            },
        }
    }
}

impl From<redb::TableError> for StoreError {
    fn from(error: redb::TableError) -> Self {
        match error {
            redb::TableError::Storage(source) => source.into(),
            other => Self::Damaged {
                detail: other.to_string(),
            },
        }
    }
}

impl From<redb::TransactionError> for StoreError {
    fn from(error: redb::TransactionError) -> Self {
        match error {
            redb::TransactionError::Storage(source) => source.into(),
            other => Self::Io {
                source: io::Error::other(other),
            },
        }
    }
}

impl From<redb::CommitError> for StoreError {
    fn from(error: redb::CommitError) -> Self {
        match error {
            redb::CommitError::Storage(source) => source.into(),
            other => Self::Io {
                source: io::Error::other(other),
            },
        }
    }
}
