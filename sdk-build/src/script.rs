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
    let folders = variable("CARGO_MANIFEST_DIR").and_then(|dir| Ok((dir, variable("OUT_DIR")?)));
    let report = match folders {
        Ok((dir, out)) => Report::of(&dir, &out),
        Err(error) => Report::failure([error]),
    };
    // A closed output means that cargo is gone: there is nobody to tell.
    let _ = io::stdout().write_all(report.text().as_bytes());
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
    /// Checks the module in `dir` and writes its file into `out`.
    fn of(dir: &Path, out: &Path) -> Self {
        match check(dir) {
            Err(faults) => Self::failure(faults),
            Ok(checked) => match write(&out.join(FILE), &checked.generated) {
                Err(error) => Self::failure([error]),
                Ok(()) => Self::success(dir, &checked),
            },
        }
    }

    fn failure(errors: impl IntoIterator<Item = impl ToString>) -> Self {
        let errors = errors.into_iter();
        Self {
            lines: errors
                .map(|error| format!("cargo::error={}", error.to_string()))
                .collect(),
            failed: true,
        }
    }

    fn success(dir: &Path, checked: &Checked) -> Self {
        let mut lines = vec![format!(
            "cargo::rustc-env=SDK_MODULE={}",
            checked.module.name
        )];
        lines.extend(watched(dir));
        Self {
            lines,
            failed: false,
        }
    }

    fn text(&self) -> String {
        let lines = self.lines.iter();
        lines.flat_map(|line| [line.as_str(), "\n"]).collect()
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

/// What cargo watches: each folder, files that come and go included.
///
/// Cargo takes a watched path that does not exist for one that has changed and
/// would build for ever. While a folder is absent, cargo is told nothing: then
/// it watches all files of the crate, and so notices when the folder comes.
fn watched(dir: &Path) -> Vec<String> {
    let mut folders = vec!["src"];
    folders.extend(folder::FOLDERS);
    if !folders.iter().all(|folder| dir.join(folder).is_dir()) {
        return Vec::new();
    }
    let line = |folder: &&str| format!("cargo::rerun-if-changed={folder}");
    folders.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use tempfile::TempDir;

    use super::*;

    /// A module with this manifest and these folders, and a place for its file.
    fn module(manifest: &str, folders: &[&str]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        let source = format!("#[derive(Module)] #[module({manifest})] pub struct Blog;");
        for folder in folders.iter().chain(&["src", "out"]) {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("src/lib.rs"), source).unwrap();
        dir
    }

    fn report(dir: &TempDir) -> Report {
        Report::of(dir.path(), &dir.path().join("out"))
    }

    #[test]
    fn watches_the_folders_where_all_exist() {
        let dir = module("name = \"blog\"", &folder::FOLDERS);
        insta::assert_snapshot!(report(&dir).text(), @"
        cargo::rustc-env=SDK_MODULE=blog
        cargo::rerun-if-changed=src
        cargo::rerun-if-changed=migrations
        cargo::rerun-if-changed=seeds
        cargo::rerun-if-changed=translations
        cargo::rerun-if-changed=mail
        ");
    }

    #[test]
    fn leaves_watching_to_cargo_while_a_folder_is_absent() {
        let dir = module("name = \"blog\"", &["migrations", "seeds"]);
        insta::assert_snapshot!(report(&dir).text(), @"cargo::rustc-env=SDK_MODULE=blog");
    }

    #[test]
    fn writes_the_file_once() {
        let dir = module("name = \"blog\"", &[]);
        let file = dir.path().join("out").join(FILE);
        report(&dir);
        let past = SystemTime::UNIX_EPOCH;
        let opened = fs::File::options().write(true).open(&file).unwrap();
        opened.set_modified(past).unwrap();
        report(&dir);
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), past);
        assert!(fs::read_to_string(&file).unwrap().contains("EMBEDDED"));
    }

    #[test]
    fn reports_every_fault_on_a_line_of_its_own() {
        let dir = module("name = \"Blog\", jobs(digest)", &["migrations"]);
        fs::write(dir.path().join("migrations/one.json"), "{}").unwrap();
        let report = report(&dir);
        assert!(report.failed);
        insta::assert_snapshot!(report.text(), @"
        cargo::error=migrations/one.json: `one.json` does not name a migration: expected STAMP_name.json, such as 20261120T101530Z_create_post.json
        cargo::error=src/lib.rs:1:35: `Blog` is not a name: expected lower snake case, a letter first, at most 63 bytes
        ");
    }

    #[test]
    fn reports_a_file_that_cannot_be_written() {
        let dir = module("name = \"blog\"", &[]);
        let report = Report::of(dir.path(), &dir.path().join("nowhere"));
        let text = report
            .text()
            .replace(&dir.path().display().to_string(), "DIR");
        insta::assert_snapshot!(text, @"cargo::error=DIR/nowhere/sdk_module.rs: cannot be written: No such file or directory (os error 2)");
    }
}
