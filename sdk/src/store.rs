//! The store: tables of typed rows in one file, changed in transactions.

mod alter;
mod catalogue;
mod cursor;
mod dynamic;
mod encode;
mod engine;
mod error;
mod id;
mod key;
mod layout;
mod plan;
mod query;
mod read;
mod row;
mod scalar;
mod scan;
mod table;
mod trees;
mod value;
mod write;

pub use cursor::{Cursor, CursorError};
pub use dynamic::{TableMut, TableView};
pub use engine::Store;
pub use error::{DecodeError, OpenError, StoreError};
pub use id::Id;
pub use key::{KeyFor, KeyReader, KeyValue, KeyWriter, TableKey};
pub use read::ReadTx;
pub use row::{Elements, FieldWriter, RawField, RowReader};
pub use scan::{Page, Rows, Scan, ScanRow, Text, ValueRange};
pub use sdk_schema::Timestamp;
pub use table::{FieldRef, Fields, Table};
pub use value::{Date, FieldValue, Json, TableEnum};
pub use write::WriteTx;

#[cfg(test)]
mod tests;

/// What the derives' output calls.
#[doc(hidden)]
pub mod private {
    pub use super::{table::reference_key, value::table_enum};
}
