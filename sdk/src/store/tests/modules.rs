//! Modules: their names, and references between them.

use sdk_schema::{Name, Operation, Value};
use serde_json::{Value as Json, json};

use super::fixture::*;
use crate::store::{FaultKind, Store, StoreError};

async fn rename(store: &Store, from: &str, to: &str) -> Result<(), StoreError> {
    let (from, to) = (name(from), name(to));
    store
        .write(async |tx| tx.rename_module(&from, &to).await)
        .await
}

async fn apply(store: &Store, module: &str, step: Json) -> Result<(), StoreError> {
    let (module, step): (Name, Operation) = (name(module), operation(step));
    store.write(async |tx| tx.apply(&module, &step).await).await
}

fn parts(target: &str) -> Json {
    json!({ "create_table": {
        "name": "part", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "item", "type": "u32", "nullable": true,
              "references": { "table": target, "on_delete": "cascade" } },
        ],
    } })
}

fn faults(report: &crate::store::CheckReport) -> Vec<FaultKind> {
    report.faults.iter().map(|fault| fault.kind).collect()
}

#[tokio::test]
async fn all_tables_of_a_module_follow_its_new_name() {
    let store = items().await;
    apply(&store, "shop", parts("blog.item")).await.unwrap();
    apply(&store, "blog", parts("blog.item")).await.unwrap();
    for table in ["shop.part", "blog.part"] {
        add(&store, table, json!({ "id": 1, "item": 1 }))
            .await
            .unwrap();
    }
    let rows = dump(&store, "blog.item").await;
    rename(&store, "blog", "news").await.unwrap();
    assert!(!store.has_table("blog.item") && !store.has_table("blog.part"));
    assert_eq!(dump(&store, "news.item").await, rows);
    assert_eq!(store.schema().check_references(), []);
    assert!(store.check().await.unwrap().is_clean());
    let key = [Value::Uint(1)];
    let gone = store.write(async |tx| tx.table("news.item")?.delete(&key).await);
    assert!(gone.await.unwrap());
    assert_eq!(
        dump(&store, "shop.part").await + &dump(&store, "news.part").await,
        ""
    );
    rename(&store, "news", "blog").await.unwrap();
    apply(&store, "blog", json!({ "drop_table": { "table": "part" } }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_module_does_not_take_the_name_of_one_that_has_tables() {
    let store = items().await;
    apply(&store, "shop", parts("blog.item")).await.unwrap();
    let error = rename(&store, "blog", "shop").await.unwrap_err();
    insta::assert_snapshot!(error, @"`blog.item` cannot be changed: module `shop` has tables already, `shop.part` among them");
    rename(&store, "blog", "blog").await.unwrap();
    rename(&store, "unknown", "shop").await.unwrap();
    assert!(store.has_table("blog.item") && store.has_table("shop.part"));
}

#[tokio::test]
async fn a_renamed_module_is_so_after_an_open() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path(), crate::clock::Clock::manual(at(0))).unwrap();
    let store = open();
    apply(&store, "shop", parts("blog.item")).await.unwrap();
    rename(&store, "shop", "market").await.unwrap();
    drop(store);
    assert!(open().has_table("market.part"));
}

#[tokio::test]
async fn a_table_may_refer_to_one_of_another_module_that_is_made_later() {
    let store = Store::in_memory(crate::clock::Clock::manual(at(0))).unwrap();
    apply(&store, "shop", parts("blog.item")).await.unwrap();
    add(&store, "shop.part", json!({ "id": 1 })).await.unwrap();
    let early = add(&store, "shop.part", json!({ "id": 2, "item": 1 })).await;
    insta::assert_snapshot!(early.unwrap_err(), @"field `item` of `shop.part` refers to 1, which `blog.item` does not have");
    assert_eq!(store.schema().check_references().len(), 1);
    let later = json!({ "create_table": {
        "name": "item", "key": ["id"], "fields": [{ "name": "id", "type": "u32" }],
    } });
    apply(&store, "blog", later).await.unwrap();
    add(&store, "blog.item", json!({ "id": 1 })).await.unwrap();
    add(&store, "shop.part", json!({ "id": 2, "item": 1 }))
        .await
        .unwrap();
    assert_eq!(store.schema().check_references(), []);
    assert_eq!(faults(&store.check().await.unwrap()), []);
}

#[tokio::test]
async fn a_new_field_may_refer_to_a_table_to_come_while_it_is_null() {
    let store = items().await;
    let field = |default: Option<u32>| {
        let mut field =
            json!({ "name": "shelf", "type": "u32", "references": { "table": "shop.shelf" } });
        match default {
            Some(default) => field["default"] = json!(default),
            None => field["nullable"] = json!(true),
        }
        json!({ "add_field": { "table": "item", "field": field } })
    };
    let valued = apply(&store, "blog", field(Some(1))).await.unwrap_err();
    insta::assert_snapshot!(valued, @"`blog.item` cannot be changed: field `shelf` of the row with the key 1 is 1, which `shop.shelf` does not have");
    apply(&store, "blog", field(None)).await.unwrap();
    // Only that the other table is not there.
    let report = store.check().await.unwrap();
    assert_eq!(faults(&report), [FaultKind::Catalogue]);
    assert_eq!(store.schema().check_references().len(), 1);
}
