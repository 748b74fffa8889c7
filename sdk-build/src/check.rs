//! Check: whether a start would accept a module, its protos included.

use std::{collections::BTreeMap, path::Path, path::PathBuf};

use sdk_codegen::{FileFault, FileFaults, check as source, folder::Folder, source::Module};
use sdk_proto::{Fault, Import, Protos};
use sdk_schema::Name;

/// The folders of protos of other modules, by module. Those of the modules that a
/// manifest requires may be imported.
pub type Imports = BTreeMap<Name, PathBuf>;

/// A module that a start would accept, as far as its own files tell.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What the source declares.
    pub module: Module,
    /// The files beside the source.
    pub folder: Folder,
    /// The protos, if there are any.
    pub protos: Option<Protos>,
    /// The Rust text that brings all together, for `sdk::include_module!`.
    pub generated: String,
}

/// Reads and checks the module in the folder `dir`.
///
/// # Errors
/// All that is wrong with its source and its files, at once.
pub fn check(dir: &Path, imports: &Imports) -> Result<Checked, FileFaults> {
    let source = source::check(dir);
    // Without a manifest it is not known whose protos they are.
    let module = source
        .as_ref()
        .map_or_else(|_| Module::read(dir).ok(), |it| Some(it.module.clone()));
    let protos = module
        .as_ref()
        .map_or(Ok(None), |module| compile(dir, module, imports));
    match (source, protos) {
        (Ok(source), Ok(protos)) => Ok(Checked {
            generated: source.generated + "\n" + &sdk_proto::rust_text(protos.as_ref()),
            module: source.module,
            folder: source.folder,
            protos,
        }),
        (source, protos) => {
            let mut faults = source.err().map(FileFaults::into_vec).unwrap_or_default();
            let found = protos.err().unwrap_or_default();
            faults.extend(
                found
                    .into_iter()
                    .map(|fault| explain(fault, module.as_ref())),
            );
            Err(FileFaults::of(faults))
        }
    }
}

fn compile(dir: &Path, module: &Module, imports: &Imports) -> Result<Option<Protos>, Vec<Fault>> {
    let required = module.requires.iter();
    let imports: Vec<_> = required
        .filter_map(|module| {
            Some(Import {
                folder: imports.get(module)?.clone(),
                module: module.clone(),
            })
        })
        .collect();
    sdk_proto::compile_at(dir, &module.name, &imports, &module.sdk_path())
}

/// Says what lets an import be found.
fn explain(fault: Fault, module: Option<&Module>) -> FileFault {
    let mut message = fault.message;
    let import = message
        .strip_prefix("import '")
        .and_then(|rest| rest.strip_suffix("' not found"));
    let other = import
        .and_then(|file| file.split_once('/'))
        .map(|(module, _)| module.to_owned());
    if let Some(other) = other {
        let is_required =
            module.is_some_and(|it| it.requires.iter().any(|name| name.as_str() == other));
        let advice = if is_required {
            let links = crate::script::links(&other);
            format!(
                "it is looked for in the protos of `{other}`, whose Cargo.toml must have `links = \"{links}\"`"
            )
        } else {
            format!("the manifest does not list `{other}` in `requires(…)`")
        };
        message = format!("{message}: {advice}");
    }
    match fault.place {
        Some(place) => FileFault::at(fault.file, place, message),
        None => FileFault::new(fault.file, message),
    }
}
