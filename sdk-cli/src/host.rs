//! The hosts of a workspace: the packages whose `src/main.rs` builds an `App`.

use std::path::PathBuf;

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
                });
            }
        }
    }
    Ok(hosts)
}
