//! Folder: what the files beside a module's source hold.
//!
//! * `migrations/STAMP_name.json`, and `migrations/chain.txt` about them
//! * `seeds/real/*.json`, `seeds/test/*.json`
//! * `translations/LOCALE.arb`
//! * `mail/NAME[.LOCALE].{html,txt}`
//! * `proto/MODULE/v1/*.proto`, which are not read here but by `sdk-proto`
//!
//! Each folder may be absent. Files whose names begin with a dot and `*.md`
//! are for people and passed over; any other file that has no place here is a
//! fault, because its author expects it to count. Each file is read by the
//! parser of `sdk-schema`, so what a build accepts, a start accepts.

mod listing;
mod parse;

use std::path::{Path, PathBuf};

use sdk_schema::{Arb, Chain, MailTemplate, Migration, Name, SeedFile, SeedSet};

use crate::file_fault::{FileFault, FileFaults};

/// The folder of migrations.
pub const MIGRATIONS: &str = "migrations";
/// The folder of the sets of seeds.
pub(crate) const SEEDS: &str = "seeds";
/// The folder of translations.
pub(crate) const TRANSLATIONS: &str = "translations";
/// The folder of mail templates.
pub(crate) const MAIL: &str = "mail";

/// The folder of protos, which `sdk-proto` reads.
pub const PROTO: &str = "proto";

/// The folders beside a module's source.
pub const FOLDERS: [&str; 5] = [MIGRATIONS, SEEDS, TRANSLATIONS, MAIL, PROTO];

/// A file and what was read from it.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// The file, relative to the module's folder.
    pub file: PathBuf,
    /// Its content.
    pub content: T,
}

/// The files of a module.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// The migrations, sorted by stamp.
    pub migrations: Vec<Entry<Migration>>,
    /// What the chain says of the migrations, if there is one.
    pub chain: Option<Entry<Chain>>,
    /// The seed files, the real ones first, each set sorted by file name.
    pub seeds: Vec<Entry<SeedFile>>,
    /// The translations, sorted by file name.
    pub translations: Vec<Entry<Arb>>,
    /// The mail templates, sorted by file name.
    pub mails: Vec<Entry<MailTemplate>>,
}

/// Files that were read, and what is wrong with the others.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What could be read.
    pub folder: Folder,
    /// What is wrong with the rest.
    pub faults: Vec<FileFault>,
}

impl Folder {
    /// Reads the files of `module` in the folder `dir`.
    ///
    /// # Errors
    /// All that is wrong with any file, at once.
    pub fn read(dir: &Path, module: &Name) -> Result<Self, FileFaults> {
        let Reading { folder, faults } = Reading::of(dir, module);
        FileFaults::unless(faults, folder)
    }

    /// The migrations without their files, sorted by stamp.
    pub fn migrations(&self) -> impl Iterator<Item = &Migration> {
        self.migrations.iter().map(|entry| &entry.content)
    }
}

impl Reading {
    /// Reads what can be read of the files of `module` in the folder `dir`.
    pub fn of(dir: &Path, module: &Name) -> Self {
        let mut faults = Vec::new();
        let mut reader = listing::Reader::new(dir, &mut faults);
        reader.refuse_all_but(SEEDS, &[SeedSet::Real.as_str(), SeedSet::Test.as_str()]);
        let mut migrations =
            reader.read_all_but(Chain::FILE, Path::new(MIGRATIONS), |name, text| {
                parse::migration(module, name, text)
            });
        let chain = Path::new(MIGRATIONS).join(Chain::FILE);
        let chain = reader.read_one(chain, |text| parse::chain(module, text));
        migrations.sort_by(|a, b| a.content.id.cmp(&b.content.id));
        let seeds = [SeedSet::Real, SeedSet::Test].map(|set| {
            let folder = Path::new(SEEDS).join(set.as_str());
            reader.read(&folder, |name, text| parse::seed(set, name, text))
        });
        let translations = reader.read(Path::new(TRANSLATIONS), parse::translation);
        let mails = reader.read(Path::new(MAIL), parse::mail);
        Self {
            folder: Folder {
                migrations,
                chain,
                seeds: seeds.into_iter().flatten().collect(),
                translations,
                mails,
            },
            faults,
        }
    }

    /// Whether everything in the folder `name` could be read.
    pub(crate) fn is_whole(&self, name: &str) -> bool {
        !self.faults.iter().any(|fault| fault.file.starts_with(name))
    }

    /// Whether all migrations could be read; of their chain it says nothing.
    pub fn has_all_migrations(&self) -> bool {
        let mut faults = self.faults.iter();
        !faults
            .any(|fault| fault.file.starts_with(MIGRATIONS) && !fault.file.ends_with(Chain::FILE))
    }
}
