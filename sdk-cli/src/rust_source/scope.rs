//! Additions to what a crate's root sees: `mod` and `use` items.

use std::ops::Range;

use syn::{Item, ItemMod, ItemUse, UseTree};

use super::{RustFile, bytes_of};

impl RustFile {
    /// Adds `mod name;` among the others, in alphabetical order, unless it is there.
    pub(crate) fn declare_module(&mut self, name: &str) {
        let modules = self.modules();
        if modules.iter().any(|module| module.ident == name) {
            return;
        }
        let next = modules
            .iter()
            .find(|module| module.ident.to_string().as_str() > name);
        let at = match (next, modules.last(), self.syntax.items.first()) {
            (Some(next), ..) => (bytes_of(next).start, format!("mod {name};\n")),
            (None, Some(last), _) => (self.line_end(bytes_of(last).end), format!("\nmod {name};")),
            (None, None, Some(first)) => (bytes_of(first).start, format!("mod {name};\n\n")),
            (None, None, None) => (self.text.len(), format!("mod {name};\n")),
        };
        self.insert(at.0, at.1);
    }

    /// Makes `item` of the own module `module` known here: by `use module::item;`,
    /// or by adding it to the `use` that is there.
    pub(crate) fn bring_in(&mut self, module: &str, item: &str, public: bool) {
        match self.import_from(module, public) {
            Some(UseTree::Glob(_)) => {}
            Some(UseTree::Group(group)) => {
                let places: Vec<_> = group.items.iter().map(bytes_of).collect();
                let inside = group.brace_token.span.open().byte_range().end;
                self.add_sorted(&places, item, inside);
            }
            Some(single) => {
                let place = bytes_of(single);
                let known = &self.text[place.clone()];
                let both = if known < item {
                    format!("{{{known}, {item}}}")
                } else {
                    format!("{{{item}, {known}}}")
                };
                self.edits.push((place, both));
            }
            None => self.add_import(module, item, public),
        }
    }

    /// Adds an item to those of a list, before the first that sorts after it.
    fn add_sorted(&mut self, places: &[Range<usize>], item: &str, empty: usize) {
        let next = places
            .iter()
            .find(|place| &self.text[(*place).clone()] > item);
        match (next, places.last()) {
            (Some(next), _) => self.insert(next.start, format!("{item}, ")),
            (None, Some(last)) => self.insert(last.end, format!(", {item}")),
            (None, None) => self.insert(empty, item.to_owned()),
        }
    }

    fn add_import(&mut self, module: &str, item: &str, public: bool) {
        let path = format!("{module}::{item}");
        let import = if public {
            format!("pub use {path};")
        } else {
            format!("use {path};")
        };
        let imports = self.imports();
        let next = imports.iter().find(|(_, known)| *known > path);
        let at = match (next, imports.last(), self.modules().last()) {
            (Some((next, _)), ..) => (bytes_of(*next).start, format!("{import}\n")),
            (None, Some((last, _)), _) => {
                (self.line_end(bytes_of(*last).end), format!("\n{import}"))
            }
            (None, None, Some(module)) => (
                self.line_end(bytes_of(*module).end),
                format!("\n\n{import}"),
            ),
            (None, None, None) => (0, format!("{import}\n\n")),
        };
        self.insert(at.0, at.1);
    }

    /// What `use module::…` imports, where it stands with that visibility.
    fn import_from(&self, module: &str, public: bool) -> Option<&UseTree> {
        self.imports().into_iter().find_map(|(import, _)| {
            let is_public = matches!(import.vis, syn::Visibility::Public(_));
            match &import.tree {
                UseTree::Path(path) if path.ident == module && is_public == public => {
                    Some(&*path.tree)
                }
                _ => None,
            }
        })
    }

    /// The `use` items with their paths as one word.
    fn imports(&self) -> Vec<(&ItemUse, String)> {
        let imports = self.syntax.items.iter().filter_map(|item| match item {
            Item::Use(import) => Some(import),
            _ => None,
        });
        imports
            .map(|import| {
                let tree = &self.text[bytes_of(&import.tree)];
                (import, tree.split_whitespace().collect())
            })
            .collect()
    }

    fn modules(&self) -> Vec<&ItemMod> {
        let modules = self.syntax.items.iter().filter_map(|item| match item {
            Item::Mod(module) if module.content.is_none() => Some(module),
            _ => None,
        });
        modules.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[track_caller]
    fn check(source: &str, expect: &str) {
        let mut file = RustFile::parse(Path::new("src/lib.rs"), source).unwrap();
        file.declare_module("tables");
        file.bring_in("tables", "Item", true);
        assert_eq!(file.into_text(), expect);
    }

    #[test]
    fn the_first_module_comes_before_the_imports() {
        check(
            "//! Docs.\n\nuse sdk::prelude::*;\n\nsdk::include_module!();\n",
            "//! Docs.\n\nmod tables;\n\nuse sdk::prelude::*;\npub use tables::Item;\n\nsdk::include_module!();\n",
        );
    }

    #[test]
    fn modules_and_imports_stay_sorted() {
        check(
            "mod jobs;\nmod views; // pages\n\nuse jobs::restock;\nuse views::page;\n",
            "mod jobs;\nmod tables;\nmod views; // pages\n\nuse jobs::restock;\npub use tables::Item;\nuse views::page;\n",
        );
        check(
            "mod jobs; // nightly\n",
            "mod jobs; // nightly\nmod tables;\n\npub use tables::Item;\n",
        );
    }

    #[test]
    fn an_import_that_is_there_grows() {
        check(
            "mod tables;\npub use tables::Tag;\n",
            "mod tables;\npub use tables::{Item, Tag};\n",
        );
        check(
            "mod tables;\npub use tables::{Tag, User,};\n",
            "mod tables;\npub use tables::{Item, Tag, User,};\n",
        );
        check(
            "mod tables;\npub use tables::{Account, Depot};\n",
            "mod tables;\npub use tables::{Account, Depot, Item};\n",
        );
        check(
            "mod tables;\npub use tables::*;\n",
            "mod tables;\npub use tables::*;\n",
        );
    }
}
