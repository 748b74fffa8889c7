//! What others have: the migrations at a git revision.
//!
//! The program `git` is asked, so that whatever it can name can be named here.
//! It is called a few times whatever the number of migrations, and once more for
//! each file that differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use sdk_build::Checked;
use sdk_codegen::folder::Entry;
use sdk_schema::{Lint, LintCode, Migration, MigrationId, Name};

use super::finding::Finding;
use crate::{
    failure::Failure,
    project::{Member, Project},
};

const FOLDER: &str = "migrations";

/// The migrations of all modules at a revision.
pub(super) struct Base {
    root: PathBuf,
    /// The revision as it was typed.
    name: String,
    /// The commit that it names.
    commit: String,
    /// The files of migrations at the revision, relative to the root.
    files: BTreeSet<PathBuf>,
    /// Those of them that are others now, or gone.
    different: BTreeSet<PathBuf>,
}

/// What others have of one module.
pub(super) struct Known(BTreeMap<MigrationId, PathBuf>);

impl Known {
    /// Whether they have that migration.
    pub(super) fn has(&self, migration: &MigrationId) -> bool {
        self.0.contains_key(migration)
    }

    /// The newest that they have.
    pub(super) fn newest(&self) -> Option<&MigrationId> {
        self.0.keys().next_back()
    }
}

impl Base {
    /// Reads the revision `name`.
    ///
    /// # Errors
    /// There is no git, no repository, or no such revision.
    pub(super) fn read(project: &Project, name: &str) -> Result<Self, Failure> {
        let root = &project.root;
        git(root, &["rev-parse", "--is-inside-work-tree"]).map_err(|error| {
            let place = root.display();
            error.into_failure(&format!("`--base` needs a git repository around {place}"))
        })?;
        let wanted = format!("{name}^{{commit}}");
        let asked = ["rev-parse", "--verify", "--end-of-options", &wanted];
        let commit = git(root, &asked).map_err(|error| Failure {
            hint: Some("git fetch, if it is the revision of a remote".to_owned()),
            ..error.into_failure(&format!("git knows no revision `{name}`"))
        })?;
        let commit = commit.trim().to_owned();
        let folders: Vec<_> = project.modules().map(folder_of).collect();
        let list = |arguments: &[&str]| {
            let mut all = arguments.to_vec();
            all.extend([commit.as_str(), "--"]);
            all.extend(folders.iter().map(String::as_str));
            let listed = git(root, &all).map_err(|error| {
                error.into_failure(&format!("the migrations at `{name}` cannot be listed"))
            });
            listed.map(|text| paths(&text))
        };
        let (mut files, mut different) = (BTreeSet::new(), BTreeSet::new());
        if !folders.is_empty() {
            files = list(&["ls-tree", "-r", "-z", "--name-only"])?;
            different = list(&["diff", "--no-renames", "--relative", "-z", "--name-only"])?;
        }
        Ok(Self {
            root: root.clone(),
            name: name.to_owned(),
            commit,
            files,
            different,
        })
    }

    /// What others have of a module.
    pub(super) fn known(&self, member: &Member, module: &Name) -> Known {
        let folder = member.file(FOLDER);
        let own = self
            .files
            .iter()
            .filter(|file| file.parent() == Some(&folder));
        let named = own.filter_map(|file| {
            let id = MigrationId::from_file_name(module, file.file_name()?.to_str()?).ok()?;
            Some((id, file.clone()))
        });
        Known(named.collect())
    }

    /// The migrations of a module that others have and that are others now, or gone.
    pub(super) fn changes(&self, known: &Known, checked: &Checked) -> Vec<Finding> {
        let entries = &checked.folder.migrations;
        let now: BTreeMap<_, _> = entries
            .iter()
            .map(|Entry { content, .. }| (&content.id, content))
            .collect();
        let parts = entries
            .iter()
            .flat_map(|entry| &entry.content.replaces)
            .flat_map(|part| part.all());
        let replaced: BTreeSet<_> = parts.map(|part| (part.stamp, &part.name)).collect();
        let mut findings = Vec::new();
        for (id, file) in &known.0 {
            let lint = match now.get(id) {
                None if replaced.contains(&(id.stamp, &id.name)) => None,
                None => Some(self.removed()),
                Some(_) if !self.different.contains(file) => None,
                Some(now) => (!self.is_same(now, file)).then(|| self.edited()),
            };
            findings.extend(lint.map(|lint| Finding {
                file: file.clone(),
                place: None,
                migration: id.clone(),
                lint,
            }));
        }
        findings
    }

    /// Whether a file that differs has the checksum it had: white space and what
    /// it allows do not count.
    fn is_same(&self, now: &Migration, file: &Path) -> bool {
        let wanted = format!("{}:./{}", self.commit, slashes(file));
        let Ok(text) = git(&self.root, &["show", &wanted]) else {
            return false;
        };
        let was = Migration::parse(&now.id.module, &now.id.file_name(), &text);
        was.is_ok_and(|was| was.checksum() == now.checksum())
    }

    fn edited(&self) -> Lint {
        let message = format!(
            "it has another content than at `{}`, where others may have applied it: they would refuse to start; put it back, and write what is new into a migration of its own",
            self.name
        );
        history(LintCode::Edited, message)
    }

    fn removed(&self) -> Lint {
        let message = format!(
            "it was there at `{}`, where others may have applied it: they would refuse to start; put it back, or write a squash that `replaces` it",
            self.name
        );
        history(LintCode::Removed, message)
    }
}

fn history(code: LintCode, message: String) -> Lint {
    Lint {
        code,
        operation: None,
        message,
        allowed: None,
    }
}

fn folder_of(member: &Member) -> String {
    slashes(&member.file(FOLDER))
}

/// A path as git spells it.
fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn paths(listed: &str) -> BTreeSet<PathBuf> {
    let names = listed.split('\0').filter(|name| !name.is_empty());
    names.map(PathBuf::from).collect()
}

/// Why git gave no answer.
enum GitError {
    /// The program cannot be called.
    Absent(io::Error),
    /// It said no, and why.
    Refused(String),
}

impl GitError {
    fn into_failure(self, what: &str) -> Failure {
        match self {
            Self::Absent(error) => Failure::new(format!(
                "`--base` asks the program `git`, which cannot be called: {error}"
            )),
            Self::Refused(reason) => Failure::new(format!("{what}: {reason}")),
        }
    }
}

/// What git prints, called in the folder `root`.
fn git(root: &Path, arguments: &[&str]) -> Result<String, GitError> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(root)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .map_err(GitError::Absent)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it failed");
    Err(GitError::Refused(first.to_owned()))
}
