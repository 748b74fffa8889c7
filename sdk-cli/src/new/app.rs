//! `new app`: a workspace whose root is the host, in one program or two.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use minijinja::context;
use toml_edit::{InlineTable, Value};

use super::Refusal;
use crate::{
    arguments::{NewApp, SdkSource, Shape},
    changes::Changes,
    failure::Failure,
    project::relative,
    report::Report,
    template,
};

/// The crates of the SDK that applications name, by their folders.
const CRATES: [&str; 2] = ["sdk", "sdk-build"];

/// Writes the application below `folder`.
pub(crate) fn run(arguments: &NewApp, folder: &Path) -> Result<Report, Failure> {
    let name = arguments.name.as_str();
    let dir = arguments.dir.clone().unwrap_or_else(|| name.into());
    let target = folder.join(&dir);
    refuse_occupied(&target, &dir)?;
    let [sdk, sdk_build] = dependencies(&arguments.sdk, folder, &target)?;
    let variable = name.to_uppercase().replace('-', "_");
    let values = context! { name, sdk, sdk_build, variable };
    let files: &[_] = match arguments.shape {
        Shape::Single => &template::APP_SINGLE,
        Shape::Dual => &template::APP_DUAL,
    };
    let mut changes = Changes::new(target);
    for (file, template) in files {
        changes.create(file.render(values.clone()), template.render(values.clone()));
    }
    let report = Report::of(&dir, changes.write()?);
    let dir = dir.display();
    Ok(match arguments.shape {
        Shape::Single => report.hint(format!("cd {dir} && cargo run -- serve")),
        Shape::Dual => report
            .hint(format!(
                "cd {dir} && cargo run --bin {name}-system -- serve"
            ))
            .hint("in another terminal, there: cargo run -- serve"),
    })
}

fn refuse_occupied(target: &Path, dir: &Path) -> Result<(), Refusal> {
    let free = match fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if free {
        return Ok(());
    }
    Err(Refusal::Occupied {
        folder: dir.to_owned(),
    })
}

/// How the application depends on each of the SDK's crates, as TOML.
fn dependencies(sdk: &SdkSource, folder: &Path, target: &Path) -> Result<[String; 2], Refusal> {
    let Some(path) = &sdk.sdk_path else {
        let version = Value::from(sdk.sdk_version.clone().unwrap_or_default());
        return Ok(CRATES.map(|_| version.to_string()));
    };
    let root = location(path, folder, target)?;
    Ok(CRATES.map(|name| {
        let mut dependency = InlineTable::new();
        dependency.insert("path", format!("{root}/{name}").into());
        dependency.to_string()
    }))
}

/// The SDK's folder as the application's `Cargo.toml` names it: relative to
/// that, or absolute, as it was typed.
fn location(path: &Path, folder: &Path, target: &Path) -> Result<String, Refusal> {
    let not_there = || Refusal::NotTheSdk {
        path: path.to_owned(),
    };
    let root = folder.join(path).canonicalize().map_err(|_| not_there())?;
    if !CRATES
        .iter()
        .all(|name| root.join(name).join("Cargo.toml").is_file())
    {
        return Err(not_there());
    }
    let named = if path.is_absolute() {
        root
    } else {
        relative(&resolved(target), &root)
    };
    let parts: Option<Vec<_>> = named.iter().map(|part| part.to_str()).collect();
    match parts {
        Some(parts) => Ok(parts.join("/").replace("//", "/")),
        None => Err(Refusal::NotUtf8 {
            path: path.to_owned(),
        }),
    }
}

/// The path without links; what is not there yet is taken as it is.
fn resolved(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(parent), Some(name)) => resolved(parent).join(name),
        (Err(_), ..) => path.to_owned(),
    }
}
