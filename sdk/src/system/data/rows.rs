//! Single rows, and pages of them.

use std::str::FromStr;

use prost::Message;
use sdk_schema::{Name, Table, TableName, Value};

use super::{filter, own_tables};
use crate::{
    host::Host,
    proto::sdk::v1::{
        DeleteRowRequest, DeleteRowResponse, GetRowRequest, GetRowResponse, ListRowsRequest,
        ListRowsResponse, ListTablesResponse, PutMode, PutRowRequest, PutRowResponse, TableRows,
    },
    rpc::{Caller, Failure},
    seed::key_of,
    store::{Cursor, StoreError},
    system::rows::{from_struct, to_struct},
};

/// How many rows a page has when nothing is said.
const PAGE_ROWS: u32 = 50;

/// The most rows of a page.
const MAX_PAGE_ROWS: u32 = 1_000;

/// The bytes after which a page has no further row: clients take 4 MiB, and one row
/// more must fit.
const PAGE_BYTES: usize = 1 << 20;

/// How many rows one call looks at, those included that its conditions leave out: without
/// an index a rare row is found in many calls, none of which keeps others waiting.
const EXAMINED_ROWS: usize = 20_000;

/// Every table in the store with the number of its rows, by name.
pub(crate) async fn row_counts(host: &Host) -> Result<Vec<(TableName, u64)>, StoreError> {
    let counts = host.store().read(async |tx| {
        let names = tx.table_names().into_iter();
        let counted = names.map(|name| Ok((name.clone(), tx.table(&name.to_string())?.len()?)));
        counted.collect::<Result<Vec<_>, StoreError>>()
    });
    let mut counts = counts.await?;
    counts.sort();
    Ok(counts)
}

pub(super) async fn tables(host: &Host) -> Result<ListTablesResponse, Failure> {
    let counts = row_counts(host).await?.into_iter();
    let tables = counts.map(|(table, rows)| TableRows {
        table: table.to_string(),
        rows,
    });
    Ok(ListTablesResponse {
        tables: tables.collect(),
    })
}

pub(super) async fn list(
    host: &Host,
    request: ListRowsRequest,
) -> Result<ListRowsResponse, Failure> {
    let after = page_token(&request.page_token)?;
    let limit = match request.page_size {
        0 => PAGE_ROWS,
        size => size.min(MAX_PAGE_ROWS),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let tx = host.store().snapshot()?;
    let table = tx.table(&request.table)?;
    let filters = filter::parse(&request.table, table.schema(), &request.filter)?;
    let choice = filter::Choice {
        filters: &filters,
        order_by: &request.order_by,
        descending: request.descending,
    };
    let scan = filter::scan(&table, &choice)?.after(after);
    let mut found = scan.limit(limit).examine(EXAMINED_ROWS).rows()?;
    let mut rows = Vec::new();
    let mut bytes = 0;
    while bytes < PAGE_BYTES
        && let Some(row) = found.next().await?
    {
        let row = to_struct(&row);
        bytes += row.encoded_len();
        rows.push(row);
    }
    Ok(ListRowsResponse {
        rows,
        next_page_token: found.cursor()?.map(|cursor| cursor.to_string()),
        fields: field_names(table.schema()),
    })
}

fn page_token(text: &str) -> Result<Option<Cursor>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let cursor = Cursor::from_str(text).map_err(|error| {
        Failure::invalid("PAGE_TOKEN_INVALID", &error).violation("page_token", error.to_string())
    })?;
    Ok(Some(cursor))
}

/// The fields in the order of the table.
fn field_names(table: &Table) -> Vec<String> {
    let fields = table.fields.iter();
    fields.map(|field| field.name.to_string()).collect()
}

pub(super) async fn get(host: &Host, request: GetRowRequest) -> Result<GetRowResponse, Failure> {
    let (table, words) = (&request.table, &request.key);
    let tx = host.store().snapshot()?;
    let rows = tx.table(table)?;
    let key = parse_key(table, rows.schema(), words)?;
    let row = rows.get(&key).await?.ok_or_else(|| no_row(table, words))?;
    Ok(GetRowResponse {
        row: Some(to_struct(&row)),
        fields: field_names(rows.schema()),
    })
}

fn no_row(table: &str, words: &[String]) -> Failure {
    let key = words.join(" ");
    Failure::not_found(
        "ROW_UNKNOWN",
        format_args!("`{table}` has no row with key `{key}`"),
    )
    .hint(format!("`data list {table}` shows its rows"))
}

/// Reads the words of a key, one for each of its fields.
fn parse_key(table: &str, schema: &Table, words: &[String]) -> Result<Vec<Value>, Failure> {
    let key = &schema.key;
    let refuse = |detail: String| Failure::invalid("KEY_INVALID", &detail).violation("key", detail);
    if words.len() != key.len() {
        let plural = if key.len() == 1 { "" } else { "s" };
        return Err(refuse(format!(
            "the key of `{table}` is ({}): expected {} word{plural}, found {}",
            key.join(", "),
            key.len(),
            words.len()
        )));
    }
    let parse = |(name, word): (&Name, &String)| {
        let field = schema.field(name);
        let field = field.ok_or_else(|| refuse(format!("`{name}` is no field of `{table}`")))?;
        Value::from_text(&field.ty, word)
            .map_err(|error| refuse(format!("key field `{name}`: {error}")))
    };
    key.iter().zip(words).map(parse).collect()
}

pub(super) async fn put(
    host: &Host,
    caller: &Caller,
    request: PutRowRequest,
) -> Result<PutRowResponse, Failure> {
    own_tables::check_write(caller, &request.table)?;
    let mode = PutMode::try_from(request.mode).map_err(|_| {
        let detail = format!("there is no mode {}", request.mode);
        Failure::invalid("MODE_INVALID", &detail).violation("mode", detail)
    })?;
    let object = request.row.unwrap_or_default();
    let table = request.table.as_str();
    let (row, created) = host
        .store()
        .write(async |tx| {
            let mut rows = tx.table(table)?;
            let row = from_struct(rows.schema(), &object)?;
            let key = key_of(rows.schema(), &row);
            let created = rows.get(&key).await?.is_none();
            match mode {
                PutMode::Unspecified => rows.upsert(row.clone()).await?,
                PutMode::Insert => rows.insert(row.clone()).await?,
                PutMode::Update => rows.update(row.clone()).await?,
            }
            Ok::<_, Failure>((row, created))
        })
        .await?;
    Ok(PutRowResponse {
        row: Some(to_struct(&row)),
        created,
    })
}

pub(super) async fn delete(
    host: &Host,
    caller: &Caller,
    request: DeleteRowRequest,
) -> Result<DeleteRowResponse, Failure> {
    own_tables::check_write(caller, &request.table)?;
    let (table, words) = (request.table.as_str(), &request.key);
    let deleted = host.store().write(async |tx| {
        let mut rows = tx.table(table)?;
        let key = parse_key(table, rows.schema(), words)?;
        Ok::<_, Failure>(rows.delete(&key).await?)
    });
    if deleted.await? {
        return Ok(DeleteRowResponse {});
    }
    Err(no_row(table, words))
}
