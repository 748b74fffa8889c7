//! The store of this project, by its typed API.

use std::{
    hint::black_box,
    path::Path,
    sync::{Arc, LazyLock},
};

use anyhow::{Context, Result};
use sdk::{
    Table,
    clock::Clock,
    schema::Operation,
    store::{FeedError, Store, StoreError},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Mutex,
};

use super::{Engine, Fresh, Supply};
use crate::store::order::{Order, Tally};

pub(crate) struct Ours {
    runtime: &'static Runtime,
    store: Store,
    has_feed: bool,
}

/// How many threads run tasks: as many as the hosts of a small server have.
const WORKERS: usize = 2;

/// One for all stores, as in a host: opening a store starts no threads.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .expect("the system has threads")
});

impl Ours {
    /// `has_feed` says whether a table that is new logs its changes.
    pub(crate) fn open(dir: &Path, has_feed: bool) -> Result<Self> {
        let runtime = &*RUNTIME;
        let store = Store::open(dir, Clock::system())?;
        let new = Self {
            runtime,
            store,
            has_feed,
        };
        if !new.store.has_table(Order::TABLE_NAME) {
            new.create_table()?;
        }
        Ok(new)
    }

    fn create_table(&self) -> Result<()> {
        let module = "bench".parse()?;
        let mut table = Order::table().clone();
        table.feed = self.has_feed;
        let create = Operation::CreateTable(table);
        let write = self
            .store
            .write(async |tx| tx.apply(&module, &create).await);
        Ok(self.runtime.block_on(write)?)
    }
}

impl Engine for Ours {
    fn load(&mut self, rows: &mut Supply) -> Result<()> {
        let rows = Mutex::new(rows);
        let write = self.store.write_alone(async |tx| {
            let mut rows = rows.lock().await;
            tx.load(&mut **rows).await
        });
        self.runtime.block_on(write)?;
        Ok(())
    }

    fn get(&self, keys: &[u64]) -> Result<Tally> {
        let read = self.store.read(async |tx| {
            let mut tally = Tally::default();
            for key in keys {
                if let Some(order) = tx.get::<Order>(key).await? {
                    tally.add(&order);
                }
            }
            Ok::<_, StoreError>(tally)
        });
        Ok(self.runtime.block_on(read)?)
    }

    fn get_unique(&self, references: &[String]) -> Result<Tally> {
        let read = self.store.read(async |tx| {
            let mut tally = Tally::default();
            for reference in references {
                let scan = tx.scan::<Order>().by(Order::REFERENCE, reference);
                if let Some(order) = scan.first().await? {
                    tally.add(&order);
                }
            }
            Ok::<_, StoreError>(tally)
        });
        Ok(self.runtime.block_on(read)?)
    }

    fn scan(&self, customers: &[u32], limit: usize) -> Result<Tally> {
        let read = self.store.read(async |tx| {
            let mut tally = Tally::default();
            for customer in customers {
                let scan = tx.scan::<Order>().by(Order::CUSTOMER, customer);
                let page = scan.limit(limit).collect().await?;
                for order in &page.rows {
                    tally.add(order);
                }
            }
            Ok::<_, StoreError>(tally)
        });
        Ok(self.runtime.block_on(read)?)
    }

    fn update(&mut self, keys: &[u64]) -> Result<()> {
        let write = self.store.write_alone(async |tx| {
            for key in keys {
                let order = tx.get::<Order>(key).await?;
                let mut order = order.with_context(|| format!("no order {key}"))?;
                order.total_cents += 1;
                tx.update(&order).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
        self.runtime.block_on(write)
    }

    fn insert(&self, writers: usize, fresh: &Arc<Fresh>) -> Result<u64> {
        let spawn = |_| {
            let (store, fresh) = (self.store.clone(), Arc::clone(fresh));
            self.runtime.spawn(async move {
                let mut count = 0;
                while let Some(order) = fresh.next() {
                    store.write(async |tx| tx.insert(&order).await).await?;
                    count += 1;
                }
                Ok::<_, StoreError>(count)
            })
        };
        let tasks: Vec<_> = (0..writers).map(spawn).collect();
        self.runtime.block_on(async {
            let mut sum = 0;
            for task in tasks {
                sum += task.await??;
            }
            Ok(sum)
        })
    }

    fn insert_followed(&self, writers: usize, fresh: &Arc<Fresh>, feeds: usize) -> Result<u64> {
        let follow = |_| {
            let mut feed = self.store.watch::<Order>().from_now();
            self.runtime.spawn(async move {
                let mut tally = Tally::default();
                loop {
                    let batch = feed.next().await?;
                    let new = batch
                        .changes
                        .iter()
                        .filter_map(|change| change.new.as_ref());
                    for order in new {
                        tally.add(order);
                    }
                    black_box(&tally);
                    // Tells the compiler what the loop would return.
                    if tally.rows == u64::MAX {
                        return Ok::<_, FeedError>(());
                    }
                }
            })
        };
        let feeds = if self.has_feed { feeds } else { 0 };
        let followers: Vec<_> = (0..feeds).map(follow).collect();
        let count = self.insert(writers, fresh)?;
        for follower in followers {
            follower.abort();
            match self.runtime.block_on(follower) {
                Ok(ended) => ended?,
                Err(aborted) if aborted.is_cancelled() => {}
                Err(panicked) => return Err(panicked.into()),
            }
        }
        Ok(count)
    }

    fn compact(&mut self) -> Result<bool> {
        self.runtime.block_on(self.store.compact())?;
        Ok(true)
    }
}
