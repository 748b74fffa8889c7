//! The history of a real application, upgraded from points all along it.
//!
//! `fixtures/history` holds the migrations of Read the Docs as those of modules;
//! ORIGIN.md there says how they came about. At each point a store is made as it
//! was then, filled, and brought to the end by the newest modules. A [`Model`]
//! says, from the operations alone, what must have become of the rows.

#[path = "history/fixture.rs"]
mod fixture;
#[path = "history/model.rs"]
mod model;
#[path = "history/rows.rs"]
pub(crate) mod rows;
#[path = "history/step.rs"]
mod step;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use sdk::{
    migrate::{self, Online, Report, Steps},
    store::{Store, StoreError},
};
use sdk_schema::{Application, MigrationId, TableName};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::bench::Bench;
use fixture::History;
use model::Model;

/// From how many points of the history stores are upgraded.
const POINTS: usize = 20;

/// A store, what its rows should be, and the steps of all modules.
struct Upgrade {
    bench: Bench,
    model: Model,
    steps: Steps,
    /// The migrations in the order in which they were applied, and whether late.
    applied: Vec<(MigrationId, bool)>,
}

impl Upgrade {
    fn new(history: &History) -> Self {
        Self {
            bench: Bench::new(),
            model: Model::new(),
            steps: history.steps(),
            applied: Vec::new(),
        }
    }

    /// The same as a file that has just been opened.
    async fn copy(&self, folder: &Path) -> Self {
        let (store, clock) = (&self.bench.store, self.bench.clock.clone());
        store.snapshot_to(&folder.join("store.redb")).await.unwrap();
        let store = Store::open(folder, clock.clone()).unwrap();
        Self {
            bench: Bench { store, clock },
            model: self.model.clone(),
            steps: self.steps.clone(),
            applied: self.applied.clone(),
        }
    }

    /// Applies what is pending, to the store and to the model.
    async fn to(&mut self, application: &Application) {
        let report = apply(&self.bench, application, &self.steps).await;
        let places: HashMap<_, _> = application.order.iter().zip(0..).collect();
        let before = self.applied.iter().map(|(id, _)| places[id]);
        let mut last = before.max();
        for applied in report.applied {
            self.model
                .apply(application.migration(&applied.id).unwrap());
            let place = Some(places[&applied.id]);
            self.applied.push((applied.id, place < last));
            last = last.max(place);
        }
    }

    async fn fill(&mut self) {
        let schema = self.model.schema();
        let rows = rows::all(&schema);
        let insert = self.bench.store.write(async |tx| {
            for (name, row) in &rows {
                tx.table(&name.to_string())?.insert(row.clone()).await?;
            }
            Ok::<_, StoreError>(())
        });
        insert.await.unwrap();
        for (name, row) in &rows {
            self.model.insert(name, row.clone());
        }
    }

    async fn check(&self, application: &Application) {
        let found = self.bench.store.schema().schema();
        assert_eq!(found.differences(&application.schema), []);
        let migrator = self.bench.migrator(application, &self.steps);
        let verification = migrator.verify().await.unwrap();
        assert!(verification.holds(), "{:#?}", verification.checks);
        let report = self.bench.store.check().await.unwrap();
        assert!(report.is_clean(), "{:#?}", report.faults);
        self.check_ledger(application).await;
        for name in application.schema.tables.keys().filter(|name| is_own(name)) {
            let rows = self.bench.all(&name.to_string()).await;
            assert_eq!(model::sorted(&rows), self.model.rows(name), "{name}");
        }
    }

    async fn check_ledger(&self, application: &Application) {
        let ledger = migrate::history(&self.bench.store).await.unwrap();
        let positions = ledger.iter().map(|row| row.position);
        assert!(positions.eq(1..=application.order.len() as u64));
        let ids = ledger.iter().map(|row| (row.id.parse().unwrap(), row.late));
        assert_eq!(ids.collect::<Vec<(MigrationId, bool)>>(), self.applied);
        let applied: BTreeSet<_> = self.applied.iter().map(|(id, _)| id).collect();
        assert_eq!(applied, application.order.iter().collect());
    }
}

async fn apply(bench: &Bench, application: &Application, steps: &Steps) -> Report {
    let migrator = bench.migrator(application, steps);
    let plan = migrator.plan(&[]).await.unwrap();
    let applied = migrator.apply(&plan, Online::Now, &mut |_| {}).await;
    applied.unwrap()
}

fn is_own(name: &TableName) -> bool {
    name.module != sdk_schema::BUILT_IN_MODULE
}

#[test]
fn the_history_is_that_of_a_large_application() {
    let whole = History::read().whole();
    assert!(whole.modules.len() >= 15);
    assert!(whole.order.len() >= 250);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_every_point_of_the_history_the_end_is_reached() {
    let history = History::read();
    let whole = Arc::new(history.whole());
    let mut past = Upgrade::new(&history);
    let mut upgrades = JoinSet::new();
    for point in 1..=POINTS {
        let count = whole.order.len() * point / (POINTS + 1);
        past.to(&history.until(count)).await;
        assert_eq!(past.applied.len(), count);
        let folder = tempfile::tempdir().unwrap();
        let copy = past.copy(folder.path()).await;
        upgrades.spawn(fill_and_upgrade(copy, folder, Arc::clone(&whole)));
    }
    upgrades.join_all().await;
}

/// Fills a store of the past and brings it to the end.
async fn fill_and_upgrade(mut store: Upgrade, _folder: TempDir, whole: Arc<Application>) {
    store.fill().await;
    store.to(&whole).await;
    store.check(&whole).await;
}

#[tokio::test]
async fn modules_that_arrive_years_later_end_with_the_same_schema() {
    let history = History::read();
    let whole = history.whole();
    let first_half = &whole.order[..whole.order.len() / 2];
    let last = history.last();
    assert!(last.len() >= 5, "{last:?}");
    let mut upgrade = Upgrade::new(&history);
    let is_early = |id: &MigrationId| !last.contains(&id.module) && first_half.contains(id);
    upgrade.to(&history.with(is_early)).await;
    upgrade.fill().await;
    for arrived in 0..=last.len() {
        let missing: BTreeSet<_> = last.iter().skip(arrived).collect();
        let linked = history.with(|id| !missing.contains(&id.module));
        upgrade.to(&linked).await;
    }
    let late = upgrade.applied.iter().filter(|(_, late)| *late).count();
    assert!(late >= 20, "{late}");
    upgrade.check(&whole).await;
}
