//! Modules: what an author declares and a host links.
//!
//! `#[derive(Module)]` implements [`Module`] from the manifest in its
//! attribute; the module's build script adds the [`Embedded`] files. A
//! [`Declaration`] is both together, with code; its manifest is the same as
//! plain data, which is what is merged, planned and checked.
//!
//! What the derive does can be done by hand, as tests do:
//!
//! ```
//! use sdk::module::{Declaration, Embedded, EmbeddedFile};
//!
//! let blog = Declaration {
//!     name: "blog",
//!     version: "1.0.0",
//!     was: &[],
//!     requires: &[],
//!     tables: vec![],
//!     jobs: vec![],
//!     steps: vec![],
//!     services: vec![],
//!     descriptors: &[],
//!     embedded: Embedded {
//!         migrations: &[EmbeddedFile { name: "2026_create.json", text: "{}" }],
//!         ..Embedded::NONE
//!     },
//! };
//! let error = blog.manifest().unwrap_err();
//! assert!(error.to_string().contains("2026_create.json"));
//! ```

mod core;
mod manifest;

use sdk_schema::{Fake, Table as TableSchema};

use crate::{
    jobs::{JobDeclaration, Jobs},
    migrate::{Inventory, StepDeclaration, Steps},
    rpc::{Methods, MethodsError, ServiceDeclaration},
    seed::Fakes,
    store::Table,
};

pub use self::core::core;
pub use manifest::{ManifestError, ManifestFault};

/// A module: a crate that declares tables, migrations, seeds, jobs and texts.
pub trait Module: 'static {
    /// The module's name.
    const NAME: &'static str;

    /// All that it declares.
    fn declaration() -> Declaration;
}

/// All that a module declares, with its code.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The module's name.
    pub name: &'static str,
    /// The version of its crate.
    pub version: &'static str,
    /// The names that the module had before, the newest first.
    pub was: &'static [&'static str],
    /// The modules it builds on.
    pub requires: &'static [&'static str],
    /// Its tables.
    pub tables: Vec<TableDeclaration>,
    /// Its jobs.
    pub jobs: Vec<JobDeclaration>,
    /// The steps that its migrations call.
    pub steps: Vec<StepDeclaration>,
    /// What serves the services of its protos.
    pub services: Vec<ServiceDeclaration>,
    /// An encoded `google.protobuf.FileDescriptorSet` of its protos; empty without any.
    pub descriptors: &'static [u8],
    /// The files of its folders.
    pub embedded: Embedded,
}

/// A table as a module lists it.
#[derive(Debug, Clone, Copy)]
pub struct TableDeclaration {
    /// The full name, `module.table`.
    pub name: &'static str,
    /// Its fields, key and indexes.
    pub table: fn() -> &'static TableSchema,
    /// How test rows fill its fields, by field.
    pub fakes: fn() -> &'static [(&'static str, Fake)],
}

impl TableDeclaration {
    /// The table of a row type.
    pub fn of<T: Table>() -> Self {
        Self {
            name: T::TABLE_NAME,
            table: T::table,
            fakes: T::fakes,
        }
    }
}

/// The files of a module's folders, embedded when it was compiled.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// The locale in which the module's texts are written.
    pub source_locale: &'static str,
    /// `migrations/*.json`.
    pub migrations: &'static [EmbeddedFile],
    /// The checksums of the migrations, in their order, as the build script found
    /// them; empty where it has not, so that a start finds them.
    pub migration_checksums: &'static [&'static str],
    /// `seeds/real/*.json`.
    pub seeds_real: &'static [EmbeddedFile],
    /// `seeds/test/*.json`.
    pub seeds_test: &'static [EmbeddedFile],
    /// `translations/*.arb`.
    pub translations: &'static [EmbeddedFile],
    /// `mail/*`.
    pub mail: &'static [EmbeddedFile],
}

impl Embedded {
    /// No files at all.
    pub const NONE: Self = Self {
        source_locale: "en",
        migrations: &[],
        migration_checksums: &[],
        seeds_real: &[],
        seeds_test: &[],
        translations: &[],
        mail: &[],
    };
}

/// One embedded file.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedFile {
    /// Its name without the folder.
    pub name: &'static str,
    /// Its content.
    pub text: &'static str,
}

/// The steps of all modules.
pub fn steps(declarations: &[Declaration]) -> Steps {
    let mut steps = Steps::default();
    for module in declarations {
        steps.add(module.name, &module.steps);
    }
    steps
}

/// The migrations of all modules by identity and checksum.
///
/// # Errors
/// Fails with every fault of a file whose checksum the build script has not found.
pub fn inventory(declarations: &[Declaration]) -> Result<Inventory, ManifestError> {
    let mut inventory = Inventory::default();
    for module in declarations {
        inventory.add(module.name, module.listed_migrations()?);
    }
    Ok(inventory)
}

/// The methods of all modules' services.
///
/// # Errors
/// Fails when the protos contradict each other.
pub fn methods<'a>(
    declarations: impl IntoIterator<Item = &'a Declaration>,
) -> Result<Methods, MethodsError> {
    let modules = declarations.into_iter();
    Methods::read(modules.map(|module| module.descriptors))
}

/// The jobs of all modules.
pub fn jobs(declarations: &[Declaration]) -> Jobs {
    let mut jobs = Jobs::default();
    for module in declarations {
        jobs.add(module.name, &module.jobs);
    }
    jobs
}

/// What the tables of all modules say about test rows.
pub fn fakes(declarations: &[Declaration]) -> Fakes {
    let mut fakes = Fakes::default();
    for table in declarations.iter().flat_map(|module| &module.tables) {
        fakes.add(table.name, (table.fakes)());
    }
    fakes
}
