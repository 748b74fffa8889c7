//! Finds what a crate declares among all its items.
//!
//! Only what stands written out, in a file or an inline `mod`, can be read.
//! What is behind a `cfg`, inside a function or inside a macro is a fault at
//! its place: nothing that is declared may be silently absent.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, ImplItemFn, Item, ItemFn, ItemMacro, ItemMod, Lit, LitStr, Macro,
    Meta,
    visit::{self, Visit},
};

use super::{
    files::SourceFile,
    gate::{Gate, Gates},
};
use crate::{file_fault::FileFault, model::Item as Declaration};

/// What a crate declares, in the order of its files.
#[derive(Default)]
pub(super) struct Items {
    /// The declarations that could be read.
    pub(super) found: Vec<Found>,
    /// The Rust names of those that could not; their faults are reported.
    pub(super) failed: BTreeSet<String>,
    /// Whether all files could be read, so that what is not found is not there.
    pub(super) complete: bool,
}

impl Items {
    /// The declarations that could be read, each with its file.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Path, &Declaration)> {
        self.found
            .iter()
            .map(|found| (found.file.as_path(), &found.item))
    }
}

/// A declaration and the file in which it stands.
pub(super) struct Found {
    /// The file, relative to the crate's folder.
    pub(super) file: PathBuf,
    /// The declaration.
    pub(super) item: Declaration,
}

/// Collects the declarations of all files. The `faults` so far are of files
/// that could not be read.
pub(super) fn find(files: &[SourceFile], faults: &mut Vec<FileFault>) -> Items {
    let gates = Gates::read(files);
    let mut items = Items {
        complete: faults.is_empty(),
        ..Items::default()
    };
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
    fn visit_item(&mut self, item: &'ast Item) {
        let declarable = match item {
            Item::Enum(it) => Some((&it.attrs, &it.ident)),
            Item::Fn(it) => Some((&it.attrs, &it.sig.ident)),
            Item::Struct(it) => Some((&it.attrs, &it.ident)),
            Item::Union(it) => Some((&it.attrs, &it.ident)),
            _ => None,
        };
        if let Some((attributes, ident)) = declarable {
            self.read(attributes, ident, item);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        let is_test = self.gate.and(Gate::of(&item.attrs)) == Gate::Test;
        let name = item.mac.path.segments.last().map(|last| &last.ident);
        if let Some(name) = name.filter(|name| *name == "include" && !is_test) {
            let message = "`include!` brings in source that cannot be read here: make it a `mod` with a file in src";
            self.fault(name.span(), message.to_owned());
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.refuse_outside(module);
        self.inside(&module.attrs, self.in_function, |finder| {
            visit::visit_item_mod(finder, module);
        });
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.inside(&function.attrs, true, |finder| {
            visit::visit_item_fn(finder, function);
        });
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.inside(&function.attrs, true, |finder| {
            visit::visit_impl_item_fn(finder, function);
        });
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        self.scan(&invocation.tokens);
    }
}

impl Finder<'_> {
    /// Looks into something that may be closed by a gate or be a function.
    fn inside(&mut self, attributes: &[Attribute], function: bool, look: impl FnOnce(&mut Self)) {
        let gate = self.gate.and(Gate::of(attributes));
        let outer = std::mem::replace(&mut self.gate, gate);
        let was_in_function = std::mem::replace(&mut self.in_function, function);
        look(self);
        self.in_function = was_in_function;
        self.gate = outer;
    }

    fn read(&mut self, attributes: &[Attribute], ident: &Ident, item: &Item) {
        let gate = self.gate.and(Gate::of(attributes));
        if gate == Gate::Test {
            return;
        }
        self.refuse_conditional(attributes);
        let Some(read) = Declaration::read(item) else {
            return;
        };
        if let Some(reason) = self.reason_against(&gate) {
            self.fail(ident);
            return self.fault(ident.span(), format!("`{ident}` stands {reason}"));
        }
        match read {
            Ok(item) => self.items.found.push(Found {
                file: self.file.to_owned(),
                item,
            }),
            Err(faults) => {
                self.fail(ident);
                let faults = faults.iter();
                self.faults
                    .extend(faults.map(|fault| FileFault::of_source(self.file, &fault)));
            }
        }
    }

    /// Why a declaration cannot stand here.
    fn reason_against(&self, gate: &Gate) -> Option<String> {
        match gate {
            Gate::Cfg(cfg) => Some(format!(
                "behind `{cfg}`: a module declares the same in every build"
            )),
            _ if self.in_function => Some(
                "inside a function: write it outside, where the manifest can name it".to_owned(),
            ),
            _ => None,
        }
    }

    /// A file outside of `src` is not read.
    fn refuse_outside(&mut self, module: &ItemMod) {
        let Some(path) = module.attrs.iter().find_map(path_of) else {
            return;
        };
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let gate = self.gate.and(Gate::of(&module.attrs));
        if gate != Gate::Test && !stays_in_src(&folder.join(path.value())) {
            let message = format!(
                "`mod {}` has a file outside of src, which cannot be read here: move it into src",
                module.ident
            );
            self.fault(path.span(), message);
        }
    }

    /// `#[cfg_attr(…, derive(Table))]` makes a table in some builds only.
    fn refuse_conditional(&mut self, attributes: &[Attribute]) {
        let conditional = |it: &&Attribute| it.path().is_ident("cfg_attr");
        for attribute in attributes.iter().filter(conditional) {
            let tokens = attribute.meta.require_list().map(|list| &list.tokens);
            if let Some(mark) = tokens.ok().and_then(mark_in) {
                let reason = "a module declares the same in every build";
                self.fault(
                    mark.span(),
                    format!("`{mark}` stands in a `cfg_attr`: {reason}"),
                );
            }
        }
    }

    /// Declarations in the tokens of a macro exist only once it has been expanded.
    fn scan(&mut self, tokens: &TokenStream) {
        if self.gate == Gate::Test {
            return;
        }
        let mut after_pound = false;
        for token in tokens.clone() {
            if let TokenTree::Group(group) = &token {
                let is_attribute = after_pound && group.delimiter() == Delimiter::Bracket;
                match mark_in(&group.stream()).filter(|_| is_attribute) {
                    Some(mark) => {
                        let expected = "write the declaration out, so that it can be read";
                        self.fault(
                            mark.span(),
                            format!("`{mark}` stands in a macro: {expected}"),
                        );
                    }
                    None => self.scan(&group.stream()),
                }
            }
            after_pound = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        }
    }

    fn fail(&mut self, ident: &Ident) {
        self.items.failed.insert(ident.to_string());
    }

    fn fault(&mut self, at: Span, message: String) {
        self.faults.push(FileFault::spanned(self.file, at, message));
    }
}

/// What `#[path = "…"]` says.
fn path_of(attribute: &Attribute) -> Option<&LitStr> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a path, relative to the crate's folder, leads to a place below `src`.
fn stays_in_src(path: &Path) -> bool {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain.starts_with("src")
}

/// The word in the tokens of an attribute that would make a declaration.
fn mark_in(attribute: &TokenStream) -> Option<Ident> {
    let mut derives = false;
    for token in attribute.clone() {
        match token {
            TokenTree::Ident(ident) if ident == "job" || ident == "step" => return Some(ident),
            TokenTree::Ident(ident) => derives = ident == "derive",
            TokenTree::Group(list) if derives => return derive_in(list.stream()),
            _ => derives = false,
        }
    }
    None
}

fn derive_in(list: TokenStream) -> Option<Ident> {
    list.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident)
            if ["Module", "Table", "TableEnum"]
                .iter()
                .any(|name| ident == name) =>
        {
            Some(ident)
        }
        _ => None,
    })
}
