//! `#[derive(Module)]`: the manifest of a module.

use sdk_schema::Name;
use syn::{DeriveInput, Ident, LitStr, Meta, Path};

use super::{
    attribute::{
        fill, items, key_of, name, names, paths, sdk_path, shown, single, text, unknown_key,
    },
    naming::own_name,
};
use crate::faults::Faults;

const EXAMPLE: &str = "module(name = \"…\")";
const KEYS: [&str; 8] = [
    "name", "was", "requires", "tables", "jobs", "steps", "services", "locale",
];

/// The locale of a module's own texts, unless it says another.
pub const DEFAULT_LOCALE: &str = "en";

/// What a module lists.
#[derive(Debug, Clone)]
pub struct Module {
    /// The type that stands for the module.
    pub ident: Ident,
    /// The path of the SDK.
    pub sdk: Path,
    /// Its name.
    pub name: Name,
    /// The names that it had before, the newest first.
    pub was: Vec<Name>,
    /// The modules it builds on.
    pub requires: Vec<Required>,
    /// Its tables.
    pub tables: Vec<Path>,
    /// Its jobs.
    pub jobs: Vec<Path>,
    /// Its steps.
    pub steps: Vec<Path>,
    /// The types that serve the services of its protos.
    pub services: Vec<Path>,
    /// The locale in which its texts are written.
    pub locale: String,
}

/// A module that another builds on.
#[derive(Debug, Clone)]
pub struct Required {
    /// The path of its type.
    pub path: Path,
    /// Its name, which is that of its crate.
    pub name: Name,
}

/// The entries of the attribute as they are found.
#[derive(Default)]
struct Entries {
    name: Option<Name>,
    was: Option<Vec<Name>>,
    requires: Option<Vec<Path>>,
    tables: Option<Vec<Path>>,
    jobs: Option<Vec<Path>>,
    steps: Option<Vec<Path>>,
    services: Option<Vec<Path>>,
    locale: Option<LitStr>,
}

impl Module {
    /// Reads the manifest.
    pub fn parse(input: &DeriveInput) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let sdk = sdk_path(&input.attrs, &mut faults);
        if !input.generics.params.is_empty() {
            faults.at(&input.generics, "a module has no generics");
        }
        let Some(attribute) = single(&input.attrs, "module", &mut faults) else {
            let message = format!("a module needs a manifest: `#[{EXAMPLE}]`");
            faults.at(&input.ident, message);
            return Err(faults);
        };
        let mut entries = Entries::default();
        let listed = faults.keep(items::<Meta>(attribute, EXAMPLE));
        for entry in listed.iter().flatten() {
            faults.keep(entries.read(entry));
        }
        // A name that could not be read has its fault already.
        let named = listed.iter().flatten().any(|entry| key_of(entry) == "name");
        if listed.is_some() && !named {
            faults.at(attribute.path(), "the manifest lacks `name = \"…\"`");
        }
        entries.finish(input, sdk, faults)
    }
}

impl Entries {
    fn read(&mut self, entry: &Meta) -> syn::Result<()> {
        match key_of(entry).as_str() {
            "name" => fill(&mut self.name, entry, name(entry)?),
            "was" => fill(&mut self.was, entry, former_names(entry)?),
            "requires" => fill(&mut self.requires, entry, paths(entry)?),
            "tables" => fill(&mut self.tables, entry, paths(entry)?),
            "jobs" => fill(&mut self.jobs, entry, paths(entry)?),
            "steps" => fill(&mut self.steps, entry, paths(entry)?),
            "services" => fill(&mut self.services, entry, paths(entry)?),
            "locale" => fill(&mut self.locale, entry, text(entry)?),
            _ => Err(unknown_key(entry, "module", &KEYS)),
        }
    }

    fn finish(self, input: &DeriveInput, sdk: Path, mut faults: Faults) -> Result<Module, Faults> {
        let mut listed = |paths: Option<Vec<Path>>| {
            let paths = paths.unwrap_or_default();
            refuse_repetition(&paths, &mut faults);
            paths
        };
        let requires = listed(self.requires);
        let (tables, jobs, steps) = (listed(self.tables), listed(self.jobs), listed(self.steps));
        let services = listed(self.services);
        let requires = requires
            .into_iter()
            .filter_map(|path| faults.keep(required(path)))
            .collect();
        let locale = self.locale.map(|text| text.value());
        let was = self.was.unwrap_or_default();
        if let Some(name) = self.name.as_ref().filter(|name| was.contains(name)) {
            let message = format!("the module is `{name}` now: `was` lists what it was before");
            faults.at(&input.ident, message);
        }
        let module = self.name.map(|name| Module {
            ident: input.ident.clone(),
            sdk,
            name,
            was,
            requires,
            tables,
            jobs,
            steps,
            services,
            locale: locale.unwrap_or_else(|| DEFAULT_LOCALE.to_owned()),
        });
        faults.finish(module)
    }
}

/// Names that the module had, each once.
fn former_names(entry: &Meta) -> syn::Result<Vec<Name>> {
    let names = names(entry)?;
    let repeated = names
        .iter()
        .enumerate()
        .find(|(nth, name)| names[..*nth].contains(name));
    match repeated {
        None => Ok(names),
        Some((_, name)) => {
            let message = format!("`{name}` is listed twice");
            Err(syn::Error::new_spanned(entry, message))
        }
    }
}

fn required(path: Path) -> syn::Result<Required> {
    let foreign = path.segments.len() > 1
        && path.segments.first().is_some_and(|first| {
            ["crate", "self", "super"]
                .iter()
                .all(|word| first.ident != word)
        });
    match path.segments.first() {
        Some(first) if foreign => Ok(Required {
            name: own_name(&first.ident)?,
            path,
        }),
        _ => {
            let message = format!(
                "expected the module of another crate, such as `sys_account::SysAccount`, found `{}`",
                shown(&path)
            );
            Err(syn::Error::new_spanned(path, message))
        }
    }
}

fn refuse_repetition(paths: &[Path], faults: &mut Faults) {
    for (nth, path) in paths.iter().enumerate() {
        if paths[..nth].contains(path) {
            faults.at(path, format!("`{}` is listed twice", shown(path)));
        }
    }
}
