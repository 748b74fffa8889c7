//! `data import`.

use std::{collections::HashMap, path::Path};

use anyhow::{Context, anyhow};
use indexmap::IndexMap;
use sdk_schema::{Row, Schema, TableName};
use serde_json::json;

use super::Line;
use crate::{
    cli::{CommandError, Output},
    host::Host,
    seed::{key_of, key_text, order},
    store::{StoreError, WriteTx},
};

/// How many faults are shown; who has more has made one mistake in all lines.
const MAX_FAULTS: usize = 20;

/// Writes all rows of `text`, or none. `file` is what it was read from.
pub(in crate::cli) async fn import(
    host: &Host,
    file: &Path,
    text: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = host.store().schema().schema();
    let source = source(file);
    let lines =
        Lines::parse(&schema, text).map_err(|faults| refusal(anyhow!(shown(&source, &faults))))?;
    let count = lines.count();
    let batches = lines.in_order(&schema);
    host.store()
        .write(async |tx| {
            for (name, rows) in &batches {
                for (number, row) in rows {
                    import_row(tx, name, row)
                        .await
                        .with_context(|| format!("{source}, line {number}"))?;
                }
            }
            Ok::<_, anyhow::Error>(())
        })
        .await
        .map_err(refusal)?;
    let document = json!({ "imported": count });
    Ok(out.either(&document, |out| {
        out.line(format_args!("rows: {count} imported"))
    })?)
}

fn source(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

fn refusal(error: anyhow::Error) -> CommandError {
    CommandError::failed(error).hint("nothing was imported")
}

async fn import_row(tx: &mut WriteTx<'_>, table: &TableName, row: &Row) -> Result<(), StoreError> {
    tx.table(&table.to_string())?.upsert(row.clone()).await
}

/// What is wrong with a line, counted from 1.
struct Fault {
    line: usize,
    /// Where in the line, if it is not the row as a whole.
    column: Option<usize>,
    detail: String,
}

/// Faults as people read them, one on each line.
fn shown(source: &str, faults: &[Fault]) -> String {
    let mut lines: Vec<_> = faults
        .iter()
        .take(MAX_FAULTS)
        .map(|fault| {
            let line = fault.line;
            let place = fault.column.map(|column| format!(", column {column}"));
            format!(
                "{source}, line {line}{}: {}",
                place.unwrap_or_default(),
                fault.detail
            )
        })
        .collect();
    if faults.len() > MAX_FAULTS {
        lines.push(format!("and {} lines more", faults.len() - MAX_FAULTS));
    }
    lines.join("\n")
}

/// Rows with the numbers of their lines.
type Numbered = Vec<(usize, Row)>;

/// The rows of an import by their tables.
#[derive(Default)]
struct Lines {
    tables: IndexMap<TableName, Numbered>,
    /// The line of each key.
    keys: HashMap<(TableName, String), usize>,
}

impl Lines {
    /// Reads every line; empty ones are skipped.
    fn parse(schema: &Schema, text: &str) -> Result<Self, Vec<Fault>> {
        let mut lines = Self::default();
        let mut faults = Vec::new();
        for (index, text) in text.lines().enumerate() {
            if !text.trim().is_empty() {
                let added = lines.add(schema, index + 1, text);
                faults.extend(added.err());
            }
        }
        if faults.is_empty() {
            Ok(lines)
        } else {
            Err(faults)
        }
    }

    fn add(&mut self, schema: &Schema, line: usize, text: &str) -> Result<(), Fault> {
        let whole = |detail: String| Fault {
            line,
            column: None,
            detail,
        };
        let read: Line = serde_json::from_str(text).map_err(|error| broken(line, &error))?;
        let name = read.table;
        let table = schema.tables.get(&name);
        let table = table.ok_or_else(|| whole(format!("the store has no table `{name}`")))?;
        let row = table
            .row_from_json(&read.row)
            .map_err(|error| whole(error.to_string()))?;
        let key = key_text(&key_of(table, &row));
        if let Some(first) = self.keys.insert((name.clone(), key.clone()), line) {
            return Err(whole(format!(
                "key {key} of `{name}` stands in line {first} already"
            )));
        }
        self.tables.entry(name).or_default().push((line, row));
        Ok(())
    }

    fn count(&self) -> usize {
        self.tables.values().map(Vec::len).sum()
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

/// What the parser says, with the place in front: it counts the one line it sees.
fn broken(line: usize, error: &serde_json::Error) -> Fault {
    let column = error.column();
    let text = error.to_string();
    let place = format!(" at line {} column {column}", error.line());
    Fault {
        line,
        column: Some(column),
        detail: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    }
}
