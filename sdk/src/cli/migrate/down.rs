//! `migrate down`: takes migrations back by their inverses.

use sdk_schema::Stamp;
use serde::Serialize;

use crate::{
    cli::{CommandError, Output},
    host::Host,
    migrate::{DownReport, Watch},
};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a DownReport,
    snapshot: Option<String>,
}

/// Takes every migration back that is newer than `to`.
pub(super) async fn down(
    host: &Host,
    to: Stamp,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let (report, snapshot) = host.migrate_down(to, watch).await?;
    let document = Document {
        report: &report,
        snapshot: snapshot.map(|path| path.display().to_string()),
    };
    Ok(out.either(&document, |out| {
        if let Some(snapshot) = &document.snapshot {
            out.line(format_args!("snapshot of the store as it was: {snapshot}"))?;
        }
        for id in &report.taken_back {
            out.line(format_args!("took back {id}"))?;
        }
        match report.taken_back.len() {
            0 => out.line(format_args!("nothing is newer than {to}")),
            _ => out
                .line("this binary applies them again when it starts: start the version of before"),
        }
    })?)
}
