//! Tables that get another key.

use std::time::Duration;

use sdk_schema::{Name, Operation, Value};
use serde_json::json;

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{FeedError, Store, StoreError},
};

fn key(fields: &[&str]) -> serde_json::Value {
    json!({ "change_key": { "table": "item", "key": fields } })
}

async fn assert_clean(store: &Store) {
    let checked = store.check().await.unwrap();
    assert!(checked.is_clean(), "{:#?}", checked.faults);
}

#[tokio::test]
async fn rows_stand_in_the_order_of_the_new_key() {
    let store = items().await;
    migrate(&store, [key(&["name"])]).await.unwrap();
    insta::assert_snapshot!(dump(&store, "blog.item").await, @r#"
    {"id":1,"name":"one","size":1}
    {"id":3,"name":"three","size":3}
    {"id":2,"name":"two","size":null}
    "#);
    let found = store.read(async |tx| {
        let key = [Value::String("two".into())];
        tx.table("blog.item")?.get(&key).await
    });
    assert!(found.await.unwrap().is_some());
    let twin = add(&store, "blog.item", json!({ "id": 9, "name": "two" })).await;
    assert!(matches!(twin, Err(StoreError::AlreadyExists { .. })));
    assert_clean(&store).await;
    migrate(&store, [key(&["id", "name"]), key(&["id"])])
        .await
        .unwrap();
    assert_eq!(
        dump(&store, "blog.item").await,
        dump(&items().await, "blog.item").await
    );
    assert_clean(&store).await;
}

#[tokio::test]
async fn two_rows_that_would_share_the_key_are_both_named() {
    let store = items().await;
    add(&store, "blog.item", json!({ "id": 4, "name": "one" }))
        .await
        .unwrap();
    let (schema, rows) = (store.schema(), dump(&store, "blog.item").await);
    let error = migrate(&store, [key(&["name"])]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.item` cannot be changed: (name) cannot be the key: the rows with the keys 1 and 4 both have "one""#);
    assert_eq!(store.schema(), schema);
    assert_eq!(dump(&store, "blog.item").await, rows);
    assert_clean(&store).await;
}

#[tokio::test]
async fn rows_of_old_layouts_move_as_they_are() {
    let store = items().await;
    let operations = [
        json!({ "drop_field": { "table": "item", "field": "size" } }),
        json!({ "add_field": { "table": "item", "field": { "name": "rank", "type": "u8", "default": 5 } } }),
        json!({ "change_field": { "table": "item", "field": { "name": "rank", "type": "i64" } } }),
        key(&["rank", "name"]),
    ];
    migrate(&store, operations).await.unwrap();
    insta::assert_snapshot!(dump(&store, "blog.item").await, @r#"
    {"id":1,"name":"one","rank":5}
    {"id":3,"name":"three","rank":5}
    {"id":2,"name":"two","rank":5}
    "#);
    assert_clean(&store).await;
}

#[tokio::test]
async fn indexes_find_rows_under_their_new_keys() {
    let store = items().await;
    let operations = [
        json!({ "add_index": { "table": "item", "index": { "fields": ["name"], "unique": true } } }),
        json!({ "add_index": { "table": "item", "index": { "fields": ["size"] } } }),
        key(&["name"]),
    ];
    migrate(&store, operations).await.unwrap();
    let found = store.read(async |tx| {
        let page = tx
            .table("blog.item")?
            .scan()
            .range("size", ..)
            .collect()
            .await?;
        let ids = page.rows.iter().map(|row| row.get("id").cloned());
        Ok::<_, StoreError>(ids.collect::<Vec<_>>())
    });
    let ids = [2, 1, 3].map(|id| Some(Value::Uint(id)));
    assert_eq!(found.await.unwrap(), ids);
    assert_clean(&store).await;
}

#[tokio::test]
async fn rows_still_expire_and_refer() {
    let store = items().await;
    let passes = json!({ "create_table": {
        "name": "pass", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "item", "type": "u32", "references": { "table": "blog.item", "on_delete": "cascade" } },
            { "name": "until", "type": "timestamp", "expires": true },
        ],
    } });
    migrate(&store, [passes]).await.unwrap();
    for (id, item, until) in [(1, 3, 10), (2, 2, 20), (3, 1, 30)] {
        let row = json!({ "id": id, "item": item, "until": at(until).to_string() });
        add(&store, "blog.pass", row).await.unwrap();
    }
    let rekey = json!({ "change_key": { "table": "pass", "key": ["item"] } });
    migrate(&store, [rekey]).await.unwrap();
    assert_clean(&store).await;
    let row = json!({ "id": 4, "item": 9, "until": at(10).to_string() });
    let dangling = add(&store, "blog.pass", row).await.unwrap_err();
    assert!(
        matches!(dangling, StoreError::ReferenceMissing { .. }),
        "{dangling}"
    );
    store.clock().advance(Duration::from_secs(10));
    assert_eq!(store.remove_expired().await.unwrap(), 1);
    let gone = store.write(async |tx| tx.table("blog.item")?.delete(&[Value::Uint(2)]).await);
    assert!(gone.await.unwrap());
    assert_eq!(store.row_count("blog.pass").unwrap(), 1);
    assert_clean(&store).await;
}

#[tokio::test]
async fn a_table_that_others_refer_to_keeps_its_key() {
    let store = items().await;
    let parts = json!({ "create_table": {
        "name": "part", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "item", "type": "u32", "references": { "table": "blog.item" } },
        ],
    } });
    migrate(&store, [parts]).await.unwrap();
    let error = migrate(&store, [key(&["name"])]).await.unwrap_err();
    assert!(matches!(error, StoreError::Operation(_)), "{error}");
}

#[tokio::test]
async fn who_follows_the_table_is_told_to_take_a_new_snapshot() {
    let store = items().await;
    let revision = async || store.read(async |tx| tx.revision()).await.unwrap();
    let before = revision().await;
    let mut feed = store.watch_all().from(before);
    migrate(&store, [key(&["name"])]).await.unwrap();
    let error = feed.next().await.unwrap_err();
    assert!(matches!(error, FeedError::Compacted { .. }), "{error}");
    let now = revision().await;
    assert_eq!(now, before + 1);
    let mut feed = store.watch_all().from(now);
    add(&store, "blog.item", json!({ "id": 7, "name": "seven" }))
        .await
        .unwrap();
    let batch = feed.next().await.unwrap();
    assert_eq!(
        batch.changes[0].new.as_ref().unwrap().get("id"),
        Some(&Value::Uint(7))
    );
}

#[tokio::test]
async fn the_trees_of_the_old_key_are_gone_with_the_next_operation() {
    let store = items().await;
    let index = json!({ "add_index": { "table": "item", "index": { "fields": ["size"] } } });
    migrate(&store, [index, key(&["name"])]).await.unwrap();
    let trees = || store.snapshot().unwrap().trees.names().unwrap();
    let with_trash = trees().len();
    let noted = Operation::AddField {
        table: name("item"),
        field: {
            let mut field = sdk_schema::Field::new(name("note"), sdk_schema::FieldType::String);
            field.nullable = true;
            field
        },
    };
    alter(&store, &[noted]).await.unwrap();
    assert_eq!(trees().len(), with_trash - 2);
    assert_clean(&store).await;
}

/// Random names, some of them longer, in no order.
fn scattered(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    format!("{mixed:x}{}", "-".repeat((number % 5) as usize))
}

#[tokio::test]
async fn many_rows_are_all_there_under_the_new_key() {
    const MANY: u64 = 5000;
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let create = json!({ "create_table": {
        "name": "item", "key": ["id"],
        "fields": [{ "name": "id", "type": "u64" }, { "name": "name", "type": "string" }],
        "indexes": [{ "fields": ["name"] }],
    } });
    migrate(&store, [create]).await.unwrap();
    let field: fn(&str) -> Name = name;
    let rows = (0..MANY).map(|number| {
        let name = Value::String(scattered(number));
        [
            (field("id"), Value::Uint(number.into())),
            (field("name"), name),
        ]
        .into_iter()
        .collect()
    });
    store
        .write(async |tx| tx.load_rows("blog.item", rows).await)
        .await
        .unwrap();
    migrate(&store, [key(&["name"])]).await.unwrap();
    assert_eq!(store.row_count("blog.item").unwrap(), MANY);
    assert_clean(&store).await;
}
