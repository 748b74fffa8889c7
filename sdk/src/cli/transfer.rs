//! `data export` and `data import`: rows as JSON lines.
//!
//! One line for each row, `{"table":"geo.country","row":{…}}`, tables in an
//! order in which rows come after those they refer to. The library's own
//! tables (`sdk.*`) are left out unless named: they describe one store, not
//! its content. An import is one transaction: a line that does not fit leaves
//! everything as it was.

use anyhow::{Context, anyhow};
use indexmap::IndexMap;
use sdk_schema::{Row, Schema, TableName};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{CommandError, Output};
use crate::{
    host::Host,
    seed::order,
    store::{ReadTx, WriteTx},
};

/// A line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: TableName,
    row: serde_json::Value,
}

/// How many rows are read at a time.
const BATCH: usize = 1_000;

/// Writes the rows of the named tables, or of all.
pub(super) async fn export(
    host: &Host,
    tables: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = host.store().schema().schema();
    let wanted = tables.iter().map(|table| known_table(&schema, table));
    let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
    let chosen = order::tables(&schema).into_iter().map(|(name, _)| name);
    let chosen = chosen.filter(|name| match wanted.as_slice() {
        [] => name.module != "sdk",
        wanted => wanted.contains(name),
    });
    let chosen: Vec<_> = chosen.collect();
    host.store()
        .read(async |tx| {
            for table in chosen {
                export_table(tx, table, out).await?;
            }
            Ok(())
        })
        .await
}

fn known_table(schema: &Schema, text: &str) -> Result<TableName, CommandError> {
    let name: TableName = text.parse().map_err(CommandError::usage)?;
    if schema.tables.contains_key(&name) {
        return Ok(name);
    }
    Err(
        CommandError::failed(anyhow!("the store has no table `{name}`"))
            .hint("`data list` shows the tables"),
    )
}

async fn export_table(
    tx: &ReadTx<'_>,
    table: &TableName,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let rows = tx.table(&table.to_string())?;
    let mut after = None;
    loop {
        let page = rows.scan().limit(BATCH).after(after).collect().await?;
        for row in page.rows {
            let line = Line {
                table: table.clone(),
                row: row.to_json(),
            };
            out.line(serde_json::to_string(&line)?)?;
        }
        match page.next {
            Some(cursor) => after = Some(cursor),
            None => return Ok(()),
        }
    }
}

/// The rows of one table in an import, each with the number of its line.
type Rows = Vec<(usize, Row)>;

/// Writes all rows of `text`, or none.
pub(super) async fn import(
    host: &Host,
    text: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = host.store().schema().schema();
    let mut lines = parse_lines(&schema, text)?;
    let count: usize = lines.values().map(Vec::len).sum();
    let mut batches = Vec::new();
    for (name, table) in order::tables(&schema) {
        let Some(numbered) = lines.swap_remove(name) else {
            continue;
        };
        let (numbers, rows): (Vec<_>, Vec<_>) = numbered.into_iter().unzip();
        let places = order::rows(name, table, &rows);
        batches.push((name, numbers, rows, places));
    }
    host.store()
        .write(async |tx| {
            for (name, numbers, rows, places) in &batches {
                for place in places {
                    import_row(tx, name, &rows[*place], numbers[*place]).await?;
                }
            }
            Ok::<_, anyhow::Error>(())
        })
        .await
        .map_err(|error| CommandError::failed(error).hint("nothing was imported"))?;
    let document = json!({ "imported": count });
    Ok(out.either(&document, |out| {
        out.line(format_args!("imported {count} rows"))
    })?)
}

async fn import_row(
    tx: &mut WriteTx<'_>,
    table: &TableName,
    row: &Row,
    number: usize,
) -> anyhow::Result<()> {
    let mut rows = tx.table(&table.to_string())?;
    rows.upsert(row.clone())
        .await
        .with_context(|| format!("line {number}"))
}

fn parse_lines(schema: &Schema, text: &str) -> Result<IndexMap<TableName, Rows>, CommandError> {
    let mut tables: IndexMap<TableName, Rows> = IndexMap::new();
    for (index, text) in text.lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let (name, row) = parse_line(schema, text)
            .with_context(|| format!("line {}", index + 1))
            .map_err(|error| CommandError::failed(error).hint("nothing was imported"))?;
        tables.entry(name).or_default().push((index + 1, row));
    }
    Ok(tables)
}

fn parse_line(schema: &Schema, text: &str) -> anyhow::Result<(TableName, Row)> {
    let line: Line = serde_json::from_str(text)?;
    let table = schema
        .tables
        .get(&line.table)
        .ok_or_else(|| anyhow!("the store has no table `{}`", line.table))?;
    let row = table.row_from_json(&line.row)?;
    Ok((line.table, row))
}
