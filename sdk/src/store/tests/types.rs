//! Every field type, typed and dynamic.

use std::ops::Bound;

use sdk_schema::{Row, Value};

use super::fixture::*;
use crate::store::{
    Store, StoreError, Table,
    trees::{Guard, ReadTrees},
};

async fn check_round_trip(row: Everything) {
    let store = store().await;
    insert(&store, &row).await.unwrap();
    assert_eq!(store.get::<Everything>(row.key).await.unwrap(), Some(row));
}

fn full() -> Everything {
    Everything {
        maybe_truth: Some(false),
        maybe_number: Some(-1),
        maybe_text: Some(String::new()),
        maybe_bytes: Some(vec![]),
        maybe_state: Some(State::Live),
        maybe_words: Some(vec![]),
        ..everything(1)
    }
}

#[tokio::test]
async fn every_type_comes_back_as_it_went_in() {
    check_round_trip(everything(1)).await;
    check_round_trip(full()).await;
}

#[tokio::test]
async fn a_value_of_more_than_64_kib_has_wide_offsets_and_comes_back() {
    check_round_trip(Everything {
        text: "x".repeat(70_000),
        maybe_text: Some("after the large one".to_owned()),
        ..everything(1)
    })
    .await;
}

async fn dynamic(store: &Store, key: u64) -> Row {
    let row = store
        .read(async |tx| {
            let table = tx.table(Everything::TABLE_NAME)?;
            table.get(&[Value::Uint(key.into())]).await
        })
        .await;
    row.unwrap().expect("the row")
}

#[tokio::test]
async fn a_dynamic_row_has_the_same_bytes_as_the_typed_one() {
    for typed in [everything(1), full()] {
        let (one, other) = (store().await, store().await);
        insert(&one, &typed).await.unwrap();
        let row = dynamic(&one, 1).await;
        let written =
            other.write(async |tx| tx.table(Everything::TABLE_NAME)?.insert(row.clone()).await);
        written.await.unwrap();
        assert_eq!(raw_rows(&one).await, raw_rows(&other).await);
        assert_eq!(other.get::<Everything>(1).await.unwrap(), Some(typed));
    }
}

/// All keys and rows of `blog.everything` as they are stored.
async fn raw_rows(store: &Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    let rows = store.read(async |tx| {
        let tree = tx.catalogue.table(Everything::TABLE_NAME)?.rows();
        let all = (Bound::Unbounded, Bound::Unbounded);
        let copy = |entry: Result<(Guard<'_>, Guard<'_>), redb::StorageError>| {
            let (key, row) = entry?;
            Ok((key.value().to_vec(), row.value().to_vec()))
        };
        tx.trees
            .range(tree, all)?
            .map(copy)
            .collect::<Result<_, StoreError>>()
    });
    rows.await.unwrap()
}

#[tokio::test]
async fn dynamic_values_print_as_their_json() {
    let store = store().await;
    insert(&store, &full()).await.unwrap();
    let row = dynamic(&store, 1).await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&row.to_json()).unwrap(), @r#"
    {
      "key": 1,
      "truth": true,
      "i8": -8,
      "i16": -16,
      "i32": -32,
      "i64": -9223372036854775808,
      "i128": "-170141183460469231731687303715884105728",
      "u8": 8,
      "u16": 16,
      "u32": 32,
      "u128": "340282366920938463463374607431768211455",
      "f32": -0.5,
      "f64": "Infinity",
      "text": "Grüße\u0000!",
      "bytes": "AP8A",
      "id": "07070707-0707-0707-0707-070707070707",
      "at": "1969-12-31T23:59:59.000000Z",
      "day": "1969-12-31",
      "json": {
        "z": [
          1,
          null
        ],
        "a": "b"
      },
      "state": "in_review",
      "numbers": [
        1,
        -2,
        3
      ],
      "words": [
        "a",
        "",
        "ccc"
      ],
      "blobs": [
        "AQ==",
        ""
      ],
      "states": [
        "live",
        "draft"
      ],
      "maybe_truth": false,
      "maybe_number": -1,
      "maybe_text": "",
      "maybe_bytes": "",
      "maybe_state": "live",
      "maybe_words": []
    }
    "#);
}

#[tokio::test]
async fn a_row_that_does_not_fit_its_table_is_refused_with_its_field() {
    let store = store().await;
    let good = {
        insert(&store, &everything(1)).await.unwrap();
        dynamic(&store, 1).await
    };
    let refusal = async |field: &str, value: Value| {
        let mut row = good.clone();
        row.set(name("key"), Value::Uint(2));
        row.set(name(field), value);
        let error =
            store.write(async |tx| tx.table(Everything::TABLE_NAME)?.insert(row.clone()).await);
        error.await.unwrap_err().to_string()
    };
    insta::assert_snapshot!(refusal("i8", Value::Int(128)).await, @"field `i8` of `everything`: expected i8, found 128");
    insta::assert_snapshot!(refusal("truth", Value::Null).await, @"field `truth` of `everything`: expected bool, found null");
    insta::assert_snapshot!(refusal("state", Value::Enum(name("gone"))).await, @r#"field `state` of `everything`: expected enum of draft, in_review, live, found "gone""#);
    insta::assert_snapshot!(refusal("numbers", Value::Vec(vec![Value::Uint(1)])).await, @"field `numbers` of `everything`: expected vec of i32, found [1]");
    insta::assert_snapshot!(refusal("colour", Value::Bool(true)).await, @"`everything` has no field `colour`; it has key, truth, i8, i16, i32, i64, i128, u8, u16, u32, u128, f32, f64, text, bytes, id, at, day, json, state, numbers, words, blobs, states, maybe_truth, maybe_number, maybe_text, maybe_bytes, maybe_state, maybe_words");
}

#[tokio::test]
async fn a_missing_field_gets_its_default_or_is_named() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let written = |skip: &'static str| {
        let store = store.clone();
        async move {
            let fields = [
                ("id", Value::Id(id::<Post>(1).uuid())),
                ("author", Value::Id(id::<Author>(1).uuid())),
                ("slug", Value::String("s".to_owned())),
            ];
            let given = fields.into_iter().filter(|(field, _)| *field != skip);
            let row: Row = given.map(|(field, value)| (name(field), value)).collect();
            store
                .write(async |tx| tx.table(Post::TABLE_NAME)?.insert(row.clone()).await)
                .await
        }
    };
    insta::assert_snapshot!(written("slug").await.unwrap_err(), @"field `slug` of `post` is missing; it has no default and is not nullable");
    written("").await.unwrap();
    let post: Post = all(&store).await.remove(0);
    assert_eq!((post.votes, post.published_at), (0, None));
}
