//! `migrate down`: takes migrations back by their inverses.

use sdk_schema::Stamp;

use super::Watch;
use crate::{
    cli::{CommandError, Output, Session, document::document},
    proto::sdk::v1::{ApplyResponse, DownReport, DownRequest},
};

/// Takes every migration back that is newer than `to`.
pub(super) async fn down(
    session: &Session<'_>,
    to: Stamp,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = DownRequest { to: to.to_string() };
    let mut stream = session.migrations().down(request).await?.into_inner();
    while let Some(message) = stream.message().await? {
        match &message.report {
            Some(report) => out.either(&document(report), |out| write(report, to, out))?,
            None => watch(&ApplyResponse {
                done: message.done,
                total: message.total,
                label: message.label,
                counts_rows: message.counts_rows,
                report: None,
            }),
        }
    }
    Ok(())
}

fn write(report: &DownReport, to: Stamp, out: &mut Output<'_>) -> std::io::Result<()> {
    if let Some(snapshot) = &report.snapshot {
        out.line(format_args!("snapshot of the store as it was: {snapshot}"))?;
    }
    for id in &report.taken_back {
        out.line(format_args!("took back {id}"))?;
    }
    match report.taken_back.len() {
        0 => out.line(format_args!("nothing is newer than {to}")),
        _ => out.line("this binary applies them again when it starts: start the version of before"),
    }
}
