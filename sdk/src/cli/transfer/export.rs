//! `data export`.

use sdk_schema::{BUILT_IN_MODULE, Schema, TableName};

use super::Line;
use crate::{
    cli::{CommandError, Output},
    host::Host,
    seed::order,
    store::{ReadTx, StoreError},
};

/// How many rows are read at a time.
const BATCH: usize = 1_000;

/// Writes the rows of the named tables, or of all, as they are at one moment.
pub(in crate::cli) async fn export(
    host: &Host,
    tables: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = host.store().schema().schema();
    let wanted = tables.iter().map(|table| known_table(&schema, table));
    let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
    let chosen = order::tables(&schema).into_iter().map(|(name, _)| name);
    let chosen = chosen.filter(|name| match wanted.as_slice() {
        [] => name.module != BUILT_IN_MODULE,
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

fn known_table(schema: &Schema, text: &str) -> Result<TableName, StoreError> {
    let name = text.parse().ok();
    name.filter(|name| schema.tables.contains_key(name))
        .ok_or_else(|| StoreError::UnknownTable {
            table: text.to_owned(),
        })
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
