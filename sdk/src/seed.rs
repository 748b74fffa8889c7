//! Rows that come with a module.
//!
//! **Real** seeds go to production. A file is applied once for each content;
//! what an operator has edited or deleted since stays that way, and the
//! [`SeedReport`] says so. A row that is taken out of a file stays in the store.
//!
//! **Test** seeds fill a store for demos and tests: the files of `seeds/test`,
//! then rows made up from the schema. The same number of rows and the same
//! start of the random numbers give the same rows.
//!
//! `docs/seeds.md` says what becomes of each row and how rows are made up.

mod error;
mod fakes;
mod generate;
pub(crate) mod order;
mod real;
mod recipe;
mod tracking;

use sdk_schema::{Row, Table, Value};
use serde_json::Value as Json;

pub use error::SeedError;
pub use fakes::Fakes;
pub use generate::{GeneratedTable, TestReport, generate};
pub use real::{KeptRow, SeedReport, SeededFile, apply_real};
pub use tracking::{Kept, SeedFile, SeedRow};

/// The values of a row's key.
pub(crate) fn key_of(table: &Table, row: &Row) -> Vec<Value> {
    let values = table.key.iter().filter_map(|field| row.get(field));
    values.cloned().collect()
}

/// A key as reports and `sdk.seed_row` spell it: a JSON list.
pub(crate) fn key_text(key: &[Value]) -> String {
    key.iter().map(Value::to_json).collect::<Json>().to_string()
}
