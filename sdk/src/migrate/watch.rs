//! What a run of migrations tells whoever watches it.

use sdk_schema::{Adopted, MigrationId, ModuleRename, Name};

use super::Applied;

/// Something that a run has come to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A module has got its present name.
    Renamed(&'a ModuleRename),
    /// A squash has taken the place of what it stands for.
    Adopted(&'a Adopted),
    /// A migration begins, or goes on.
    Begins {
        /// Which one.
        migration: &'a MigrationId,
        /// How manieth of this run it is, from 1.
        number: usize,
        /// How many there are in this run.
        of: usize,
    },
    /// A batch of rows has been committed.
    Rows {
        /// The migration.
        migration: &'a MigrationId,
        /// The step that is called for the rows.
        step: &'a Name,
        /// How many it has been called for.
        done: u64,
        /// How many rows the table has.
        of: u64,
    },
    /// A migration has been applied.
    Applied(&'a Applied),
    /// A migration has been taken back.
    TakenBack(&'a MigrationId),
}

/// Is told of each [`Event`].
pub type Watch<'a> = &'a mut (dyn FnMut(Event<'_>) + Send);
