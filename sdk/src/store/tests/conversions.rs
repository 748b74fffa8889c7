//! Fields whose new type does not hold every value of the old one.

use sdk_schema::Value;
use serde_json::{Value as Json, json};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Effect, FeedError, Is, Store, StoreError},
};

fn change(field: &Json) -> Json {
    json!({ "change_field": { "table": "item", "field": field } })
}

/// What an operation over the items is refused for; nothing has changed then.
async fn refused(store: &Store, operation: Json) -> String {
    let (schema, rows) = (store.schema(), dump(store, "blog.item").await);
    let error = migrate(store, [operation]).await.unwrap_err();
    assert!(matches!(error, StoreError::Alter { .. }), "{error:?}");
    assert_eq!(store.schema(), schema);
    assert_eq!(dump(store, "blog.item").await, rows);
    error.to_string()
}

async fn assert_clean(store: &Store) {
    let checked = store.check().await.unwrap();
    assert!(checked.is_clean(), "{:#?}", checked.faults);
}

/// A store with a table of one field besides its key, and rows with these values.
async fn values(field: &Json, values: &[Json]) -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let create = json!({ "create_table": {
        "name": "item", "key": ["id"],
        "fields": [{ "name": "id", "type": "u32" }, field],
    } });
    migrate(&store, [create]).await.unwrap();
    for (id, value) in values.iter().enumerate() {
        let row = json!({ "id": id, "value": value });
        add(&store, "blog.item", row).await.unwrap();
    }
    store
}

/// Changes the type of values and shows them after that.
async fn changed(from: Json, to: Json, held: &[Json]) -> String {
    let store = values(&json!({ "name": "value", "type": from }), held).await;
    let to = json!({ "name": "value", "type": to });
    if let Err(error) = migrate(&store, [change(&to)]).await {
        return error.to_string();
    }
    assert_clean(&store).await;
    let rows = dump(&store, "blog.item").await;
    store.rewrite("blog.item").await.unwrap();
    assert_eq!(dump(&store, "blog.item").await, rows);
    assert_clean(&store).await;
    let values = rows.lines().map(|row| {
        let row: Json = serde_json::from_str(row).unwrap();
        row["value"].to_string()
    });
    values.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn integers_become_narrower_when_each_fits() {
    let fits = [json!(0), json!(127), json!(200)];
    assert_eq!(changed(json!("i64"), json!("u8"), &fits).await, "0 127 200");
    insta::assert_snapshot!(changed(json!("i64"), json!("i8"), &fits).await, @"`blog.item` cannot be changed: field `value` of the row with the key 2 is 200, where i8 is expected");
    let below = [json!(-1)];
    insta::assert_snapshot!(changed(json!("i8"), json!("u128"), &below).await, @"`blog.item` cannot be changed: field `value` of the row with the key 0 is -1, where u128 is expected");
    let above = [json!(u128::MAX.to_string())];
    insta::assert_snapshot!(changed(json!("u128"), json!("i128"), &above).await, @r#"`blog.item` cannot be changed: field `value` of the row with the key 0 is "340282366920938463463374607431768211455", where i128 is expected"#);
    let same_width = [json!(0), json!(i64::MAX)];
    assert_eq!(
        changed(json!("u64"), json!("i64"), &same_width).await,
        "0 9223372036854775807"
    );
}

#[tokio::test]
async fn floats_become_narrower_when_nothing_is_lost() {
    let exact = [
        json!(1.5),
        json!(-0.0),
        json!("NaN"),
        json!("-Infinity"),
        json!(16_777_216.0),
    ];
    insta::assert_snapshot!(changed(json!("f64"), json!("f32"), &exact).await, @r#"1.5 -0.0 "NaN" "-Infinity" 16777216.0"#);
    for inexact in [0.1, 1e300, 16_777_217.0] {
        let error = changed(json!("f64"), json!("f32"), &[json!(inexact)]).await;
        assert!(
            error.contains("where an f32 that equals it is expected"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn variants_go_when_no_row_has_them_nor_any_list() {
    let colours = json!({ "enum": ["red", "green", "blue"] });
    let fewer = json!({ "enum": ["blue", "red"] });
    let held = [json!("red"), json!("blue")];
    assert_eq!(
        changed(colours.clone(), fewer.clone(), &held).await,
        r#""red" "blue""#
    );
    let green = [json!("red"), json!("green")];
    insta::assert_snapshot!(changed(colours.clone(), fewer.clone(), &green).await, @r#"`blog.item` cannot be changed: field `value` of the row with the key 1 is "green", where enum of blue, red is expected"#);
    let (lists, short) = (json!({ "vec": colours }), json!({ "vec": fewer }));
    let held = [json!([]), json!(["blue", "red"])];
    assert_eq!(
        changed(lists.clone(), short.clone(), &held).await,
        r#"[] ["blue","red"]"#
    );
    let green = [json!(["red", "green"])];
    insta::assert_snapshot!(changed(lists, short, &green).await, @r#"`blog.item` cannot be changed: field `value` of the row with the key 0 is ["red","green"], where vec of enum of blue, red is expected"#);
}

#[tokio::test]
async fn an_enum_of_the_key_loses_variants_that_no_row_has() {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let create = json!({ "create_table": {
        "name": "item", "key": ["colour"],
        "fields": [{ "name": "colour", "type": { "enum": ["red", "green"] } }],
    } });
    migrate(&store, [create]).await.unwrap();
    add(&store, "blog.item", json!({ "colour": "green" }))
        .await
        .unwrap();
    let only = |colour: &str| change(&json!({ "name": "colour", "type": { "enum": [colour] } }));
    insta::assert_snapshot!(refused(&store, only("red")).await, @r#"`blog.item` cannot be changed: field `colour` of the row with the key "green" is "green", where enum of red is expected"#);
    migrate(&store, [only("green")]).await.unwrap();
    assert_eq!(dump(&store, "blog.item").await, r#"{"colour":"green"}"#);
    assert_clean(&store).await;
}

#[tokio::test]
async fn null_gives_way_to_values_when_no_row_holds_it() {
    let store = items().await;
    let required = change(&json!({ "name": "size", "type": "u8" }));
    insta::assert_snapshot!(refused(&store, required.clone()).await, @"`blog.item` cannot be changed: field `size` of the row with the key 2 is null, where u8 is expected");
    let filled = store.write(async |tx| {
        let mut table = tx.table("blog.item")?;
        let row = json!({ "id": 2, "name": "two", "size": 2 });
        let row = table.schema().row_from_json(&row)?;
        table.update(row).await
    });
    filled.await.unwrap();
    migrate(&store, [required]).await.unwrap();
    insta::assert_snapshot!(dump(&store, "blog.item").await, @r#"
    {"id":1,"name":"one","size":1}
    {"id":2,"name":"two","size":2}
    {"id":3,"name":"three","size":3}
    "#);
    assert_clean(&store).await;
}

#[tokio::test]
async fn a_default_in_place_of_null_must_lead_to_a_row() {
    let field = |more: Json| {
        let mut field = json!({
            "name": "value", "type": "u32", "references": { "table": "blog.item" },
        });
        let more = more.as_object().unwrap().clone();
        field.as_object_mut().unwrap().extend(more);
        field
    };
    let store = values(&field(json!({ "nullable": true })), &[json!(null)]).await;
    let required = |default: u32| change(&field(json!({ "default": default })));
    insta::assert_snapshot!(refused(&store, required(7)).await, @"`blog.item` cannot be changed: field `value` of the row with the key 0 is 7, which `blog.item` does not have");
    migrate(&store, [required(0)]).await.unwrap();
    insta::assert_snapshot!(dump(&store, "blog.item").await, @r#"{"id":0,"value":0}"#);
    assert_clean(&store).await;
}

#[tokio::test]
async fn typed_reads_give_plain_values_after_that() {
    #[derive(crate::Table, Debug, Clone, PartialEq)]
    #[table(module = "blog")]
    #[sdk(crate = "crate")]
    struct Item {
        #[key]
        id: u32,
        name: String,
        #[index]
        size: i8,
    }
    let store = items().await;
    let operations = [
        json!({ "add_index": { "table": "item", "index": { "fields": ["size"] } } }),
        change(&json!({ "name": "size", "type": "i16", "default": 100 })),
        change(&json!({ "name": "size", "type": "i8" })),
    ];
    migrate(&store, operations).await.unwrap();
    let item = |id, name: &str, size| Item {
        id,
        name: name.to_owned(),
        size,
    };
    let [one, two, three] = [item(1, "one", 1), item(2, "two", 100), item(3, "three", 3)];
    assert_eq!(
        all::<Item>(&store).await,
        [one.clone(), two.clone(), three.clone()]
    );
    assert_eq!(store.get::<Item>(2).await.unwrap().as_ref(), Some(&two));
    let found = store.read(async |tx| {
        let sorted = tx.scan::<Item>().range(Item::SIZE, 2..).collect().await?;
        let tried = tx
            .scan::<Item>()
            .filter(Item::SIZE, Is(100))
            .collect()
            .await?;
        Ok::<_, StoreError>((sorted.rows, tried.rows))
    });
    assert_eq!(found.await.unwrap(), (vec![three, two.clone()], vec![two]));
}

#[tokio::test]
async fn what_rows_lack_is_checked_like_what_they_have() {
    let store = items().await;
    let added = json!({ "add_field": { "table": "item", "field": { "name": "weight", "type": "u16", "default": 300 } } });
    migrate(&store, [added]).await.unwrap();
    let narrow = change(&json!({ "name": "weight", "type": "u8" }));
    insta::assert_snapshot!(refused(&store, narrow.clone()).await, @"`blog.item` cannot be changed: field `weight` of the row with the key 1 is 300, where u8 is expected");
    let replaced = store.write(async |tx| {
        for (id, weight) in [(1, 10), (2, 20), (3, 255)] {
            let mut table = tx.table("blog.item")?;
            let row = json!({ "id": id, "name": "x", "weight": weight });
            let row = table.schema().row_from_json(&row)?;
            table.update(row).await?;
        }
        Ok::<_, StoreError>(())
    });
    replaced.await.unwrap();
    // No row lacks it now, so that nothing need stand in its place.
    migrate(&store, [narrow]).await.unwrap();
    insta::assert_snapshot!(dump(&store, "blog.item").await, @r#"
    {"id":1,"name":"x","size":null,"weight":10}
    {"id":2,"name":"x","size":null,"weight":20}
    {"id":3,"name":"x","size":null,"weight":255}
    "#);
    assert_clean(&store).await;
}

#[tokio::test]
async fn indexes_over_a_narrower_field_are_made_anew() {
    let store = items().await;
    let wide = change(&json!({ "name": "size", "type": "i64", "nullable": true }));
    let index = json!({ "add_index": { "table": "item", "index": { "fields": ["size"], "unique": true } } });
    let narrow = change(&json!({ "name": "size", "type": "i8", "nullable": true }));
    migrate(&store, [wide, index, narrow]).await.unwrap();
    let twin = add(
        &store,
        "blog.item",
        json!({ "id": 9, "name": "nine", "size": 3 }),
    )
    .await;
    assert!(matches!(twin, Err(StoreError::UniqueViolation { .. })));
    let found = store.read(async |tx| {
        let scan = tx.table("blog.item")?.scan().by("size", &Value::Int(3));
        scan.collect().await
    });
    assert_eq!(found.await.unwrap().rows.len(), 1);
    assert_clean(&store).await;
}

#[tokio::test]
async fn an_index_over_elements_still_finds_lists_that_lose_a_variant() {
    let tags = |variants: Json| json!({ "name": "value", "type": { "vec": { "enum": variants } } });
    let held = [json!(["a", "b"]), json!(["b"])];
    let store = values(&tags(json!(["a", "b", "c"])), &held).await;
    let index = json!({ "add_index": { "table": "item", "index": { "fields": ["value"] } } });
    migrate(&store, [index, change(&tags(json!(["b", "a"])))])
        .await
        .unwrap();
    let found = store.read(async |tx| {
        let element = Value::Enum(name("b"));
        let scan = tx.table("blog.item")?.scan().containing("value", &element);
        scan.count().await
    });
    assert_eq!(found.await.unwrap(), 2);
    assert_clean(&store).await;
}

#[tokio::test]
async fn a_type_may_go_there_and_back() {
    let store = values(&json!({ "name": "value", "type": "u16" }), &[json!(7)]).await;
    let steps = ["i8", "u64", "u8", "i128", "u16"];
    for ty in steps {
        let changed = change(&json!({ "name": "value", "type": ty }));
        migrate(&store, [changed]).await.unwrap();
        add(&store, "blog.item", json!({ "id": 100, "value": 100 }))
            .await
            .unwrap();
        assert_eq!(
            dump(&store, "blog.item").await,
            "{\"id\":0,\"value\":7}\n{\"id\":100,\"value\":100}"
        );
        let gone = store.write(async |tx| {
            let key = [Value::Uint(100)];
            tx.table("blog.item")?.delete(&key).await
        });
        assert!(gone.await.unwrap());
        assert_clean(&store).await;
    }
}

#[tokio::test]
async fn a_feed_gives_rows_of_the_wider_type_as_they_are_now() {
    let store = values(&json!({ "name": "value", "type": "u16" }), &[json!(7)]).await;
    migrate(&store, [change(&json!({ "name": "value", "type": "i8" }))])
        .await
        .unwrap();
    let batch = store.watch_all().from(0).next().await.unwrap();
    let new = batch.changes[0].new.as_ref().unwrap();
    assert_eq!(new.get("value"), Some(&Value::Int(7)));
    assert_eq!(batch.changes[0].effect, Effect::Enters);
}

#[tokio::test]
async fn a_feed_whose_past_the_table_cannot_read_any_more_asks_for_a_snapshot() {
    let wide = json!({ "name": "value", "type": "u16" });
    let store = values(&wide, &[json!(7), json!(300)]).await;
    let gone = store.write(async |tx| {
        let key = [Value::Uint(1)];
        tx.table("blog.item")?.delete(&key).await
    });
    assert!(gone.await.unwrap());
    let before = store.read(async |tx| tx.revision()).await.unwrap();
    migrate(&store, [change(&json!({ "name": "value", "type": "u8" }))])
        .await
        .unwrap();
    assert_clean(&store).await;
    for from in [0, before] {
        let error = store.watch_all().from(from).next().await.unwrap_err();
        assert!(
            matches!(error, FeedError::Compacted { oldest, .. } if oldest == before + 1),
            "{error}"
        );
    }
    let mut feed = store.watch_all().from(before + 1);
    add(&store, "blog.item", json!({ "id": 5, "value": 5 }))
        .await
        .unwrap();
    assert_eq!(feed.next().await.unwrap().revision, before + 2);
    assert_clean(&store).await;
}

#[tokio::test]
async fn a_row_written_in_the_same_transaction_is_left_behind_as_well() {
    let nullable = json!({ "name": "value", "type": "u8", "nullable": true });
    let store = values(&nullable, &[]).await;
    let required = operation(change(&json!({ "name": "value", "type": "u8" })));
    let done = store.write(async |tx| {
        for value in [json!(null), json!(1)] {
            let mut table = tx.table("blog.item")?;
            let row = json!({ "id": 0, "value": value });
            let row = table.schema().row_from_json(&row)?;
            table.upsert(row).await?;
        }
        tx.apply(&name("blog"), &required).await
    });
    done.await.unwrap();
    assert_clean(&store).await;
    let error = store.watch_all().from(0).next().await.unwrap_err();
    assert!(matches!(error, FeedError::Compacted { .. }), "{error}");
}
