//! The store in order: checks, repairs, rewrites, copies.

use std::{path::Path, sync::Arc};

use tonic::Response;

use crate::{
    host::Host,
    proto::sdk::v1::{
        self as wire, CompactResponse, DumpRequest, DumpResponse, PageState, RewriteResponse,
        RewrittenTable, SnapshotResponse,
    },
    rpc::{Caller, CallerKind, Failure, Replies, replies_from_thread},
    store::{CheckReport, Fault, FaultKind, PageCheck, Rebuilt, RepairReport, StoreError},
};

/// Checks a table, or all; makes indexes anew if that is asked for.
pub(super) async fn check(
    host: &Host,
    table: Option<&str>,
    repair: bool,
) -> Result<wire::CheckReport, Failure> {
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
    Ok(wire::CheckReport {
        tables: report.tables.iter().map(table_check).collect(),
        faults: report.faults.iter().map(fault).collect(),
        unlisted: report.unlisted,
        rebuilt: rebuilt.iter().map(rebuilt_table).collect(),
        pages: pages.map(Into::into),
    })
}

fn parts(report: RepairReport) -> (CheckReport, Vec<Rebuilt>) {
    (report.after, report.rebuilt)
}

/// Verifies the checksums of the pages; one that is wrong is a fault.
async fn check_pages(host: &Host, report: &mut CheckReport) -> Result<PageState, StoreError> {
    Ok(match host.store().check_pages().await? {
        PageCheck::Verified => PageState::Verified,
        PageCheck::Repaired => PageState::Repaired,
        PageCheck::InUse => PageState::InUse,
        PageCheck::Damaged { detail } => {
            report.add_page_fault(detail);
            PageState::Damaged
        }
    })
}

fn table_check(table: &crate::store::TableCheck) -> wire::TableCheck {
    wire::TableCheck {
        table: table.table.to_string(),
        rows: table.rows,
        in_old_layouts: table.in_old_layouts,
        entries: table.entries,
        references: table.references,
        faults: table.faults,
        index_faults: table.index_faults,
    }
}

fn fault(fault: &Fault) -> wire::Fault {
    wire::Fault {
        kind: fault_kind(fault.kind).into(),
        table: fault.table.as_ref().map(ToString::to_string),
        key: fault.key.clone(),
        index: fault.index.clone(),
        found: fault.found.clone(),
        expected: fault.expected.clone(),
        message: fault.to_string(),
    }
}

fn fault_kind(kind: FaultKind) -> wire::FaultKind {
    match kind {
        FaultKind::Catalogue => wire::FaultKind::Catalogue,
        FaultKind::Page => wire::FaultKind::Page,
        FaultKind::Tree => wire::FaultKind::Tree,
        FaultKind::Row => wire::FaultKind::Row,
        FaultKind::Key => wire::FaultKind::Key,
        FaultKind::Index => wire::FaultKind::Index,
        FaultKind::Unique => wire::FaultKind::Unique,
        FaultKind::Reference => wire::FaultKind::Reference,
        FaultKind::Log => wire::FaultKind::Log,
    }
}

fn rebuilt_table(rebuilt: &Rebuilt) -> wire::Rebuilt {
    wire::Rebuilt {
        table: rebuilt.table.to_string(),
        indexes: rebuilt.indexes as u64,
        entries: rebuilt.entries,
        without_entry: rebuilt.without_entry,
    }
}

/// Rewrites one table, or all.
pub(super) async fn rewrite(
    host: &Host,
    table: Option<String>,
) -> Result<RewriteResponse, Failure> {
    let all = || {
        let tables = host.store().schema().tables;
        tables.keys().map(ToString::to_string).collect()
    };
    let names = table.map_or_else(all, |table| vec![table]);
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let report = host.store().rewrite(&name).await?;
        tables.push(RewrittenTable {
            table: report.table.to_string(),
            rewritten: report.rewritten,
            already_new: report.already_new,
            unreadable: report.unreadable,
        });
    }
    tables.sort_by(|one, other| one.table.cmp(&other.table));
    Ok(RewriteResponse { tables })
}

/// Makes the store's file smaller.
pub(super) async fn compact(host: &Host) -> Result<CompactResponse, Failure> {
    let report = host.store().compact().await?;
    Ok(CompactResponse {
        bytes_before: report.bytes_before,
        bytes_after: report.bytes_after,
    })
}

/// Copies the store to a file that is not there yet.
pub(super) async fn snapshot(
    host: &Host,
    caller: &Caller,
    file: String,
) -> Result<SnapshotResponse, Failure> {
    refuse_path(caller, &file)?;
    let taken = host.store().snapshot_to(Path::new(&file)).await;
    let report = taken.map_err(|error| match error {
        // The caller has named the file and may know what is wrong with it.
        StoreError::Io { ref source } => Failure::precondition("FILE_REFUSED", source)
            .within(&file)
            .hint("the folder of the file must be there, with room for the copy"),
        other => other.into(),
    })?;
    let tables = &report.check.tables;
    Ok(SnapshotResponse {
        file,
        bytes: report.bytes,
        tables: tables.len() as u64,
        rows: tables.iter().map(|table| table.rows).sum(),
        faults: report.check.fault_count(),
        index_faults: tables.iter().map(|table| table.index_faults).sum(),
    })
}

/// Whoever names a file of this machine must be at home on it.
fn refuse_path(caller: &Caller, file: &str) -> Result<(), Failure> {
    let refuse = |reason: &'static str, detail: String| {
        Failure::invalid(reason, &detail).violation("file", detail)
    };
    let is_home = matches!(
        caller.kind(),
        CallerKind::Owner | CallerKind::Job | CallerKind::Module
    );
    if !is_home {
        let detail = "only the owner of the data folder names files of the host's machine";
        return Err(refuse("FILE_NOT_ALLOWED", detail.to_owned()));
    }
    let path = Path::new(file);
    if !path.is_absolute() {
        return Err(refuse(
            "FILE_INVALID",
            format!("`{file}` is not a full path"),
        ));
    }
    if path.try_exists().unwrap_or(true) {
        return Err(Failure::already_exists(
            "FILE_EXISTS",
            format_args!("{file} is there already"),
        )
        .hint("a snapshot replaces nothing: give a new name"));
    }
    Ok(())
}

/// The entries of tables, or everything, as they are at one moment.
pub(super) fn dump(
    host: &Arc<Host>,
    request: DumpRequest,
) -> Result<Response<Replies<DumpResponse>>, Failure> {
    let tx = host.store().snapshot()?;
    for table in &request.tables {
        tx.table(table)?;
    }
    Ok(replies_from_thread(move |out| {
        let tables: Vec<_> = request.tables.iter().map(String::as_str).collect();
        tx.dump(&tables, |entry| {
            out.send_blocking(DumpResponse {
                tree: entry.tree.to_owned(),
                key: entry.key.to_vec(),
                value: entry.value.to_vec(),
            })
        })
    }))
}
