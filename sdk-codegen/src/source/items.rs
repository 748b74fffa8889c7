//! Finds what a crate declares among all its items.
//!
//! Only what stands written out, in a file or an inline `mod`, can be read.
//! What is behind a `cfg`, inside a function or inside a macro is a fault at
//! its place: nothing that is declared may be silently absent.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use sdk_schema::Place;
use syn::{
    Attribute, DeriveInput, ImplItemFn, ItemEnum, ItemFn, ItemMod, ItemStruct, Macro, Meta, Token,
    punctuated::Punctuated, spanned::Spanned, visit::Visit,
};

use super::{
    files::SourceFile,
    gate::{Gate, Gates},
};
use crate::file_fault::FileFault;

/// An item and the file in which it stands.
pub(super) struct Found<T> {
    /// The file, relative to the crate's folder.
    pub(super) file: PathBuf,
    /// The item.
    pub(super) item: T,
}

/// A function with the attribute that makes it a job or a step.
pub(super) struct MarkedFn {
    /// What stands in the brackets of the attribute.
    pub(super) arguments: TokenStream,
    /// The function.
    pub(super) function: ItemFn,
}

/// What a crate declares, in the order of its files.
#[derive(Default)]
pub(super) struct Items {
    /// `#[derive(Module)]`.
    pub(super) manifests: Vec<Found<DeriveInput>>,
    /// `#[derive(Table)]`.
    pub(super) tables: Vec<Found<DeriveInput>>,
    /// `#[derive(TableEnum)]`.
    pub(super) enums: Vec<Found<DeriveInput>>,
    /// `#[job]`.
    pub(super) jobs: Vec<Found<MarkedFn>>,
    /// `#[step]`.
    pub(super) steps: Vec<Found<MarkedFn>>,
}

/// What makes an item a declaration, with its place in messages.
#[derive(Clone, Copy)]
enum Mark {
    Module,
    Table,
    TableEnum,
    Job,
    Step,
}

impl Mark {
    const DERIVES: [(&str, Self); 3] = [
        ("Module", Self::Module),
        ("Table", Self::Table),
        ("TableEnum", Self::TableEnum),
    ];
    const ATTRIBUTES: [(&str, Self); 2] = [("job", Self::Job), ("step", Self::Step)];

    fn noun(self) -> &'static str {
        match self {
            Self::Module => "manifest",
            Self::Table => "table",
            Self::TableEnum => "table enum",
            Self::Job => "job",
            Self::Step => "step",
        }
    }
}

/// Collects the declarations of all files.
pub(super) fn find(files: &[SourceFile], faults: &mut Vec<FileFault>) -> Items {
    let gates = Gates::read(files);
    let mut items = Items::default();
    for file in files {
        let mut finder = Finder {
            file: &file.path,
            gate: gates.of(file),
            in_function: false,
            items: &mut items,
            faults,
        };
        finder.visit_file(&file.syntax);
    }
    items
}

struct Finder<'a> {
    file: &'a Path,
    gate: Gate,
    in_function: bool,
    items: &'a mut Items,
    faults: &'a mut Vec<FileFault>,
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.inside(&module.attrs, false, |finder| {
            syn::visit::visit_item_mod(finder, module);
        });
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function(function);
        self.inside(&function.attrs, true, |finder| {
            syn::visit::visit_item_fn(finder, function);
        });
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.inside(&function.attrs, true, |finder| {
            syn::visit::visit_impl_item_fn(finder, function);
        });
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.derived(&item.attrs, &item.ident, || item.clone().into());
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.derived(&item.attrs, &item.ident, || item.clone().into());
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        if self.gate != Gate::Test {
            self.scan(&invocation.tokens);
        }
    }
}

impl Finder<'_> {
    /// Looks into something that may be closed by a gate or be a function.
    fn inside(&mut self, attributes: &[Attribute], function: bool, look: impl FnOnce(&mut Self)) {
        let gate = self.gate.and(Gate::of(attributes));
        let outer = std::mem::replace(&mut self.gate, gate);
        let was_in_function = std::mem::replace(&mut self.in_function, self.in_function || function);
        look(self);
        self.in_function = was_in_function;
        self.gate = outer;
    }

    fn derived(
        &mut self,
        attributes: &[Attribute],
        ident: &Ident,
        input: impl Fn() -> DeriveInput,
    ) {
        for mark in derives(attributes) {
            if self.readable(mark, attributes, ident) {
                let found = self.found(input());
                match mark {
                    Mark::Module => self.items.manifests.push(found),
                    Mark::TableEnum => self.items.enums.push(found),
                    _ => self.items.tables.push(found),
                }
            }
        }
        self.conditional_derives(attributes);
    }

    fn function(&mut self, function: &ItemFn) {
        for attribute in &function.attrs {
            let Some(mark) = marked(attribute.path(), &Mark::ATTRIBUTES) else {
                continue;
            };
            if self.readable(mark, &function.attrs, &function.sig.ident) {
                let found = self.found(marked_fn(attribute, function));
                match mark {
                    Mark::Job => self.items.jobs.push(found),
                    _ => self.items.steps.push(found),
                }
            }
        }
    }

    /// Whether a declaration is part of the module; one that cannot be told is a fault.
    fn readable(&mut self, mark: Mark, attributes: &[Attribute], ident: &Ident) -> bool {
        let noun = mark.noun();
        match self.gate.and(Gate::of(attributes)) {
            Gate::Test => false,
            Gate::Cfg(cfg) => {
                let reason = "a module declares the same in every build";
                self.fault(ident, format!("{noun} `{ident}` stands behind `{cfg}`: {reason}"));
                false
            }
            Gate::Open if self.in_function => {
                let expected = "write it at the top level of a file or of a `mod`";
                self.fault(ident, format!("{noun} `{ident}` stands inside a function: {expected}"));
                false
            }
            Gate::Open => true,
        }
    }

    /// `#[cfg_attr(…, derive(Table))]` makes a table in some builds only.
    fn conditional_derives(&mut self, attributes: &[Attribute]) {
        if self.gate == Gate::Test {
            return;
        }
        for attribute in attributes.iter().filter(|it| it.path().is_ident("cfg_attr")) {
            let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let marks = metas.into_iter().flatten().flat_map(|meta| derives_of(&meta));
            for mark in marks.collect::<Vec<_>>() {
                let noun = mark.noun();
                let message = format!(
                    "a {noun} by `cfg_attr` cannot be read: a module declares the same in every build"
                );
                self.fault(attribute, message);
            }
        }
    }

    /// Declarations in the tokens of a macro exist only once it has been expanded.
    fn scan(&mut self, tokens: &TokenStream) {
        let mut after_pound = false;
        for token in tokens.clone() {
            if let TokenTree::Group(group) = &token {
                match after_pound && group.delimiter() == Delimiter::Bracket {
                    true => self.scan_attribute(group),
                    false => self.scan(&group.stream()),
                }
            }
            after_pound = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        }
    }

    fn scan_attribute(&mut self, group: &Group) {
        let Ok(meta) = syn::parse2::<Meta>(group.stream()) else {
            return;
        };
        let attribute = marked(meta.path(), &Mark::ATTRIBUTES);
        for mark in derives_of(&meta).into_iter().chain(attribute) {
            let noun = mark.noun();
            let message = format!("a {noun} inside a macro cannot be read: write it out");
            self.fault(group.stream(), message);
        }
    }

    fn found<T>(&self, item: T) -> Found<T> {
        Found {
            file: self.file.to_owned(),
            item,
        }
    }

    fn fault(&mut self, at: impl Spanned, message: String) {
        let start = at.span().start();
        let place = Place {
            line: start.line,
            column: start.column + 1,
        };
        self.faults.push(FileFault::at(self.file, place, message));
    }
}

fn marked_fn(attribute: &Attribute, function: &ItemFn) -> MarkedFn {
    let mut function = function.clone();
    function.attrs.retain(|other| other != attribute);
    let arguments = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    MarkedFn {
        arguments,
        function,
    }
}

fn derives(attributes: &[Attribute]) -> Vec<Mark> {
    attributes
        .iter()
        .flat_map(|attribute| derives_of(&attribute.meta))
        .collect()
}

fn derives_of(meta: &Meta) -> Vec<Mark> {
    let Meta::List(list) = meta else {
        return Vec::new();
    };
    if !list.path.is_ident("derive") {
        return Vec::new();
    }
    let paths = list.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
    paths
        .into_iter()
        .flatten()
        .filter_map(|path| marked(&path, &Mark::DERIVES))
        .collect()
}

/// The mark that a path names: alone, or as an item of the crate `sdk`.
fn marked(path: &syn::Path, marks: &[(&str, Mark)]) -> Option<Mark> {
    let (first, last) = (path.segments.first()?, path.segments.last()?);
    if path.segments.len() > 1 && first.ident != "sdk" {
        return None;
    }
    marks
        .iter()
        .find(|(name, _)| last.ident == name)
        .map(|(_, mark)| *mark)
}
