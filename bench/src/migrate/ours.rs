//! Ours: the modules are linked, merged and planned as a host does at its start.

use std::path::Path;

use anyhow::{Result, ensure};
use sdk::{
    clock::Clock,
    migrate::{Migrator, Online, Steps, compare, history as ledger},
    module::{self, Declaration, Embedded},
    store::Store,
};
use sdk_schema::{Application, Manifest, Plan};
use tokio::runtime::Runtime;

use super::{
    contender::{Census, Contender, OURS, Opened},
    history::{History, Module},
};

/// The name of the host in the ledger.
const HOST: &str = "bench";

pub(super) struct Ours<'a> {
    modules: &'a [Module],
    runtime: Runtime,
}

impl<'a> Ours<'a> {
    pub(super) fn new(history: &'a History) -> Result<Self> {
        Ok(Self {
            modules: &history.modules,
            runtime: Runtime::new()?,
        })
    }

    /// What a host's modules make of what they embed, merged.
    fn link(&self) -> Result<Application> {
        let mut manifests = vec![module::core().manifest()?];
        for module in self.modules {
            manifests.push(manifest(module)?);
        }
        Ok(Application::merge(manifests)?)
    }

    async fn plan(&self, store: &Store) -> Result<(Application, Plan)> {
        let application = self.link()?;
        let (steps, clock) = (Steps::default(), Clock::system());
        let plan = migrator(store, &application, &steps, &clock)
            .plan(&[])
            .await?;
        Ok((application, plan))
    }

    async fn migrate(&self, store: &Store) -> Result<()> {
        let (application, plan) = self.plan(store).await?;
        let (steps, clock) = (Steps::default(), Clock::system());
        let migrator = migrator(store, &application, &steps, &clock);
        let report = migrator.apply(&plan, Online::Now, &mut |_| {}).await?;
        ensure!(
            report.applied.len() == plan.pending.len(),
            "some were not applied"
        );
        Ok(())
    }
}

impl Contender for Ours<'_> {
    fn name(&self) -> &'static str {
        OURS
    }

    fn apply(&self, dir: &Path) -> Result<()> {
        let store = Store::open(dir, Clock::system())?;
        self.runtime.block_on(self.migrate(&store))
    }

    fn open(&self, dir: &Path) -> Result<Opened> {
        Ok(Box::new(Store::open(dir, Clock::system())?))
    }

    fn restart(&self, dir: &Path) -> Result<Opened> {
        let store = Store::open(dir, Clock::system())?;
        let (application, plan) = self.runtime.block_on(self.plan(&store))?;
        ensure!(plan.pending.is_empty(), "something is left to apply");
        compare(&application, &store.schema().schema())?;
        Ok(Box::new((store, application)))
    }

    fn census(&self, dir: &Path) -> Result<Census> {
        let store = Store::open(dir, Clock::system())?;
        let own = |module: &str| module == module::core().name;
        let rows = self.runtime.block_on(ledger(&store))?;
        let tables = store.schema().tables;
        Ok(Census {
            tables: tables.keys().filter(|name| !own(&name.module)).count(),
            migrations: rows.iter().filter(|row| !own(&row.module)).count(),
        })
    }
}

fn migrator<'a>(
    store: &'a Store,
    application: &'a Application,
    steps: &'a Steps,
    clock: &'a Clock,
) -> Migrator<'a> {
    Migrator {
        store,
        application,
        steps,
        clock,
        host: HOST,
    }
}

/// The manifest of a module whose tables are not Rust types.
fn manifest(module: &Module) -> Result<Manifest> {
    let declaration = Declaration {
        name: module.name,
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: Vec::new(),
        jobs: Vec::new(),
        steps: Vec::new(),
        embedded: Embedded {
            migrations: module.files,
            ..Embedded::NONE
        },
    };
    let mut manifest = declaration.manifest()?;
    manifest.tables.clone_from(&module.tables);
    Ok(manifest)
}
