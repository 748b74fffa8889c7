//! `migrate compatible`: whether an older binary could run on this one's schema.

use std::{io, path::Path};

use anyhow::anyhow;
use sdk_schema::{Break, CompatibilityReport, Release};

use crate::{
    cli::{CommandError, Output},
    host::Linked,
};

/// Says whether the binary whose `schema --json` is in the file `from` could run
/// on the schema of the linked modules; fails when it could not.
pub(crate) fn compatible(
    linked: &Linked,
    from: &Path,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let previous = read(from)?;
    let report = linked.application()?.compatibility(&previous);
    let name = name(&previous);
    out.either(&report, |out| write(&report, &name, out))?;
    if report.compatible {
        return Ok(());
    }
    let error = anyhow!("{name} cannot run on the schema of {}", linked.label());
    Err(CommandError::failed(error)
        .hint("stop it before this one applies its migrations, or release the change in two steps"))
}

fn read(file: &Path) -> Result<Release, CommandError> {
    let refuse = |detail: String| {
        CommandError::failed(anyhow!("{}: {detail}", file.display()))
            .hint("`schema --json` of the older binary writes the file")
    };
    let text = std::fs::read_to_string(file).map_err(|error| refuse(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))
}

fn name(release: &Release) -> String {
    match (&release.host, &release.version) {
        (Some(host), Some(version)) => format!("{host} {version}"),
        _ => "the older binary".to_owned(),
    }
}

fn write(report: &CompatibilityReport, name: &str, out: &mut Output<'_>) -> io::Result<()> {
    let new = report.new.len();
    out.line(format_args!("{new} migrations are new to {name}"))?;
    for Break {
        migration,
        operation,
        message,
        ..
    } in &report.breaks
    {
        let place = match (migration, operation) {
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
