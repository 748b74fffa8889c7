//! `data check`: whether the store is sound, and what a repair did.

use std::io;

use serde::Serialize;

use crate::{
    cli::{CommandError, Output},
    host::Host,
    store::{CheckReport, Fault, FaultKind, PageCheck, Rebuilt, RepairReport, TableCheck},
};

/// What `data check` prints.
#[derive(Serialize)]
struct Document<'a> {
    tables: &'a [TableCheck],
    faults: &'a [Fault],
    unlisted: u64,
    rebuilt: &'a [Rebuilt],
    /// None when one table alone was checked.
    pages: Option<&'static str>,
}

/// Checks a table, or all; makes indexes anew if that is asked for.
pub(in crate::cli) async fn check(
    host: &Host,
    table: Option<&str>,
    repair: bool,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let store = host.store();
    let (mut report, rebuilt) = match (table, repair) {
        (None, false) => (store.check().await?, Vec::new()),
        (Some(table), false) => (store.check_table(table).await?, Vec::new()),
        (None, true) => parts(store.repair().await?),
        (Some(table), true) => parts(store.repair_table(table).await?),
    };
    let pages = match table {
        None => Some(check_pages(host, &mut report).await?),
        Some(_) => None,
    };
    let document = Document {
        tables: &report.tables,
        faults: &report.faults,
        unlisted: report.unlisted,
        rebuilt: &rebuilt,
        pages,
    };
    out.either(&document, |out| write(&document, out))?;
    verdict(host, &report)
}

fn parts(report: RepairReport) -> (CheckReport, Vec<Rebuilt>) {
    (report.after, report.rebuilt)
}

/// Verifies the checksums of the pages; one that is wrong is a fault.
async fn check_pages(host: &Host, report: &mut CheckReport) -> Result<&'static str, CommandError> {
    Ok(match host.store().check_pages().await? {
        PageCheck::Verified => "verified",
        PageCheck::Repaired => "repaired",
        PageCheck::InUse => "in_use",
        PageCheck::Damaged { detail } => {
            report.add_page_fault(detail);
            "damaged"
        }
    })
}

fn write(document: &Document<'_>, out: &mut Output<'_>) -> io::Result<()> {
    write_tables(document.tables, out)?;
    for done in document.rebuilt {
        out.line(format_args!(
            "rebuilt the indexes of {}: {}, {} entries",
            done.table, done.indexes, done.entries
        ))?;
    }
    match document.pages {
        Some("verified") => out.line("pages: every checksum is right")?,
        Some("repaired") => {
            out.line("pages: what was noted of free ones was wrong and is right now")?;
        }
        Some("in_use") => out.line("pages: not verified, the store is being read all the time")?,
        _ => {}
    }
    for fault in document.faults {
        out.line(format_args!("fault: {fault}"))?;
    }
    match document.unlisted {
        0 => Ok(()),
        more => out.line(format_args!("and {more} faults more")),
    }
}

fn write_tables(tables: &[TableCheck], out: &mut Output<'_>) -> io::Result<()> {
    let rows: Vec<_> = tables
        .iter()
        .map(|table| {
            vec![
                table.table.to_string(),
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
pub(super) fn verdict(host: &Host, report: &CheckReport) -> Result<(), CommandError> {
    let count = report.fault_count();
    if count == 0 {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    let error = CommandError::failed(anyhow::anyhow!("{count} fault{plural} found"));
    let is_index = |fault: &Fault| fault.kind == FaultKind::Index;
    Err(if report.faults.iter().any(is_index) {
        let name = host.linked().name();
        error.hint(format!("`{name} data check --repair` makes indexes anew"))
    } else {
        error.hint(
            "rows are not repaired: mend those that are named, or restore the store from a backup",
        )
    })
}
