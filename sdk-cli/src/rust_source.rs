//! Rust source that the tool adds to.
//!
//! A file is parsed only to find places; the text around an addition stays as
//! its author wrote it. A file that cannot be parsed is reported with its
//! place and left alone. There are no marker comments: what the tool looks for
//! is the code itself.

mod chain;
mod layout;
mod manifest;
mod scope;

use std::{fs, ops::Range, path::Path};

use sdk_codegen::FileFault;
use sdk_schema::Place;
use syn::{spanned::Spanned, visit::Visit};

/// A parsed file and the additions that have been made to it so far.
#[derive(Debug)]
pub(crate) struct RustFile {
    text: String,
    syntax: syn::File,
    edits: Vec<(Range<usize>, String)>,
}

impl RustFile {
    /// Reads `file`, a path relative to `root`.
    pub(crate) fn read(root: &Path, file: &Path) -> Result<Self, FileFault> {
        let text = fs::read_to_string(root.join(file))
            .map_err(|error| FileFault::new(file, format!("cannot be read: {error}")))?;
        Self::parse(file, &text)
    }

    /// Parses the text of `file`.
    pub(crate) fn parse(file: &Path, text: &str) -> Result<Self, FileFault> {
        // The compiler skips a byte order mark; the places of tokens do not count it.
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let syntax = syn::parse_str(&text).map_err(|error: syn::Error| {
            let start = error.span().start();
            let place = Place {
                line: start.line,
                column: start.column + 1,
            };
            FileFault::at(file, place, format!("is not Rust: {error}"))
        })?;
        Ok(Self {
            text,
            syntax,
            edits: Vec::new(),
        })
    }

    /// Adds `text` after the last line of the file.
    pub(crate) fn append(&mut self, text: &str) {
        let end = self.text.len();
        let line_feed = if self.text.is_empty() || self.text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.insert(end, format!("{line_feed}{text}"));
    }

    /// Whether a function, struct, enum, type or module of that name stands at the top level.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.syntax.items.iter().any(|item| match item {
            syn::Item::Enum(item) => item.ident == name,
            syn::Item::Fn(item) => item.sig.ident == name,
            syn::Item::Mod(item) => item.ident == name,
            syn::Item::Struct(item) => item.ident == name,
            syn::Item::Type(item) => item.ident == name,
            _ => false,
        })
    }

    /// The name of the field of a struct that stands on the line of a place.
    pub(crate) fn field_at(&self, place: Place) -> Option<String> {
        let structs = self.syntax.items.iter().filter_map(|item| match item {
            syn::Item::Struct(item) => Some(item),
            _ => None,
        });
        let mut fields = structs.flat_map(|item| &item.fields);
        let field = fields.find(|field| {
            let span = field.span();
            (span.start().line..=span.end().line).contains(&place.line)
        })?;
        field.ident.as_ref().map(ToString::to_string)
    }

    /// Whether the word `name` stands anywhere in the code.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        struct Finder<'a> {
            name: &'a str,
            found: bool,
        }
        impl<'ast> Visit<'ast> for Finder<'_> {
            fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
                self.found |= ident == self.name;
            }
        }
        let mut finder = Finder { name, found: false };
        finder.visit_file(&self.syntax);
        finder.found
    }

    /// The text with all additions.
    pub(crate) fn into_text(mut self) -> String {
        // Stable: what was added first at a place stands first.
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(self.text.len());
        let mut copied = 0;
        for (range, added) in self.edits {
            text.push_str(&self.text[copied..range.start]);
            text.push_str(&added);
            copied = range.end;
        }
        text.push_str(&self.text[copied..]);
        if self.text.contains("\r\n") {
            text.replace("\r\n", "\n").replace('\n', "\r\n")
        } else {
            text
        }
    }

    fn insert(&mut self, at: usize, text: String) {
        self.edits.push((at..at, text));
    }

    /// Where the line of the byte `at` ends, before its line feed.
    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |length| {
                let end = at + length;
                end - usize::from(self.text[..end].ends_with('\r'))
            })
    }

    /// The white space at the head of the line of the byte `at`.
    fn indentation(&self, at: usize) -> &str {
        let line_start = self.text[..at].rfind('\n').map_or(0, |before| before + 1);
        let line = &self.text[line_start..at];
        &line[..line.len() - line.trim_start().len()]
    }
}

/// The bytes of a piece of syntax.
fn bytes_of(syntax: &impl Spanned) -> Range<usize> {
    syntax.span().byte_range()
}
