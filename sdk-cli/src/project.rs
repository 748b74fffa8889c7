//! The workspace in which a command is called: its root, its members, and
//! which of them are modules and hosts.
//!
//! A **module** is a member whose build script uses `sdk-build`; a **host** is
//! one whose `src/main.rs` builds an `App`. All paths are relative to the
//! root, as messages show them.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use sdk_codegen::{FileFault, folder};
use sdk_schema::{BUILT_IN_MODULE, Name};

use crate::{cargo_manifest::CargoManifest, failure::listed};

/// The workspace of an application.
#[derive(Debug)]
pub(crate) struct Project {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// The `Cargo.toml` in that folder.
    pub(crate) manifest: CargoManifest,
    members: Vec<Member>,
}

/// A package of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The name of the package.
    pub(crate) package: String,
    /// Its folder; empty for the root.
    pub(crate) folder: PathBuf,
    /// Its `Cargo.toml`.
    pub(crate) manifest: CargoManifest,
}

/// Why a command cannot be carried out where it was called.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ProjectError {
    /// No workspace is there.
    #[error("no `Cargo.toml` with a `[workspace]` in {} or a folder above", from.display())]
    Outside {
        /// Where the search began.
        from: PathBuf,
    },
    /// A `Cargo.toml` cannot be read.
    #[error("{0}")]
    Manifest(FileFault),
    /// No module of the workspace has that name.
    #[error("no module `{name}` in this workspace; it has {known}")]
    UnknownModule {
        /// The name.
        name: Name,
        /// The modules that are there.
        known: String,
    },
}

impl Project {
    /// The workspace around the folder `from`.
    pub(crate) fn find(from: &Path) -> Result<Self, ProjectError> {
        let file = Path::new("Cargo.toml");
        for root in from.ancestors().filter(|root| root.join(file).is_file()) {
            let manifest = CargoManifest::read(root, file).map_err(ProjectError::Manifest)?;
            if manifest.is_workspace() {
                return Self::read(root, manifest);
            }
        }
        Err(ProjectError::Outside {
            from: from.to_owned(),
        })
    }

    fn read(root: &Path, manifest: CargoManifest) -> Result<Self, ProjectError> {
        let mut folders: Vec<_> = manifest
            .members()
            .iter()
            .flat_map(|pattern| folders_of(root, pattern))
            .filter(|folder| !manifest.excluded().iter().any(|it| folder == Path::new(it)))
            .collect();
        folders.push(PathBuf::new());
        folders.sort();
        folders.dedup();
        let members = folders
            .into_iter()
            .filter_map(|folder| Member::read(root, folder).transpose());
        Ok(Self {
            root: root.to_owned(),
            members: members
                .collect::<Result<_, _>>()
                .map_err(ProjectError::Manifest)?,
            manifest,
        })
    }

    /// The packages, the root first if it is one, then by folder.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The modules, by folder.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.is_module())
    }

    /// The module of that name.
    pub(crate) fn module(&self, name: &Name) -> Result<&Member, ProjectError> {
        self.modules()
            .find(|member| member.crate_name() == name.as_str())
            .ok_or_else(|| ProjectError::UnknownModule {
                name: name.clone(),
                known: self.module_list(),
            })
    }

    /// The folders of protos of all modules, by module.
    pub(crate) fn protos(&self) -> sdk_build::Imports {
        let modules = self.modules().filter_map(|member| {
            let folder = self.root.join(&member.folder).join(folder::PROTO);
            Some((Name::new(&member.crate_name()).ok()?, folder))
        });
        modules.filter(|(_, folder)| folder.is_dir()).collect()
    }

    fn module_list(&self) -> String {
        let names: Vec<_> = self.modules().map(Member::crate_name).collect();
        listed(&names)
    }

    /// Whether a folder is a member already or fits a pattern that makes it one.
    pub(crate) fn includes(&self, folder: &str) -> bool {
        let parent = Path::new(folder).parent();
        self.manifest
            .members()
            .iter()
            .any(|member| member == folder || member.strip_suffix("/*").map(Path::new) == parent)
    }
}

impl Member {
    /// The package in `folder`; none when the folder has no package.
    fn read(root: &Path, folder: PathBuf) -> Result<Option<Self>, FileFault> {
        let file = folder.join("Cargo.toml");
        if !root.join(&file).is_file() {
            return Ok(None);
        }
        let manifest = CargoManifest::read(root, &file)?;
        let package = manifest.package().map(str::to_owned);
        Ok(package.map(|package| Self {
            package,
            folder,
            manifest,
        }))
    }

    /// The name under which Rust knows the package, which is a module's name.
    pub(crate) fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }

    /// Whether it is the package at the root of the workspace.
    pub(crate) fn is_root(&self) -> bool {
        self.folder.as_os_str().is_empty()
    }

    /// The library itself compiles its protos with the same crate, and checks itself.
    fn is_module(&self) -> bool {
        self.manifest.builds_with("sdk-build") && self.package != BUILT_IN_MODULE
    }

    /// The path of a file of this package, relative to the root.
    pub(crate) fn file(&self, file: impl AsRef<Path>) -> PathBuf {
        self.folder.join(file)
    }

    /// The path from this package to a folder of the workspace, as `Cargo.toml` spells it.
    pub(crate) fn path_to(&self, folder: &Path) -> String {
        relative(&self.folder, folder)
            .iter()
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// The way from one folder to another, both from the same root and without links.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from
        .iter()
        .zip(to.iter())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.iter().skip(shared).map(|_| OsStr::new(".."));
    up.chain(to.iter().skip(shared)).collect()
}

/// The folders that an entry of `members` stands for.
fn folders_of(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let Some(parent) = pattern.strip_suffix("/*") else {
        return vec![PathBuf::from(pattern)];
    };
    let entries = fs::read_dir(root.join(parent))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| Path::new(parent).join(entry.file_name()))
        .collect()
}
