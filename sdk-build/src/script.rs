//! The build script: environment in, cargo's lines and one file out.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use sdk_codegen::{
    check::{Checked, check},
    folder,
};

/// The file that `sdk::include_module!` includes.
const FILE: &str = "sdk_module.rs";

/// Why a build script could not do its work, beside what is wrong with the module.
#[derive(Debug, thiserror::Error)]
enum ScriptError {
    #[error(
        "the environment lacks {name}: sdk_build::module() is for build scripts that cargo runs"
    )]
    Environment { name: &'static str },
    #[error("{}: cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// Checks the module whose build script calls this, embeds its folders, and
/// tells cargo when to do so again.
///
/// Every fault is an error of the build, with its file and place. Then the
/// process ends with exit code 1.
pub fn module() {
    let report = run();
    // Nobody listens to a build script whose output is closed.
    let _ = io::stdout().write_all(report.lines.join("\n").as_bytes());
    if report.failed {
        process::exit(1);
    }
}

/// What cargo is told.
struct Report {
    lines: Vec<String>,
    failed: bool,
}

impl Report {
    fn failure(errors: impl Iterator<Item = String>) -> Self {
        Self {
            lines: errors
                .map(|error| format!("cargo::error={error}"))
                .collect(),
            failed: true,
        }
    }
}

fn run() -> Report {
    let folders = variable("CARGO_MANIFEST_DIR").and_then(|dir| Ok((dir, variable("OUT_DIR")?)));
    let (dir, out) = match folders {
        Ok(folders) => folders,
        Err(error) => return Report::failure([error.to_string()].into_iter()),
    };
    match check(&dir) {
        Err(faults) => Report::failure(faults.iter().map(ToString::to_string)),
        Ok(checked) => match write(&out.join(FILE), &checked.generated) {
            Err(error) => Report::failure([error.to_string()].into_iter()),
            Ok(()) => success(&dir, &checked),
        },
    }
}

fn variable(name: &'static str) -> Result<PathBuf, ScriptError> {
    env::var_os(name)
        .map(PathBuf::from)
        .ok_or(ScriptError::Environment { name })
}

/// Writes unless the file says the same already, so that its time stays.
fn write(path: &Path, text: &str) -> Result<(), ScriptError> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|source| ScriptError::Write {
        path: path.to_owned(),
        source,
    })
}

fn success(dir: &Path, checked: &Checked) -> Report {
    let mut lines = vec![format!(
        "cargo::rustc-env=SDK_MODULE={}",
        checked.module.name
    )];
    lines.extend(watched(dir));
    Report {
        lines,
        failed: false,
    }
}

/// What cargo watches: each folder, files that come and go included.
///
/// Cargo takes a watched path that does not exist for one that has changed and
/// would build for ever. While a folder is absent, cargo is told nothing: then
/// it watches all files of the crate, and so notices when the folder comes.
fn watched(dir: &Path) -> Vec<String> {
    let mut folders = vec!["src"];
    folders.extend(folder::FOLDERS);
    match folders.iter().all(|folder| dir.join(folder).is_dir()) {
        true => folders
            .iter()
            .map(|folder| format!("cargo::rerun-if-changed={folder}"))
            .collect(),
        false => Vec::new(),
    }
}
