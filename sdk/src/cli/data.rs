//! Commands about rows: `list`, `get`, `put`, `delete` and `watch` show and change them, the
//! others keep the store in order.

mod upkeep;

pub(super) use upkeep::{check, compact, dump, rewrite, snapshot};

use sdk_schema::{Row, Table, Value};
use serde_json::{Value as Json, json};

use super::{CommandError, Output, Session, document::document, output::one_line};
use crate::{
    proto::sdk::v1::{
        DeleteRowRequest, GetRowRequest, ListRowsRequest, ListTablesRequest, PutRowRequest,
        WatchRowsRequest,
    },
    store::Cursor,
    system::rows::{from_struct, to_struct},
};

/// Which rows a list shows.
pub(super) struct Selection<'a> {
    /// Conditions that a row must fulfil.
    pub(super) filter: &'a [String],
    /// How many rows at most.
    pub(super) limit: usize,
    /// The cursor that the last page ended with.
    pub(super) after: Option<&'a Cursor>,
    /// Whether to go from the end.
    pub(super) reverse: bool,
}

/// Lists the tables.
pub(super) async fn tables(
    session: &Session<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let answer = session.data().list_tables(ListTablesRequest {}).await?;
    let tables = answer.into_inner().tables;
    Ok(out.either(&super::document::documents(&tables), |out| {
        let rows: Vec<_> = tables
            .iter()
            .map(|it| vec![it.table.clone(), it.rows.to_string()])
            .collect();
        out.columns(&["TABLE", "ROWS"], &rows, "the store has no tables")
    })?)
}

/// Lists rows of a table.
pub(super) async fn list(
    session: &Session<'_>,
    table: &str,
    selection: &Selection<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = session.table(table).await?;
    let (rows, next) = pages(session, table, &schema, selection).await?;
    let document = json!({
        "rows": rows.iter().map(Row::to_json).collect::<Vec<_>>(),
        "next": next,
    });
    Ok(out.either(&document, |out| {
        write_rows(&schema, &rows, out)?;
        match &next {
            Some(cursor) => out.line(format_args!("more: --after {cursor}")),
            None => Ok(()),
        }
    })?)
}

/// As many rows as are asked for: a host gives some of them at a time.
async fn pages(
    session: &Session<'_>,
    table: &str,
    schema: &Table,
    selection: &Selection<'_>,
) -> Result<(Vec<Row>, Option<String>), CommandError> {
    let mut data = session.data();
    let mut rows = Vec::new();
    let mut next = selection.after.map(ToString::to_string);
    loop {
        let left = selection.limit.saturating_sub(rows.len());
        let request = ListRowsRequest {
            table: table.to_owned(),
            filter: selection.filter.to_vec(),
            descending: selection.reverse,
            page_size: u32::try_from(left).unwrap_or(u32::MAX),
            page_token: next.unwrap_or_default(),
            ..ListRowsRequest::default()
        };
        let page = data.list_rows(request).await?.into_inner();
        for row in &page.rows {
            rows.push(from_struct(schema, row)?);
        }
        next = page.next_page_token;
        if next.is_none() || rows.len() >= selection.limit {
            return Ok((rows, next));
        }
    }
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
    session: &Session<'_>,
    table: &str,
    words: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = session.table(table).await?;
    let request = GetRowRequest {
        table: table.to_owned(),
        key: words.to_vec(),
    };
    let answer = session.data().get_row(request).await?.into_inner();
    let row = from_struct(&schema, &answer.row.unwrap_or_default())?;
    Ok(write_row(&row, out)?)
}

fn write_row(row: &Row, out: &mut Output<'_>) -> std::io::Result<()> {
    out.either(&row.to_json(), |out| {
        let width = row
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        row.iter().try_for_each(|(name, value)| {
            let value = one_line(&value.to_string());
            out.line(format_args!("{name:width$}  {value}"))
        })
    })
}

/// Writes one row, and shows what it is now.
pub(super) async fn put(
    session: &Session<'_>,
    table: &str,
    text: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = session.table(table).await?;
    let json: Json = serde_json::from_str(text)
        .map_err(|error| CommandError::usage(format!("the row is not JSON: {error}")))?;
    let row = schema.row_from_json(&json).map_err(CommandError::usage)?;
    let request = PutRowRequest {
        table: table.to_owned(),
        row: Some(to_struct(&row)),
        mode: 0,
    };
    let answer = session.data().put_row(request).await?.into_inner();
    let row = from_struct(&schema, &answer.row.unwrap_or_default())?;
    Ok(write_row(&row, out)?)
}

/// Deletes one row.
pub(super) async fn delete(
    session: &Session<'_>,
    table: &str,
    words: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = DeleteRowRequest {
        table: table.to_owned(),
        key: words.to_vec(),
    };
    session.data().delete_row(request).await?;
    let document = json!({ "deleted": 1 });
    Ok(out.either(&document, |out| {
        out.line(format_args!("deleted {} of {table}", words.join(" ")))
    })?)
}

/// Writes changes as JSON lines, until the host or somebody ends it.
pub(super) async fn watch(
    session: &Session<'_>,
    tables: &[String],
    filter: &[String],
    from: Option<u64>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = session.tables().await?;
    let request = WatchRowsRequest {
        tables: tables.to_vec(),
        filter: filter.to_vec(),
        from,
    };
    let mut stream = session.data().watch_rows(request).await?.into_inner();
    while let Some(message) = stream.message().await? {
        let mut line = document(&message);
        for (change, told) in message.changes.iter().zip(changes(&mut line)) {
            let name = change.table.parse().ok();
            let Some(table) = name.and_then(|name: sdk_schema::TableName| schema.tables.get(&name))
            else {
                continue;
            };
            for (key, row) in [("old", &change.old), ("new", &change.new)] {
                if let Some(row) = row {
                    told[key] = from_struct(table, row)?.to_json();
                }
            }
        }
        out.line(line)?;
        out.flush()?;
    }
    Ok(())
}

fn changes(line: &mut Json) -> impl Iterator<Item = &mut Json> {
    line.get_mut("changes")
        .and_then(Json::as_array_mut)
        .into_iter()
        .flatten()
}
