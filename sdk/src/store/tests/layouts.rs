//! What migrations do to tables that have rows.

use serde_json::{Value as Json, json};

use super::fixture::*;
use crate::store::StoreError;

/// Applies operations to the items and shows them, a new row included.
async fn check<const N: usize>(operations: [Json; N], new: Json) -> String {
    let store = items().await;
    migrate(&store, operations).await.unwrap();
    add(&store, "blog.item", new).await.unwrap();
    dump(&store, "blog.item").await
}

#[tokio::test]
async fn rows_older_than_a_field_show_its_default_of_that_time() {
    let added = json!({ "add_field": { "table": "item", "field": { "name": "colour", "type": "string", "default": "red" } } });
    let later = json!({ "change_field": { "table": "item", "field": { "name": "colour", "type": "string", "default": "blue" } } });
    let shown = check([added, later], json!({ "id": 4, "name": "four" })).await;
    insta::assert_snapshot!(shown, @r#"
    {"id":1,"name":"one","size":1,"colour":"red"}
    {"id":2,"name":"two","size":null,"colour":"red"}
    {"id":3,"name":"three","size":3,"colour":"red"}
    {"id":4,"name":"four","size":null,"colour":"blue"}
    "#);
}

#[tokio::test]
async fn a_dropped_field_is_gone_and_a_new_one_of_its_name_is_another() {
    let drop = json!({ "drop_field": { "table": "item", "field": "size" } });
    let again = json!({ "add_field": { "table": "item", "field": { "name": "size", "type": "string", "nullable": true } } });
    let shown = check(
        [drop, again],
        json!({ "id": 4, "name": "four", "size": "XL" }),
    )
    .await;
    insta::assert_snapshot!(shown, @r#"
    {"id":1,"name":"one","size":null}
    {"id":2,"name":"two","size":null}
    {"id":3,"name":"three","size":null}
    {"id":4,"name":"four","size":"XL"}
    "#);
}

#[tokio::test]
async fn renaming_tables_and_fields_rewrites_no_row() {
    let store = items().await;
    let rename_field =
        json!({ "rename_field": { "table": "item", "from": "name", "to": "title" } });
    let rename_table = json!({ "rename_table": { "from": "item", "to": "thing" } });
    migrate(&store, [rename_field, rename_table]).await.unwrap();
    insta::assert_snapshot!(dump(&store, "blog.thing").await, @r#"
    {"id":1,"title":"one","size":1}
    {"id":2,"title":"two","size":null}
    {"id":3,"title":"three","size":3}
    "#);
    assert!(!store.has_table("blog.item"));
}

#[tokio::test]
async fn a_wider_type_reads_what_the_narrower_one_wrote() {
    let wider = json!({ "change_field": { "table": "item", "field": { "name": "size", "type": "i32", "nullable": true } } });
    let index = json!({ "add_index": { "table": "item", "index": { "fields": ["size"] } } });
    let widest = json!({ "change_field": { "table": "item", "field": { "name": "size", "type": "i128", "nullable": true } } });
    let shown = check(
        [wider, index, widest],
        json!({ "id": 4, "name": "four", "size": -4 }),
    )
    .await;
    insta::assert_snapshot!(shown, @r#"
    {"id":1,"name":"one","size":1}
    {"id":2,"name":"two","size":null}
    {"id":3,"name":"three","size":3}
    {"id":4,"name":"four","size":-4}
    "#);
}

#[tokio::test]
async fn an_index_over_a_field_that_is_widened_keeps_its_order() {
    let store = items().await;
    let index = json!({ "add_index": { "table": "item", "index": { "fields": ["size"] } } });
    let wider = json!({ "change_field": { "table": "item", "field": { "name": "size", "type": "i16", "nullable": true } } });
    migrate(&store, [index, wider]).await.unwrap();
    add(
        &store,
        "blog.item",
        json!({ "id": 4, "name": "four", "size": -4 }),
    )
    .await
    .unwrap();
    let names = store.read(async |tx| {
        let page = tx
            .table("blog.item")?
            .scan()
            .range("size", ..)
            .collect()
            .await?;
        let names = page
            .rows
            .iter()
            .filter_map(|row| Some(row.get("name")?.to_string()));
        Ok::<_, StoreError>(names.collect::<Vec<_>>())
    });
    assert_eq!(names.await.unwrap(), ["two", "four", "one", "three"]);
}

#[tokio::test]
async fn a_field_that_becomes_required_has_its_default_in_place_of_null() {
    let required = json!({ "change_field": { "table": "item", "field": { "name": "size", "type": "u8", "default": 9 } } });
    let nullable = json!({ "change_field": { "table": "item", "field": { "name": "size", "type": "u8", "nullable": true } } });
    let shown = check(
        [required, nullable],
        json!({ "id": 4, "name": "four", "size": null }),
    )
    .await;
    insta::assert_snapshot!(shown, @r#"
    {"id":1,"name":"one","size":1}
    {"id":2,"name":"two","size":9}
    {"id":3,"name":"three","size":3}
    {"id":4,"name":"four","size":null}
    "#);
}

#[tokio::test]
async fn a_field_added_as_null_and_then_required_shows_the_default() {
    let added = json!({ "add_field": { "table": "item", "field": { "name": "weight", "type": "u16", "nullable": true } } });
    let required = json!({ "change_field": { "table": "item", "field": { "name": "weight", "type": "u32", "default": 7 } } });
    let shown = check(
        [added, required],
        json!({ "id": 4, "name": "four", "weight": 70000 }),
    )
    .await;
    insta::assert_snapshot!(shown, @r#"
    {"id":1,"name":"one","size":1,"weight":7}
    {"id":2,"name":"two","size":null,"weight":7}
    {"id":3,"name":"three","size":3,"weight":7}
    {"id":4,"name":"four","size":null,"weight":70000}
    "#);
}

#[tokio::test]
async fn a_unique_index_over_equal_values_names_both_rows() {
    let store = items().await;
    add(&store, "blog.item", json!({ "id": 4, "name": "one" }))
        .await
        .unwrap();
    let index = json!({ "add_index": { "table": "item", "index": { "fields": ["name"], "unique": true } } });
    let error = migrate(&store, [index.clone()]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.item` cannot be changed: (name) cannot be unique: the rows with the keys 1 and 4 both have "one""#);
    let freed = store.write(async |tx| {
        tx.table("blog.item")?
            .delete(&[sdk_schema::Value::Uint(4)])
            .await
    });
    assert!(freed.await.unwrap());
    migrate(&store, [index]).await.unwrap();
    let twin = add(&store, "blog.item", json!({ "id": 4, "name": "one" })).await;
    assert!(matches!(twin, Err(StoreError::UniqueViolation { .. })));
}

#[tokio::test]
async fn an_operation_that_the_rows_refuse_dooms_the_transaction() {
    let store = items().await;
    add(&store, "blog.item", json!({ "id": 4, "name": "one" }))
        .await
        .unwrap();
    let index = operation(
        json!({ "add_index": { "table": "item", "index": { "fields": ["name"], "unique": true } } }),
    );
    let swallowed = store.write(async |tx| {
        assert!(tx.apply(&name("blog"), &index).await.is_err());
        Ok::<_, StoreError>(())
    });
    insta::assert_snapshot!(swallowed.await.unwrap_err(), @r#"the transaction cannot be committed: `blog.item` cannot be changed: (name) cannot be unique: the rows with the keys 1 and 4 both have "one""#);
}

#[tokio::test]
async fn an_operation_that_does_not_fit_the_schema_changes_nothing() {
    let store = items().await;
    let unknown = operation(json!({ "drop_field": { "table": "item", "field": "colour" } }));
    store
        .write(async |tx| {
            let error = tx.apply(&name("blog"), &unknown).await.unwrap_err();
            insta::assert_snapshot!(error, @"`item` has no field `colour`; it has id, name, size");
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_reference_finds_its_rows_whether_an_index_is_declared_or_not() {
    let store = items().await;
    let parts = json!({ "create_table": {
        "name": "part", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "item", "type": "u32", "references": { "table": "blog.item", "on_delete": "restrict" } },
            { "name": "kind", "type": "string" },
        ],
        "indexes": [{ "fields": ["item", "kind"] }],
    } });
    migrate(&store, [parts]).await.unwrap();
    add(
        &store,
        "blog.part",
        json!({ "id": 1, "item": 1, "kind": "a" }),
    )
    .await
    .unwrap();
    let restricted = async || {
        let key = [sdk_schema::Value::Uint(1)];
        let deleted = store
            .write(async |tx| tx.table("blog.item")?.delete(&key).await)
            .await;
        matches!(deleted, Err(StoreError::Restricted { .. }))
    };
    assert!(restricted().await);
    let drop = json!({ "drop_index": { "table": "part", "fields": ["item", "kind"] } });
    migrate(&store, [drop]).await.unwrap();
    assert!(restricted().await);
}

#[tokio::test]
async fn a_new_reference_checks_the_rows_that_exist() {
    let store = items().await;
    let people = json!({ "create_table": {
        "name": "maker", "key": ["name"], "fields": [{ "name": "name", "type": "string" }],
    } });
    let refer = json!({ "change_field": { "table": "item", "field": {
        "name": "name", "type": "string", "references": { "table": "blog.maker" },
    } } });
    migrate(&store, [people]).await.unwrap();
    let error = migrate(&store, [refer.clone()]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.item` cannot be changed: field `name` of the row with the key 1 is "one", which `blog.maker` does not have"#);
    for name in ["one", "two", "three"] {
        add(&store, "blog.maker", json!({ "name": name }))
            .await
            .unwrap();
    }
    migrate(&store, [refer]).await.unwrap();
}

#[tokio::test]
async fn a_reference_follows_the_new_name_of_its_table() {
    let store = items().await;
    let parts = json!({ "create_table": {
        "name": "part", "key": ["item"],
        "fields": [{ "name": "item", "type": "u32", "references": { "table": "blog.item", "on_delete": "cascade" } }],
    } });
    let rename = json!({ "rename_table": { "from": "item", "to": "thing" } });
    migrate(&store, [parts, rename]).await.unwrap();
    add(&store, "blog.part", json!({ "item": 1 }))
        .await
        .unwrap();
    let key = [sdk_schema::Value::Uint(1)];
    store
        .write(async |tx| tx.table("blog.thing")?.delete(&key).await)
        .await
        .unwrap();
    assert_eq!(dump(&store, "blog.part").await, "");
}

#[tokio::test]
async fn a_dropped_table_and_a_new_one_of_its_name_share_nothing() {
    let store = items().await;
    let drop = json!({ "drop_table": { "table": "item" } });
    let create = json!({ "create_table": {
        "name": "item", "key": ["id"], "fields": [{ "name": "id", "type": "string" }],
    } });
    migrate(&store, [drop, create]).await.unwrap();
    add(&store, "blog.item", json!({ "id": "x" }))
        .await
        .unwrap();
    assert_eq!(dump(&store, "blog.item").await, r#"{"id":"x"}"#);
}

#[tokio::test]
async fn the_schema_is_what_the_fold_of_the_operations_is() {
    let store = items().await;
    let module = name("blog");
    let operations = [
        json!({ "add_field": { "table": "item", "field": { "name": "note", "type": "json", "nullable": true } } }),
        json!({ "add_index": { "table": "item", "index": { "fields": ["name"], "unique": true } } }),
        json!({ "drop_field": { "table": "item", "field": "size" } }),
    ];
    let mut folded = store.schema();
    for step in &operations {
        folded.apply(&module, &operation(step.clone())).unwrap();
    }
    migrate(&store, operations).await.unwrap();
    assert_eq!(store.schema(), folded);
}
