//! An apply of fifty migrations whose process is killed at every point it passes:
//! before and after each migration, after each batch, inside the steps.
//!
//! The program starts itself as a child, which applies the migrations, stops at
//! one point and is killed there. The parent goes on with what it finds and
//! compares rows, schema and ledger with those of a run that nobody disturbed.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use sdk::{
    clock::Clock,
    migrate::{
        Event, Migrator, Online, RowStepFn, StepCode, StepDeclaration, StepFuture, Steps, history,
    },
    module,
    store::{Store, StoreError, WriteTx},
};
use sdk_schema::{Application, FoldedSchema, Manifest, Migration, Row, Step, Value};
use serde_json::{Value as Json, json};

const MIGRATIONS: usize = 50;

/// How many rows the first step makes, and how many of them are a batch.
const ROWS: i128 = 24;
const BATCH: u32 = 7;

/// In how many rounds the child is killed, unless `TORTURE` is set: then at every point.
const ROUNDS: usize = 60;

const FOLDER: &str = "SDK_TEST_KILLED_MIGRATIONS";
const POINT: &str = "SDK_TEST_KILLED_AT";

/// How many points have been passed.
static PASSED: AtomicUsize = AtomicUsize::new(0);

/// Stops for ever at the point where the child is to be killed.
fn pass() -> bool {
    let passed = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    env::var(POINT).is_ok_and(|point| point == passed.to_string())
}

fn stop() {
    println!("here");
    loop {
        std::thread::park();
    }
}

fn fill<'a>(tx: &'a mut WriteTx<'_>) -> StepFuture<'a> {
    Box::pin(async move {
        for number in 0..ROWS {
            let mut row = Row::new();
            row.set("id".parse()?, Value::Int(number));
            row.set("count".parse()?, Value::Int(0));
            tx.table("town.person")?.insert(row).await?;
        }
        if pass() {
            stop();
        }
        Ok(())
    })
}

/// Adds one: a row for which it were called twice, or never, would tell.
fn count<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        if pass() {
            stop();
        }
        if let Some(Value::Int(count)) = row.get("count").cloned() {
            row.set("count".parse()?, Value::Int(count + 1));
        }
        Ok(())
    })
}

fn steps() -> Steps {
    let run: RowStepFn = count;
    let mut steps = Steps::default();
    let declared = [
        ("fill", StepCode::Once(fill)),
        (
            "count",
            StepCode::EachRow {
                run,
                batch_rows: BATCH,
            },
        ),
    ];
    let declared = declared.map(|(name, code)| StepDeclaration {
        name,
        revision: 1,
        code,
    });
    steps.add("town", &declared);
    steps
}

fn operations(number: usize) -> Json {
    let field = |number: usize| format!("f{number}");
    match number % 5 {
        _ if number == 0 => json!([
            { "create_table": { "name": "person", "key": ["id"], "fields": [
                { "name": "id", "type": "i64" }, { "name": "count", "type": "i64" }] } },
            { "run": { "step": "fill", "revision": 1 } }
        ]),
        1 => json!([{ "add_field": { "table": "person", "field": {
            "name": field(number), "type": "string", "default": format!("text {number}") } } }]),
        2 => json!([
            { "add_index": { "table": "person", "index": { "fields": ["count", field(number - 1)] } } },
            { "run": { "step": "count", "revision": 1, "table": "person" } },
            { "drop_index": { "table": "person", "fields": ["count", field(number - 1)] } }
        ]),
        3 => json!([{ "rename_field": {
            "table": "person", "from": field(number - 2), "to": format!("g{number}") } }]),
        4 => json!([{ "run": { "step": "count", "revision": 1, "table": "person" } }]),
        _ => json!([{ "create_table": { "name": format!("t{number}"), "key": ["id"], "fields": [
            { "name": "id", "type": "i64", "references": { "table": "town.person" } }] } }]),
    }
}

fn town() -> Application {
    let mut manifest = Manifest::new("town".parse().unwrap(), "1.0.0");
    let mut folded = FoldedSchema::new();
    for number in 0..MIGRATIONS {
        let id = format!("town/20260101T0000{number:02}Z_m{number}");
        let operations = serde_json::from_value(operations(number)).unwrap();
        let migration = Migration::new(id.parse().unwrap(), operations);
        folded.apply_migration(&migration).unwrap();
        manifest.migrations.push(migration);
    }
    manifest.tables = folded.schema().tables.into_values().collect();
    let step = |name: &str, rows| Step {
        name: name.parse().unwrap(),
        revision: 1,
        rows,
    };
    manifest.steps = vec![step("fill", false), step("count", true)];
    Application::merge(vec![module::core().manifest().unwrap(), manifest]).unwrap()
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Clock::system()).expect("the store opens")
}

/// Applies what is pending; `watch` is told of each event.
async fn apply(store: &Store, watch: &mut (dyn FnMut(Event<'_>) + Send)) {
    let (application, steps, clock) = (town(), steps(), Clock::system());
    let migrator = Migrator {
        store,
        application: &application,
        steps: &steps,
        clock: &clock,
        host: "town 1.0.0",
    };
    let plan = migrator.plan(&[]).await.expect("a plan");
    migrator
        .apply(&plan, Online::Now, watch)
        .await
        .expect("it is applied");
    assert!(migrator.verify().await.expect("a ledger").holds());
}

/// Rows, schema and ledger, without times.
async fn content(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in history(store).await.expect("a ledger") {
        lines.push(format!(
            "{} {} {} {:?} {:?} {:?} {:?}",
            entry.position,
            entry.id,
            entry.checksum,
            entry.state,
            entry.rows,
            entry.after,
            entry.late
        ));
    }
    for (name, table) in store.schema().schema().tables {
        lines.push(format!("{name} {table:?}"));
    }
    let rows = store.read(async |tx| {
        let page = tx.table("town.person")?.scan().collect().await?;
        Ok::<_, StoreError>(page.rows)
    });
    let rows = rows.await.expect("a table");
    lines.extend(rows.iter().map(|row| row.to_json().to_string()));
    lines
}

/// Does nothing by itself: it is what the other test starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_child_that_is_killed() {
    let Ok(folder) = env::var(FOLDER) else {
        return;
    };
    let store = open(Path::new(&folder));
    let on_disk = store.clone();
    let mut watch = move |_: Event<'_>| {
        if pass() {
            // What was committed is on the disk in every round, or lost in every round.
            let flush = || tokio::runtime::Handle::current().block_on(on_disk.flush());
            tokio::task::block_in_place(flush).expect("the disk is well");
            stop();
        }
    };
    apply(&store, &mut watch).await;
}

/// Runs the child and kills it at a point.
fn kill_at(folder: &Path, point: usize) {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args([
            "killed_migrations::the_child_that_is_killed",
            "--exact",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .env(POINT, point.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let here = lines.any(|line| line.is_ok_and(|line| line == "here"));
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    assert!(here, "it never came to point {point}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_killed_at_any_point_is_finished_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = open(folder.path());
    PASSED.store(0, Ordering::SeqCst);
    let mut watch = |_: Event<'_>| {
        pass();
    };
    apply(&undisturbed, &mut watch).await;
    let points = PASSED.load(Ordering::SeqCst);
    let expected = content(&undisturbed).await;
    assert!(expected.iter().any(|line| line.contains(r#""count":20"#)));
    let step = match env::var("TORTURE") {
        Ok(_) => 1,
        Err(_) => points.div_ceil(ROUNDS),
    };
    for point in (1..=points).step_by(step) {
        let folder = tempfile::tempdir().expect("a folder");
        kill_at(folder.path(), point);
        let store = open(folder.path());
        apply(&store, &mut |_| {}).await;
        assert_eq!(content(&store).await, expected, "killed at point {point}");
    }
}
