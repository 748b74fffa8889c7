//! Going through a table in batches, as data steps do.

use std::time::Duration;

use sdk_schema::{Row, Value};
use serde_json::json;

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{KeyedRow, Store, StoreError},
};

const TABLE: &str = "blog.pass";

/// A store with the passes 1 to `last`; each is valid for so many seconds as its
/// number says.
async fn passes(last: u32) -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let create = json!({ "create_table": {
        "name": "pass", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "code", "type": "string" },
            { "name": "until", "type": "timestamp", "expires": true },
        ],
        "indexes": [{ "fields": ["code"], "unique": true }],
    } });
    alter(&store, &[operation(create)]).await.unwrap();
    let filled = store.write(async |tx| {
        let mut table = tx.table(TABLE)?;
        for id in 1..=last {
            let until = at(i64::from(id)).to_string();
            let row = json!({ "id": id, "code": format!("code {id}"), "until": until });
            let row = table.schema().row_from_json(&row)?;
            table.insert(row).await?;
        }
        Ok::<_, StoreError>(())
    });
    filled.await.unwrap();
    store
}

/// One batch, in a transaction of its own.
async fn batch(store: &Store, after: Option<&[u8]>, limit: usize) -> Vec<KeyedRow> {
    let rows = store.write(async |tx| tx.rows_after(TABLE, after, limit));
    rows.await.unwrap()
}

fn number(row: &Row) -> u128 {
    match row.get("id") {
        Some(Value::Uint(number)) => *number,
        other => panic!("a number, found {other:?}"),
    }
}

/// Writes a row with another code over the one with that number.
async fn recode(store: &Store, id: u32, code: &str) -> Result<bool, StoreError> {
    let rows = batch(store, None, usize::MAX).await;
    let found = rows.iter().find(|it| number(&it.row) == id.into()).unwrap();
    let mut row = found.row.clone();
    row.set(name("code"), Value::String(code.to_owned()));
    let done = store.write(async |tx| tx.replace_row(TABLE, &found.key, &row));
    done.await
}

#[tokio::test]
async fn batches_give_every_row_once_in_the_order_of_the_key() {
    let store = passes(7).await;
    let mut numbers = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let rows = batch(&store, after.as_deref(), 3).await;
        let Some(last) = rows.last() else { break };
        after = Some(last.key.clone());
        numbers.push(rows.iter().map(|it| number(&it.row)).collect::<Vec<_>>());
    }
    assert_eq!(numbers, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
}

#[tokio::test]
async fn a_position_whose_row_is_gone_is_still_one() {
    let store = passes(3).await;
    let second = batch(&store, None, 2).await.pop().unwrap();
    let gone = store.write(async |tx| tx.table(TABLE)?.delete(&[Value::Uint(2)]).await);
    assert!(gone.await.unwrap());
    let rest = batch(&store, Some(&second.key), 9).await;
    assert_eq!(number(&rest[0].row), 3);
    let written = store.write(async |tx| tx.replace_row(TABLE, &second.key, &second.row));
    assert!(!written.await.unwrap());
}

#[tokio::test]
async fn rows_that_have_expired_are_given_and_written_too() {
    let store = passes(2).await;
    store.clock().advance(Duration::from_secs(1));
    assert_eq!(batch(&store, None, 9).await.len(), 2);
    assert_eq!(store.row_count(TABLE).unwrap(), 2);
    assert!(recode(&store, 1, "anew").await.unwrap());
    let rows = batch(&store, None, 1).await;
    assert_eq!(rows[0].row.get("code"), Some(&Value::String("anew".into())));
    assert!(store.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn what_is_written_goes_by_way_of_indexes_constraints_and_the_feed() {
    let store = passes(2).await;
    let from = store.read(async |tx| tx.revision()).await.unwrap();
    let taken = recode(&store, 1, "code 2").await.unwrap_err();
    assert!(
        matches!(taken, StoreError::UniqueViolation { .. }),
        "{taken}"
    );
    assert!(recode(&store, 1, "other").await.unwrap());
    assert!(!recode(&store, 1, "other").await.unwrap());
    let mut feed = store.watch_tables([TABLE]).from(from);
    let batch = feed.next().await.unwrap();
    let new = batch.changes[0].new.as_ref().unwrap();
    assert_eq!(new.get("code"), Some(&Value::String("other".into())));
    assert_eq!(feed.revision(), from + 1);
    assert!(store.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn a_row_keeps_its_key_when_it_is_changed_in_its_place() {
    let store = passes(1).await;
    let mut it = batch(&store, None, 1).await.remove(0);
    it.row.set(name("id"), Value::Uint(5));
    let done = store.write(async |tx| tx.replace_row(TABLE, &it.key, &it.row));
    insta::assert_snapshot!(done.await.unwrap_err(), @"row 1 of `blog.pass` would get the key 5: a row keeps its key when it is changed in its place");
    let text = store.write(async |tx| tx.key_text(TABLE, &it.key));
    assert_eq!(text.await.unwrap(), "1");
}
