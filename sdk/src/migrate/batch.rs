//! Steps that are called for each row of a table, some rows in a transaction.

use sdk_schema::{MigrationId, Row, Run, TableName, Value};

use super::{MigrateError, RowStepFn};
use crate::store::{Cursor, StoreError, WriteTx};

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

    /// Calls the step for the next rows after a cursor, in the order of the key.
    pub(super) async fn batch(
        &self,
        tx: &mut WriteTx<'_>,
        after: Option<&str>,
    ) -> Result<Batch, MigrateError> {
        let name = self.table();
        let after = after.map(|text| self.cursor(text)).transpose()?;
        let rows = usize::try_from(self.batch_rows.max(1)).unwrap_or(usize::MAX);
        let table = tx.table(&name).map_err(|error| self.refused(error))?;
        let page = table.scan().after(after).limit(rows).collect().await;
        let page = page.map_err(|error| self.refused(error))?;
        let key = table.schema().key.clone();
        let count = page.rows.len();
        for row in page.rows {
            self.call(tx, &name, &key, row).await?;
        }
        Ok(Batch {
            rows: u64::try_from(count).unwrap_or(u64::MAX),
            after: page.next.map(|cursor| cursor.to_string()),
        })
    }

    /// Calls the step for one row and writes what it made of it.
    async fn call(
        &self,
        tx: &mut WriteTx<'_>,
        table: &str,
        key: &[sdk_schema::Name],
        mut row: Row,
    ) -> Result<(), MigrateError> {
        let before = row.clone();
        let done = (self.code)(tx, &mut row).await;
        let done = match done {
            Ok(()) if row == before => return Ok(()),
            Ok(()) => match tx.table(table) {
                Ok(mut table) => table.update(row).await.map_err(Into::into),
                Err(error) => Err(error.into()),
            },
            Err(error) => Err(error),
        };
        done.map_err(|source| MigrateError::Row {
            migration: self.migration.clone(),
            number: self.number,
            step: self.run.step.clone(),
            table: table.to_owned(),
            key: key_text(&before, key),
            source,
        })
    }

    fn cursor(&self, text: &str) -> Result<Cursor, MigrateError> {
        text.parse().map_err(|error| MigrateError::Ledger {
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

/// The key of a row, as it is typed after `data get`.
fn key_text(row: &Row, key: &[sdk_schema::Name]) -> String {
    let value = |name: &sdk_schema::Name| match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_json().to_string().trim_matches('"').to_owned(),
        None => String::new(),
    };
    key.iter().map(value).collect::<Vec<_>>().join(" ")
}
