//! Additions to a module's manifest, the attribute beside `#[derive(Module)]`.

use std::ops::Range;

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::{Attribute, Item, MacroDelimiter, Meta, MetaList};

use super::RustFile;

/// A list in the source: what lies between its brackets.
pub(super) struct List {
    tokens: TokenStream,
    /// The bytes between the brackets.
    pub(super) inside: Range<usize>,
}

impl RustFile {
    /// Lists `item` under `key` of the manifest: `tables(…, item)`. What is
    /// listed already stays.
    ///
    /// Returns false when the file has no manifest.
    pub(crate) fn list(&mut self, key: &str, item: &str) -> bool {
        let Some(manifest) = self.manifest_list() else {
            return false;
        };
        match manifest.entry(key) {
            Some(list) if list.has(item) => {}
            Some(list) => self.add_to(&list, item),
            None => self.add_to(&manifest, &format!("{key}({item})")),
        }
        true
    }

    /// What lies between the brackets of the manifest, if the file has one.
    pub(super) fn manifest_list(&self) -> Option<List> {
        self.manifest().map(List::of_attribute)
    }

    fn manifest(&self) -> Option<&MetaList> {
        self.syntax.items.iter().find_map(|item| match item {
            Item::Struct(item) => manifest_of(&item.attrs),
            _ => None,
        })
    }

    fn add_to(&mut self, list: &List, item: &str) {
        let Some(final_token) = list.tokens.clone().into_iter().last() else {
            return self.insert(list.inside.start, item.to_owned());
        };
        let end = final_token.span().byte_range().end;
        let trailing_comma =
            matches!(&final_token, TokenTree::Punct(comma) if comma.as_char() == ',');
        let own_lines = self.text[end..list.inside.end].contains('\n');
        let line_end = self.line_end(end);
        if own_lines && line_end > end {
            // A comment at the end of the line stays with the item before it.
            let comma = (end..end, ",".to_owned());
            if !trailing_comma && !self.edits.contains(&comma) {
                self.edits.push(comma);
            }
            let indentation = self.indentation(list.last_item_start()).to_owned();
            return self.insert(line_end, format!("\n{indentation}{item},"));
        }
        let space = if own_lines {
            format!("\n{}", self.indentation(list.last_item_start()))
        } else {
            " ".to_owned()
        };
        let added = if trailing_comma {
            format!("{space}{item},")
        } else {
            format!(",{space}{item}")
        };
        self.insert(end, added);
    }
}

impl List {
    fn of_attribute(list: &MetaList) -> Self {
        let span = match &list.delimiter {
            MacroDelimiter::Paren(token) => token.span,
            MacroDelimiter::Brace(token) => token.span,
            MacroDelimiter::Bracket(token) => token.span,
        };
        Self {
            tokens: list.tokens.clone(),
            inside: span.open().byte_range().end..span.close().byte_range().start,
        }
    }

    fn of_group(group: &Group) -> Self {
        Self {
            tokens: group.stream(),
            inside: group.span_open().byte_range().end..group.span_close().byte_range().start,
        }
    }

    /// The list that stands behind the word `key`.
    fn entry(&self, key: &str) -> Option<Self> {
        let mut tokens = self.tokens.clone().into_iter();
        tokens.find(|token| matches!(token, TokenTree::Ident(word) if word == key))?;
        match tokens.next() {
            Some(TokenTree::Group(group)) => Some(Self::of_group(&group)),
            _ => None,
        }
    }

    fn has(&self, item: &str) -> bool {
        let wanted = without_space(item);
        let items = self.tokens.to_string();
        items
            .split(',')
            .any(|listed| without_space(listed) == wanted)
    }

    /// The lists in this one.
    pub(super) fn entries(&self) -> impl Iterator<Item = Self> {
        let tokens = self.tokens.clone().into_iter();
        tokens.filter_map(|token| match token {
            TokenTree::Group(group) => Some(Self::of_group(&group)),
            _ => None,
        })
    }

    /// Where the last item begins.
    pub(super) fn last_item_start(&self) -> usize {
        let last = self.item_starts().pop();
        last.unwrap_or(self.inside.start)
    }

    /// Where each item begins.
    pub(super) fn item_starts(&self) -> Vec<usize> {
        let mut starts = Vec::new();
        let mut begins = true;
        for token in self.tokens.clone() {
            if begins {
                starts.push(token.span().byte_range().start);
            }
            begins = matches!(&token, TokenTree::Punct(comma) if comma.as_char() == ',');
        }
        starts
    }
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The list of `#[module(…)]`, where `#[derive(…, Module)]` stands as well.
fn manifest_of(attributes: &[Attribute]) -> Option<&MetaList> {
    let lists = || {
        attributes
            .iter()
            .filter_map(|attribute| match &attribute.meta {
                Meta::List(list) => Some(list),
                _ => None,
            })
    };
    let derives = |list: &MetaList| {
        let mut words = list.tokens.clone().into_iter();
        list.path.is_ident("derive")
            && words.any(|token| matches!(token, TokenTree::Ident(word) if word == "Module"))
    };
    lists().find(|list| derives(list))?;
    lists().find(|list| list.path.is_ident("module"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[track_caller]
    fn check(manifest: &str, expect: &str) {
        let source = |manifest: &str| {
            format!("#[derive(Module)]\n#[module({manifest})]\npub struct Blog;\n")
        };
        let mut file = RustFile::parse(Path::new("src/lib.rs"), &source(manifest)).unwrap();
        assert!(file.list("tables", "Post"));
        assert_eq!(file.into_text(), source(expect));
    }

    #[test]
    fn adds_to_the_list_or_makes_it() {
        check(r#"name = "blog""#, r#"name = "blog", tables(Post)"#);
        check(r#"name = "blog","#, r#"name = "blog", tables(Post),"#);
        check("tables()", "tables(Post)");
        check("tables(Tag), jobs(a)", "tables(Tag, Post), jobs(a)");
        check("tables(Tag,), jobs(a)", "tables(Tag, Post,), jobs(a)");
        check("tables(a::Tag)", "tables(a::Tag, Post)");
    }

    #[test]
    fn keeps_a_list_of_several_lines_as_it_is() {
        check(
            "\n    name = \"blog\",\n    jobs(a), // nightly\n",
            "\n    name = \"blog\",\n    jobs(a), // nightly\n    tables(Post),\n",
        );
        check(
            "\n    tables(\n        Tag,\n        User\n    )\n",
            "\n    tables(\n        Tag,\n        User,\n        Post\n    )\n",
        );
    }

    #[test]
    fn two_additions_share_the_comma_before_a_comment() {
        let source = "#[derive(Module)]\n#[module(\n    jobs(a) // nightly\n)]\nstruct Blog;\n";
        let mut file = RustFile::parse(Path::new("src/lib.rs"), source).unwrap();
        assert!(file.list("requires", "geo::Geo") && file.list("tables", "Post"));
        let expect = "    jobs(a), // nightly\n    requires(geo::Geo),\n    tables(Post),\n";
        assert!(file.into_text().contains(expect));
    }

    #[test]
    fn what_is_listed_already_stays() {
        check("tables(Tag, Post)", "tables(Tag, Post)");
    }

    #[test]
    fn a_file_without_a_manifest_is_left_alone() {
        let mut file = RustFile::parse(Path::new("a.rs"), "#[derive(Debug)] struct A;").unwrap();
        assert!(!file.list("tables", "Post"));
        assert_eq!(file.into_text(), "#[derive(Debug)] struct A;");
    }
}
