//! A list of the manifest, held against what the files declare of that kind.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::Ident;
use sdk_schema::Name;
use syn::spanned::Spanned;

use super::items::Items;
use crate::{
    file_fault::{FileFault, listed, place_of},
    model::Item,
};

/// A kind of declaration, as messages call it.
pub(super) struct Kind {
    /// What one is.
    pub(super) noun: &'static str,
    /// Its key in the manifest.
    pub(super) list: &'static str,
    /// How the source marks one.
    pub(super) mark: &'static str,
}

/// A declaration with what it is found by.
pub(super) struct Entry<'a, T> {
    /// Its file.
    pub(super) file: &'a Path,
    /// Its name in Rust.
    pub(super) ident: &'a Ident,
    /// Its name in the module.
    pub(super) name: &'a Name,
    /// The declaration.
    pub(super) value: &'a T,
}

/// One list of the manifest.
pub(super) struct Listing<'a> {
    /// What it lists.
    pub(super) kind: Kind,
    /// The file of the manifest.
    pub(super) file: &'a Path,
    /// The list.
    pub(super) paths: &'a [syn::Path],
}

impl Listing<'_> {
    /// The declarations that `pick` knows as its kind, in the order of the list.
    pub(super) fn resolve<'a, T>(
        &self,
        items: &'a Items,
        pick: impl Fn(&'a Item) -> Option<(&'a Ident, &'a Name, &'a T)>,
        faults: &mut Vec<FileFault>,
    ) -> Vec<Entry<'a, T>> {
        let entry = |(file, item)| {
            let (ident, name, value) = pick(item)?;
            Some(Entry {
                file,
                ident,
                name,
                value,
            })
        };
        let mut listed: Vec<_> = items.iter().filter_map(entry).collect();
        self.refuse_twins(&listed, faults);
        self.refuse_unlisted(&listed, faults);
        if items.complete {
            self.refuse_absent(&listed, &items.failed, faults);
        }
        listed.retain(|entry| self.position(entry.ident).is_some());
        listed.sort_by_key(|entry| self.position(entry.ident));
        listed
    }

    fn position(&self, ident: &Ident) -> Option<usize> {
        self.paths
            .iter()
            .position(|path| ends_in(path, &ident.to_string()))
    }

    fn refuse_twins<T>(&self, entries: &[Entry<'_, T>], faults: &mut Vec<FileFault>) {
        for (nth, entry) in entries.iter().enumerate() {
            let same =
                |other: &&Entry<'_, T>| other.name == entry.name || other.ident == entry.ident;
            if let Some(first) = entries[..nth].iter().find(same) {
                let message = format!(
                    "{} `{}` stands in {} already, as `{}`",
                    self.kind.noun,
                    entry.name,
                    shown_place(first),
                    first.ident
                );
                faults.push(FileFault::spanned(entry.file, entry.ident.span(), message));
            }
        }
    }

    fn refuse_unlisted<T>(&self, entries: &[Entry<'_, T>], faults: &mut Vec<FileFault>) {
        for entry in entries {
            if self.position(entry.ident).is_none() {
                let message = format!(
                    "{} `{}` is not listed: add it to `{}(…)` of the manifest in {}",
                    self.kind.noun,
                    entry.ident,
                    self.kind.list,
                    self.file.display()
                );
                faults.push(FileFault::spanned(entry.file, entry.ident.span(), message));
            }
        }
    }

    fn refuse_absent<T>(
        &self,
        entries: &[Entry<'_, T>],
        failed: &BTreeSet<String>,
        faults: &mut Vec<FileFault>,
    ) {
        for path in self.paths {
            let exists = entries
                .iter()
                .any(|entry| ends_in(path, &entry.ident.to_string()))
                || failed.iter().any(|name| ends_in(path, name));
            if !exists {
                let message = format!(
                    "{} `{}` is listed, but nothing in src has that name and `{}`; found {}",
                    self.kind.noun,
                    last_of(path),
                    self.kind.mark,
                    listed(entries.iter().map(|entry| entry.ident))
                );
                faults.push(FileFault::spanned(self.file, path.span(), message));
            }
        }
    }
}

fn ends_in(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

fn last_of(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|last| last.ident.to_string())
        .unwrap_or_default()
}

fn shown_place<T>(entry: &Entry<'_, T>) -> String {
    let place = place_of(entry.ident.span());
    format!("{}:{}:{}", entry.file.display(), place.line, place.column)
}
