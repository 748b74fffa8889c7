//! The store in order: checks, repairs, rewrites, copies.

use std::{io, path::Path};

use serde_json::json;

use crate::{
    cli::{
        CommandError, Output, Session,
        document::{document, documents, hex},
    },
    proto::sdk::v1::{
        CheckReport, CheckRequest, CompactRequest, DumpRequest, FaultKind, PageState,
        RepairRequest, RewriteRequest, SnapshotRequest, TableCheck,
    },
};

/// Checks a table, or all; makes indexes anew if that is asked for.
pub(in crate::cli) async fn check(
    session: &Session<'_>,
    table: Option<&str>,
    repair: bool,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let mut data = session.data();
    let table = table.map(str::to_owned);
    let report = if repair {
        data.repair(RepairRequest { table })
            .await?
            .into_inner()
            .report
    } else {
        data.check(CheckRequest { table })
            .await?
            .into_inner()
            .report
    };
    let report = report.unwrap_or_default();
    out.either(&document(&report), |out| write(&report, out))?;
    let count = report.faults.len() as u64 + report.unlisted;
    let is_index = report.faults.iter().any(|it| it.kind() == FaultKind::Index);
    verdict(session, count, is_index)
}

fn write(report: &CheckReport, out: &mut Output<'_>) -> io::Result<()> {
    write_tables(&report.tables, out)?;
    for done in &report.rebuilt {
        out.line(format_args!(
            "rebuilt the indexes of {}: {}, {} entries",
            done.table, done.indexes, done.entries
        ))?;
    }
    match report.pages() {
        PageState::Verified => out.line("pages: every checksum is right")?,
        PageState::Repaired => {
            out.line("pages: what was noted of free ones was wrong and is right now")?;
        }
        PageState::InUse => {
            out.line("pages: not verified, the store is being read all the time")?;
        }
        PageState::Damaged | PageState::Unspecified => {}
    }
    for fault in &report.faults {
        out.line(format_args!("fault: {}", fault.message))?;
    }
    match report.unlisted {
        0 => Ok(()),
        more => out.line(format_args!("and {more} faults more")),
    }
}

fn write_tables(tables: &[TableCheck], out: &mut Output<'_>) -> io::Result<()> {
    let rows: Vec<_> = tables
        .iter()
        .map(|table| {
            vec![
                table.table.clone(),
                table.rows.to_string(),
                table.in_old_layouts.to_string(),
                table.entries.to_string(),
                table.references.to_string(),
                table.faults.to_string(),
            ]
        })
        .collect();
    let titles = [
        "TABLE",
        "ROWS",
        "IN OLD LAYOUTS",
        "INDEX ENTRIES",
        "REFERENCES",
        "FAULTS",
    ];
    out.columns(&titles, &rows, "the store has no tables")
}

/// Fails when there are faults, with what helps against them.
fn verdict(session: &Session<'_>, count: u64, is_index: bool) -> Result<(), CommandError> {
    if count == 0 {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    let error = CommandError::failed(anyhow::anyhow!("{count} fault{plural} found"));
    Err(if is_index {
        let name = session.name();
        error.hint(format!("`{name} data check --repair` makes indexes anew"))
    } else {
        error.hint(
            "rows are not repaired: mend those that are named, or restore the store from a backup",
        )
    })
}

/// Makes the store's file smaller.
pub(in crate::cli) async fn compact(
    session: &Session<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let report = session
        .data()
        .compact(CompactRequest {})
        .await?
        .into_inner();
    Ok(out.either(&document(&report), |out| {
        let (before, after) = (report.bytes_before, report.bytes_after);
        out.line(format_args!("{before} bytes before, {after} bytes after"))
    })?)
}

/// Rewrites one table, or all.
pub(in crate::cli) async fn rewrite(
    session: &Session<'_>,
    table: Option<&str>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = RewriteRequest {
        table: table.map(str::to_owned),
    };
    let reports = session.data().rewrite(request).await?.into_inner().tables;
    out.either(&documents(&reports), |out| {
        let rows: Vec<_> = reports
            .iter()
            .map(|report| {
                vec![
                    report.table.clone(),
                    report.rewritten.to_string(),
                    report.already_new.to_string(),
                    report.unreadable.to_string(),
                ]
            })
            .collect();
        let titles = ["TABLE", "REWRITTEN", "ALREADY NEW", "UNREADABLE"];
        out.columns(&titles, &rows, "the store has no tables")
    })?;
    match reports.iter().map(|report| report.unreadable).sum() {
        0 => Ok(()),
        unreadable => Err(unreadable_rows(session, unreadable)),
    }
}

fn unreadable_rows(session: &Session<'_>, count: u64) -> CommandError {
    let plural = if count == 1 { "" } else { "s" };
    let error = anyhow::anyhow!("{count} row{plural} cannot be read and stay as they are");
    let name = session.name();
    CommandError::failed(error).hint(format!("`{name} data check` names them"))
}

/// Copies the store to a file that is not there yet.
pub(in crate::cli) async fn snapshot(
    session: &Session<'_>,
    file: &Path,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = SnapshotRequest {
        file: file.display().to_string(),
    };
    let copy = session.data().snapshot(request).await?.into_inner();
    let document = json!({
        "file": copy.file,
        "bytes": copy.bytes,
        "tables": copy.tables,
        "rows": copy.rows,
        "faults": copy.faults,
    });
    out.either(&document, |out| {
        out.line(format_args!(
            "{}: {} tables, {} rows, {} bytes, opened and checked",
            copy.file, copy.tables, copy.rows, copy.bytes
        ))
    })?;
    verdict(session, copy.faults, copy.index_faults > 0)
}

/// Writes the entries of tables, or everything, as they are at one moment: JSON lines with
/// bytes in hexadecimal.
pub(in crate::cli) async fn dump(
    session: &Session<'_>,
    tables: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = DumpRequest {
        tables: tables.to_vec(),
    };
    let mut entries = session.data().dump(request).await?.into_inner();
    while let Some(entry) = entries.message().await? {
        let line = json!({
            "tree": entry.tree,
            "key": hex(&entry.key),
            "value": hex(&entry.value),
        });
        out.line(line)?;
    }
    Ok(())
}
