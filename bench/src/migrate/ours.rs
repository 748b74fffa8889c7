//! Ours: what a host does at its start. Modules are linked without their
//! migrations; these are read and planned when some are to be applied.

use std::path::Path;

use anyhow::{Result, ensure};
use sdk::{
    clock::Clock,
    migrate::{Inventory, Migrator, Online, Steps, compare, history as ledger},
    module::{self, Declaration, Embedded},
    store::Store,
};
use sdk_schema::{Application, Manifest};
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
            manifests.push(with_tables(declaration(module).manifest()?, module));
        }
        Ok(Application::merge(manifests)?)
    }

    /// The same without the migrations.
    fn link_frames(&self) -> Result<Application> {
        let mut frames = vec![module::core().frame()?];
        for module in self.modules {
            frames.push(with_tables(declaration(module).frame()?, module));
        }
        Ok(Application::merge_frames(frames)?)
    }

    fn inventory(&self) -> Result<Inventory> {
        let modules = self.modules.iter().map(declaration);
        let modules: Vec<_> = [module::core()].into_iter().chain(modules).collect();
        Ok(module::inventory(&modules)?)
    }

    async fn migrate(&self, store: &Store) -> Result<()> {
        self.link_frames()?;
        ensure!(
            !self.inventory()?.is_applied(store).await?,
            "nothing is left to apply"
        );
        let application = self.link()?;
        let (steps, clock) = (Steps::default(), Clock::system());
        let migrator = Migrator {
            store,
            application: &application,
            steps: &steps,
            clock: &clock,
            host: HOST,
        };
        let plan = migrator.plan(&[]).await?;
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
        let frames = self.link_frames()?;
        let store = Store::open(dir, Clock::system())?;
        let is_applied = self.inventory()?.is_applied(&store);
        ensure!(
            self.runtime.block_on(is_applied)?,
            "something is left to apply"
        );
        compare(&frames, &store.schema().schema())?;
        Ok(Box::new((store, frames)))
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

fn declaration(module: &Module) -> Declaration {
    Declaration {
        name: module.name,
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: Vec::new(),
        jobs: Vec::new(),
        steps: Vec::new(),
        services: Vec::new(),
        descriptors: &[],
        embedded: Embedded {
            migrations: module.files,
            migration_checksums: module.checksums,
            ..Embedded::NONE
        },
    }
}

/// The tables are not Rust types, as those of a declaration are.
fn with_tables(manifest: Manifest, module: &Module) -> Manifest {
    Manifest {
        tables: module.tables.clone(),
        ..manifest
    }
}
