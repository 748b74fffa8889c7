//! What the tests share: hosts on stores in memory, and rows as text.

use std::sync::{Arc, LazyLock};

use sdk::{
    App,
    clock::Clock,
    host::{Host, Linked},
    prelude::*,
    schema::{Migration, Operation, Row},
};

use crate::{
    Campaign,
    steps::{count_minor_units, fill_slugs},
};

/// When the tests happen.
pub(crate) const NOW: &str = "2026-11-20T07:00:00Z";

pub(crate) fn at(instant: &str) -> Timestamp {
    instant.parse().expect("a timestamp")
}

/// Both modules, merged once for all tests, which share the translations of the world.
static LINKED: LazyLock<Arc<Linked>> = LazyLock::new(|| {
    let app = App::new("test").module(geo::Geo).module(Campaign);
    Arc::new(app.link().expect("modules that fit"))
});

pub(crate) fn linked() -> Arc<Linked> {
    Arc::clone(&LINKED)
}

/// A host whose tables are made and hold the smallest world that serves.
pub(crate) async fn host() -> Result<Host> {
    let clock = Clock::manual(at(NOW));
    let host = Host::on(linked(), Store::in_memory(clock.clone())?, clock);
    host.migrate(&[]).await?;
    host.scheduler().refresh().await?;
    let world = [
        ("geo.region", r#"{"code":"001","name":"world"}"#),
        ("geo.currency", r#"{"code":"EUR","name":"Euro","digits":2}"#),
        (
            "geo.country",
            r#"{"code":"DE","name":"Germany","alpha3":"DEU","numeric":"276","region":"001"}"#,
        ),
    ];
    for (table, row) in world {
        insert(host.store(), table, &[row]).await?;
    }
    Ok(host)
}

/// Adds rows, each from its JSON, to the table `table`.
pub(crate) async fn insert(store: &Store, table: &str, rows: &[impl AsRef<str>]) -> Result<()> {
    store
        .write(async |tx| {
            let mut table = tx.table(table)?;
            for text in rows {
                let row: Row = table.schema().row_from_json(&text.as_ref().parse()?)?;
                table.insert(row).await?;
            }
            Ok(())
        })
        .await
}

/// A store that goes through the history of both modules, migration by migration.
pub(crate) struct History {
    pub(crate) store: Store,
    pending: Vec<Migration>,
}

impl History {
    /// An empty store, before the first migration.
    pub(crate) fn new() -> Self {
        let linked = linked();
        let application = linked.application().expect("they fold");
        let migrations = application.order.iter().filter(|id| id.module != "sdk");
        let pending = migrations.map(|id| application.migration(id).expect("linked").clone());
        Self {
            store: Store::in_memory(Clock::manual(at(NOW))).expect("a store"),
            pending: pending.collect(),
        }
    }

    /// Applies what is stamped before `until`.
    pub(crate) async fn advance(&mut self, until: &str) -> Result<()> {
        let until = until.parse()?;
        let later = self.pending.iter().position(|it| it.id.stamp >= until);
        let due: Vec<_> = self
            .pending
            .drain(..later.unwrap_or(self.pending.len()))
            .collect();
        self.store
            .write(async |tx| {
                for migration in &due {
                    apply(tx, migration).await?;
                }
                Ok(())
            })
            .await
    }
}

async fn apply(tx: &mut WriteTx<'_>, migration: &Migration) -> Result<()> {
    for operation in &migration.operations {
        match operation {
            Operation::Run(run) if run.step == "fill_slugs" => fill_slugs(tx).await?,
            Operation::Run(_) => count_minor_units(tx).await?,
            other => tx.apply(&migration.id.module, other).await?,
        }
    }
    Ok(())
}
