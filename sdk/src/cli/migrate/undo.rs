//! `migrate undo`: the store goes back to the copy made before migrations.

use std::{io, path::Path};

use serde::Serialize;

use crate::{
    cli::{CommandError, Output},
    clock::Clock,
    host::{UndoPlan, UndoReport},
    store::StoreOptions,
};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a UndoReport,
    done: bool,
}

/// Shows what going back means, and does it with `yes`.
pub(crate) async fn undo(
    data: &Path,
    options: &StoreOptions,
    yes: bool,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let plan = UndoPlan::find(data, options, &Clock::system()).await?;
    if yes {
        let report = plan.carry_out()?;
        let document = Document {
            report: &report,
            done: true,
        };
        return Ok(out.either(&document, |out| {
            write(&report, out)?;
            out.line(format_args!("the store as it was: {}", report.kept.display()))?;
            out.line(
                "went back; this binary applies the migrations again when it starts: start the version of before",
            )
        })?);
    }
    let report = &plan.report;
    let document = Document {
        report,
        done: false,
    };
    out.either(&document, |out| write(report, out))?;
    Err(CommandError::failed(anyhow::anyhow!(
        "nothing was done: this was to be read first"
    ))
    .hint("`--yes` goes back"))
}

fn write(report: &UndoReport, out: &mut Output<'_>) -> io::Result<()> {
    out.line(format_args!(
        "the store of {}, from {}",
        report.of.instant().format("%Y-%m-%d %H:%M:%S UTC"),
        report.snapshot.display(),
    ))?;
    for id in &report.takes_back {
        out.line(format_args!("  without {id}"))?;
    }
    out.line("  without what was written since then")
}
