//! What a run of migrations works with.

use sdk_schema::{Application, LedgerEntry, MigrationId, MigrationStatus, Plan, Preview};

use super::{MigrateError, Steps, ledger};
use crate::{
    clock::Clock,
    store::{Store, StoreError},
};

/// Brings a store to the schema of an application, and back.
#[derive(Debug, Clone, Copy)]
pub struct Migrator<'a> {
    /// The store.
    pub store: &'a Store,
    /// The merged manifests of all linked modules.
    pub application: &'a Application,
    /// The code that migrations call.
    pub steps: &'a Steps,
    /// Tells when something was applied, and how long it took.
    pub clock: &'a Clock,
    /// The host with its version, as the ledger names it: `acme 1.2.0`.
    pub host: &'a str,
}

impl Migrator<'_> {
    /// Plans what is to be applied, in global order. Writes nothing.
    ///
    /// `allow_late` names migrations that may be applied although their own
    /// module has moved past them.
    ///
    /// # Errors
    /// Says of everything why ledger and application do not go together.
    pub async fn plan(&self, allow_late: &[MigrationId]) -> Result<Plan, MigrateError> {
        super::plan(self.store, self.application, allow_late).await
    }

    /// Says what a plan means for the rows of the store. Writes nothing.
    ///
    /// # Errors
    /// Fails when the store cannot be read.
    pub async fn preview(&self, plan: &Plan) -> Result<Preview, StoreError> {
        let moment = super::Moment::of(self.store).await?;
        Ok(moment.preview(plan))
    }

    /// What another process needs to plan for this store.
    ///
    /// # Errors
    /// Fails when the store cannot be read.
    pub async fn moment(&self) -> Result<super::Moment, StoreError> {
        super::Moment::of(self.store).await
    }

    /// The state of every migration that is linked or has been applied, in global order.
    ///
    /// # Errors
    /// Fails when the ledger cannot be read.
    pub async fn status(&self) -> Result<Vec<MigrationStatus>, MigrateError> {
        super::status(self.store, self.application).await
    }

    /// The version of a linked module.
    pub(super) fn module_version(&self, id: &MigrationId) -> Option<String> {
        let module = self.application.module(&id.module)?;
        Some(module.version.clone())
    }

    /// The position of the newest entry of the ledger; 0 when there is none.
    pub(super) async fn last_position(&self) -> Result<u64, MigrateError> {
        let entries = ledger::read(self.store).await?;
        Ok(entries
            .last()
            .map_or(0, |entry: &LedgerEntry| entry.position))
    }
}
