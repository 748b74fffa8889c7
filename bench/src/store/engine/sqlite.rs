//! SQLite by rusqlite: write-ahead log, synchronous FULL, prepared statements
//! that are kept, one connection that writes and one that reads.
//!
//! Concurrent writers share the one connection behind a lock. With a connection
//! for each and a busy timeout, waiting writers would sleep and try again.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Result, ensure};
use rusqlite::{Connection, Row, Transaction, params};

use super::{CACHE_BYTES, Engine, Fresh, Supply, on_threads};
use crate::store::{
    codec::timestamp,
    order::{Order, Tally},
};

pub(crate) struct Sqlite {
    writer: Mutex<Connection>,
    reader: Connection,
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS orders (
        id INTEGER PRIMARY KEY,
        reference TEXT NOT NULL UNIQUE,
        customer INTEGER NOT NULL,
        placed_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        total_cents INTEGER NOT NULL,
        quantity INTEGER NOT NULL,
        weight_kg REAL NOT NULL,
        is_gift INTEGER NOT NULL,
        note TEXT,
        address TEXT NOT NULL,
        signature BLOB NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS by_customer ON orders (customer, placed_at);";

const INSERT: &str = "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const BY_ID: &str = "SELECT * FROM orders WHERE id = ?";
const BY_REFERENCE: &str = "SELECT * FROM orders WHERE reference = ?";
const BY_CUSTOMER: &str = "SELECT * FROM orders WHERE customer = ? ORDER BY placed_at LIMIT ?";
const ADD_CENT: &str = "UPDATE orders SET total_cents = total_cents + 1 WHERE id = ?";

impl Sqlite {
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("orders.sqlite");
        let writer = connect(&path)?;
        writer.execute_batch(SCHEMA)?;
        Ok(Self {
            reader: connect(&path)?,
            writer: Mutex::new(writer),
        })
    }
}

/// Waits for a turn on a connection.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Negative: KiB instead of pages.
    let cache = -i64::try_from(CACHE_BYTES >> 10)?;
    connection.pragma_update(None, "cache_size", cache)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.busy_timeout(Duration::from_mins(1))?;
    Ok(connection)
}

fn insert(connection: &Connection, order: &Order) -> Result<()> {
    let values = params![
        order.id.cast_signed(),
        order.reference,
        order.customer,
        order.placed_at.as_micros(),
        order.state,
        order.total_cents,
        order.quantity,
        order.weight_kg,
        order.is_gift,
        order.note,
        order.address,
        order.signature,
    ];
    connection.prepare_cached(INSERT)?.execute(values)?;
    Ok(())
}

fn decode(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        reference: row.get(1)?,
        customer: row.get(2)?,
        placed_at: timestamp(row.get(3)?)?,
        state: row.get(4)?,
        total_cents: row.get(5)?,
        quantity: row.get(6)?,
        weight_kg: row.get(7)?,
        is_gift: row.get(8)?,
        note: row.get(9)?,
        address: row.get(10)?,
        signature: row.get(11)?,
    })
}

/// Runs `body` in a transaction of reading: one snapshot.
fn read(
    connection: &Connection,
    body: impl FnOnce(&Transaction<'_>) -> Result<Tally>,
) -> Result<Tally> {
    body(&connection.unchecked_transaction()?)
}

impl Engine for Sqlite {
    fn load(&mut self, rows: &mut Supply) -> Result<()> {
        let mut connection = lock(&self.writer);
        let transaction = connection.transaction()?;
        while let Some(chunk) = rows.chunk() {
            chunk
                .iter()
                .try_for_each(|order| insert(&transaction, order))?;
        }
        Ok(transaction.commit()?)
    }

    fn get(&self, keys: &[u64]) -> Result<Tally> {
        read(&self.reader, |connection| {
            let mut statement = connection.prepare_cached(BY_ID)?;
            let mut tally = Tally::default();
            for key in keys {
                let mut rows = statement.query([key.cast_signed()])?;
                if let Some(row) = rows.next()? {
                    tally.add(&decode(row)?);
                }
            }
            Ok(tally)
        })
    }

    fn get_unique(&self, references: &[String]) -> Result<Tally> {
        read(&self.reader, |connection| {
            let mut statement = connection.prepare_cached(BY_REFERENCE)?;
            let mut tally = Tally::default();
            for reference in references {
                let mut rows = statement.query([reference])?;
                if let Some(row) = rows.next()? {
                    tally.add(&decode(row)?);
                }
            }
            Ok(tally)
        })
    }

    fn scan(&self, customers: &[u32], limit: usize) -> Result<Tally> {
        let limit = i64::try_from(limit)?;
        read(&self.reader, |connection| {
            let mut statement = connection.prepare_cached(BY_CUSTOMER)?;
            let mut tally = Tally::default();
            for customer in customers {
                let mut rows = statement.query(params![customer, limit])?;
                let mut page = Vec::new();
                while let Some(row) = rows.next()? {
                    page.push(decode(row)?);
                }
                for order in &page {
                    tally.add(order);
                }
            }
            Ok(tally)
        })
    }

    fn update(&mut self, keys: &[u64]) -> Result<()> {
        let mut connection = lock(&self.writer);
        let transaction = connection.transaction()?;
        let mut statement = transaction.prepare_cached(ADD_CENT)?;
        for key in keys {
            let changed = statement.execute([key.cast_signed()])?;
            ensure!(changed == 1, "no order {key}");
        }
        drop(statement);
        Ok(transaction.commit()?)
    }

    fn insert(&self, writers: usize, fresh: &Arc<Fresh>) -> Result<u64> {
        // Threads share this, but not the connection that reads.
        let writer = &self.writer;
        on_threads(writers, fresh, || {
            Ok(|order: &Order| insert(&lock(writer), order))
        })
    }

    fn compact(&mut self) -> Result<bool> {
        lock(&self.writer).execute_batch("VACUUM")?;
        Ok(true)
    }
}
