//! A step over very many rows, in a process of its own, so that its memory is its own.

use std::{path::PathBuf, time::Instant};

use anyhow::{Result, anyhow};
use sdk::{
    clock::Clock,
    migrate::{Migrator, Online, StepCode, StepDeclaration, StepFuture, Steps},
    module,
    store::{Store, WriteTx},
};
use sdk_schema::{Application, FoldedSchema, Manifest, Migration, Row, Step, Value};
use serde_json::json;

use crate::machine;

/// What `bench migrate-step` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct StepOptions {
    /// How many rows.
    #[arg(long, default_value_t = 10_000_000)]
    rows: u64,
    /// The folder of the store; one that is there is gone on with.
    #[arg(long)]
    dir: PathBuf,
    /// Makes the rows and nothing else, so that the step has a process of its own.
    #[arg(long)]
    fill: bool,
}

const STEP: &str = "count";

/// Makes the rows, or runs the step and prints what it took.
pub(crate) fn run(options: &StepOptions) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    std::fs::create_dir_all(&options.dir)?;
    let store = Store::open(&options.dir, Clock::system())?;
    if options.fill {
        runtime.block_on(apply(&store, 1))?;
        return runtime.block_on(fill(&store, options.rows));
    }
    let before = machine::peak_memory_bytes()?;
    let start = Instant::now();
    runtime.block_on(apply(&store, 2))?;
    println!(
        "{} rows: {:.1} s, at most {} MB of memory, {} MB before",
        options.rows,
        start.elapsed().as_secs_f64(),
        machine::peak_memory_bytes()? >> 20,
        before >> 20,
    );
    Ok(())
}

/// A module that makes a table, and with its second migration runs a step over it.
fn application(migrations: usize) -> Result<Application> {
    let operations = [
        json!([{ "create_table": { "name": "person", "key": ["id"], "fields": [
            { "name": "id", "type": "u64" }, { "name": "name", "type": "string" },
            { "name": "visits", "type": "i64" }] } }]),
        json!([{ "run": { "step": STEP, "revision": 1, "table": "person" } }]),
    ];
    let mut manifest = Manifest::new("town".parse()?, "1.0.0");
    let mut folded = FoldedSchema::new();
    for (second, operations) in operations.into_iter().take(migrations).enumerate() {
        let id = format!("town/20260101T00000{second}Z_m{second}").parse()?;
        let migration = Migration::new(id, serde_json::from_value(operations)?);
        folded.apply_migration(&migration)?;
        manifest.migrations.push(migration);
    }
    manifest.tables = folded.schema().tables.into_values().collect();
    manifest.steps = vec![Step {
        name: STEP.parse()?,
        revision: 1,
        rows: true,
    }];
    Ok(Application::merge(vec![
        module::core().manifest()?,
        manifest,
    ])?)
}

async fn apply(store: &Store, migrations: usize) -> Result<()> {
    let (application, clock) = (application(migrations)?, Clock::system());
    let mut steps = Steps::default();
    steps.add(
        "town",
        &[StepDeclaration {
            name: STEP,
            revision: 1,
            code: StepCode::EachRow {
                run: count,
                batch_rows: sdk::migrate::BATCH_ROWS,
            },
        }],
    );
    let migrator = Migrator {
        store,
        application: &application,
        steps: &steps,
        clock: &clock,
        host: "bench",
    };
    let plan = migrator.plan(&[]).await?;
    migrator.apply(&plan, Online::Now, &mut |_| {}).await?;
    Ok(())
}

/// Changes every row.
fn count<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        let Some(Value::Int(visits)) = row.get("visits").cloned() else {
            return Err(anyhow!("`visits` is no number"));
        };
        row.set("visits".parse()?, Value::Int(visits + 1));
        Ok(())
    })
}

async fn fill(store: &Store, rows: u64) -> Result<()> {
    let [id, name, visits] = ["id", "name", "visits"].map(str::parse::<sdk_schema::Name>);
    let (id, name, visits) = (id?, name?, visits?);
    let row = |number: u64| {
        let mut row = Row::new();
        row.set(id.clone(), Value::Uint(number.into()));
        row.set(name.clone(), Value::String(format!("person {number}")));
        row.set(visits.clone(), Value::Int(0));
        row
    };
    let load = store.write_alone(async |tx: &mut WriteTx<'_>| {
        tx.load_rows("town.person", (0..rows).map(row)).await
    });
    load.await?;
    Ok(())
}
