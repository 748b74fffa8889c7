//! What can be wrong with a set of modules.

use super::ReplacesFault;
use crate::{
    Difference, FoldError, FoldFault, MigrationId, Name, ScheduleError, SeedRowFault, SeedSet,
    TableName,
};

/// One thing that is wrong with the modules that a host links.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeFault {
    /// Two modules have one name.
    #[error(
        "two modules are named `{module}`, versions {first} and {second}: a name is linked once"
    )]
    NameTaken {
        /// The name.
        module: Name,
        /// The version of one.
        first: String,
        /// The version of the other.
        second: String,
    },
    /// A module has the name of the built-in one.
    #[error(
        "a module of version {version} is named `sdk`, which is the built-in module: rename it"
    )]
    NameReserved {
        /// The module's version.
        version: String,
    },
    /// A module says that it had a name which is another one's.
    #[error(
        "module `{module}` says that it was `{was}`, which is the name or a former name of `{other}`: take it out of one of them"
    )]
    FormerNameTaken {
        /// The module.
        module: Name,
        /// The name that it says it had.
        was: Name,
        /// Whose name it is.
        other: Name,
    },
    /// A module requires another that is not linked.
    #[error("module `{module}` requires `{required}`, which is not linked; linked are {linked}")]
    RequiredMissing {
        /// The module.
        module: Name,
        /// The one it requires.
        required: Name,
        /// The linked modules.
        linked: String,
    },
    /// Modules require each other.
    #[error("modules require each other in a circle: {}", ticked(modules))]
    RequiresCircle {
        /// All members of the circle.
        modules: Vec<Name>,
    },
    /// A module declares something twice.
    #[error("module `{module}` declares {what} `{name}` twice")]
    DeclaredTwice {
        /// The module.
        module: Name,
        /// `table`, `job` or `step`.
        what: &'static str,
        /// The name.
        name: Name,
    },
    /// A migration is there twice.
    #[error("migration `{migration}` is there twice")]
    MigrationTwice {
        /// The migration.
        migration: MigrationId,
    },
    /// Two migrations of one module have one stamp.
    #[error("migrations `{first}` and `{second}` have one stamp: within a module each has its own")]
    StampTwice {
        /// One migration.
        first: MigrationId,
        /// The other.
        second: MigrationId,
    },
    /// A migration comes after one that nobody declares.
    #[error("migration `{migration}` comes after `{after}`, {reason}")]
    AfterUnknown {
        /// The migration.
        migration: MigrationId,
        /// The one it names.
        after: MigrationId,
        /// Whether the module or the migration is missing.
        reason: String,
    },
    /// A migration comes after one with a later stamp.
    #[error(
        "migration `{migration}` comes after `{after}`, whose stamp is later: give `{migration}` a stamp after {}", after.stamp
    )]
    AfterLater {
        /// The migration.
        migration: MigrationId,
        /// The one it names.
        after: MigrationId,
    },
    /// A migration comes after one for which a later squash stands.
    #[error(
        "migration `{migration}` comes after `{after}`, for which `{squash}` stands now, whose stamp is later: squash up to an earlier migration, or squash `{migration}` too"
    )]
    AfterSquashedLater {
        /// The migration.
        migration: MigrationId,
        /// The one it names.
        after: MigrationId,
        /// The one that stands for it.
        squash: MigrationId,
    },
    /// A squash cannot stand for what it replaces.
    #[error(transparent)]
    Replaces(#[from] ReplacesFault),
    /// Migrations with one stamp must each come before the others.
    #[error("migrations come after each other in a circle: {}", ticked(migrations))]
    AfterCircle {
        /// All members of the circle.
        migrations: Vec<MigrationId>,
    },
    /// An operation cannot be applied.
    #[error(transparent)]
    Fold(#[from] FoldFault),
    /// A migration runs a step that its module does not list.
    #[error("migration `{migration}` runs step `{step}`, which module `{}` does not list; it lists {known}", migration.module)]
    StepUnknown {
        /// The migration.
        migration: MigrationId,
        /// The step.
        step: Name,
        /// The steps of the module.
        known: String,
    },
    /// A migration runs a revision of a step that its module does not list.
    #[error("migration `{migration}` runs revision {wanted} of step `{step}`, but module `{}` lists revision {listed}", migration.module)]
    StepRevision {
        /// The migration.
        migration: MigrationId,
        /// The step.
        step: Name,
        /// The revision that the migration runs.
        wanted: u32,
        /// The revision of the code.
        listed: u32,
    },
    /// A migration calls a step in another manner than its function is made for.
    #[error("migration `{migration}` runs step `{step}`, whose function takes {takes}: {hint}")]
    StepCalledOtherwise {
        /// The migration.
        migration: MigrationId,
        /// The step.
        step: Name,
        /// What the function takes.
        takes: &'static str,
        /// What to write in the operation.
        hint: &'static str,
    },
    /// A field refers to a table of a module that is not required.
    #[error(
        "field `{field}` of `{table}` refers to `{target}`, but module `{}` does not require `{}`", table.module, target.module
    )]
    ReferenceNotRequired {
        /// The table that refers.
        table: TableName,
        /// Its field.
        field: Name,
        /// The table referred to.
        target: TableName,
    },
    /// A field refers to a table of a module that another host runs.
    #[error(
        "field `{field}` of `{table}` refers to `{target}`, but another host runs `{}`, and rows refer to rows of their own store", target.module
    )]
    ReferenceElsewhere {
        /// The table that refers.
        table: TableName,
        /// Its field.
        field: Name,
        /// The table referred to.
        target: TableName,
    },
    /// A reference does not lead to a fitting key.
    #[error(transparent)]
    Reference(#[from] FoldError),
    /// The migrations make other tables than the source declares.
    #[error("module `{}`: {difference}", difference.table.module)]
    Differs {
        /// What differs.
        difference: Difference,
    },
    /// A seed file is for a table that its module does not declare.
    #[error(
        "module `{module}`: seeds/{set}/{file} is for table `{table}`, which does not exist; the module has {known}"
    )]
    SeedTable {
        /// The module.
        module: Name,
        /// The set.
        set: SeedSet,
        /// The file.
        file: String,
        /// The table that is not there.
        table: Name,
        /// The tables that are.
        known: String,
    },
    /// A job's schedule cannot be read or is never due.
    #[error("module `{module}`: job `{job}`: {source}")]
    Schedule {
        /// The module.
        module: Name,
        /// The job.
        job: Name,
        /// What is wrong with the schedule.
        source: ScheduleError,
    },
    /// A row of a seed file does not fit its table.
    #[error("module `{module}`: seeds/{set}/{file}, {fault}")]
    SeedRow {
        /// The module.
        module: Name,
        /// The set.
        set: SeedSet,
        /// The file.
        file: String,
        /// What does not fit.
        fault: SeedRowFault,
    },
}

impl MergeFault {
    /// What faults are sorted by: the text, but rows by their number.
    fn rank(&self) -> (String, usize) {
        match self {
            Self::SeedRow {
                module,
                set,
                file,
                fault,
            } => (
                format!("module `{module}`: seeds/{set}/{file}"),
                fault.row(),
            ),
            other => (other.to_string(), 0),
        }
    }
}

/// Everything that is wrong with a set of modules, sorted, each thing once.
///
/// Shown with one fault in each line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct MergeFaults(pub Vec<MergeFault>);

impl MergeFaults {
    pub(super) fn new(mut faults: Vec<MergeFault>) -> Self {
        faults.sort_by_cached_key(MergeFault::rank);
        faults.dedup();
        Self(faults)
    }

    /// The same faults of a host that leaves the modules to others of which
    /// `is_elsewhere` holds: their tables are not to be had by requiring them.
    #[must_use]
    pub fn beside(self, is_elsewhere: impl Fn(&Name) -> bool) -> Self {
        let faults = self.0.into_iter().map(|fault| match fault {
            MergeFault::ReferenceNotRequired {
                table,
                field,
                target,
            } if is_elsewhere(&target.module) => MergeFault::ReferenceElsewhere {
                table,
                field,
                target,
            },
            MergeFault::AfterUnknown {
                migration, after, ..
            } if is_elsewhere(&after.module) => MergeFault::AfterUnknown {
                reason: format!("but another host runs `{}`", after.module),
                migration,
                after,
            },
            other => other,
        });
        Self::new(faults.collect())
    }
}

fn lines(faults: &[MergeFault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn ticked(names: &[impl std::fmt::Display]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
