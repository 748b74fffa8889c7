//! `migrate compatible`: whether an older binary could run on this one's schema.

use std::{io, path::Path};

use anyhow::anyhow;
use sdk_schema::Release;

use crate::{
    cli::{CommandError, Output, Session, document::document},
    proto::sdk::v1::{CheckCompatibleRequest, CheckCompatibleResponse},
};

/// Says whether the binary whose `schema --json` was in the file `from` could run
/// on the schema of the linked modules; fails when it could not.
pub(super) async fn compatible(
    session: &Session<'_>,
    from: &Path,
    text: String,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let previous = read(from, &text)?;
    let request = CheckCompatibleRequest { release: text };
    let report = session.migrations().check_compatible(request).await?;
    let report = report.into_inner();
    let name = name(&previous);
    out.either(&document(&report), |out| write(&report, &name, out))?;
    if report.compatible {
        return Ok(());
    }
    let own = session.linked().label();
    let error = anyhow!("{name} cannot run on the schema of {own}");
    Err(CommandError::failed(error)
        .hint("stop it before this one applies its migrations, or release the change in two steps"))
}

fn read(file: &Path, text: &str) -> Result<Release, CommandError> {
    serde_json::from_str(text)
        .map_err(|error| CommandError::failed(anyhow!("{}: {error}", file.display())).hint(HINT))
}

/// Where such a file comes from.
pub(crate) const HINT: &str = "`schema --json` of the older binary writes the file";

fn name(release: &Release) -> String {
    match (&release.host, &release.version) {
        (Some(host), Some(version)) => format!("{host} {version}"),
        _ => "the older binary".to_owned(),
    }
}

fn write(report: &CheckCompatibleResponse, name: &str, out: &mut Output<'_>) -> io::Result<()> {
    let new = report.new.len();
    out.line(format_args!("{new} migrations are new to {name}"))?;
    for broken in &report.breaks {
        let message = &broken.message;
        let place = match (&broken.migration, broken.operation) {
            (Some(migration), Some(operation)) => format!("{migration}, operation {operation}: "),
            (Some(migration), None) => format!("{migration}: "),
            _ => String::new(),
        };
        out.line(format_args!("{place}{message}"))?;
    }
    for id in &report.unknown {
        out.line(format_args!(
            "{id}: it has this migration, this binary has not"
        ))?;
    }
    for id in &report.changed {
        out.line(format_args!("{id}: both have it, with different content"))?;
    }
    if report.compatible {
        out.line(format_args!("{name} can run on the schema of this binary"))?;
    }
    Ok(())
}
