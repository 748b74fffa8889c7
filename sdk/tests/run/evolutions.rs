//! Random modules with random histories, applied to real stores.
//!
//! Dice choose what the migrations do; what the fold refuses is left out. Rows
//! are there when the later half is applied. A migration may be refused because
//! of them, as one that makes an index unique; then nothing of it may remain.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sdk::{
    clock::Clock,
    migrate::{MigrateError, Migrator, Online, Steps},
    module,
    store::{Store, StoreError},
};
use sdk_schema::{
    Application, DownFaults, FoldedSchema, Manifest, Migration, Name, Row, TableName,
    evolution::{Dice, Evolution},
};

use crate::history::rows;

/// Which module a migration belongs to, and what it does.
type Throw = (u8, Vec<Dice>);

fn throws() -> impl Strategy<Value = Vec<Throw>> {
    let dice = prop::collection::vec(any::<Dice>(), 1..5);
    prop::collection::vec((0..3_u8, dice), 2..14)
}

/// Three modules of which the later may refer to the earlier, and the migrations
/// that the dice choose, in global order.
fn write(throws: &[Throw]) -> Vec<Migration> {
    let mut modules = ["a", "b", "c"].map(Evolution::new);
    let mut fold = FoldedSchema::new();
    let mut migrations = Vec::new();
    for (second, (which, dice)) in throws.iter().enumerate() {
        let module = &mut modules[usize::from(*which)];
        // What it may refer to: its own tables and those of modules before it.
        let seen = |name: &TableName| name.module <= module.module;
        let mut others = fold.clone();
        let hidden: Vec<_> = fold
            .tables
            .keys()
            .filter(|name| !seen(name))
            .cloned()
            .collect();
        for name in &hidden {
            others.tables.swap_remove(name);
        }
        module.fold = others;
        let operations = module.run(dice);
        let id = format!("{}/20260101T0000{second:02}Z_m{second}", module.module);
        let migration = Migration::new(id.parse().unwrap(), operations);
        // A rename here changes references of modules that it did not see, and
        // a table that they refer to cannot go.
        let mut next = fold.clone();
        if next.apply_migration(&migration).is_ok() {
            fold = next;
            migrations.push(migration);
        } else {
            module.fold = fold.clone();
        }
    }
    migrations
}

/// The modules with these migrations; they declare what these make.
fn application(migrations: &[Migration]) -> Option<Application> {
    let mut fold = FoldedSchema::new();
    let mut modules: BTreeMap<Name, Manifest> = BTreeMap::new();
    for migration in migrations {
        fold.apply_migration(migration).ok()?;
        let name = &migration.id.module;
        let module = modules.entry(name.clone());
        let module = module.or_insert_with(|| Manifest::new(name.clone(), "1.0.0"));
        module.migrations.push(migration.clone());
    }
    for (name, table) in fold.schema().tables {
        modules.get_mut(&name.module)?.tables.push(table);
    }
    let names: Vec<_> = modules.keys().cloned().collect();
    for module in modules.values_mut() {
        let earlier = names.iter().filter(|name| **name < module.name);
        module.requires = earlier.cloned().collect();
    }
    let core = module::core().manifest().unwrap();
    let all = std::iter::once(core).chain(modules.into_values());
    Application::merge(all.collect()).ok()
}

fn store() -> Store {
    Store::in_memory(Clock::manual("2026-11-20T12:00:00Z".parse().unwrap())).unwrap()
}

/// Applies what is pending; an error when rows or the order stand in the way.
async fn apply(store: &Store, application: &Application) -> Result<(), MigrateError> {
    let (steps, clock) = (Steps::default(), store.clock().clone());
    let migrator = migrator(store, application, &steps, &clock);
    let plan = migrator.plan(&[]).await?;
    let applied = migrator.apply(&plan, Online::Now, &mut |_| {}).await;
    applied.map(|_| ()).map_err(|failure| failure.source)
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
        host: "random 1.0.0",
    }
}

/// Inserts rows into all tables; none that cannot be.
async fn fill(store: &Store) {
    let schema = store.schema().schema();
    for (table, row) in rows::all(&schema) {
        let name = table.to_string();
        let insert = store.write(async |tx| tx.table(&name)?.insert(row.clone()).await);
        // Rows of two tables in a circle, or unique values of few kinds.
        let _ = insert.await;
    }
}

/// All rows of the modules' tables; fields in the order of their names.
async fn content(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for name in store
        .schema()
        .schema()
        .tables
        .keys()
        .filter(|name| name.module != "sdk")
    {
        let name = name.to_string();
        let rows = store.read(async |tx| {
            let page = tx.table(&name)?.scan().collect().await?;
            Ok::<_, StoreError>(page.rows)
        });
        let line = |row: &Row| {
            let fields: BTreeMap<_, _> = row
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_json()))
                .collect();
            format!("{name} {}", serde_json::to_string(&fields).unwrap())
        };
        lines.extend(rows.await.unwrap().iter().map(line));
    }
    lines
}

/// What the check finds, but for references into circles of tables that rows lack.
async fn is_clean(store: &Store) -> bool {
    store.check().await.unwrap().is_clean()
}

fn run<T>(body: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(body)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn modules_that_arrive_at_any_time_end_with_the_schema_of_a_fresh_store(
        throws in throws(),
        arrivals in prop::array::uniform3(0..14_usize),
    ) {
        let migrations = write(&throws);
        let Some(whole) = application(&migrations) else { return Ok(()) };
        run(async {
            let store = store();
            // At each moment the modules that have arrived, and what they require.
            for moment in 0..migrations.len() {
                let has_come = |name: &Name| {
                    let at = |letter: &str| arrivals[usize::from(letter.as_bytes()[0] - b'a')];
                    ["a", "b", "c"].iter().any(|it| *it >= name.as_str() && at(it) <= moment)
                };
                let linked = migrations[..=moment].iter().filter(|it| has_come(&it.id.module));
                let linked: Vec<_> = linked.cloned().collect();
                // Without modules that come later a history may not fold.
                let Some(application) = application(&linked) else { continue };
                if apply(&store, &application).await.is_err() {
                    // Refused before anything was applied: another order makes another schema.
                    return Ok(());
                }
                if moment == migrations.len() / 2 {
                    fill(&store).await;
                }
            }
            if apply(&store, &whole).await.is_err() {
                return Ok(());
            }
            let fresh = self::store();
            apply(&fresh, &whole).await.unwrap();
            let differences = store.schema().schema().differences(&fresh.schema().schema());
            prop_assert!(differences.is_empty(), "{differences:?}");
            prop_assert!(is_clean(&store).await);
            Ok(())
        })?;
    }

    #[test]
    fn what_was_taken_back_leaves_rows_and_schema_as_they_were(
        throws in throws(),
        cut in any::<prop::sample::Index>(),
    ) {
        let migrations = write(&throws);
        if migrations.is_empty() {
            return Ok(());
        }
        let cut = cut.index(migrations.len());
        let (Some(before), Some(after)) = (application(&migrations[..=cut]), application(&migrations)) else {
            return Ok(());
        };
        run(async {
            let store = store();
            apply(&store, &before).await.unwrap();
            fill(&store).await;
            let (rows, schema) = (content(&store).await, store.schema().schema());
            if apply(&store, &after).await.is_err() {
                // Rows stand in the way of one of them: those before it stay, whole.
                prop_assert!(is_clean(&store).await);
                return Ok(());
            }
            let upgraded = content(&store).await;
            let (steps, clock) = (Steps::default(), store.clock().clone());
            let migrator = migrator(&store, &after, &steps, &clock);
            let to = migrations[cut].id.stamp;
            let plan = match migrator.plan_down(to).await {
                Ok(plan) => plan,
                Err(MigrateError::Down(DownFaults::Down(_))) => {
                    prop_assert_eq!(content(&store).await, upgraded);
                    return Ok(());
                }
                Err(other) => panic!("{other}"),
            };
            migrator.down(&plan, &mut |_| {}).await.unwrap();
            let differences = store.schema().schema().differences(&schema);
            prop_assert!(differences.is_empty(), "{differences:?}");
            prop_assert_eq!(content(&store).await, rows);
            prop_assert!(is_clean(&store).await);
            apply(&store, &after).await.unwrap();
            prop_assert_eq!(content(&store).await, upgraded);
            Ok(())
        })?;
    }
}
