//! The store: tables of typed rows in one file, changed in transactions.
//!
//! ```
//! use sdk::{clock::Clock, prelude::*, schema::Operation, store::StoreError};
//!
//! #[derive(Table, Debug, Clone, PartialEq)]
//! #[table(module = "blog", index(author, title))]
//! struct Post {
//!     #[key]
//!     id: Id<Post>,
//!     author: String,
//!     title: String,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let store = Store::in_memory(Clock::system())?;
//! // A host applies the operations of its modules' migrations; here is one by hand.
//! let module = "blog".parse()?;
//! let create = Operation::CreateTable(Post::table().clone());
//! store.write(async |tx| tx.apply(&module, &create).await).await?;
//!
//! let post = Post { id: Id::new(), author: "Ada".into(), title: "Notes".into() };
//! store.write(async |tx| tx.insert(&post).await).await?;
//! assert_eq!(store.get::<Post>(post.id).await?, Some(post.clone()));
//!
//! let page = store
//!     .read(async |tx| tx.scan::<Post>().by(Post::AUTHOR, "Ada").limit(20).collect().await)
//!     .await?;
//! assert_eq!(page.rows, [post]);
//! # Ok(())
//! # }
//! ```
//!
//! **Vocabulary.** A *row* is a value of a type that derives [`Table`], or a
//! dynamic [`Row`](sdk_schema::Row); both are the same bytes. A *transaction* is
//! a [`ReadTx`], one snapshot, or a [`WriteTx`], which also changes. The
//! *catalogue* is the store's own knowledge of its tables: what the operations
//! of migrations made them, the *layouts* that rows of them have had, and the
//! numbers of the *trees* that hold rows and index entries.
//!
//! **Invariants.** A transaction is committed as a whole and is on disk when the
//! call returns. A row, its index entries and the rows it refers to agree at
//! all times. A call that fails has changed nothing. No bytes in a file, and no
//! argument, make a call panic: rows that cannot be read are errors that name
//! their table and key.
//!
//! **Files.** `engine` opens the file and commits; `trees` is all that touches
//! redb. `catalogue`, `layout` and `plan` say where the fields of a row stand;
//! `row`, `key` and `scalar` are the codecs; `docs/format-store.md` has the
//! format. `read`, `query`, `scan` and `dynamic` read, `write` changes rows and
//! `alter` changes tables.

mod engine;
mod trees;

mod catalogue;
mod layout;
mod plan;

mod encode;
mod key;
mod row;
mod scalar;

mod id;
mod table;
mod value;

mod cursor;
mod dynamic;
mod query;
mod read;
mod scan;

mod alter;
mod write;

mod expiry;
mod feed;

mod check;
mod dump;
mod rewrite;

mod error;

#[cfg(any(test, sdk_fuzz))]
#[doc(hidden)]
pub mod fuzz;

pub use alter::Rebuilt;
pub use check::{CheckReport, Fault, FaultKind, MAX_FAULTS, TableCheck};
pub use cursor::{Cursor, CursorError};
pub use dump::DumpEntry;
pub use dynamic::{TableMut, TableView};
pub(crate) use engine::FILE_NAME;
#[cfg(feature = "encryption")]
pub use engine::{BlockError, KeyError, StoreKey};
pub use engine::{
    CompactReport, PageCheck, RekeyError, RepairReport, SnapshotReport, Store, StoreOptions,
    WriteLimits,
};
pub use error::{DecodeError, OpenError, StoreError};
pub use feed::{Batch, Change, Effect, Feed, FeedError, Retention, Watch};
pub use id::Id;
pub use key::{KeyFor, KeyReader, KeyValue, KeyWriter, TableKey};
pub use query::{Explanation, Through};
pub use read::ReadTx;
pub use rewrite::RewriteReport;
pub use row::{Elements, FieldWriter, RawField, RowReader};
pub use scan::{
    Condition, Is, IsNotNull, IsNull, List, Page, Rows, Scan, ScanRow, Selected, Selection, Text,
    ValueCondition, ValueRange,
};
pub use sdk_schema::Timestamp;
pub use table::{FieldRef, Fields, Table};
pub use value::{Date, FieldValue, Json, TableEnum};
pub use write::{KeyedRow, WriteTx};

#[cfg(test)]
mod tests;

/// What the derives' output calls.
#[doc(hidden)]
pub mod private {
    pub use super::{table::reference_key, value::table_enum};
}
