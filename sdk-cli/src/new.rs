//! `new`: writes an application, a module, or a part of one.

mod app;
mod job;
mod migration;
mod module;
mod refusal;
mod seed;
mod service;
mod table;
mod translation;

use std::path::{Path, PathBuf};

pub(crate) use refusal::Refusal;

use crate::{
    arguments::New,
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    report::Report,
    rust_source::RustFile,
};

/// Carries a `new` command out in `folder`.
pub(crate) fn run(what: New, folder: &Path) -> Result<Report, Failure> {
    let project = || Project::find(folder);
    match what {
        New::App(app) => app::run(&app, folder),
        New::Module(module) => module::run(&module, &project()?),
        New::Table(table) => table::run(&table, &project()?),
        New::Migration(migration) => migration::run(&migration, &project()?),
        New::Seed(seed) => seed::run(&seed, &project()?),
        New::Job(job) => job::run(&job, &project()?),
        New::Service(service) => service::run(&service, &project()?),
        New::Translation(translation) => translation::run(&translation, &project()?),
    }
}

/// Structs or functions to be added to one of the own modules of a crate.
struct Addition<'a> {
    /// The own module: `tables`, `jobs`, `steps` or `service`.
    home: &'static str,
    /// The key of the manifest that lists them.
    key: &'static str,
    /// The items; at least one.
    items: Vec<Item<'a>>,
    /// Whether the crate exports them.
    public: bool,
    /// How a new file begins.
    head: String,
    /// Modules that the items name, which the head of a new file imports.
    imports: Vec<String>,
}

/// A struct or a function to be added.
struct Item<'a> {
    /// Its name.
    name: &'a str,
    /// Its text.
    text: String,
}

impl Addition<'_> {
    /// Lists the items in the manifest, after `edit` has had its turn, and adds
    /// their text to the file of their own module. Returns that file.
    fn make(
        self,
        project: &Project,
        member: &Member,
        changes: &mut Changes,
        edit: impl FnOnce(&mut RustFile),
    ) -> Result<PathBuf, Failure> {
        let file = member.file("src/lib.rs");
        let mut lib = RustFile::read(&project.root, &file)?;
        if let Some(item) = self.items.iter().find(|item| lib.declares(item.name)) {
            let item = item.name.to_owned();
            return Err(Refusal::ItemExists { file, item }.into());
        }
        if lib.has_inline_module(self.home) {
            let module = self.home;
            return Err(Refusal::InlineModule { file, module }.into());
        }
        let root_names = lib.root_names();
        lib.declare_module(self.home);
        edit(&mut lib);
        for item in &self.items {
            lib.bring_in(self.home, item.name, self.public);
            if !lib.list(self.key, item.name) {
                return Err(Refusal::NoManifest { file }.into());
            }
            // The next item stands among those that are there by then.
            lib = RustFile::parse(&file, &lib.into_text())?;
        }
        let text = lib.into_laid_out_text(&file)?;
        changes.replace(file, text);
        self.write(project, member, &root_names, changes)
    }

    /// Adds the texts to their file; what they name of the crate's root is imported.
    fn write(
        self,
        project: &Project,
        member: &Member,
        root_names: &[String],
        changes: &mut Changes,
    ) -> Result<PathBuf, Failure> {
        let nested = member.file(format!("src/{}/mod.rs", self.home));
        let file = if project.root.join(&nested).exists() {
            nested
        } else {
            member.file(format!("src/{}.rs", self.home))
        };
        let exists = project.root.join(&file).exists();
        let mut source = if exists {
            RustFile::read(&project.root, &file)?
        } else {
            RustFile::parse(&file, &self.head)?
        };
        if let Some(item) = self.items.iter().find(|item| source.declares(item.name)) {
            let item = item.name.to_owned();
            return Err(Refusal::ItemExists { file, item }.into());
        }
        let texts: String = self.items.into_iter().map(|item| item.text).collect();
        source.import_for(&texts, root_names);
        for module in &self.imports {
            source.import_module(module);
        }
        source.append(&texts);
        if exists {
            changes.replace(file.clone(), source.into_text());
        } else {
            changes.create(file.clone(), source.into_text());
        }
        Ok(file)
    }
}
