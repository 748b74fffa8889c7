//! The module `sdk`, which every application has: the library's own tables.

use super::{Declaration, Embedded, EmbeddedFile, TableDeclaration};
use crate::{
    jobs::{Job, JobOverride, JobRun},
    migrate::{Migration, MigrationEvent},
    seed::{SeedFile, SeedRow},
};

/// A migration of this module. They bear the first stamps there are, so that the
/// ledger exists before anything else is applied.
macro_rules! migration {
    ($name:literal) => {
        EmbeddedFile {
            name: $name,
            text: include_str!(concat!("../../migrations/", $name)),
        }
    };
}

const MIGRATIONS: &[EmbeddedFile] = &[
    migration!("19700101T000000Z_create_ledger.json"),
    migration!("19700101T000001Z_create_seed_tables.json"),
    migration!("19700101T000002Z_create_jobs.json"),
    migration!("19700101T000003Z_follow_migrations.json"),
];

/// What the library itself declares. A host links it before all others.
pub fn core() -> Declaration {
    Declaration {
        name: sdk_schema::BUILT_IN_MODULE,
        version: env!("CARGO_PKG_VERSION"),
        was: &[],
        requires: &[],
        tables: vec![
            TableDeclaration::of::<Migration>(),
            TableDeclaration::of::<MigrationEvent>(),
            TableDeclaration::of::<SeedFile>(),
            TableDeclaration::of::<SeedRow>(),
            TableDeclaration::of::<Job>(),
            TableDeclaration::of::<JobOverride>(),
            TableDeclaration::of::<JobRun>(),
        ],
        jobs: Vec::new(),
        steps: Vec::new(),
        // Those of `sdk/v1` need a host: `system` makes them.
        services: Vec::new(),
        descriptors: crate::__sdk_proto::DESCRIPTORS,
        embedded: Embedded {
            source_locale: "en",
            migrations: MIGRATIONS,
            ..Embedded::NONE
        },
    }
}

#[cfg(test)]
mod tests {
    use sdk_schema::{Application, Chain};

    use super::*;

    #[test]
    fn the_librarys_migrations_make_the_librarys_tables() {
        let manifest = core().manifest().unwrap();
        let application = Application::merge(vec![manifest]).unwrap();
        assert_eq!(application.schema.tables.len(), core().tables.len());
    }

    #[test]
    fn no_migration_of_the_library_was_edited() {
        let recorded = Chain::parse(include_str!("../../migrations/chain.txt")).unwrap();
        let chain = Chain::of(&core().manifest().unwrap().migrations);
        let lines: Vec<_> = chain.links.iter().map(ToString::to_string).collect();
        let lines = lines.join("\n");
        assert_eq!(
            recorded, chain,
            "the lines of sdk/migrations/chain.txt:\n{lines}"
        );
    }
}
