//! `native_db` by its derive. Its keys know no time, so the second index is one
//! of a function that gives customer and microseconds.

use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use anyhow::{Context, Result};
use native_db::{Builder, Database, Models, ToKey, native_db, transaction::RwTransaction};
use native_model::{Model, native_model};
use serde::{Deserialize, Serialize};

use super::{CACHE_BYTES, Engine, Fresh, Supply, on_threads};
use crate::store::{
    codec::timestamp,
    order::{Order, Tally},
};

#[derive(Serialize, Deserialize, Debug, Clone)]
#[native_model(id = 1, version = 1)]
#[native_db(secondary_key(by_customer -> (u32, i64)))]
struct NativeOrder {
    #[primary_key]
    id: u64,
    #[secondary_key(unique)]
    reference: String,
    customer: u32,
    placed_at: i64,
    state: String,
    total_cents: i64,
    quantity: i32,
    weight_kg: f64,
    is_gift: bool,
    note: Option<String>,
    address: String,
    signature: Vec<u8>,
}

impl NativeOrder {
    fn by_customer(&self) -> (u32, i64) {
        (self.customer, self.placed_at)
    }

    fn new(order: Order) -> Self {
        Self {
            id: order.id,
            reference: order.reference,
            customer: order.customer,
            placed_at: order.placed_at.as_micros(),
            state: order.state,
            total_cents: order.total_cents,
            quantity: order.quantity,
            weight_kg: order.weight_kg,
            is_gift: order.is_gift,
            note: order.note,
            address: order.address,
            signature: order.signature,
        }
    }

    fn into_order(self) -> Result<Order> {
        Ok(Order {
            id: self.id,
            reference: self.reference,
            customer: self.customer,
            placed_at: timestamp(self.placed_at)?,
            state: self.state,
            total_cents: self.total_cents,
            quantity: self.quantity,
            weight_kg: self.weight_kg,
            is_gift: self.is_gift,
            note: self.note,
            address: self.address,
            signature: self.signature,
        })
    }
}

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    let mut models = Models::new();
    models.define::<NativeOrder>().expect("a sound model");
    models
});

pub(crate) struct NativeDb {
    database: Database<'static>,
}

impl NativeDb {
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("orders.native_db");
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        let database = if path.exists() {
            builder.open(&MODELS, path)?
        } else {
            builder.create(&MODELS, path)?
        };
        Ok(Self { database })
    }

    fn insert_one(&self, order: &Order) -> Result<()> {
        let transaction = self.database.rw_transaction()?;
        transaction.insert(NativeOrder::new(order.clone()))?;
        Ok(transaction.commit()?)
    }
}

fn add_cent(transaction: &RwTransaction<'_>, key: u64) -> Result<()> {
    let old: Option<NativeOrder> = transaction.get().primary(key)?;
    let old = old.with_context(|| format!("no order {key}"))?;
    let mut new = old.clone();
    new.total_cents += 1;
    Ok(transaction.update(old, new)?)
}

impl Engine for NativeDb {
    fn load(&mut self, rows: &mut Supply) -> Result<()> {
        let transaction = self.database.rw_transaction()?;
        while let Some(chunk) = rows.chunk() {
            for order in chunk {
                transaction.insert(NativeOrder::new(order))?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn get(&self, keys: &[u64]) -> Result<Tally> {
        let transaction = self.database.r_transaction()?;
        let mut tally = Tally::default();
        for key in keys {
            let order: Option<NativeOrder> = transaction.get().primary(*key)?;
            if let Some(order) = order {
                tally.add(&order.into_order()?);
            }
        }
        Ok(tally)
    }

    fn get_unique(&self, references: &[String]) -> Result<Tally> {
        let transaction = self.database.r_transaction()?;
        let mut tally = Tally::default();
        for reference in references {
            let get = transaction.get();
            let order: Option<NativeOrder> =
                get.secondary(NativeOrderKey::reference, reference.as_str())?;
            if let Some(order) = order {
                tally.add(&order.into_order()?);
            }
        }
        Ok(tally)
    }

    fn scan(&self, customers: &[u32], limit: usize) -> Result<Tally> {
        let transaction = self.database.r_transaction()?;
        let mut tally = Tally::default();
        for customer in customers {
            let scan = transaction.scan();
            let scan = scan.secondary::<NativeOrder>(NativeOrderKey::by_customer)?;
            let range = (*customer, 0_i64)..(*customer + 1, 0_i64);
            let page: Vec<_> = scan
                .range(range)?
                .take(limit)
                .map(|order| order?.into_order())
                .collect::<Result<_>>()?;
            for order in &page {
                tally.add(order);
            }
        }
        Ok(tally)
    }

    fn update(&mut self, keys: &[u64]) -> Result<()> {
        let transaction = self.database.rw_transaction()?;
        for key in keys {
            add_cent(&transaction, *key)?;
        }
        Ok(transaction.commit()?)
    }

    fn insert(&self, writers: usize, fresh: &Arc<Fresh>) -> Result<u64> {
        on_threads(writers, fresh, || {
            Ok(|order: &Order| self.insert_one(order))
        })
    }

    fn compact(&mut self) -> Result<bool> {
        self.database.compact()?;
        Ok(true)
    }
}
