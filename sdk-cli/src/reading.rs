//! What a command reads of a module: its source and the files beside it.
//!
//! A module that cannot be read is not written to: all its faults are shown.

use std::{fs, io, path::Path};

use sdk_codegen::{FileFault, FileFaults, folder::Folder, source::Module};

use crate::{
    changes::Changes,
    failure::{Failure, listed},
    project::{Member, Project},
    rust_source::RustFile,
};

/// What the source of a module declares.
pub(crate) fn source(project: &Project, member: &Member) -> Result<Module, Failure> {
    Module::read(&project.root.join(&member.folder)).map_err(|faults| unreadable(member, faults))
}

/// The files beside the source of a module.
pub(crate) fn folder(
    project: &Project,
    member: &Member,
    module: &Module,
) -> Result<Folder, Failure> {
    Folder::read(&project.root.join(&member.folder), &module.name)
        .map_err(|faults| unreadable(member, faults))
}

/// The failure of a module with faults.
pub(crate) fn unreadable(member: &Member, faults: FileFaults) -> Failure {
    let message = format!(
        "module `{}` cannot be read; nothing was written",
        member.crate_name()
    );
    Failure::of_files(&member.folder, faults, message)
}

/// The tables of a module as messages list them.
pub(crate) fn tables(module: &Module) -> String {
    let names: Vec<_> = module
        .tables
        .iter()
        .map(|declared| declared.table.name.as_str())
        .collect();
    listed(&names)
}

/// Reads the source of a module as it would be with `changes`.
///
/// A change that a build would refuse is refused here, before it is written.
pub(crate) fn rehearse(
    project: &Project,
    member: &Member,
    changes: &Changes,
) -> Result<Module, Failure> {
    let stage = copy_of_source(project, member, changes)
        .map_err(|error| Failure::new(format!("the change cannot be tried out: {error}")))?;
    Module::read(stage.path()).map_err(|faults| {
        // The places are those of files that are not going to be written.
        let shown = |fault: &FileFault| without_place(stage.path(), fault);
        let mut messages: Vec<_> = faults.iter().map(shown).collect();
        match (messages.pop(), messages.is_empty()) {
            (Some(only), true) => Failure::new(only),
            (last, _) => Failure {
                faults: messages.into_iter().chain(last).collect(),
                ..Failure::new("a build would refuse this; nothing was written")
            },
        }
    })
}

/// The message of a fault, which names the field at that place instead.
fn without_place(stage: &Path, fault: &FileFault) -> String {
    let message = &fault.message;
    let file = RustFile::read(stage, &fault.file).ok();
    let field = file
        .zip(fault.place)
        .and_then(|(file, place)| file.field_at(place));
    match field {
        Some(field) if !message.contains(&format!("`{field}`")) => {
            format!("field `{field}`: {message}")
        }
        _ => message.clone(),
    }
}

fn copy_of_source(
    project: &Project,
    member: &Member,
    changes: &Changes,
) -> io::Result<tempfile::TempDir> {
    let stage = tempfile::tempdir()?;
    copy_folder(
        &project.root.join(member.file("src")),
        &stage.path().join("src"),
    )?;
    for (file, text) in changes.files() {
        if let Ok(inside) = file.strip_prefix(&member.folder) {
            let target = stage.path().join(inside);
            fs::create_dir_all(target.parent().unwrap_or(stage.path()))?;
            fs::write(target, text)?;
        }
    }
    Ok(stage)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
