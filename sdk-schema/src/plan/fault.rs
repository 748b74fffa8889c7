//! Why a database and a binary do not go together.

use crate::{Checksum, Difference, FoldFault, MigrationId, Name};

/// One reason why no plan can be made for a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanFault {
    /// An applied migration is not what it was.
    #[error(
        "migration `{migration}` was changed after it was applied: the ledger has checksum {applied}, this binary has {found}"
    )]
    Changed {
        /// The migration.
        migration: MigrationId,
        /// The checksum in the ledger.
        applied: Checksum,
        /// The checksum in the binary.
        found: Checksum,
    },
    /// A migration arrives after its module has moved past it.
    #[error(
        "migration `{migration}` arrives late: its module has already applied `{newest}`; give it a later stamp, or allow it by name"
    )]
    LateInModule {
        /// The migration.
        migration: MigrationId,
        /// The newest applied migration of the module.
        newest: MigrationId,
    },
    /// The database has been migrated by a newer binary.
    #[error(
        "migration `{migration}` was applied to this database, but it is newer than this binary, which ends with {newest}"
    )]
    NewerThanBinary {
        /// The migration.
        migration: MigrationId,
        /// The newest migration of the module in the binary, quoted, or that it has none.
        newest: String,
    },
    /// The database has a migration that the binary should have, but lacks.
    #[error(
        "migration `{migration}` was applied to this database, but is missing from this binary: was its file deleted or renamed?"
    )]
    MissingFromBinary {
        /// The migration.
        migration: MigrationId,
    },
    /// Some of what a squash stands for has been applied, but not all.
    #[error(
        "migration `{migration}` stands for several of which this database has applied only some: `{missing}` is missing; start the version of the module that still has them, then this one"
    )]
    HalfReplaced {
        /// The squash.
        migration: MigrationId,
        /// The first that is missing, `STAMP_name`.
        missing: String,
    },
    /// A database has migrations of a module under two of its names.
    #[error(
        "module `{module}` was `{first}`, but this database has migrations of `{second}` as well: it cannot be known which tables are its own"
    )]
    RenamedTwice {
        /// The module.
        module: Name,
        /// One of its former names.
        first: Name,
        /// Another of its names.
        second: Name,
    },
    /// A late migration is allowed that nobody declares.
    #[error("migration `{migration}` is allowed to be late, but no linked module has it")]
    AllowedUnknown {
        /// The migration.
        migration: MigrationId,
    },
    /// In the order in which this database gets them, the migrations cannot be applied.
    #[error("in the order of this database: {0}")]
    ReplayFails(FoldFault),
    /// In the order in which this database gets them, the migrations make another schema.
    #[error(
        "in the order of this database the migrations make another schema; module `{}`: {difference}", difference.table.module
    )]
    ReplayDiffers {
        /// What differs from the schema of a fresh database.
        difference: Difference,
    },
}

/// Every reason why no plan can be made, in global order. Shown with one in each line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct PlanFaults(pub Vec<PlanFault>);

fn lines(faults: &[PlanFault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
