//! Steps that are called for each row of a table, some rows in a transaction.

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use sdk_schema::{MigrationId, Row, Run, TableName};

use super::{MigrateError, RowFailure, RowStepFn};
use crate::store::{KeyedRow, StoreError, WriteTx};

/// What calling a step for some rows came to.
pub(super) struct Batch {
    /// How many rows there were.
    pub(super) rows: u64,
    /// Where the next rows begin; none when these were the last.
    pub(super) after: Option<String>,
}

/// A call of a step for the rows of a table.
#[derive(Clone, Copy)]
pub(super) struct RowCall<'a> {
    pub(super) migration: &'a MigrationId,
    /// The number of the operation, from 1.
    pub(super) number: usize,
    pub(super) run: &'a Run,
    pub(super) code: RowStepFn,
    pub(super) batch_rows: u32,
}

impl RowCall<'_> {
    /// The full name of the table.
    pub(super) fn table(&self) -> String {
        let module = self.migration.module.clone();
        let table = self.run.table.clone();
        table.map_or_else(String::new, |table| {
            TableName::new(module, table).to_string()
        })
    }

    /// Calls the step for the next rows after a position, in the order of the
    /// key. Rows that have expired are among them: what a later operation asks of
    /// all rows it asks of them, too.
    pub(super) async fn batch(
        &self,
        tx: &mut WriteTx<'_>,
        after: Option<&str>,
    ) -> Result<Batch, MigrateError> {
        let table = self.table();
        let after = after.map(|text| self.position(text)).transpose()?;
        let limit = usize::try_from(self.batch_rows.max(1)).unwrap_or(usize::MAX);
        let rows = tx.rows_after(&table, after.as_deref(), limit);
        let rows = rows.map_err(|error| self.refused(error))?;
        let count = rows.len();
        let mut last = None;
        for KeyedRow { key, row } in rows {
            self.call(tx, &table, &key, row).await?;
            last = Some(key);
        }
        let more = match &last {
            Some(last) => tx.rows_after(&table, Some(last), 1),
            None => Ok(Vec::new()),
        };
        let is_last = more.map_err(|error| self.refused(error))?.is_empty();
        Ok(Batch {
            rows: u64::try_from(count).unwrap_or(u64::MAX),
            after: last.filter(|_| !is_last).map(|key| BASE64.encode(key)),
        })
    }

    /// Calls the step for one row and writes what it made of it.
    async fn call(
        &self,
        tx: &mut WriteTx<'_>,
        table: &str,
        key: &[u8],
        mut row: Row,
    ) -> Result<(), MigrateError> {
        let done = match (self.code)(tx, &mut row).await {
            Ok(()) => tx.replace_row(table, key, &row).map_err(Into::into),
            Err(error) => Err(error),
        };
        let Err(source) = done else { return Ok(()) };
        Err(MigrateError::Row(Box::new(RowFailure {
            migration: self.migration.clone(),
            number: self.number,
            step: self.run.step.clone(),
            key: tx.key_text(table, key)?,
            table: table.to_owned(),
            source,
        })))
    }

    fn position(&self, text: &str) -> Result<Vec<u8>, MigrateError> {
        BASE64.decode(text).map_err(|error| MigrateError::Ledger {
            row: self.migration.to_string(),
            detail: format!("field `after`: {error}"),
        })
    }

    fn refused(&self, source: StoreError) -> MigrateError {
        MigrateError::Operation {
            migration: self.migration.clone(),
            number: self.number,
            source: Box::new(source),
        }
    }
}
