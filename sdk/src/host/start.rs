//! Linked modules on an open store, and how they start.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sdk_schema::{MigrationId, Plan};
use serde::Serialize;

use super::{LinkError, Linked, snapshot};
use crate::{
    clock::Clock,
    jobs::{JobsError, Scheduler},
    lang::CatalogueSource,
    migrate::{self, MigrateError},
    module,
    seed::{self, SeedError, SeedReport},
    store::{OpenError, Store, StoreError, StoreOptions},
};

/// Linked modules on an open store. Holds the store's lock.
#[derive(Debug)]
pub struct Host {
    linked: Arc<Linked>,
    store: Store,
    clock: Clock,
    scheduler: Scheduler,
    /// The folder that the store is in; none when it is in memory.
    data: Option<PathBuf>,
}

/// What a start has done.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct StartReport {
    /// The migrations that were applied.
    pub migrations: migrate::Report,
    /// What became of the real seeds.
    pub seeds: SeedReport,
}

/// What a start has come to, for those who watch it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum StartStep<'a> {
    /// It is known which migrations are pending; nothing has been applied.
    Planned(&'a Plan),
    /// The migrations have been applied, or some before the one that failed.
    Migrated(&'a migrate::Report),
    /// The real seeds have been applied.
    Seeded(&'a SeedReport),
}

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The migrations cannot be planned.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The store could not be copied before migrations; none was applied.
    #[error("the snapshot before the migrations: {0}")]
    Snapshot(StoreError),
    /// A migration failed; the report lists what was applied before it.
    #[error(transparent)]
    Apply(#[from] migrate::Failure),
    /// The real seeds cannot be applied.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The translations cannot be read.
    #[error(transparent)]
    Translations(#[from] Arc<LinkError>),
    /// The jobs cannot be refreshed.
    #[error(transparent)]
    Jobs(#[from] JobsError),
}

impl Host {
    /// Opens the store in the folder `data`, which is made, for its owner alone,
    /// if it is not there.
    pub fn open(linked: Arc<Linked>, data: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::open_with(linked, data, &Store::options(), clock)
    }

    /// Like [`open`](Self::open), and says how to open the store.
    pub fn open_with(
        linked: Arc<Linked>,
        data: &Path,
        options: &StoreOptions,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        // The store says why when there is no folder after that.
        let _ = private_folder(data);
        let store = options.open(data, clock.clone())?;
        Ok(Self {
            data: Some(data.to_owned()),
            ..Self::on(linked, store, clock)
        })
    }

    /// A host on a store that is open already.
    pub fn on(linked: Arc<Linked>, store: Store, clock: Clock) -> Self {
        let jobs = module::jobs(linked.declarations());
        let texts = Arc::clone(&linked);
        let texts = CatalogueSource::new(move || Ok(texts.catalogues()?.clone()));
        let scheduler = Scheduler::new(store.clone(), clock.clone(), texts, jobs);
        Self {
            linked,
            store,
            clock,
            scheduler,
            data: None,
        }
    }

    /// Applies what is pending and the real seeds, reads the translations and
    /// refreshes the jobs.
    ///
    /// `allow_late` names migrations that may be applied although their own
    /// module has moved past them.
    ///
    /// # Errors
    /// What was done before the failure stays done; the next start goes on there.
    pub async fn start(&self, allow_late: &[MigrationId]) -> Result<StartReport, StartError> {
        self.start_watched(allow_late, |_| {}).await
    }

    /// Like [`start`](Self::start), and tells `watch` of each step that is done.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub async fn start_watched(
        &self,
        allow_late: &[MigrationId],
        mut watch: impl FnMut(StartStep<'_>),
    ) -> Result<StartReport, StartError> {
        let migrations = self.migrate_watched(allow_late, &mut watch).await?;
        let seeds = self.seed().await?;
        watch(StartStep::Seeded(&seeds));
        self.linked.catalogues()?;
        self.scheduler.refresh().await?;
        Ok(StartReport { migrations, seeds })
    }

    /// Applies what is pending, after a snapshot of a store that has tables.
    ///
    /// # Errors
    /// The migration that failed leaves nothing; those before it stay applied.
    pub async fn migrate(&self, allow_late: &[MigrationId]) -> Result<migrate::Report, StartError> {
        self.migrate_watched(allow_late, &mut |_| {}).await
    }

    async fn migrate_watched(
        &self,
        allow_late: &[MigrationId],
        watch: &mut impl FnMut(StartStep<'_>),
    ) -> Result<migrate::Report, StartError> {
        let application = self.linked.application();
        let plan = migrate::plan(&self.store, application, allow_late).await?;
        watch(StartStep::Planned(&plan));
        let snapshot = self.snapshot_before(&plan).await?;
        let steps = self.linked.steps();
        let mut applied = migrate::apply(&self.store, application, steps, &plan, &self.clock).await;
        match &mut applied {
            Ok(report) => report.snapshot = snapshot,
            Err(failure) => failure.report.snapshot = snapshot,
        }
        match &applied {
            Ok(report) => watch(StartStep::Migrated(report)),
            Err(failure) if failure.report.applied.is_empty() => {}
            Err(failure) => watch(StartStep::Migrated(&failure.report)),
        }
        Ok(applied?)
    }

    /// The way back, if the plan changes a store that is not new.
    async fn snapshot_before(&self, plan: &Plan) -> Result<Option<PathBuf>, StartError> {
        let is_new = self.store.schema().tables.is_empty();
        let Some(data) = self
            .data
            .as_ref()
            .filter(|_| !is_new && !plan.pending.is_empty())
        else {
            return Ok(None);
        };
        let taken = snapshot::take(&self.store, data, self.clock.now()).await;
        taken.map(Some).map_err(StartError::Snapshot)
    }

    /// Applies the real seeds.
    ///
    /// # Errors
    /// Nothing of the file that failed is applied; those before it are.
    pub async fn seed(&self) -> Result<SeedReport, SeedError> {
        seed::apply_real(&self.store, self.linked.application(), &self.clock).await
    }

    /// The linked modules.
    pub fn linked(&self) -> &Arc<Linked> {
        &self.linked
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock that everything here reads.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The jobs' scheduler.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }
}

/// Makes a folder that only its owner can enter; one that is there stays as it is.
pub(super) fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.recursive(true).create(path)
}
