//! fjall: a keyspace of rows and one for each index, changed together by
//! batches. It has no unique keys: the writer looks before it writes, and a
//! lock keeps others out meanwhile.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use ::fjall::{
    Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, Readable, Snapshot,
};
use anyhow::{Context, Result, ensure};

use super::{CACHE_BYTES, Engine, Fresh, Supply, on_threads};
use crate::store::{
    codec::{decode, encode},
    order::{Order, Tally},
};

pub(crate) struct Fjall {
    database: Database,
    rows: Keyspace,
    by_reference: Keyspace,
    /// Customer, time and key, all big-endian; no value.
    by_customer: Keyspace,
    writer: Mutex<()>,
}

impl Fjall {
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let database = Database::builder(dir.join("orders.fjall"))
            .cache_size(CACHE_BYTES as u64)
            .open()?;
        let keyspace = |name| database.keyspace(name, KeyspaceCreateOptions::default);
        Ok(Self {
            rows: keyspace("orders")?,
            by_reference: keyspace("by_reference")?,
            by_customer: keyspace("by_customer")?,
            writer: Mutex::new(()),
            database,
        })
    }

    /// Adds an order to a batch. The keys and references of the batch itself
    /// are taken to be new.
    fn put(&self, order: &Order, batch: &mut OwnedWriteBatch) -> Result<()> {
        let id = order.id.to_be_bytes();
        let is_new = !self.rows.contains_key(id)?;
        ensure!(is_new, "there is an order {}", order.id);
        let is_new = !self.by_reference.contains_key(&order.reference)?;
        ensure!(is_new, "there is an order {}", order.reference);
        let mut value = Vec::new();
        encode(order, &mut value);
        batch.insert(&self.rows, id, value);
        batch.insert(&self.by_reference, order.reference.as_str(), id);
        batch.insert(&self.by_customer, entry(order), []);
        Ok(())
    }

    fn insert_one(&self, order: &Order) -> Result<()> {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        self.put(order, &mut batch)?;
        Ok(batch.commit()?)
    }

    fn row(&self, snapshot: &Snapshot, id: [u8; 8]) -> Result<Order> {
        let row = snapshot.get(&self.rows, id)?;
        decode(
            u64::from_be_bytes(id),
            &row.context("an index names no row")?,
        )
    }
}

fn entry(order: &Order) -> [u8; 20] {
    let mut key = [0; 20];
    key[..4].copy_from_slice(&order.customer.to_be_bytes());
    // No order was placed before 1970.
    key[4..12].copy_from_slice(&order.placed_at.as_micros().to_be_bytes());
    key[12..].copy_from_slice(&order.id.to_be_bytes());
    key
}

impl Engine for Fjall {
    fn load(&mut self, rows: &mut Supply) -> Result<()> {
        while let Some(chunk) = rows.chunk() {
            let mut batch = self.database.batch();
            chunk
                .iter()
                .try_for_each(|order| self.put(order, &mut batch))?;
            batch.commit()?;
        }
        Ok(self.database.persist(PersistMode::SyncAll)?)
    }

    fn get(&self, keys: &[u64]) -> Result<Tally> {
        let snapshot = self.database.snapshot();
        let mut tally = Tally::default();
        for key in keys {
            if let Some(row) = snapshot.get(&self.rows, key.to_be_bytes())? {
                tally.add(&decode(*key, &row)?);
            }
        }
        Ok(tally)
    }

    fn get_unique(&self, references: &[String]) -> Result<Tally> {
        let snapshot = self.database.snapshot();
        let mut tally = Tally::default();
        for reference in references {
            let Some(id) = snapshot.get(&self.by_reference, reference)? else {
                continue;
            };
            let id = id.as_ref().try_into()?;
            tally.add(&self.row(&snapshot, id)?);
        }
        Ok(tally)
    }

    fn scan(&self, customers: &[u32], limit: usize) -> Result<Tally> {
        let snapshot = self.database.snapshot();
        let mut tally = Tally::default();
        for customer in customers {
            let mut page = Vec::new();
            let entries = snapshot.prefix(&self.by_customer, customer.to_be_bytes());
            for entry in entries.take(limit) {
                let key = entry.key()?;
                let id = key.last_chunk().context("an entry is too short")?;
                page.push(self.row(&snapshot, *id)?);
            }
            for order in &page {
                tally.add(order);
            }
        }
        Ok(tally)
    }

    fn update(&mut self, keys: &[u64]) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        for key in keys {
            let id = key.to_be_bytes();
            let row = self.rows.get(id)?;
            let mut order = decode(*key, &row.with_context(|| format!("no order {key}"))?)?;
            order.total_cents += 1;
            let mut value = Vec::new();
            encode(&order, &mut value);
            batch.insert(&self.rows, id, value);
        }
        Ok(batch.commit()?)
    }

    fn insert(&self, writers: usize, fresh: &Arc<Fresh>) -> Result<u64> {
        on_threads(writers, fresh, || {
            Ok(|order: &Order| self.insert_one(order))
        })
    }

    fn compact(&mut self) -> Result<bool> {
        for keyspace in [&self.rows, &self.by_reference, &self.by_customer] {
            keyspace.rotate_memtable_and_wait()?;
            keyspace.major_compact()?;
        }
        Ok(true)
    }
}
