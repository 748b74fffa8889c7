//! Gates: what `#[cfg(…)]` keeps out of a build.
//!
//! Source is read without a compiler, so nobody here knows which features are
//! on. What only tests see is no part of the module and is passed over.
//! Anything else behind a `cfg` cannot be read, because a module must declare
//! the same in every build.

use std::path::{Path, PathBuf};

use syn::{Attribute, Item, ItemMod, Meta, Token, punctuated::Punctuated};

use super::files::SourceFile;

/// Whether an item is in every build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    /// It is.
    Open,
    /// It is compiled for tests only.
    Test,
    /// It depends on this `#[cfg(…)]`.
    Cfg(String),
}

impl Gate {
    /// The gate that the attributes of an item make.
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        if attributes.iter().any(|attribute| is_test(&attribute.meta)) {
            return Self::Test;
        }
        let cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
        attributes.iter().find(cfg).map_or(Self::Open, |attribute| {
            let condition = attribute
                .meta
                .require_list()
                .map(|list| list.tokens.to_string());
            Self::Cfg(format!("#[cfg({})]", condition.unwrap_or_default()))
        })
    }

    /// What a gate inside this one is: the first closed one counts.
    pub(super) fn and(&self, inner: Self) -> Self {
        match self {
            Self::Open => inner,
            closed => closed.clone(),
        }
    }
}

fn is_test(meta: &Meta) -> bool {
    match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") || list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|conditions| conditions.iter().any(is_test)),
        _ => false,
    }
}

/// The gates that stand at `mod name;` in one file and close another.
pub(super) struct Gates(Vec<(PathBuf, Gate)>);

impl Gates {
    /// Finds them in all files of a crate.
    pub(super) fn read(files: &[SourceFile]) -> Self {
        let mut gates = Self(Vec::new());
        for file in files {
            gates.read_items(&folder_of_children(&file.path), &file.syntax.items);
        }
        gates
    }

    fn read_items(&mut self, folder: &Path, items: &[Item]) {
        for item in items {
            if let Item::Mod(module) = item {
                self.read_module(folder, module);
            }
        }
    }

    fn read_module(&mut self, folder: &Path, module: &ItemMod) {
        let folder = folder.join(module.ident.to_string());
        match (&module.content, Gate::of(&module.attrs)) {
            (Some((_, items)), _) => self.read_items(&folder, items),
            (None, Gate::Open) => {}
            (None, closed) => self.0.push((folder, closed)),
        }
    }

    /// The gate before a whole file.
    pub(super) fn of(&self, file: &SourceFile) -> Gate {
        let whole = file.path.with_extension("");
        let outer = self.0.iter().find(|(folder, _)| whole.starts_with(folder));
        outer
            .map_or(Gate::Open, |(_, gate)| gate.clone())
            .and(Gate::of(&file.syntax.attrs))
    }
}

/// Where the files of a file's `mod`s stand.
fn folder_of_children(file: &Path) -> PathBuf {
    let stem = file.with_extension("");
    let is_root = ["lib", "main", "mod"]
        .iter()
        .any(|name| stem.ends_with(name));
    match stem.parent() {
        Some(parent) if is_root => parent.to_owned(),
        _ => stem,
    }
}
