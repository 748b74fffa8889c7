//! A store in memory, a clock that stands still, and modules made by hand.

use sdk::{
    clock::Clock,
    migrate::{self, Failure, Migrator, Online, Report, Steps},
    module::{self, Declaration, Embedded, EmbeddedFile},
    seed::{self, SeedError, SeedReport},
    store::{Store, StoreError},
};
use sdk_schema::{Application, Row, Value};

/// A store with the time that it reads.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
}

/// A module that declares nothing.
pub(crate) fn module(name: &'static str) -> Declaration {
    Declaration {
        name,
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: Vec::new(),
        jobs: Vec::new(),
        steps: Vec::new(),
        services: Vec::new(),
        descriptors: &[],
        embedded: Embedded::NONE,
    }
}

/// Embeds files that tests make up as they go.
pub(crate) fn files<const N: usize>(files: [(&'static str, &str); N]) -> &'static [EmbeddedFile] {
    let file = |(name, text): (&'static str, &str)| EmbeddedFile {
        name,
        text: text.to_owned().leak(),
    };
    Vec::from(files.map(file)).leak()
}

/// The modules with the library's own.
pub(crate) fn link(modules: &[Declaration]) -> Application {
    let all = [module::core()].into_iter().chain(modules.iter().cloned());
    let manifests = all.map(|module| module.manifest().unwrap());
    Application::merge(manifests.collect()).unwrap()
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = Clock::manual("2026-11-20T12:00:00Z".parse().unwrap());
        let store = Store::in_memory(clock.clone()).unwrap();
        Self { store, clock }
    }

    /// A store to which the modules' migrations have been applied.
    pub(crate) async fn migrated(modules: &[Declaration]) -> Self {
        let bench = Self::new();
        bench.migrate(modules).await.unwrap();
        bench
    }

    pub(crate) async fn migrate(&self, modules: &[Declaration]) -> Result<Report, Failure> {
        let application = link(modules);
        let plan = migrate::plan(&self.store, &application, &[]).await.unwrap();
        let steps = module::steps(modules);
        let migrator = self.migrator(&application, &steps);
        migrator.apply(&plan, Online::Now, &mut |_| {}).await
    }

    pub(crate) fn migrator<'a>(
        &'a self,
        application: &'a Application,
        steps: &'a Steps,
    ) -> Migrator<'a> {
        Migrator {
            store: &self.store,
            application,
            steps,
            clock: &self.clock,
            host: "bench 1.0.0",
        }
    }

    pub(crate) async fn seed(&self, modules: &[Declaration]) -> Result<SeedReport, SeedError> {
        seed::apply_real(&self.store, &link(modules), &self.clock).await
    }

    /// The rows of a table, one in a line, in the order of the key.
    pub(crate) async fn rows(&self, table: &str) -> String {
        let rows = self.all(table).await;
        let lines: Vec<_> = rows.iter().map(|row| row.to_json().to_string()).collect();
        lines.join("\n")
    }

    pub(crate) async fn all(&self, table: &str) -> Vec<Row> {
        let rows = self.store.read(async |tx| {
            let page = tx.table(table)?.scan().collect().await?;
            Ok::<_, StoreError>(page.rows)
        });
        rows.await.unwrap()
    }

    /// Changes one field of a row, as an operator does.
    pub(crate) async fn edit(&self, table: &str, key: Value, field: &str, value: Value) {
        let write = self.store.write(async |tx| {
            let mut table = tx.table(table)?;
            let mut row = table.get(std::slice::from_ref(&key)).await?.unwrap();
            row.set(field.parse().unwrap(), value.clone());
            table.update(row).await
        });
        write.await.unwrap();
    }

    pub(crate) async fn delete(&self, table: &str, key: Value) {
        let write = self
            .store
            .write(async |tx| tx.table(table)?.delete(std::slice::from_ref(&key)).await);
        assert!(write.await.unwrap());
    }
}

/// A text as a value.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}
