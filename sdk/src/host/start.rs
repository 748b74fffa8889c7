//! Linked modules on an open store, and how they start.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sdk_schema::{MigrationId, Plan, Stamp};
use serde::Serialize;
use tokio::sync::watch;

use super::{LinkError, Linked, snapshot};
use crate::{
    clock::Clock,
    jobs::{JobsError, Scheduler},
    lang::CatalogueSource,
    migrate::{self, DownReport, Event, MigrateError, Migrator, Online, Watch},
    module,
    rpc::{Clients, MadeService, ServiceContext},
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
    texts: CatalogueSource,
    clients: Clients,
    /// The folder that the store is in; none when it is in memory.
    data: Option<PathBuf>,
    /// Whether the host has begun to stop.
    stopping: watch::Sender<bool>,
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
    /// The migrations go on.
    Migrating(Event<'a>),
    /// The migrations have been applied, or some before the one that failed.
    Migrated(&'a migrate::Report),
    /// The real seeds have been applied.
    Seeded(&'a SeedReport),
}

/// How a host starts.
#[derive(Debug, Clone, Copy)]
pub struct StartOptions<'a> {
    /// What becomes of pending migrations.
    pub migrations: Pending,
    /// Whether steps that leave the application in use are run before the start
    /// is complete, or by [`Host::finish_online`] after it.
    pub online: Online,
    /// Migrations that may be applied although their own module has moved past them.
    pub allow_late: &'a [MigrationId],
}

/// What a start does about pending migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pending {
    /// It applies them.
    #[default]
    Apply,
    /// It refuses to start.
    Refuse,
}

impl Default for StartOptions<'_> {
    fn default() -> Self {
        Self {
            migrations: Pending::Apply,
            online: Online::Now,
            allow_late: &[],
        }
    }
}

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The migrations cannot be planned.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// Migrations are pending, and the start was asked not to apply any.
    #[error("{count} migrations are pending, the first of them `{first}`")]
    Pending {
        /// How many.
        count: usize,
        /// The first in global order.
        first: MigrationId,
    },
    /// The store could not be copied before migrations; none was applied.
    #[error("the snapshot before the migrations: {0}")]
    Snapshot(StoreError),
    /// A migration failed; the report lists what was applied before it.
    #[error(transparent)]
    Apply(#[from] migrate::Failure),
    /// The real seeds cannot be applied.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The migrations do not go together, or the translations cannot be read.
    #[error(transparent)]
    Link(#[from] Arc<LinkError>),
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
        let clients = Clients::default();
        let scheduler = Scheduler::new(
            store.clone(),
            clock.clone(),
            texts.clone(),
            clients.clone(),
            jobs,
        );
        Self {
            texts,
            clients,
            linked,
            store,
            clock,
            scheduler,
            data: None,
            stopping: watch::Sender::new(false),
        }
    }

    /// Says that the host stops: answers that would go on for ever end.
    pub fn begin_stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns when the host stops.
    pub async fn stopping(&self) {
        // The sender lives as long as the host.
        let _ = self.stopping.subscribe().wait_for(|stops| *stops).await;
    }

    /// What leads to the services, once they are made.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Makes the services that the modules declare.
    pub fn make_services(&self) -> Vec<MadeService> {
        let modules = self.linked.declarations().iter();
        let made = modules.flat_map(|module| {
            let cx = ServiceContext {
                store: self.store.clone(),
                clock: self.clock.clone(),
                catalogues: self.texts.clone(),
                clients: self.clients.clone(),
                module: module.name,
            };
            module.services.iter().map(move |it| it.make(cx.clone()))
        });
        made.collect()
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
        let options = StartOptions {
            allow_late,
            ..StartOptions::default()
        };
        self.start_watched(&options, &mut |_| {}).await
    }

    /// Like [`start`](Self::start), and tells `watch` of each step that is done.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub async fn start_watched(
        &self,
        options: &StartOptions<'_>,
        watch: &mut (dyn FnMut(StartStep<'_>) + Send),
    ) -> Result<StartReport, StartError> {
        let migrations = self.migrate_watched(options, watch).await?;
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
        let options = StartOptions {
            allow_late,
            ..StartOptions::default()
        };
        self.migrate_watched(&options, &mut |_| {}).await
    }

    /// Like [`migrate`](Self::migrate), and tells `watch` how it goes on.
    ///
    /// # Errors
    /// As for [`migrate`](Self::migrate).
    pub async fn migrate_watched(
        &self,
        options: &StartOptions<'_>,
        watch: &mut (dyn FnMut(StartStep<'_>) + Send),
    ) -> Result<migrate::Report, StartError> {
        if options.allow_late.is_empty() && self.is_settled().await? {
            watch(StartStep::Planned(&Plan::default()));
            let report = migrate::Report::default();
            watch(StartStep::Migrated(&report));
            return Ok(report);
        }
        let migrator = self.migrator()?;
        let plan = migrator.plan(options.allow_late).await?;
        if let (Pending::Refuse, Some(first)) = (options.migrations, plan.pending.first()) {
            return Err(StartError::Pending {
                count: plan.pending.len(),
                first: first.migration.id.clone(),
            });
        }
        watch(StartStep::Planned(&plan));
        let snapshot = self.snapshot_before(!plan.is_empty()).await?;
        let mut tell = |event: Event<'_>| watch(StartStep::Migrating(event));
        let mut applied = migrator.apply(&plan, options.online, &mut tell).await;
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

    /// Goes on with migrations whose steps leave the application in use.
    ///
    /// # Errors
    /// What was committed before the failure stays; the next call goes on there.
    pub async fn finish_online(
        &self,
        watch: Watch<'_>,
    ) -> Result<Vec<migrate::Applied>, StartError> {
        if self.is_settled().await? {
            return Ok(Vec::new());
        }
        Ok(self.migrator()?.finish_online(watch).await?)
    }

    /// Whether all migrations have been applied as they are and made what is
    /// declared. Whoever asks only this need not read them.
    async fn is_settled(&self) -> Result<bool, StartError> {
        let Ok(inventory) = module::inventory(self.linked.declarations()) else {
            // The application says what is wrong.
            return Ok(false);
        };
        let is_applied = inventory.is_applied(&self.store).await;
        if !is_applied.map_err(MigrateError::from)? {
            return Ok(false);
        }
        let found = self.store.schema().schema();
        Ok(migrate::compare(self.linked.frame(), &found).is_ok())
    }

    /// Takes every migration back that is newer than `to`, after a snapshot.
    ///
    /// # Errors
    /// Nothing is taken back when one of them has no inverse. The migration whose
    /// inverse fails stays, and those before it.
    pub async fn migrate_down(
        &self,
        to: Stamp,
        watch: Watch<'_>,
    ) -> Result<(DownReport, Option<PathBuf>), StartError> {
        let migrator = self.migrator()?;
        let plan = migrator.plan_down(to).await?;
        let snapshot = self.snapshot_before(!plan.migrations.is_empty()).await?;
        let report = migrator.down(&plan, watch).await?;
        Ok((report, snapshot))
    }

    /// What brings the store to the schema of the linked modules, and back.
    ///
    /// # Errors
    /// Fails with every fault of the migrations at once.
    pub fn migrator(&self) -> Result<Migrator<'_>, Arc<LinkError>> {
        Ok(Migrator {
            store: &self.store,
            application: self.linked.application()?,
            steps: self.linked.steps(),
            clock: &self.clock,
            host: self.linked.label(),
        })
    }

    /// The way back, if there is something to go back to.
    async fn snapshot_before(&self, changes: bool) -> Result<Option<PathBuf>, StartError> {
        let is_new = self.store.schema().tables.is_empty();
        let data = self.data.as_ref().filter(|_| changes && !is_new);
        let Some(data) = data else {
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
        seed::apply_real(&self.store, self.linked.frame(), &self.clock).await
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
pub(crate) fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.recursive(true).create(path)
}
