//! `export proto`: the proto tree for other languages, with a `buf.yaml`.
//!
//! An earlier export is brought up to date: protos are replaced, a `buf.yaml` that
//! is there stays, and nothing is removed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use sdk_client::{CallError, proto_text, reflection};

use crate::{
    arguments::{Export, ServerArguments},
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    report::Report,
    server,
};

/// Embeds a proto of a crate of the SDK.
macro_rules! proto {
    ($crate_folder:literal, $path:literal) => {
        (
            $path,
            include_str!(concat!("../../", $crate_folder, "/proto/", $path)),
        )
    };
}

/// The protos of the SDK itself, which those of modules import.
const SDK_PROTOS: [(&str, &str); 9] = [
    proto!("sdk-proto", "sdk/v1/options.proto"),
    proto!("sdk", "sdk/v1/catalogues.proto"),
    proto!("sdk", "sdk/v1/data.proto"),
    proto!("sdk", "sdk/v1/doctor.proto"),
    proto!("sdk", "sdk/v1/jobs.proto"),
    proto!("sdk", "sdk/v1/migrations.proto"),
    proto!("sdk", "sdk/v1/modules.proto"),
    proto!("sdk", "sdk/v1/schema.proto"),
    proto!("sdk", "sdk/v1/seeds.proto"),
];

/// The text of each file by its path below the folder, with `/` between its parts.
type Tree = BTreeMap<String, String>;

/// Carries it out.
pub(crate) fn run(what: Export, outer: ServerArguments, folder: &Path) -> Result<Report, Failure> {
    let Export::Proto { dir, server } = what;
    let server = server.or(outer);
    let tree = if server.names_one() {
        of_server(&server)?
    } else {
        of_project(&Project::find(folder)?)?
    };
    write(tree, folder, &dir)
}

fn of_server(arguments: &ServerArguments) -> Result<Tree, Failure> {
    let server = server::resolve(arguments)?;
    let asked = async {
        let connection = server.connect().await.map_err(CallError::from)?;
        reflection::pool(connection).await
    };
    let pool = server::runtime()?.block_on(asked)?;
    let tree = proto_text::tree(&pool).map_err(Failure::new)?;
    Ok(tree.into_iter().collect())
}

fn of_project(project: &Project) -> Result<Tree, Failure> {
    let protos = SDK_PROTOS.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let mut tree = Tree::from(protos);
    for module in project.modules() {
        for (path, text) in of_module(project, module)? {
            let there = tree.insert(path.clone(), text.clone());
            if there.is_some_and(|there| there != text) {
                return Err(Failure::new(format!(
                    "{path} is in module `{}` and in another one, with other contents",
                    module.crate_name()
                )));
            }
        }
    }
    Ok(tree)
}

/// The protos of a module, which need not have any.
fn of_module(project: &Project, module: &Member) -> Result<Vec<(String, String)>, Failure> {
    let root = project.root.join(module.file("proto"));
    let mut protos = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let at = root.join(&folder);
        if !at.is_dir() {
            continue;
        }
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", at.display()));
        for entry in fs::read_dir(&at).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "proto") {
                let text = fs::read_to_string(entry.path()).map_err(failed)?;
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                protos.push((parts.join("/"), text));
            }
        }
    }
    Ok(protos)
}

fn write(mut tree: Tree, folder: &Path, dir: &Path) -> Result<Report, Failure> {
    let root = folder.join(dir);
    let mut changes = Changes::new(&root);
    if !root.join("buf.yaml").exists() {
        tree.insert("buf.yaml".to_owned(), proto_text::BUF_YAML.to_owned());
    }
    for (path, text) in tree {
        match fs::read_to_string(root.join(&path)) {
            Ok(there) if there == text => {}
            Ok(_) => changes.replace(path, text),
            // What cannot be read is seen when it is written.
            Err(_) => changes.create(path, text),
        }
    }
    let report = Report::of(dir, changes.write()?);
    Ok(report.or_line("nothing to write: the protos are what they were"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names of the protos in a folder of this repository.
    fn names(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| format!("sdk/v1/{name}"))
            .collect()
    }

    #[test]
    fn every_proto_of_the_sdk_is_exported() {
        let mut expected = names("../sdk/proto/sdk/v1");
        expected.extend(names("../sdk-proto/proto/sdk/v1"));
        let listed: BTreeSet<_> = SDK_PROTOS.map(|(path, _)| path.to_owned()).into();
        assert_eq!(listed, expected, "`SDK_PROTOS` lists what is exported");
    }
}
