//! Rows in bulk: exports and imports, as streams.
//!
//! An export has tables in an order in which rows come after those they refer to. The
//! library's own tables (`sdk.*`) are left out unless named: they describe one store, not
//! its content. An import is one transaction: a row that does not fit leaves
//! everything as it was. Its rows are held in memory until all have come, so that
//! [`IMPORTS_BYTES`] bounds what all imports hold at once.

use std::{collections::HashMap, sync::Arc, time::Duration};

use indexmap::IndexMap;
use prost::Message;
use sdk_schema::{BUILT_IN_MODULE, Row, Schema, TableName};
use tokio_stream::StreamExt;
use tonic::{Response, Status};

use super::own_tables;
use crate::{
    host::Host,
    proto::sdk::v1::{
        ExportRowsRequest, ExportRowsResponse, ImportRowsRequest, ImportRowsResponse,
    },
    rpc::{Budget, Caller, Code, Failure, Outlet, Replies, Streaming, replies},
    seed::{key_of, key_text, order},
    store::{ReadTx, StoreError, WriteTx},
    system::rows::{from_struct, to_struct},
};

/// The most bytes of rows, as they came, that all imports hold at once. In memory a row of
/// small fields has about ten times as many.
pub(super) const IMPORTS_BYTES: usize = 64 * 1024 * 1024;

/// How many faults are shown; who has more has made one mistake in all rows.
const MAX_FAULTS: usize = 20;

/// The rows of the named tables, or of all, as they are at one moment.
pub(super) fn export(
    host: &Arc<Host>,
    request: &ExportRowsRequest,
) -> Result<Response<Replies<ExportRowsResponse>>, Failure> {
    let schema = host.store().schema().schema();
    let wanted = request
        .tables
        .iter()
        .map(|table| known_table(&schema, table));
    let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
    let tables = order::tables(&schema).into_iter().map(|(name, _)| name);
    let tables = tables.filter(|name| match wanted.as_slice() {
        [] => name.module != BUILT_IN_MODULE,
        wanted => wanted.contains(name),
    });
    let tables: Vec<_> = tables.cloned().collect();
    let tx = host.store().snapshot()?;
    Ok(replies(move |out| async move {
        for table in tables {
            export_table(&tx, &table.to_string(), &out).await?;
        }
        Ok(())
    }))
}

fn known_table(schema: &Schema, text: &str) -> Result<TableName, StoreError> {
    let name = text.parse().ok();
    name.filter(|name| schema.tables.contains_key(name))
        .ok_or_else(|| StoreError::UnknownTable {
            table: text.to_owned(),
        })
}

async fn export_table(
    tx: &ReadTx<'_>,
    table: &str,
    out: &Outlet<ExportRowsResponse>,
) -> Result<(), Status> {
    let rows = tx.table(table)?;
    // One at a time: a row may be large.
    let mut rows = rows.scan().rows()?;
    while let Some(row) = rows.next().await? {
        let message = ExportRowsResponse {
            table: table.to_owned(),
            row: Some(to_struct(&row)),
        };
        out.send(message).await?;
    }
    Ok(())
}

/// Writes all rows that come, or none.
pub(super) async fn import(
    host: &Host,
    caller: &Caller,
    budget: &Budget,
    mut messages: Streaming<ImportRowsRequest>,
) -> Result<ImportRowsResponse, Status> {
    let schema = host.store().schema().schema();
    let mut held = Held::of(budget);
    let mut lines = Lines::default();
    let mut faults = Faults::default();
    let mut count = 0;
    let mut is_complete = false;
    while let Some(message) = messages.next().await {
        let message = message.map_err(broken_off)?;
        is_complete = message.last;
        if message.last && message.row.is_none() {
            continue;
        }
        count += 1;
        let line = if message.line == 0 {
            count
        } else {
            message.line
        };
        own_tables::check_write(caller, &message.table)
            .map_err(|refused| refused.within(format_args!("line {line}")))?;
        held.take(message.encoded_len())?;
        if let Err(detail) = lines.add(&schema, line, message) {
            faults.add(line, &detail);
        }
    }
    faults.refuse()?;
    if !is_complete {
        return Err(cut_off("none of them is marked as the last").into());
    }
    let imported = lines.count();
    let batches = lines.in_order(&schema);
    host.store()
        .write(async |tx| {
            for (name, rows) in &batches {
                for (number, row) in rows {
                    import_row(tx, name, row).await.map_err(|error| {
                        Failure::from(error)
                            .within(format_args!("line {number}"))
                            .hint(UNDONE)
                    })?;
                }
            }
            Ok::<_, Failure>(())
        })
        .await?;
    Ok(ImportRowsResponse { imported })
}

const UNDONE: &str = "nothing was imported";

/// What an import holds of what all may; it is given back with this.
struct Held<'b> {
    budget: &'b Budget,
    bytes: usize,
}

impl<'b> Held<'b> {
    fn of(budget: &'b Budget) -> Self {
        Self { budget, bytes: 0 }
    }

    fn take(&mut self, bytes: usize) -> Result<(), Failure> {
        self.budget
            .take(bytes)
            .map_err(|_| self.refuse(bytes))
            .map(|()| self.bytes += bytes)
    }

    fn refuse(&self, bytes: usize) -> Failure {
        let most = self.budget.most();
        if self.bytes.saturating_add(bytes) > most {
            let message = format_args!(
                "the rows have more than {most} bytes, which is the most of an import"
            );
            return Failure::exhausted("IMPORT_TOO_LARGE", message).hint(IN_PARTS);
        }
        let message = format_args!("with other imports these rows have more than {most} bytes");
        Failure::exhausted("IMPORTS_BUSY", message)
            .again_after(Duration::from_secs(1))
            .hint(UNDONE)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

const IN_PARTS: &str = "nothing was imported: import the rows in parts, those that others refer to first; \
    an export may be cut between any two lines";

/// What a stream says that has ended before its end. A host that holds too much says so
/// itself; a client that has gone hears nothing any more.
fn broken_off(status: Status) -> Status {
    match status.code() {
        Code::ResourceExhausted | Code::OutOfRange => status,
        _ => cut_off(status.message()).into(),
    }
}

/// The rows have not come to their end.
fn cut_off(why: &str) -> Failure {
    Failure::aborted(
        "IMPORT_CUT_OFF",
        format_args!("the rows were cut off: {why}"),
    )
    .hint(UNDONE)
}

async fn import_row(tx: &mut WriteTx<'_>, table: &TableName, row: &Row) -> Result<(), StoreError> {
    tx.table(&table.to_string())?.upsert(row.clone()).await
}

/// What is wrong with rows, as people read it.
#[derive(Default)]
struct Faults {
    shown: Vec<String>,
    count: usize,
}

impl Faults {
    fn add(&mut self, line: u64, detail: &str) {
        self.count += 1;
        if self.shown.len() < MAX_FAULTS {
            self.shown.push(format!("line {line}: {detail}"));
        }
    }

    fn refuse(mut self) -> Result<(), Failure> {
        if self.count == 0 {
            return Ok(());
        }
        if self.count > self.shown.len() {
            let more = self.count - self.shown.len();
            self.shown.push(format!("and {more} lines more"));
        }
        Err(Failure::invalid("ROWS_INVALID", self.shown.join("\n")).hint(UNDONE))
    }
}

/// Rows with the numbers of their lines.
type Numbered = Vec<(u64, Row)>;

/// The rows of an import by their tables.
#[derive(Default)]
struct Lines {
    tables: IndexMap<TableName, Numbered>,
    /// The line of each key.
    keys: HashMap<(TableName, String), u64>,
}

impl Lines {
    fn add(
        &mut self,
        schema: &Schema,
        line: u64,
        message: ImportRowsRequest,
    ) -> Result<(), String> {
        let name: TableName = message
            .table
            .parse()
            .map_err(|error| format!("table `{}`: {error}", message.table))?;
        let table = schema.tables.get(&name);
        let table = table.ok_or_else(|| format!("the store has no table `{name}`"))?;
        let object = message.row.unwrap_or_default();
        let row = from_struct(table, &object).map_err(|error| error.to_string())?;
        let key = key_text(&key_of(table, &row));
        if let Some(first) = self.keys.insert((name.clone(), key.clone()), line) {
            return Err(format!(
                "key {key} of `{name}` stands in line {first} already"
            ));
        }
        self.tables.entry(name).or_default().push((line, row));
        Ok(())
    }

    fn count(&self) -> u64 {
        self.tables.values().map(|rows| rows.len() as u64).sum()
    }

    /// The rows in an order in which each comes after those it refers to.
    fn in_order(mut self, schema: &Schema) -> Vec<(TableName, Numbered)> {
        let mut batches = Vec::new();
        for (name, table) in order::tables(schema) {
            let Some(numbered) = self.tables.swap_remove(name) else {
                continue;
            };
            let (numbers, mut rows): (Vec<_>, Vec<_>) = numbered.into_iter().unzip();
            // Each place is there once, so that rows can be moved.
            let places = order::rows(name, table, &rows).into_iter();
            let sorted = places.map(|place| (numbers[place], std::mem::take(&mut rows[place])));
            batches.push((name.clone(), sorted.collect()));
        }
        batches
    }
}
