//! From a declaration to its manifest: the same as plain data.

use std::fmt;

use sdk_schema::{
    Arb, ArbFaults, MailTemplate, MailTemplateError, Manifest, Migration, MigrationFileError, Name,
    NameError, SeedFile, SeedFileError, SeedSet, Step,
};

use super::{Declaration, Embedded, EmbeddedFile};
use crate::{jobs::JobDeclaration, migrate::StepCode};

/// All that is wrong with what a module embeds.
///
/// A module whose build script has checked its folders has none of these.
#[derive(Debug, thiserror::Error)]
pub struct ManifestError {
    /// The module.
    pub module: &'static str,
    /// What is wrong; never empty.
    pub faults: Vec<ManifestFault>,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "module `{}` cannot be linked:", self.module)?;
        self.faults
            .iter()
            .try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// One thing that is wrong with what a module embeds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestFault {
    /// Something is called what it must not be.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A table is declared for another module.
    #[error("table `{table}` is not one of this module: its crate was built as another one")]
    Table {
        /// The full name of the table.
        table: &'static str,
    },
    /// A migration cannot be read.
    #[error("migrations/{0}")]
    Migration(#[from] MigrationFileError),
    /// A seed file cannot be read.
    #[error("seeds/{set}/{source}")]
    Seed {
        /// The set of the file.
        set: SeedSet,
        /// What is wrong with it.
        source: SeedFileError,
    },
    /// A file of translations cannot be read.
    #[error("translations/{0}")]
    Translations(#[from] ArbFaults),
    /// A mail template cannot be read.
    #[error("mail/{0}")]
    Mail(#[from] MailTemplateError),
}

impl Declaration {
    /// Parses everything that the module declares and embeds.
    ///
    /// # Errors
    /// Fails with every fault at once.
    pub fn manifest(&self) -> Result<Manifest, ManifestError> {
        self.parse(|keep| {
            let mut manifest = self.read_outline(keep)?;
            manifest.catalogues = self.read_translations(keep);
            Some(manifest)
        })
    }

    /// The manifest without the translations: most commands need none, and to
    /// read them takes longer than all the rest.
    pub(crate) fn outline(&self) -> Result<Manifest, ManifestError> {
        self.parse(|keep| self.read_outline(keep))
    }

    /// The manifest without translations and migrations: a start that has nothing
    /// to apply reads none.
    ///
    /// # Errors
    /// Fails with every fault of what it reads at once.
    pub fn frame(&self) -> Result<Manifest, ManifestError> {
        let frame = Self {
            embedded: Embedded {
                migrations: &[],
                ..self.embedded
            },
            ..self.clone()
        };
        frame.outline()
    }

    /// The names of the files of migrations, without `.json`, and their checksums.
    pub(super) fn listed_migrations(&self) -> Result<Vec<(&'static str, String)>, ManifestError> {
        let (files, checksums) = (self.embedded.migrations, self.embedded.migration_checksums);
        let stem = |file: &EmbeddedFile| file.name.strip_suffix(".json").unwrap_or(file.name);
        if files.len() == checksums.len() {
            let listed = files.iter().zip(checksums);
            return Ok(listed
                .map(|(file, checksum)| (stem(file), (*checksum).to_owned()))
                .collect());
        }
        self.parse(|keep| {
            let name = keep.ok(Name::new(self.name))?;
            Some(keep.all(files, |file| {
                let migration = Migration::parse(&name, file.name, file.text)?;
                Ok::<_, MigrationFileError>((stem(file), migration.checksum().to_string()))
            }))
        })
    }

    /// The translations that the outline lacks.
    pub(crate) fn translations(&self) -> Result<Vec<Arb>, ManifestError> {
        self.parse(|keep| Some(self.read_translations(keep)))
    }

    fn parse<T>(&self, read: impl FnOnce(&mut Keep<'_>) -> Option<T>) -> Result<T, ManifestError> {
        let mut faults = Vec::new();
        match read(&mut Keep(&mut faults)) {
            Some(read) if faults.is_empty() => Ok(read),
            _ => Err(ManifestError {
                module: self.name,
                faults,
            }),
        }
    }

    /// The outline as far as it can be read; none if even the name cannot.
    fn read_outline(&self, keep: &mut Keep<'_>) -> Option<Manifest> {
        let name = keep.ok(Name::new(self.name))?;
        let mut manifest = Manifest::new(name.clone(), self.version);
        self.embedded
            .source_locale
            .clone_into(&mut manifest.source_locale);
        manifest.was = keep.all(self.was, |name| Name::new(name));
        manifest.requires = keep.all(self.requires, |name| Name::new(name));
        manifest.jobs = keep.all(&self.jobs, JobDeclaration::job);
        manifest.steps = keep.all(&self.steps, |step| {
            Name::new(step.name).map(|name| Step {
                name,
                revision: step.revision,
                rows: matches!(step.code, StepCode::EachRow { .. }),
            })
        });
        manifest.tables = keep.all(&self.tables, |table| {
            let own = table.name.split_once('.').map(|(module, _)| module) == Some(self.name);
            let found = own.then(|| (table.table)().clone());
            found.ok_or(ManifestFault::Table { table: table.name })
        });
        manifest.migrations = keep.all(self.embedded.migrations, |file| {
            Migration::parse(&name, file.name, file.text)
        });
        manifest.migrations.sort_by(|a, b| a.id.cmp(&b.id));
        manifest.seeds = keep.all(self.embedded.seeds_real, seeds(SeedSet::Real));
        let mut test = keep.all(self.embedded.seeds_test, seeds(SeedSet::Test));
        manifest.seeds.append(&mut test);
        manifest.mails = keep.all(self.embedded.mail, |file| {
            MailTemplate::parse(file.name, file.text)
        });
        Some(manifest)
    }

    fn read_translations(&self, keep: &mut Keep<'_>) -> Vec<Arb> {
        keep.all(self.embedded.translations, |file| {
            Arb::parse(file.name, file.text)
        })
    }
}

fn seeds(set: SeedSet) -> impl Fn(&EmbeddedFile) -> Result<SeedFile, ManifestFault> {
    move |file| {
        SeedFile::parse(set, file.name, file.text)
            .map_err(|source| ManifestFault::Seed { set, source })
    }
}

/// Keeps what went well and puts the faults aside.
struct Keep<'a>(&'a mut Vec<ManifestFault>);

impl Keep<'_> {
    fn ok<T, E: Into<ManifestFault>>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|fault| self.0.push(fault.into())).ok()
    }

    fn all<I, T, E: Into<ManifestFault>>(
        &mut self,
        items: &[I],
        parse: impl Fn(&I) -> Result<T, E>,
    ) -> Vec<T> {
        let parsed = items.iter().map(parse);
        parsed.filter_map(|result| self.ok(result)).collect()
    }
}
