//! Rows in bulk: exports and imports, as streams.
//!
//! An export has tables in an order in which rows come after those they refer to. The
//! library's own tables (`sdk.*`) are left out unless named: they describe one store, not
//! its content. An import is one transaction: a row that does not fit leaves
//! everything as it was. Its rows are held in memory until all have come.

use std::{collections::HashMap, sync::Arc};

use indexmap::IndexMap;
use sdk_schema::{BUILT_IN_MODULE, Row, Schema, TableName};
use tokio_stream::StreamExt;
use tonic::{Response, Status};

use crate::{
    host::Host,
    proto::sdk::v1::{
        ExportRowsRequest, ExportRowsResponse, ImportRowsRequest, ImportRowsResponse,
    },
    rpc::{Failure, Outlet, Replies, Streaming, replies},
    seed::{key_of, key_text, order},
    store::{ReadTx, StoreError, WriteTx},
    system::rows::{from_struct, to_struct},
};

/// How many rows are read at a time.
const BATCH: usize = 1_000;

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
    let mut after = None;
    loop {
        let page = rows.scan().limit(BATCH).after(after).collect().await?;
        for row in &page.rows {
            let message = ExportRowsResponse {
                table: table.to_owned(),
                row: Some(to_struct(row)),
            };
            out.send(message).await?;
        }
        match page.next {
            Some(cursor) => after = Some(cursor),
            None => return Ok(()),
        }
    }
}

/// Writes all rows that come, or none.
pub(super) async fn import(
    host: &Host,
    mut messages: Streaming<ImportRowsRequest>,
) -> Result<ImportRowsResponse, Failure> {
    let schema = host.store().schema().schema();
    let mut lines = Lines::default();
    let mut faults = Faults::default();
    let mut count = 0;
    let mut is_complete = false;
    while let Some(message) = messages.next().await {
        let message = message.map_err(|status| cut_off(status.message()))?;
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
        if let Err(detail) = lines.add(&schema, line, message) {
            faults.add(line, &detail);
        }
    }
    faults.refuse()?;
    if !is_complete {
        return Err(cut_off("none of them is marked as the last"));
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
            let (numbers, rows): (Vec<_>, Vec<_>) = numbered.into_iter().unzip();
            let places = order::rows(name, table, &rows).into_iter();
            let sorted = places.map(|place| (numbers[place], rows[place].clone()));
            batches.push((name.clone(), sorted.collect()));
        }
        batches
    }
}
