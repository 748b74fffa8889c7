//! The build script: environment in, cargo's lines and one file out.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use sdk_codegen::folder;
use sdk_proto::Protos;
use sdk_schema::BUILT_IN_MODULE;

use crate::check::{Checked, Imports, check};

/// The file that `sdk::include_module!` includes.
const FILE: &str = "sdk_module.rs";

/// The key of the metadata by which a build script tells those of its dependents
/// where protos are: `module=folder` pairs with tabs between.
const METADATA: &str = "protos";

/// The value of `links` that lets a module's dependents import its protos.
pub(crate) fn links(module: &str) -> String {
    format!("sdk-module-{module}")
}

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
    let imports = imports(env::vars());
    finish(&match folders {
        Ok((dir, out)) => Report::of(&dir, &out, &imports),
        Err(error) => Report::failure([error]),
    });
}

/// Compiles the protos of the SDK itself, for its own build script.
pub fn built_in() {
    let folders = variable("CARGO_MANIFEST_DIR").and_then(|dir| Ok((dir, variable("OUT_DIR")?)));
    finish(&match folders {
        Ok((dir, out)) => Report::of_built_in(&dir, &out),
        Err(error) => Report::failure([error]),
    });
}

/// Tells cargo, and ends the process when something is wrong.
fn finish(report: &Report) {
    // A closed output means that cargo is gone: there is nobody to tell.
    let _ = io::stdout().write_all(report.text().as_bytes());
    if report.failed {
        process::exit(1);
    }
}

/// The folders of protos of which the build scripts of direct dependencies tell; cargo
/// hands that on as `DEP_{LINKS}_{KEY}`.
fn imports(variables: impl Iterator<Item = (String, String)>) -> Imports {
    let prefix = format!("DEP_{}", links("").replace('-', "_").to_uppercase());
    let suffix = format!("_{}", METADATA.to_uppercase());
    let told = variables.filter(|(name, _)| name.starts_with(&prefix) && name.ends_with(&suffix));
    let pairs = told.flat_map(|(_, value)| {
        let pairs = value.split('\t').filter_map(|pair| pair.split_once('='));
        let pairs =
            pairs.filter_map(|(module, folder)| Some((module.parse().ok()?, folder.into())));
        pairs.collect::<Vec<_>>()
    });
    pairs.collect()
}

/// What cargo is told.
struct Report {
    lines: Vec<String>,
    failed: bool,
}

impl Report {
    /// Checks the module in `dir` and writes its file into `out`.
    fn of(dir: &Path, out: &Path, imports: &Imports) -> Self {
        match check(dir, imports) {
            Err(faults) => Self::failure(faults),
            Ok(checked) => match write_all(out, &checked.generated, checked.protos.as_ref()) {
                Err(error) => Self::failure([error]),
                Ok(()) => Self::success(dir, &checked, imports),
            },
        }
    }

    fn of_built_in(dir: &Path, out: &Path) -> Self {
        let name = BUILT_IN_MODULE
            .parse()
            .expect("the name of the built-in module is a name");
        match sdk_proto::compile_at(dir, &name, &[], "crate") {
            Err(faults) => Self::failure(faults),
            Ok(protos) => {
                let text = sdk_proto::rust_text(protos.as_ref());
                match write_all(out, &text, protos.as_ref()) {
                    Err(error) => Self::failure([error]),
                    Ok(()) => Self {
                        lines: vec![format!("cargo::rerun-if-changed={}", folder::PROTO)],
                        failed: false,
                    },
                }
            }
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

    fn success(dir: &Path, checked: &Checked, imports: &Imports) -> Self {
        let name = &checked.module.name;
        let mut lines = vec![format!("cargo::rustc-env=SDK_MODULE={name}")];
        if checked.protos.is_some() {
            lines.push(told(dir, name.as_str(), imports));
        }
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

/// The line by which dependents learn where the protos of the module are, and
/// those that they import in turn.
fn told(dir: &Path, module: &str, imports: &Imports) -> String {
    let own = (module.to_owned(), dir.join(folder::PROTO));
    let others = imports
        .iter()
        .map(|(name, folder)| (name.to_string(), folder.clone()));
    let pairs: Vec<_> = std::iter::once(own)
        .chain(others)
        .map(|(name, folder)| format!("{name}={}", folder.display()))
        .collect();
    format!("cargo::metadata={METADATA}={}", pairs.join("\t"))
}

/// Writes what the crate includes.
fn write_all(out: &Path, text: &str, protos: Option<&Protos>) -> Result<(), ScriptError> {
    if let Some(protos) = protos {
        write(&out.join(sdk_proto::DESCRIPTORS), &protos.descriptors)?;
    }
    write(&out.join(FILE), text.as_bytes())
}

/// Writes unless the file says the same already, so that its time stays.
fn write(path: &Path, content: &[u8]) -> Result<(), ScriptError> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(path, content).map_err(|source| ScriptError::Write {
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
        Report::of(dir.path(), &dir.path().join("out"), &Imports::new())
    }

    #[test]
    fn watches_the_folders_where_all_exist() {
        let dir = module("name = \"blog\"", &folder::FOLDERS);
        insta::assert_snapshot!(report(&dir).text(), @r"
        cargo::rustc-env=SDK_MODULE=blog
        cargo::rerun-if-changed=src
        cargo::rerun-if-changed=migrations
        cargo::rerun-if-changed=seeds
        cargo::rerun-if-changed=translations
        cargo::rerun-if-changed=mail
        cargo::rerun-if-changed=proto
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
        let report = Report::of(dir.path(), &dir.path().join("nowhere"), &Imports::new());
        let text = report
            .text()
            .replace(&dir.path().display().to_string(), "DIR");
        insta::assert_snapshot!(text, @"cargo::error=DIR/nowhere/sdk_module.rs: cannot be written: No such file or directory (os error 2)");
    }
}
