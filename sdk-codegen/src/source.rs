//! Source: what the Rust files of a module's crate declare, without compiling them.
//!
//! [`Module::read`] walks `src/**/*.rs`, finds the manifest, tables, enums, jobs
//! and steps, reads each by the parser that its derive uses, and holds the
//! manifest against what is there: an unlisted declaration is a fault, and so
//! is a listed one that does not exist. What cannot be read without a compiler
//! (behind a `cfg`, in a macro, in a function, in a file outside of `src`) is a
//! fault as well.
//!
//! Declarations are found by their last name alone, so two tables, two enums,
//! two jobs or two steps of one name are refused.

mod assemble;
mod files;
mod gate;
mod items;
mod listing;
mod tested;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use tested::words_in_tests;

use sdk_schema::{Declared, Job, Name, Place, Step};

use crate::file_fault::{FileFault, FileFaults};

/// A module as its source declares it.
#[derive(Debug, Clone)]
pub struct Module {
    /// The module's name.
    pub name: Name,
    /// The type that stands for it.
    pub type_name: String,
    /// The file of that type, relative to the crate's folder.
    pub manifest_file: PathBuf,
    /// The names that it had before, the newest first.
    pub was: Vec<Name>,
    /// The modules it builds on.
    pub requires: Vec<Name>,
    /// Its tables, in the order of the manifest.
    pub tables: Vec<Declared>,
    /// Its jobs, in the order of the manifest.
    pub jobs: Vec<Job>,
    /// Its steps, in the order of the manifest.
    pub steps: Vec<Step>,
    /// The locale in which its texts are written.
    pub source_locale: String,
    /// The path under which the crate reaches the SDK.
    pub(crate) sdk: syn::Path,
    places: Places,
}

/// Where tables stand, and their fields.
type Places = BTreeMap<Declaration, (PathBuf, Place)>;

/// A table, or with a second name a field of it.
type Declaration = (Name, Option<Name>);

impl Module {
    /// Reads the source of the crate in the folder `dir`.
    ///
    /// # Errors
    /// All that is wrong with the source, at once.
    pub fn read(dir: &Path) -> Result<Self, FileFaults> {
        let mut faults = Vec::new();
        let files = files::read(dir, &mut faults);
        let items = items::find(&files, &mut faults);
        assemble::module(&items, faults)
    }

    /// The path under which the crate reaches the SDK, as text.
    pub fn sdk_path(&self) -> String {
        let path = &self.sdk;
        quote::quote!(#path).to_string().replace(' ', "")
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Declared> {
        self.tables
            .iter()
            .find(|declared| declared.table.name == name)
    }

    /// A fault at a table, or at a field of it, where the source declares it;
    /// at the manifest if the source has no such table.
    pub(crate) fn fault_at(
        &self,
        table: &Name,
        field: Option<&Name>,
        message: impl std::fmt::Display,
    ) -> FileFault {
        let place_of = |field: Option<&Name>| self.places.get(&(table.clone(), field.cloned()));
        match place_of(field).or_else(|| place_of(None)) {
            Some((file, place)) => FileFault::at(file, *place, message),
            None => FileFault::new(&self.manifest_file, message),
        }
    }
}
