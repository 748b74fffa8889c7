//! `seed real` and `seed test`.

use std::io;

use super::{CommandError, Output};
use crate::{
    host::Host,
    migrate,
    seed::{self, Kept, SeedReport, SeededFile, TestReport},
};

/// Applies the real seeds.
pub(super) async fn real(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let report = host.seed().await?;
    Ok(out.either(&report, |out| write_real(&report, out))?)
}

/// Makes up rows.
pub(super) async fn test(
    host: &Host,
    rows: u64,
    rng: u64,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let linked = host.linked();
    let report = seed::generate(host.store(), linked.frame(), linked.fakes(), rows, rng).await?;
    Ok(out.either(&report, |out| write_test(&report, out))?)
}

/// Fails when migrations are pending: rows must not be written by an older schema.
pub(super) async fn refuse_pending(host: &Host) -> Result<(), CommandError> {
    let plan = migrate::plan(host.store(), host.linked().application()?, &[]).await?;
    match plan.pending.len() {
        0 => Ok(()),
        pending => Err(
            CommandError::failed(anyhow::anyhow!("migrations are pending: {pending}")).hint(
                format!("`{} migrate apply` applies them", host.linked().name()),
            ),
        ),
    }
}

/// What became of the real seeds.
pub(crate) fn write_real(report: &SeedReport, out: &mut Output<'_>) -> io::Result<()> {
    for file in &report.files {
        if !file.skipped {
            out.line(format_args!("seeded {}: {}", file.table, counts(file)))?;
        }
        for kept in &file.kept {
            let reason = match kept.reason {
                Kept::Edited => "was edited here: it stays as it is",
                Kept::Deleted => "was deleted here: it stays deleted",
                Kept::Foreign => "was there before the seed: it stays as it is",
                Kept::Orphaned => "refers to a row that was deleted here: it is left out",
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
        (file.kept.len(), "kept"),
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

fn write_test(report: &TestReport, out: &mut Output<'_>) -> io::Result<()> {
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
