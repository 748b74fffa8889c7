//! redb as one would use it by hand for this one table: the lower bound of
//! what the store can cost, as it is built on the same engine.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use redb::{
    Database, ReadableDatabase, ReadableTable, Table, TableDefinition, TableError, WriteTransaction,
};

use super::{CACHE_BYTES, Engine, Fresh, Supply, on_threads};
use crate::store::{
    codec::{decode, encode},
    order::{Order, Tally},
};

const ROWS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("orders");
const BY_REFERENCE: TableDefinition<'_, &str, u64> = TableDefinition::new("by_reference");
/// Customer, time and key.
const BY_CUSTOMER: TableDefinition<'_, (u32, i64, u64), ()> = TableDefinition::new("by_customer");

pub(crate) struct RawRedb {
    database: Database,
}

/// The tables of a transaction that writes, opened once.
struct Tables<'t> {
    rows: Table<'t, u64, &'static [u8]>,
    by_reference: Table<'t, &'static str, u64>,
    by_customer: Table<'t, (u32, i64, u64), ()>,
    buffer: Vec<u8>,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            rows: transaction.open_table(ROWS)?,
            by_reference: transaction.open_table(BY_REFERENCE)?,
            by_customer: transaction.open_table(BY_CUSTOMER)?,
            buffer: Vec::new(),
        })
    }

    fn insert(&mut self, order: &Order) -> Result<()> {
        let id = order.id;
        encode(order, &mut self.buffer);
        let row = self.rows.insert(id, self.buffer.as_slice())?;
        ensure!(row.is_none(), "there is an order {id}");
        let other = self.by_reference.insert(order.reference.as_str(), id)?;
        ensure!(other.is_none(), "there is an order {}", order.reference);
        let entry = (order.customer, order.placed_at.as_micros(), id);
        self.by_customer.insert(entry, ())?;
        Ok(())
    }

    /// Rewrites a row of which no indexed field changes.
    fn add_cent(&mut self, id: u64) -> Result<()> {
        let row = self.rows.get(id)?;
        let mut order = decode(id, row.with_context(|| format!("no order {id}"))?.value())?;
        order.total_cents += 1;
        encode(&order, &mut self.buffer);
        self.rows.insert(id, self.buffer.as_slice())?;
        Ok(())
    }
}

impl RawRedb {
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES);
        let path = dir.join("orders.redb");
        let is_new = !path.exists();
        let new = Self {
            database: builder.create(path)?,
        };
        if is_new {
            new.write(|_| Ok(()))?;
        }
        Ok(new)
    }

    /// A durable transaction.
    fn write(&self, body: impl FnOnce(&mut Tables<'_>) -> Result<()>) -> Result<()> {
        let transaction = self.database.begin_write()?;
        let mut tables = Tables::open(&transaction)?;
        body(&mut tables)?;
        drop(tables);
        Ok(transaction.commit()?)
    }
}

impl Engine for RawRedb {
    fn load(&mut self, rows: &mut Supply) -> Result<()> {
        self.write(|tables| {
            while let Some(chunk) = rows.chunk() {
                chunk.iter().try_for_each(|order| tables.insert(order))?;
            }
            Ok(())
        })
    }

    fn get(&self, keys: &[u64]) -> Result<Tally> {
        let rows = self.database.begin_read()?.open_table(ROWS)?;
        let mut tally = Tally::default();
        for key in keys {
            if let Some(row) = rows.get(key)? {
                tally.add(&decode(*key, row.value())?);
            }
        }
        Ok(tally)
    }

    fn get_unique(&self, references: &[String]) -> Result<Tally> {
        let transaction = self.database.begin_read()?;
        let rows = transaction.open_table(ROWS)?;
        let by_reference = transaction.open_table(BY_REFERENCE)?;
        let mut tally = Tally::default();
        for reference in references {
            let Some(id) = by_reference.get(reference.as_str())? else {
                continue;
            };
            let id = id.value();
            let row = rows.get(id)?.context("an index names no row")?;
            tally.add(&decode(id, row.value())?);
        }
        Ok(tally)
    }

    fn scan(&self, customers: &[u32], limit: usize) -> Result<Tally> {
        let transaction = self.database.begin_read()?;
        let rows = transaction.open_table(ROWS)?;
        let by_customer = transaction.open_table(BY_CUSTOMER)?;
        let mut tally = Tally::default();
        for customer in customers {
            let range = (*customer, i64::MIN, 0)..(customer + 1, i64::MIN, 0);
            let mut page = Vec::new();
            for entry in by_customer.range(range)?.take(limit) {
                let (_, _, id) = entry?.0.value();
                let row = rows.get(id)?.context("an index names no row")?;
                page.push(decode(id, row.value())?);
            }
            for order in &page {
                tally.add(order);
            }
        }
        Ok(tally)
    }

    fn update(&mut self, keys: &[u64]) -> Result<()> {
        self.write(|tables| keys.iter().try_for_each(|key| tables.add_cent(*key)))
    }

    fn insert(&self, writers: usize, fresh: &Arc<Fresh>) -> Result<u64> {
        let writer = || Ok(|order: &Order| self.write(|tables| tables.insert(order)));
        on_threads(writers, fresh, writer)
    }

    fn compact(&mut self) -> Result<bool> {
        self.database.compact()?;
        Ok(true)
    }
}
