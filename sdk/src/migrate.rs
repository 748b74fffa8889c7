//! Brings a store to the schema that the linked modules declare.
//!
//! A **plan** is made from the merged application and the **ledger**, the
//! table of what has been applied; a [`Migrator`] carries it out, one transaction
//! for each migration, its row in the ledger included. A failing migration
//! leaves nothing of itself behind and stops the run; what came before it stays
//! applied. After every run the schema of the store must equal the declared one.
//!
//! A **step** is Rust code that a migration calls by name and revision: once,
//! inside the migration's transaction, or for each row of a table, in
//! **batches**. Each batch is a transaction, in which the ledger says how far the
//! step came: whoever is killed goes on there. An **online** step leaves the
//! application in use meanwhile.
//!
//! What has been applied can be taken back by inverses ([`Migrator::down`]),
//! held against the binary ([`Migrator::verify`]) and repaired by hand
//! ([`Migrator::mark`]). All that is done otherwise than by applying is written
//! to the table `sdk.migration_event`.

mod apply;
mod batch;
mod compare;
mod down;
mod error;
mod event;
mod inventory;
mod ledger;
mod mark;
mod migrator;
mod moment;
mod portion;
mod rename;
mod steps;
mod verify;
mod watch;

use sdk_schema::{Application, MigrationId, MigrationStatus, Plan};

use crate::store::{Store, StoreError};

pub use apply::{Applied, Online, Report};
pub use compare::{SchemaDifferences, compare};
pub use down::DownReport;
pub use error::{Failure, MigrateError, RowFailure};
pub use event::{EventAction, MigrationEvent, events};
pub use inventory::Inventory;
pub use ledger::{LedgerState, Migration, history};
pub use mark::{Mark, MarkError, Marked};
pub use migrator::Migrator;
pub use moment::Moment;
pub use steps::{BATCH_ROWS, RowStepFn, StepCode, StepDeclaration, StepFn, StepFuture, Steps};
pub use verify::{Check, Verification};
pub use watch::{Event, Watch};

/// Plans what is to be applied to a store, in global order.
///
/// `allow_late` names migrations that may be applied although their own module
/// has moved past them.
pub async fn plan(
    store: &Store,
    application: &Application,
    allow_late: &[MigrationId],
) -> Result<Plan, MigrateError> {
    let ledger = ledger::read(store).await?;
    let plan = Plan::new(application, &ledger, allow_late)?;
    plan.check_replay(application, &ledger)?;
    Ok(plan)
}

/// The state of every migration that is linked or has been applied, in global order.
pub async fn status(
    store: &Store,
    application: &Application,
) -> Result<Vec<MigrationStatus>, MigrateError> {
    let ledger = ledger::read(store).await?;
    Ok(sdk_schema::status(application, &ledger))
}

/// What a table of the library's own module holds; nothing as long as no
/// migration has made the table.
pub(crate) fn if_made<T: Default>(read: Result<T, StoreError>) -> Result<T, StoreError> {
    match read {
        Err(StoreError::UnknownTable { .. }) => Ok(T::default()),
        other => other,
    }
}
