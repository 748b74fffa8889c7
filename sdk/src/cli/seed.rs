//! `seed real` and `seed test`.

use std::io;

use super::{CommandError, Output, Session, document::document};
use crate::proto::sdk::v1::{
    ApplyRealRequest, ApplyRealResponse, GenerateTestRequest, GenerateTestResponse, KeptReason,
    SeededFile,
};

/// Applies the real seeds.
pub(super) async fn real(session: &Session<'_>, out: &mut Output<'_>) -> Result<(), CommandError> {
    let report = session.seeds().apply_real(ApplyRealRequest {}).await?;
    let report = report.into_inner();
    Ok(out.either(&document(&report), |out| write_real(&report, out))?)
}

/// Makes up rows.
pub(super) async fn test(
    session: &Session<'_>,
    rows: u64,
    rng: u64,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = GenerateTestRequest {
        rows: Some(rows),
        rng: Some(rng),
    };
    let report = session.seeds().generate_test(request).await?.into_inner();
    Ok(out.either(&document(&report), |out| write_test(&report, out))?)
}

/// What became of the real seeds.
pub(super) fn write_real(report: &ApplyRealResponse, out: &mut Output<'_>) -> io::Result<()> {
    for file in &report.files {
        if !file.skipped {
            out.line(format_args!("seeded {}: {}", file.table, counts(file)))?;
        }
        for kept in &file.kept {
            let reason = match kept.reason() {
                KeptReason::Edited => "was edited here: it stays as it is",
                KeptReason::Deleted => "was deleted here: it stays deleted",
                KeptReason::Foreign => "was there before the seed: it stays as it is",
                KeptReason::Orphaned => "refers to a row that was deleted here: it is left out",
                KeptReason::Unspecified => "stays as it is",
            };
            out.line(format_args!("    {} {} {reason}", file.table, kept.key))?;
        }
    }
    let skipped = report.files.iter().filter(|file| file.skipped).count();
    out.line(format_args!(
        "seeds: {} applied, {skipped} up to date",
        report.files.len() - skipped
    ))
}

/// What became of the rows of a file.
fn counts(file: &SeededFile) -> String {
    let counts = [
        (file.inserted, "inserted"),
        (file.updated, "updated"),
        (file.unchanged, "unchanged"),
        (file.kept.len() as u64, "kept"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match counts.as_slice() {
        [] => "it has no rows".to_owned(),
        counts => counts.join(", "),
    }
}

fn write_test(report: &GenerateTestResponse, out: &mut Output<'_>) -> io::Result<()> {
    for file in &report.files {
        out.line(format_args!(
            "{}: {} rows from {}",
            file.table, file.inserted, file.file
        ))?;
    }
    for table in &report.tables {
        out.line(format_args!("{}: {} rows made up", table.table, table.rows))?;
        if let Some(reason) = &table.reason {
            out.line(format_args!("    {reason}"))?;
        }
    }
    Ok(())
}
