//! `new`: writes an application, a module, or a part of one.

mod app;
mod job;
mod migration;
mod module;
mod refusal;
mod seed;
mod table;
mod translation;

use std::path::Path;

pub(crate) use refusal::Refusal;

use crate::{
    arguments::New,
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    report::Report,
    rust_source::RustFile,
};

/// Carries a `new` command out in `folder`.
pub(crate) fn run(what: New, folder: &Path) -> Result<Report, Failure> {
    let project = || Project::find(folder);
    match what {
        New::App(app) => app::run(&app, folder),
        New::Module(module) => module::run(&module, &project()?),
        New::Table(table) => table::run(&table, &project()?),
        New::Migration(migration) => migration::run(&migration, &project()?),
        New::Seed(seed) => seed::run(&seed, &project()?),
        New::Job(job) => job::run(&job, &project()?),
        New::Translation(translation) => translation::run(&translation, &project()?),
    }
}

/// Adds an edited `src/lib.rs` to the changes; `edit` says whether there was a manifest to edit.
fn list(
    project: &Project,
    member: &Member,
    changes: &mut Changes,
    edit: impl FnOnce(&mut RustFile) -> bool,
) -> Result<(), Failure> {
    let file = member.file("src/lib.rs");
    let mut lib = RustFile::read(&project.root, &file)?;
    if !edit(&mut lib) {
        return Err(Refusal::NoManifest { file }.into());
    }
    changes.replace(file, lib.into_text());
    Ok(())
}
