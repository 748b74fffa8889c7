//! `data snapshot`: a copy of the store while it is in use.

use std::path::Path;

use anyhow::anyhow;
use serde_json::json;

use super::check::verdict;
use crate::{
    cli::{CommandError, Output},
    host::Host,
};

/// Copies the store to a file that is not there yet.
pub(in crate::cli) async fn snapshot(
    host: &Host,
    file: &Path,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    if file.try_exists().unwrap_or(true) {
        let error = anyhow!("{} is there already", file.display());
        return Err(
            CommandError::failed(error).hint("a snapshot replaces nothing: give a new name")
        );
    }
    let taken = host.store().snapshot_to(file).await;
    let report = taken.map_err(|error| {
        let error = CommandError::failed(error);
        match error.advice() {
            Some(_) => error,
            None => error.hint("the folder of the file must be there, with room for the copy"),
        }
    })?;
    let rows: u64 = report.check.tables.iter().map(|table| table.rows).sum();
    let document = json!({
        "file": file.display().to_string(),
        "bytes": report.bytes,
        "tables": report.check.tables.len(),
        "rows": rows,
        "faults": report.check.fault_count(),
    });
    out.either(&document, |out| {
        let tables = report.check.tables.len();
        let bytes = report.bytes;
        out.line(format_args!(
            "{}: {tables} tables, {rows} rows, {bytes} bytes, opened and checked",
            file.display()
        ))
    })?;
    verdict(host, &report.check)
}
