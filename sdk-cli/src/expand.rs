//! `expand`: the code that a module's build script generates.

use sdk_build::check;
use sdk_schema::Name;

use crate::{failure::Failure, project::Project, report::Report};

/// Shows the code, which embeds the module's files by their paths.
pub(crate) fn run(project: &Project, module: &Name) -> Result<Report, Failure> {
    let member = project.module(module)?;
    let checked =
        check(&project.root.join(&member.folder), &project.protos()).map_err(|faults| {
            let message = format!("a build of module `{module}` would fail");
            Failure::of_files(&member.folder, faults, message)
        })?;
    Ok(Report::text(checked.generated))
}
