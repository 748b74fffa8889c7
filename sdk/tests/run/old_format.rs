//! Files that earlier versions wrote open and are read to the last row.
//!
//! `fixtures/format-1` is a store as the code of its time wrote it; its README
//! says how. The tests open copies, because an open deletes the trees on the
//! trash list.

use std::{fs, path::PathBuf};

use sdk::{
    clock::Clock,
    schema::{Operation, Row, TableName},
    store::{Store, StoreError},
};
use serde_json::{Value as Json, json};

/// A step of a history, as it stands in `history.json`.
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Apply(Operation),
    Insert {
        table: String,
        row: Json,
    },
    /// The same with a text of `length` bytes, which would be tiresome to read.
    InsertWide {
        table: String,
        row: Json,
        field: String,
        length: usize,
    },
}

fn fixture(file: &str) -> PathBuf {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format-1");
    PathBuf::from(fixtures).join(file)
}

fn text(file: &str) -> String {
    fs::read_to_string(fixture(file)).unwrap()
}

/// A copy of the file in a folder that vanishes.
fn copy() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("store.redb"), folder.path().join("store.redb")).unwrap();
    let store = open(&folder);
    (folder, store)
}

fn open(folder: &tempfile::TempDir) -> Store {
    let clock = Clock::manual("2026-11-27T12:00:00Z".parse().unwrap());
    Store::open(folder.path(), clock).unwrap()
}

async fn take(store: &Store, step: Step) {
    let done = match step {
        Step::Apply(operation) => {
            let module = "zoo".parse().unwrap();
            store
                .write(async |tx| tx.apply(&module, &operation).await)
                .await
        }
        Step::Insert { table, row } => insert(store, &table, &row).await,
        Step::InsertWide {
            table,
            mut row,
            field,
            length,
        } => {
            row[field] = "x".repeat(length).into();
            insert(store, &table, &row).await
        }
    };
    done.unwrap();
}

async fn insert(store: &Store, table: &str, row: &Json) -> Result<(), StoreError> {
    let insert = store.write(async |tx| {
        let mut table = tx.table(table)?;
        let row = table.schema().row_from_json(row)?;
        table.insert(row).await
    });
    insert.await
}

async fn rows(store: &Store, table: &str) -> Vec<Row> {
    let page = store.read(async |tx| tx.table(table)?.scan().collect().await);
    page.await.unwrap().rows
}

/// All rows of all tables, one on each line, as `data export` writes them.
async fn dump(store: &Store) -> String {
    let mut lines = String::new();
    for table in store.schema().tables.keys().map(TableName::to_string) {
        for row in rows(store, &table).await {
            let line = json!({ "table": table, "row": row.to_json() });
            lines.extend([line.to_string().as_str(), "\n"]);
        }
    }
    lines
}

/// Writes the fixture anew, in the format of the code that runs it.
#[tokio::test]
#[ignore = "it replaces the files that the other tests read"]
async fn write_the_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let history: Vec<Step> = serde_json::from_str(&text("history.json")).unwrap();
    for step in history {
        take(&store, step).await;
    }
    fs::write(fixture("rows.jsonl"), dump(&store).await).unwrap();
    let file = folder.path().join("store.redb");
    drop(store);
    let mut database = redb::Database::open(&file).unwrap();
    while database.compact().unwrap() {}
    drop(database);
    fs::copy(file, fixture("store.redb")).unwrap();
}

#[tokio::test]
async fn a_store_of_format_1_opens_and_every_row_is_read() {
    let (folder, store) = copy();
    assert_eq!(dump(&store).await, text("rows.jsonl"));
    drop(store);
    // The first open has changed the file.
    assert_eq!(dump(&open(&folder)).await, text("rows.jsonl"));
}

/// The rows as text, which of a NaN is equal to itself.
fn sorted(rows: &[Row]) -> Vec<String> {
    let mut texts: Vec<_> = rows.iter().map(|row| row.to_json().to_string()).collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn the_indexes_of_a_store_of_format_1_find_its_rows() {
    let (_folder, store) = copy();
    for (name, folded) in store.schema().tables {
        let name = name.to_string();
        let all = rows(&store, &name).await;
        for index in &folded.table.indexes {
            let first = index.fields[0].as_str();
            let scan =
                store.read(async |tx| tx.table(&name)?.scan().range(first, ..).collect().await);
            let found = scan.await.unwrap().rows;
            assert_eq!(sorted(&found), sorted(&all), "{name} by {first}");
        }
    }
}

#[tokio::test]
async fn a_store_of_format_1_is_sound_and_its_rows_can_be_rewritten() {
    let (_folder, store) = copy();
    let report = store.check().await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.faults);
    let old: u64 = report.tables.iter().map(|table| table.in_old_layouts).sum();
    // Of eleven items three have the newest layout.
    assert_eq!(old, 8);
    assert_eq!(store.rewrite("zoo.item").await.unwrap().rewritten, 8);
    assert_eq!(dump(&store).await, text("rows.jsonl"));
    assert!(store.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn a_store_of_format_1_can_be_written() {
    let (folder, store) = copy();
    let row = json!({ "id": 12, "name": "twelve", "ratio": 12, "mood": "angry", "maker": "Ada" });
    insert(&store, "zoo.item", &row).await.unwrap();
    let twin = json!({ "id": 13, "name": "one", "ratio": 1, "mood": "calm" });
    let refused = insert(&store, "zoo.item", &twin).await;
    assert!(matches!(refused, Err(StoreError::UniqueViolation { .. })));
    drop(store);
    assert_eq!(rows(&open(&folder), "zoo.item").await.len(), 12);
}
