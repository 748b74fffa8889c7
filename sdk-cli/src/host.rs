//! The hosts of a workspace: the packages whose `src/main.rs` builds an `App`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sdk_codegen::FileFault;

use crate::{
    project::{Member, Project},
    rust_source::RustFile,
};

/// A package that builds an `App`, and the file in which it does.
pub(crate) struct Host<'a> {
    /// The package.
    pub(crate) member: &'a Member,
    /// The file, relative to the root of the workspace.
    pub(crate) file: PathBuf,
    /// What the file holds.
    pub(crate) source: RustFile,
    /// The package's other programs that build one.
    others: Vec<RustFile>,
}

impl Host<'_> {
    /// Whether one of its programs names that crate.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        let mut others = self.others.iter();
        self.source.mentions(name) || others.any(|it| it.mentions(name))
    }
}

/// All hosts, by folder.
pub(crate) fn hosts(project: &Project) -> Result<Vec<Host<'_>>, FileFault> {
    let mut hosts = Vec::new();
    for member in project.members() {
        let file = member.file("src/main.rs");
        if project.root.join(&file).is_file() {
            let source = RustFile::read(&project.root, &file)?;
            if source.builds_app() {
                hosts.push(Host {
                    member,
                    file,
                    source,
                    others: others(project, &member.file("src/bin"))?,
                });
            }
        }
    }
    Ok(hosts)
}

/// The programs of that folder that build an `App`.
fn others(project: &Project, folder: &Path) -> Result<Vec<RustFile>, FileFault> {
    let entries = fs::read_dir(project.root.join(folder));
    let names = entries.into_iter().flatten().flatten();
    let mut files: Vec<_> = names.map(|it| folder.join(it.file_name())).collect();
    files.retain(|file| file.extension().is_some_and(|it| it == "rs"));
    files.sort();
    let read = files.iter();
    let read = read.map(|file| RustFile::read(&project.root, file));
    let built = read.filter(|file| file.as_ref().map_or(true, RustFile::builds_app));
    built.collect()
}
