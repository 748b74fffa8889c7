//! Rows of old layouts are written in the newest, and nothing else changes.

use serde_json::json;

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{RewriteReport, Store, StoreError},
};

/// So many rows in a layout that is old, and one in the newest.
async fn aged(rows: u32) -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let create = json!({ "create_table": {
        "name": "item", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "size", "type": "u8" },
            { "name": "junk", "type": "string" },
        ],
        "indexes": [{ "fields": ["size"] }],
    } });
    alter(&store, &[operation(create)]).await.unwrap();
    let filled = store.write(async |tx| {
        let mut items = tx.table("blog.item")?;
        for id in 0..rows {
            let row = json!({ "id": id, "size": id % 7, "junk": "x".repeat(20) });
            let row = items.schema().row_from_json(&row)?;
            items.insert(row).await?;
        }
        Ok::<_, StoreError>(())
    });
    filled.await.unwrap();
    let later = [
        json!({ "drop_field": { "table": "item", "field": "junk" } }),
        json!({ "change_field": { "table": "item", "field": { "name": "size", "type": "i16" } } }),
        json!({ "add_field": { "table": "item", "field": { "name": "colour", "type": "string", "default": "red" } } }),
    ];
    alter(&store, &later.map(operation)).await.unwrap();
    let last = store.write(async |tx| {
        let mut items = tx.table("blog.item")?;
        let row = json!({ "id": 1_000_000, "size": -1, "colour": "blue" });
        let row = items.schema().row_from_json(&row)?;
        items.insert(row).await
    });
    last.await.unwrap();
    store
}

async fn rows(store: &Store) -> Vec<String> {
    let page = store.read(async |tx| tx.table("blog.item")?.scan().collect().await);
    let rows = page.await.unwrap().rows;
    rows.iter().map(|row| row.to_json().to_string()).collect()
}

fn counts(report: &RewriteReport) -> (u64, u64, u64) {
    (report.rewritten, report.already_new, report.unreadable)
}

#[tokio::test]
async fn rows_are_the_same_in_the_newest_layout() {
    let store = aged(2_500).await;
    let before = rows(&store).await;
    let checked = store.check().await.unwrap();
    assert_eq!(checked.tables[0].in_old_layouts, 2_500);
    assert_eq!(
        counts(&store.rewrite("blog.item").await.unwrap()),
        (2_500, 1, 0)
    );
    assert_eq!(rows(&store).await, before);
    let checked = store.check().await.unwrap();
    assert!(checked.is_clean());
    assert_eq!(checked.tables[0].in_old_layouts, 0);
    assert_eq!(
        counts(&store.rewrite("blog.item").await.unwrap()),
        (0, 2_501, 0)
    );
}

#[tokio::test]
async fn others_write_meanwhile_and_a_rewrite_that_is_dropped_goes_on_later() {
    let store = aged(2_500).await;
    let before = rows(&store).await;
    let rewriting = tokio::spawn({
        let store = store.clone();
        async move { store.rewrite("blog.item").await }
    });
    // It has had its turn once, or not yet.
    tokio::task::yield_now().await;
    let delete = store.write(async |tx| {
        let key = [sdk_schema::Value::Uint(2_400)];
        tx.table("blog.item")?.delete(&key).await
    });
    assert!(delete.await.unwrap());
    rewriting.abort();
    let _ = rewriting.await;
    let rest = store.rewrite("blog.item").await.unwrap();
    assert_eq!(rest.rewritten + rest.already_new, 2_500);
    let mut expected = before;
    expected.remove(2_400);
    assert_eq!(rows(&store).await, expected);
    let checked = store.check().await.unwrap();
    assert_eq!(
        (checked.is_clean(), checked.tables[0].in_old_layouts),
        (true, 0)
    );
}
