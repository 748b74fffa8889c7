//! Commands about rows: `data list` and `data get` show them as dynamic values,
//! the others keep the store in order.

mod check;
mod compact;
mod dump;
mod rewrite;
mod snapshot;

pub(super) use check::check;
pub(super) use compact::compact;
pub(super) use dump::dump;
pub(super) use rewrite::rewrite;
pub(super) use snapshot::snapshot;

use sdk_schema::{Row, Table, TableName, Value};
use serde_json::json;

use super::{CommandError, Output, output::one_line};
use crate::{
    host::Host,
    store::{Cursor, StoreError},
};

/// Which rows a list shows.
pub(super) struct Selection<'a> {
    /// `FIELD=VALUE` pairs that a row must have.
    pub(super) filter: &'a [String],
    /// How many rows at most.
    pub(super) limit: usize,
    /// The cursor that the last page ended with.
    pub(super) after: Option<&'a Cursor>,
    /// Whether to go from the end.
    pub(super) reverse: bool,
}

/// Every table in the store with the number of its rows, by name.
pub(crate) async fn row_counts(host: &Host) -> Result<Vec<(TableName, u64)>, StoreError> {
    let schema = host.store().schema();
    host.store()
        .read(async |tx| {
            schema
                .tables
                .keys()
                .map(|name| Ok((name.clone(), tx.table(&name.to_string())?.len()?)))
                .collect()
        })
        .await
}

/// Lists the tables.
pub(super) async fn tables(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let mut counts = row_counts(host).await?;
    counts.sort();
    let document: Vec<_> = counts
        .iter()
        .map(|(table, rows)| json!({ "table": table, "rows": rows }))
        .collect();
    Ok(out.either(&document, |out| {
        let rows: Vec<_> = counts
            .iter()
            .map(|(table, rows)| vec![table.to_string(), rows.to_string()])
            .collect();
        out.columns(&["TABLE", "ROWS"], &rows, "the store has no tables")
    })?)
}

/// Lists rows of a table.
pub(super) async fn list(
    host: &Host,
    table: &str,
    selection: &Selection<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let (schema, page) = host
        .store()
        .read(async |tx| {
            let rows = tx.table(table)?;
            let schema = rows.schema().clone();
            let filter = parse_filter(table, &schema, selection.filter)?;
            let mut scan = rows
                .scan()
                .limit(selection.limit)
                .after(selection.after.cloned());
            for (field, value) in &filter {
                scan = scan.by(field, value);
            }
            if selection.reverse {
                scan = scan.rev();
            }
            let page = scan
                .collect()
                .await
                .map_err(|error| unlisted(table, error))?;
            Ok::<_, CommandError>((schema, page))
        })
        .await?;
    let next = page.next.map(|cursor| cursor.to_string());
    let document = json!({
        "rows": page.rows.iter().map(Row::to_json).collect::<Vec<_>>(),
        "next": next,
    });
    Ok(out.either(&document, |out| {
        write_rows(&schema, &page.rows, out)?;
        match &next {
            Some(cursor) => out.line(format_args!("more: --after {cursor}")),
            None => Ok(()),
        }
    })?)
}

/// Why rows cannot be listed as asked for.
fn unlisted(table: &str, error: StoreError) -> CommandError {
    let no_index = matches!(error, StoreError::NoIndex { .. });
    let error = CommandError::failed(error);
    if no_index {
        return error.hint(format!(
            "`data export {table}` writes all rows, to be searched by other means"
        ));
    }
    error
}

/// Reads `FIELD=VALUE` pairs.
fn parse_filter<'a>(
    table: &str,
    schema: &Table,
    pairs: &'a [String],
) -> Result<Vec<(&'a str, Value)>, CommandError> {
    let parse = |pair: &'a String| {
        let (name, text) = pair
            .split_once('=')
            .ok_or_else(|| CommandError::usage(format!("`{pair}`: expected FIELD=VALUE")))?;
        let field = schema.field(name).ok_or_else(|| {
            CommandError::failed(StoreError::UnknownField {
                table: table.to_owned(),
                field: name.to_owned(),
                known: schema.field_list(),
            })
        })?;
        let value = Value::from_text(&field.ty, text)
            .map_err(|error| CommandError::usage(format!("field `{name}`: {error}")))?;
        Ok((name, value))
    };
    pairs.iter().map(parse).collect()
}

/// The longest cell of a list, in characters.
const MAX_CELL: usize = 40;

fn write_rows(table: &Table, rows: &[Row], out: &mut Output<'_>) -> std::io::Result<()> {
    let titles: Vec<_> = table
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    let cells: Vec<Vec<_>> = rows
        .iter()
        .map(|row| row.iter().map(|(_, value)| cell(value)).collect())
        .collect();
    out.columns(&titles, &cells, "no rows")
}

/// A value on one line, cut to the width of a cell.
fn cell(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MAX_CELL {
        return text;
    }
    text.chars().take(MAX_CELL - 1).chain(['…']).collect()
}

/// Shows one row.
pub(super) async fn get(
    host: &Host,
    table: &str,
    words: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let found = host
        .store()
        .read(async |tx| {
            let rows = tx.table(table)?;
            let key = parse_key(table, rows.schema(), words)?;
            Ok::<_, CommandError>(rows.get(&key).await?)
        })
        .await?;
    let Some(row) = found else {
        let key = words.join(" ");
        return Err(
            CommandError::failed(anyhow::anyhow!("`{table}` has no row with key `{key}`"))
                .hint(format!("`data list {table}` shows its rows")),
        );
    };
    Ok(out.either(&row.to_json(), |out| {
        let width = row
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        row.iter().try_for_each(|(name, value)| {
            let value = one_line(&value.to_string());
            out.line(format_args!("{name:width$}  {value}"))
        })
    })?)
}

/// Reads the words of a key, one for each of its fields.
fn parse_key(table: &str, schema: &Table, words: &[String]) -> Result<Vec<Value>, CommandError> {
    let key = &schema.key;
    if words.len() != key.len() {
        let plural = if key.len() == 1 { "" } else { "s" };
        return Err(CommandError::usage(format!(
            "the key of `{table}` is ({}): expected {} word{plural}, found {}",
            key.join(", "),
            key.len(),
            words.len()
        )));
    }
    let parse = |(name, word): (&sdk_schema::Name, &String)| {
        let field = schema.field(name).expect("a key consists of fields");
        Value::from_text(&field.ty, word)
            .map_err(|error| CommandError::usage(format!("key field `{name}`: {error}")))
    };
    key.iter().zip(words).map(parse).collect()
}
