//! Puts a module together from its manifest and what the manifest lists.

use std::path::Path;

use proc_macro2::Ident;
use sdk_schema::{BUILT_IN_MODULE, Declared, Name};

use super::{
    Module, Places,
    items::Items,
    listing::{Entry, Kind, Listing},
};
use crate::{
    file_fault::{FileFault, FileFaults, place_of},
    model::{self, Element, Item},
};

const TABLE: Kind = Kind {
    noun: "table",
    list: "tables",
    mark: "#[derive(Table)]",
};
const JOB: Kind = Kind {
    noun: "job",
    list: "jobs",
    mark: "#[job(…)]",
};
const STEP: Kind = Kind {
    noun: "step",
    list: "steps",
    mark: "#[step(…)]",
};

/// The module of a crate, of which some `faults` may be known already.
pub(super) fn module(items: &Items, mut faults: Vec<FileFault>) -> Result<Module, FileFaults> {
    let Some((file, manifest)) = manifest(items, &mut faults) else {
        return Err(FileFaults::some(faults));
    };
    let listing = |kind, paths| Listing { kind, file, paths };
    let tables = listing(TABLE, &manifest.tables).resolve(items, table, &mut faults);
    let jobs = listing(JOB, &manifest.jobs).resolve(items, job, &mut faults);
    let steps = listing(STEP, &manifest.steps).resolve(items, step, &mut faults);
    refuse_twin_enums(items, &mut faults);
    let module = Module {
        name: manifest.name.clone(),
        was: manifest.was.clone(),
        type_name: manifest.ident.to_string(),
        manifest_file: file.to_owned(),
        requires: manifest.requires.iter().map(|it| it.name.clone()).collect(),
        tables: tables
            .iter()
            .filter_map(|entry| declare(&manifest.name, entry, items, &mut faults))
            .collect(),
        jobs: jobs.iter().map(|entry| entry.value.job.clone()).collect(),
        steps: steps.iter().map(|entry| entry.value.step.clone()).collect(),
        source_locale: manifest.locale.clone(),
        sdk: manifest.sdk.clone(),
        places: tables.iter().flat_map(places_of).collect(),
    };
    FileFaults::unless(faults, module)
}

/// The only manifest. Where one could not be read, its faults are known already.
fn manifest<'a>(
    items: &'a Items,
    faults: &mut Vec<FileFault>,
) -> Option<(&'a Path, &'a model::Module)> {
    let mut manifests = items.iter().filter_map(|(file, item)| match item {
        Item::Module(module) => Some((file, module)),
        _ => None,
    });
    let first = manifests.next();
    for (file, other) in manifests {
        let message = format!(
            "`{}` is a second manifest: a crate is one module",
            other.ident
        );
        faults.push(FileFault::spanned(file, other.ident.span(), message));
    }
    if let Some((file, module)) = first.filter(|(_, module)| module.name == *BUILT_IN_MODULE) {
        let message = "the name `sdk` is that of the built-in module: choose another";
        faults.push(FileFault::spanned(file, module.ident.span(), message));
    }
    if first.is_none() && faults.is_empty() {
        let message = "nothing has `#[derive(Module)]`: a module has one manifest, which lists what it declares";
        faults.push(FileFault::new("src", message));
    }
    first
}

fn table(item: &Item) -> Option<(&Ident, &Name, &model::Table)> {
    match item {
        Item::Table(table) => Some((&table.ident, &table.name, table)),
        _ => None,
    }
}

fn job(item: &Item) -> Option<(&Ident, &Name, &model::Job)> {
    match item {
        Item::Job(job) => Some((&job.ident, &job.job.name, job)),
        _ => None,
    }
}

fn step(item: &Item) -> Option<(&Ident, &Name, &model::Step)> {
    match item {
        Item::Step(step) => Some((&step.ident, &step.step.name, step)),
        _ => None,
    }
}

fn enums_of(items: &Items) -> impl Iterator<Item = (&Path, &model::TableEnum)> {
    items.iter().filter_map(|(file, item)| match item {
        Item::TableEnum(table_enum) => Some((file, table_enum)),
        _ => None,
    })
}

fn refuse_twin_enums(items: &Items, faults: &mut Vec<FileFault>) {
    let enums: Vec<_> = enums_of(items).collect();
    for (nth, (file, twin)) in enums.iter().enumerate() {
        let first = enums[..nth]
            .iter()
            .find(|(_, first)| first.ident == twin.ident);
        if let Some((first, _)) = first {
            let message = format!(
                "an enum `{}` stands in {} already: a field finds its enum by the last name alone",
                twin.ident,
                first.display()
            );
            faults.push(FileFault::spanned(*file, twin.ident.span(), message));
        }
    }
}

/// The table as data. Faults of an enum that could not be read are not repeated.
fn declare(
    module: &Name,
    entry: &Entry<'_, model::Table>,
    items: &Items,
    faults: &mut Vec<FileFault>,
) -> Option<Declared> {
    refuse_other_module(module, entry, faults);
    let lookup = |path: &syn::Path| {
        let last = &path.segments.last()?.ident;
        enums_of(items)
            .map(|(_, table_enum)| table_enum)
            .find(|table_enum| table_enum.ident == *last)
    };
    match entry.value.to_declared(module, &lookup) {
        Ok(declared) => Some(declared),
        Err(found) => {
            if items.complete && !has_failed_enum(entry.value, items) {
                let found = found.iter();
                faults.extend(found.map(|fault| FileFault::of_source(entry.file, &fault)));
            }
            None
        }
    }
}

fn refuse_other_module(
    module: &Name,
    entry: &Entry<'_, model::Table>,
    faults: &mut Vec<FileFault>,
) {
    if let Some(other) = entry.value.module.as_ref().filter(|other| *other != module) {
        let message = format!(
            "table `{}` says module `{other}`, but the manifest's name is `{module}`",
            entry.ident
        );
        faults.push(FileFault::spanned(entry.file, entry.ident.span(), message));
    }
}

fn has_failed_enum(table: &model::Table, items: &Items) -> bool {
    table.fields.iter().any(|field| match &field.ty.element {
        Element::Enum(path) => path
            .segments
            .last()
            .is_some_and(|last| items.failed.contains(&last.ident.to_string())),
        Element::Scalar(_) => false,
    })
}

/// Where a table and its fields stand.
fn places_of(entry: &Entry<'_, model::Table>) -> Places {
    let at = |ident: &Ident| (entry.file.to_owned(), place_of(ident.span()));
    let table = ((entry.name.clone(), None), at(entry.ident));
    let fields = entry.value.fields.iter().map(|field| {
        let key = (entry.name.clone(), Some(field.name.clone()));
        (key, at(&field.ident))
    });
    std::iter::once(table).chain(fields).collect()
}
