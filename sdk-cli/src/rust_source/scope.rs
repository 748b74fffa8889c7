//! Additions to what a crate's root sees: `mod` and `use` items.

use std::ops::Range;

use syn::{Item, ItemMod, ItemUse, UseTree};

use super::{RustFile, bytes_of};

/// The names of the SDK's prelude that the tool writes.
const PRELUDE: [&str; 17] = [
    "Date",
    "Id",
    "JobContext",
    "Json",
    "Request",
    "Response",
    "Result",
    "Row",
    "Service",
    "ServiceContext",
    "Status",
    "Table",
    "Timestamp",
    "WriteTx",
    "async_trait",
    "job",
    "step",
];

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
        let at = match (next, modules.last()) {
            (Some(next), _) => (bytes_of(next).start, format!("mod {name};\n")),
            (None, Some(last)) => (self.line_end(bytes_of(last).end), format!("\nmod {name};")),
            (None, None) => (self.head_end(), format!("mod {name};\n\n")),
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

    /// Whether `mod name { … }` stands here with its content.
    pub(crate) fn has_inline_module(&self, name: &str) -> bool {
        self.syntax.items.iter().any(|item| match item {
            Item::Mod(module) => module.ident == name && module.content.is_some(),
            _ => false,
        })
    }

    /// The types that the root of a crate declares or imports from its own modules.
    pub(crate) fn root_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for item in &self.syntax.items {
            match item {
                Item::Enum(item) => names.push(item.ident.to_string()),
                Item::Use(import) => {
                    let of_sdk = matches!(&import.tree, UseTree::Path(path) if path.ident == "sdk");
                    if !of_sdk {
                        leaves(&import.tree, &mut names);
                    }
                }
                _ => {}
            }
        }
        names.retain(|name| name.starts_with(char::is_uppercase));
        names
    }

    /// Imports what `code`, which is to be added, uses and this file does not
    /// know yet: the SDK's prelude, and names of the crate's root.
    pub(crate) fn import_for(&mut self, code: &str, root_names: &[String]) {
        let code: Vec<_> = code
            .lines()
            .filter(|line| !line.starts_with("///"))
            .collect();
        let code = code.join("\n");
        let words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        let unknown: Vec<_> = words.filter(|word| !self.knows(word)).collect();
        if PRELUDE.iter().any(|name| unknown.contains(name)) && !self.imports_all_of("prelude") {
            self.add_import("sdk::prelude", "*", false);
        }
        let missing = root_names
            .iter()
            .filter(|name| unknown.contains(&name.as_str()) && !self.declares(name));
        let missing: Vec<_> = missing.cloned().collect();
        for name in missing {
            self.add_import("crate", &name, false);
        }
    }

    /// Imports the module at `path`, unless this file knows one of its name.
    pub(crate) fn import_module(&mut self, path: &str) {
        let (parent, name) = path.rsplit_once("::").unwrap_or(("crate", path));
        let (alone, with_others) = (format!("::{name}"), format!("::{name}::{{self"));
        let imports = self.imports();
        let known = imports
            .iter()
            .any(|(_, known)| known.ends_with(&alone) || known.contains(&with_others));
        if !known {
            self.add_import(parent, name, false);
        }
    }

    /// Whether an import names `name`, or all that a file of the own crate sees.
    fn knows(&self, name: &str) -> bool {
        let trees = || self.imports().into_iter().map(|(import, _)| &import.tree);
        let all = ["super", "crate"].iter().any(|it| self.imports_all_of(it));
        all || trees().any(|tree| {
            let mut names = Vec::new();
            leaves(tree, &mut names);
            names.iter().any(|known| known == name)
        })
    }

    /// Whether there is a `use …::parent::*`.
    fn imports_all_of(&self, parent: &str) -> bool {
        let mut imports = self.imports().into_iter();
        imports.any(|(_, path)| {
            path == format!("{parent}::*") || path.ends_with(&format!("::{parent}::*"))
        })
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
            (None, None, None) => (self.head_end(), format!("{import}\n\n")),
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

    /// Where the first item begins, below the comments about the file.
    fn head_end(&self) -> usize {
        let first = self.syntax.items.first();
        first.map_or(self.text.len(), |first| bytes_of(first).start)
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

/// The names that an import makes known, but for those behind a `*`.
fn leaves(tree: &UseTree, names: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
        UseTree::Name(import) => names.push(import.ident.to_string()),
        UseTree::Rename(import) => names.push(import.rename.to_string()),
        UseTree::Glob(_) => {}
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
    fn what_is_said_about_the_file_stays_at_its_head() {
        check(
            "//! Docs.\n\nsdk::include_module!();\n",
            "//! Docs.\n\nmod tables;\n\npub use tables::Item;\n\nsdk::include_module!();\n",
        );
    }

    #[test]
    fn what_added_code_uses_is_imported_where_it_is_not_known() {
        let with_prelude = |source: &str| {
            let mut file = RustFile::parse(Path::new("src/tables.rs"), source).unwrap();
            let lib = "mod kinds;\nuse sdk::Table;\npub use kinds::{Kind, Sort};\n";
            let root = RustFile::parse(Path::new("src/lib.rs"), lib).unwrap();
            let code = "/// A Sort.\n#[derive(Table)] struct Item { id: Id<Item>, kind: Kind }";
            file.import_for(code, &root.root_names());
            file.into_text()
        };
        let import = "use sdk::prelude::*;";
        assert_eq!(
            with_prelude("//! Tables.\n\nuse sdk::Table;\n"),
            format!("//! Tables.\n\nuse crate::Kind;\nuse sdk::Table;\n{import}\n")
        );
        assert_eq!(
            with_prelude("mod deep;\n"),
            format!("mod deep;\n\n{import}\n\nuse crate::Kind;\n")
        );
        let all = format!("{import}\nenum Kind {{}}\n");
        for enough in [
            "use sdk::{Id, Table};\nuse crate::Kind;\n",
            "use super::*;\n",
            &all,
        ] {
            assert_eq!(with_prelude(enough), enough);
        }
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
