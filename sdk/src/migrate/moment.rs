//! What a plan needs to know of a store, as data: what one process writes and
//! another, which cannot open the store, reads.

use std::collections::{BTreeMap, HashMap};

use sdk_schema::{
    Application, FoldedSchema, LedgerEntry, MigrationId, MigrationStatus, Plan, Preview, TableName,
};
use serde::{Deserialize, Serialize};

use super::{MigrateError, ledger};
use crate::store::{Store, StoreError};

/// What migrations have made of a store, at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// What has been applied, in the order of application.
    pub ledger: Vec<LedgerEntry>,
    /// The tables as the migrations made them, by full name.
    pub schema: FoldedSchema,
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
}

impl Moment {
    /// The present moment of a store.
    pub(crate) async fn of(store: &Store) -> Result<Self, StoreError> {
        let ledger = ledger::read(store).await.map_err(|error| match error {
            MigrateError::Store(error) => error,
            other => StoreError::Damaged {
                detail: other.to_string(),
            },
        })?;
        let rows = store.read(async |tx| {
            let count = |name: &TableName| {
                let name = name.to_string();
                Ok((name.clone(), tx.row_count(&name)?))
            };
            tx.table_names()
                .iter()
                .map(count)
                .collect::<Result<_, StoreError>>()
        });
        Ok(Self {
            rows: rows.await?,
            schema: store.schema(),
            ledger,
        })
    }

    /// Plans what is to be applied, in global order.
    ///
    /// # Errors
    /// As [`super::plan`].
    pub fn plan(
        &self,
        application: &Application,
        allow_late: &[MigrationId],
    ) -> Result<Plan, MigrateError> {
        let plan = Plan::new(application, &self.ledger, allow_late)?;
        plan.check_replay(application, &self.ledger)?;
        Ok(plan)
    }

    /// Says what a plan means for the rows.
    pub fn preview(&self, plan: &Plan) -> Preview {
        let names = self.schema.tables.keys();
        let rows: HashMap<_, _> = names
            .filter_map(|name| Some((name.clone(), *self.rows.get(&name.to_string())?)))
            .collect();
        plan.preview(&self.schema, &rows)
    }

    /// The state of every migration.
    pub fn status(&self, application: &Application) -> Vec<MigrationStatus> {
        sdk_schema::status(application, &self.ledger)
    }
}
