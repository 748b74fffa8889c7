//! Layout: lists that additions made too long are broken as rustfmt breaks them.

use std::{ops::Range, path::Path};

use sdk_codegen::FileFault;
use syn::{Item, ItemUse, UseGroup, UseTree};

use super::{RustFile, bytes_of};

/// The longest line.
const LINE_WIDTH: usize = 100;

/// The longest list in an attribute that stays on one line.
const LIST_WIDTH: usize = 70;

/// One more level of indentation.
const DEEPER: &str = "    ";

impl RustFile {
    /// The text of `file` with all additions, and with those lists broken that
    /// got too long: the manifest, and the items of a `use`.
    pub(crate) fn into_laid_out_text(self, file: &Path) -> Result<String, FileFault> {
        let mut added = Self::parse(file, &self.into_text())?;
        added.break_manifest();
        added.fill_imports();
        Ok(added.into_text())
    }

    fn break_manifest(&mut self) {
        let Some(manifest) = self.manifest_list() else {
            return;
        };
        let is_line = |list: &Range<usize>| !self.text[list.clone()].contains('\n');
        let too_long = |list: &Range<usize>| {
            is_line(list) && self.text[list.clone()].chars().count() > LIST_WIDTH
        };
        let long: Vec<_> = manifest.entries().collect();
        let long: Vec<_> = long.iter().filter(|list| too_long(&list.inside)).collect();
        let breaks = is_line(&manifest.inside) && (too_long(&manifest.inside) || !long.is_empty());
        let outer = self.indentation(manifest.inside.start).to_owned();
        let inner = if breaks {
            format!("{outer}{DEEPER}")
        } else {
            self.indentation(manifest.last_item_start()).to_owned()
        };
        for list in long {
            self.break_list(&list.item_starts(), list.inside.end, &inner);
        }
        if breaks {
            self.break_list(&manifest.item_starts(), manifest.inside.end, &outer);
        }
    }

    /// Puts each item on a line of its own, and the bracket at `end` on the last.
    fn break_list(&mut self, starts: &[usize], end: usize, indentation: &str) {
        for start in starts {
            self.break_before(*start, &format!("{indentation}{DEEPER}"));
        }
        self.break_before(end, indentation);
    }

    /// Begins a line at the byte `at`, in place of the space before it.
    fn break_before(&mut self, at: usize, indentation: &str) {
        let space = self.text[..at].trim_end().len()..at;
        self.edits.push((space, format!("\n{indentation}")));
    }

    /// Lets the items of a `use` with too long a line fill lines of their own.
    fn fill_imports(&mut self) {
        let imports = self.syntax.items.iter().filter_map(|item| match item {
            Item::Use(import) => Some((import, group_of(&import.tree)?)),
            _ => None,
        });
        let fills: Vec<_> = imports
            .filter(|(import, _)| self.is_too_long(import))
            .map(|(_, group)| self.filled(group))
            .collect();
        self.edits.extend(fills);
    }

    /// A comment among the items would lose its place: such a `use` stays as it is.
    fn is_too_long(&self, import: &ItemUse) -> bool {
        let text = &self.text[bytes_of(import)];
        !text.contains("//") && text.lines().any(|line| line.chars().count() > LINE_WIDTH)
    }

    fn filled(&self, group: &UseGroup) -> (Range<usize>, String) {
        let braces = group.brace_token.span;
        let mut text = String::new();
        let mut width = LINE_WIDTH;
        for item in &group.items {
            let item = &self.text[bytes_of(item)];
            let needed = item.chars().count() + " ,".len();
            if width + needed > LINE_WIDTH {
                text.push_str("\n   ");
                width = "   ".len();
            }
            text.extend([" ", item, ","]);
            width += needed;
        }
        text.push('\n');
        let inside = braces.open().byte_range().end..braces.close().byte_range().start;
        (inside, text)
    }
}

/// The braces of `use module::{…}`.
fn group_of(tree: &UseTree) -> Option<&UseGroup> {
    match tree {
        UseTree::Path(path) => group_of(&path.tree),
        UseTree::Group(group) => Some(group),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(source: &str) -> String {
        let file = Path::new("src/lib.rs");
        let parsed = RustFile::parse(file, source).unwrap();
        parsed.into_laid_out_text(file).unwrap()
    }

    fn manifest(list: &str) -> String {
        laid_out(&format!(
            "#[derive(Module)]\n#[module({list})]\npub struct Blog;\n"
        ))
    }

    #[test]
    fn a_manifest_that_is_too_long_gets_a_line_for_each_entry() {
        let short = r#"name = "blog", tables(Author, Comment, Post, Reaction, Tag), jobs(a)"#;
        assert!(manifest(short).contains(short));
        insta::assert_snapshot!(manifest(&format!("{short}, requires(geo::Geo)")), @r#"
        #[derive(Module)]
        #[module(
            name = "blog",
            tables(Author, Comment, Post, Reaction, Tag),
            jobs(a),
            requires(geo::Geo)
        )]
        pub struct Blog;
        "#);
    }

    #[test]
    fn a_list_in_it_that_is_too_long_gets_a_line_for_each_item() {
        let tables =
            "Author, Comment, Invitation, Membership, Permission, Post, Reaction, Subscription";
        let line = manifest(&format!("name = \"blog\", tables({tables})"));
        insta::assert_snapshot!(line, @r#"
        #[derive(Module)]
        #[module(
            name = "blog",
            tables(
                Author,
                Comment,
                Invitation,
                Membership,
                Permission,
                Post,
                Reaction,
                Subscription
            )
        )]
        pub struct Blog;
        "#);
        let lines = manifest(&format!("\n    name = \"blog\",\n    tables({tables})\n"));
        assert_eq!(lines, line);
    }

    #[test]
    fn imports_fill_lines() {
        let items: Vec<_> = (10..30).map(|nth| format!("Item{nth}")).collect();
        let items = items.join(", ");
        insta::assert_snapshot!(laid_out(&format!("pub use tables::{{{items}}};\n")), @"
        pub use tables::{
            Item10, Item11, Item12, Item13, Item14, Item15, Item16, Item17, Item18, Item19, Item20, Item21,
            Item22, Item23, Item24, Item25, Item26, Item27, Item28, Item29,
        };
        ");
        let short = "pub use tables::{Item, Tag};\n";
        assert_eq!(laid_out(short), short);
        let remarked = format!("use tables::{{ // all\n{items}}};\n");
        assert_eq!(laid_out(&remarked), remarked);
    }
}
