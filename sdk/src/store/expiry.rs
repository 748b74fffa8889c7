//! Rows that expire: out of sight when their time has come, removed soon after.
//!
//! Whether a row is there is a question of the transaction's `now`: a row with an
//! expiry at or before it is left out by every read and makes room for a new one.
//! Nothing depends on when it is removed. A clock that is set back brings rows
//! back into sight that have not been removed yet, and loses none.

use std::{sync::Arc, time::Duration};

use sdk_schema::{Row, Timestamp};

use super::{
    Store,
    catalogue::{Binding, StoredTable},
    error::StoreError,
    query::Query,
    read::ReadTx,
    scan::Rows,
};
use crate::clock;

/// How many rows are removed in one transaction.
const BATCH: usize = 256;

/// How long a row may be expired until it is looked for, unless the rows that
/// were there before it tell an earlier time.
const AT_LEAST_EVERY: Duration = Duration::from_secs(10);

impl Store {
    /// Removes the rows that have expired, in small transactions, and says how
    /// many. A row that others refer to and that their fields forbid to delete
    /// stays, out of sight, until they are gone.
    pub async fn remove_expired(&self) -> Result<u64, StoreError> {
        let tables: Vec<_> = {
            let tx = self.snapshot()?;
            let expiring = tx.catalogue.tables().filter(|t| t.expiry().is_some());
            expiring.cloned().collect()
        };
        let mut removed = 0;
        for table in tables {
            removed += self.remove_expired_of(&table).await?;
        }
        Ok(removed)
    }

    /// Removes expired rows, each soon after its time, until it is dropped. When
    /// the store fails it tries again later.
    pub async fn keep_removing_expired(&self) -> std::convert::Infallible {
        loop {
            let latest = clock::after(self.clock().now(), AT_LEAST_EVERY);
            let next = match self.remove_expired().await {
                Ok(_) => self.next_expiry().unwrap_or_default(),
                Err(error) => {
                    tracing::warn!(%error, "expired rows could not be removed");
                    None
                }
            };
            let until = next.map_or(latest, |next| next.min(latest));
            self.clock().sleep_until(until).await;
        }
    }

    /// When the next row that is still there expires.
    pub fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError> {
        let tx = self.snapshot()?;
        let mut next = None;
        for table in tx.catalogue.tables() {
            let Some(position) = table.expiry() else {
                continue;
            };
            let expiry = tx.next_expiry_of(table, position)?;
            next = [next, expiry].into_iter().flatten().min();
        }
        Ok(next)
    }

    async fn remove_expired_of(&self, table: &Arc<StoredTable>) -> Result<u64, StoreError> {
        let name = table.name().to_string();
        let mut removed = 0;
        let mut passed = 0;
        loop {
            let keys = self.snapshot()?.expired_keys(table, passed)?;
            if keys.is_empty() {
                return Ok(removed);
            }
            let done = self.write(async |tx| {
                let mut done = 0;
                for key in &keys {
                    done += u64::from(tx.remove_if_expired(&name, key)?);
                }
                Ok::<_, StoreError>(done)
            });
            let done = done.await?;
            removed += done;
            // What stays is in front of what comes next.
            passed += keys.len() - usize::try_from(done).unwrap_or(keys.len());
        }
    }
}

impl ReadTx<'_> {
    /// The keys of some rows that have expired, those that did first in front; the
    /// first `pass` of them are left out.
    pub(super) fn expired_keys(
        &self,
        table: &Arc<StoredTable>,
        pass: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let Some(query) = Query::expired(table, self.now()) else {
            return Ok(Vec::new());
        };
        let binding = Arc::new(Binding::of_table(table));
        let mut rows = Rows::<Row>::new(&self.trees, binding, &query)?;
        let mut keys = Vec::new();
        for _ in 0..pass {
            rows.next_key()?;
        }
        while keys.len() < BATCH
            && let Some(key) = rows.next_key()?
        {
            keys.push(key);
        }
        Ok(keys)
    }

    fn next_expiry_of(
        &self,
        table: &Arc<StoredTable>,
        position: usize,
    ) -> Result<Option<Timestamp>, StoreError> {
        let query = Query::expiring(table, position);
        let binding = Arc::new(Binding::of_table(table));
        // Those that have expired are left out.
        let mut rows = Rows::<Row>::new(&self.trees, binding, &query)?;
        let row = rows.read_next()?;
        let field = &table.fields()[position].name;
        Ok(row.and_then(|row| match row.get(field) {
            Some(sdk_schema::Value::Timestamp(expiry)) => Some(*expiry),
            _ => None,
        }))
    }
}
