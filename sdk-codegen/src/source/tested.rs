//! What tests name.
//!
//! Nothing is run here: a function whose name stands in a test is taken to be
//! tested, and one whose name stands in none certainly is not.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Item,
    visit::{self, Visit},
};

use super::{
    files::{self, SourceFile},
    gate::{Gate, Gates},
};

/// The identifiers in code that only tests see: behind `#[cfg(test)]` and
/// `#[test]` in `src`, and all of `tests`. A file that is not Rust has none.
pub fn words_in_tests(dir: &Path) -> BTreeSet<String> {
    // What is wrong with the files of `src` is a fault of the module's source;
    // `tests` may be absent.
    let mut faults = Vec::new();
    let source = files::read(dir, &mut faults);
    let tests = files::read_below(dir, Path::new("tests"), &mut faults);
    let gates = Gates::read(&source);
    let mut words = Words::default();
    for file in &source {
        words.read(file, gates.of(file) == Gate::Test);
    }
    for file in &tests {
        words.read(file, true);
    }
    words.0
}

#[derive(Default)]
struct Words(BTreeSet<String>);

impl Words {
    fn read(&mut self, file: &SourceFile, whole: bool) {
        if whole {
            self.take(file.syntax.to_token_stream());
        } else {
            self.visit_file(&file.syntax);
        }
    }

    fn take(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.0.insert(ident.to_string());
                }
                TokenTree::Group(group) => self.take(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Words {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(it) => &it.attrs,
            Item::Mod(it) => &it.attrs,
            Item::Impl(it) => &it.attrs,
            Item::Use(it) => &it.attrs,
            _ => return,
        };
        if Gate::of(attributes) == Gate::Test {
            self.take(item.to_token_stream());
        } else {
            visit::visit_item(self, item);
        }
    }
}
