//! `data export`.

use serde_json::Value as Json;

use super::Line;
use crate::{
    cli::{CommandError, Output, Session},
    proto::sdk::v1::ExportRowsRequest,
    system::rows::from_struct,
};

/// Writes the rows of the named tables, or of all, as they are at one moment.
pub(in crate::cli) async fn export(
    session: &Session<'_>,
    tables: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = session.tables().await?;
    let request = ExportRowsRequest {
        tables: tables.to_vec(),
    };
    let mut rows = session.data().export_rows(request).await?.into_inner();
    while let Some(message) = rows.message().await? {
        let table = message.table.parse().map_err(anyhow::Error::new)?;
        let object = message.row.unwrap_or_default();
        let row = match schema.tables.get(&table) {
            Some(schema) => from_struct(schema, &object)?.to_json(),
            // It was made since it was asked which tables there are.
            None => Json::Null,
        };
        out.line(serde_json::to_string(&Line { table, row })?)?;
    }
    Ok(())
}
