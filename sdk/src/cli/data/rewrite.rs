//! `data rewrite`: rows of old layouts in the newest.

use crate::{
    cli::{CommandError, Output},
    host::Host,
};

/// Rewrites one table, or all.
pub(in crate::cli) async fn rewrite(
    host: &Host,
    table: Option<&str>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let all = || {
        let tables = host.store().schema().tables;
        tables.keys().map(ToString::to_string).collect()
    };
    let tables = table.map_or_else(all, |table| vec![table.to_owned()]);
    let mut reports = Vec::with_capacity(tables.len());
    for table in tables {
        reports.push(host.store().rewrite(&table).await?);
    }
    reports.sort_by(|one, other| one.table.cmp(&other.table));
    out.either(&reports, |out| {
        let rows: Vec<_> = reports
            .iter()
            .map(|report| {
                vec![
                    report.table.to_string(),
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
        unreadable => Err(unreadable_rows(host, unreadable)),
    }
}

fn unreadable_rows(host: &Host, count: u64) -> CommandError {
    let plural = if count == 1 { "" } else { "s" };
    let error = anyhow::anyhow!("{count} row{plural} cannot be read and stay as they are");
    let name = host.linked().name();
    CommandError::failed(error).hint(format!("`{name} data check` names them"))
}
