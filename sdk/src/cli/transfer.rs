//! `data export` and `data import`: rows as JSON lines.
//!
//! One line for each row, `{"table":"geo.country","row":{…}}`, tables in an
//! order in which rows come after those they refer to. The library's own
//! tables (`sdk.*`) are left out unless named: they describe one store, not
//! its content. An import is one transaction: a line that does not fit leaves
//! everything as it was.

mod export;
mod import;

use sdk_schema::TableName;
use serde::{Deserialize, Serialize};

pub(super) use export::export;
pub(super) use import::import;

/// A line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with the keys `table` and `row`"
)]
struct Line {
    table: TableName,
    row: serde_json::Value,
}
