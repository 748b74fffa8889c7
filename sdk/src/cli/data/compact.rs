//! `data compact`: a file no larger than it has to be.

use crate::{
    cli::{CommandError, Output},
    host::Host,
};

/// Makes the store's file smaller.
pub(in crate::cli) async fn compact(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let report = host.store().compact().await?;
    Ok(out.either(&report, |out| {
        let (before, after) = (report.bytes_before, report.bytes_after);
        out.line(format_args!("{before} bytes before, {after} bytes after"))
    })?)
}
