//! Rows that have expired are gone, whether or not they have been removed.

use std::time::Duration;

use sdk_schema::{Timestamp, Value};
use serde_json::json;

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Store, StoreError},
};

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog", feed = false)]
#[sdk(crate = "crate")]
struct Session {
    #[key]
    id: u32,
    #[index]
    user: String,
    #[expires]
    until: Option<Timestamp>,
}

/// Sessions 1 to 4 of one user; number `n` expires after `n` seconds, 4 never.
async fn sessions() -> (Store, Clock) {
    let clock = Clock::manual(at(0));
    let store = Store::in_memory(clock.clone()).unwrap();
    create_table::<Session>(&store).await;
    for number in 1..=4 {
        let session = Session {
            id: number,
            user: "Ada".to_owned(),
            until: Some(at(number.into())).filter(|_| number < 4),
        };
        insert(&store, &session).await.unwrap();
    }
    (store, clock)
}

/// What every way of reading finds; all must agree.
async fn alive(store: &Store) -> Vec<u32> {
    let found = store.read(async |tx| {
        let numbers = tx
            .scan::<Session>()
            .select(Session::ID)
            .collect()
            .await?
            .rows;
        let by_user = || tx.scan::<Session>().by(Session::USER, "Ada");
        assert_eq!(by_user().select(Session::ID).collect().await?.rows, numbers);
        let count = numbers.len() as u64;
        assert_eq!(tx.scan::<Session>().count().await?, count);
        assert_eq!(by_user().count().await?, count);
        assert_eq!(tx.table("blog.session")?.len()?, count);
        let by_expiry = tx.scan::<Session>().range(Session::UNTIL, ..);
        assert_eq!(by_expiry.count().await?, count);
        let dynamic = tx.table("blog.session")?;
        assert_eq!(dynamic.scan().collect().await?.rows.len() as u64, count);
        for number in 1..=4 {
            let is_there = numbers.contains(&number);
            assert_eq!(tx.get::<Session>(number).await?.is_some(), is_there);
            assert_eq!(tx.exists::<Session>(number).await?, is_there);
            let by_key = || tx.scan::<Session>().by(Session::ID, number);
            assert_eq!(by_key().exists().await?, is_there);
            let key = [Value::Uint(number.into())];
            assert_eq!(dynamic.get(&key).await?.is_some(), is_there);
        }
        Ok::<_, StoreError>(numbers)
    });
    found.await.unwrap()
}

#[tokio::test]
async fn a_row_is_gone_from_its_instant_on() {
    let (store, clock) = sessions().await;
    assert_eq!(alive(&store).await, [1, 2, 3, 4]);
    clock.set(Timestamp::from_micros(999_999).unwrap());
    assert_eq!(alive(&store).await, [1, 2, 3, 4]);
    clock.set(at(1));
    assert_eq!(alive(&store).await, [2, 3, 4]);
    clock.set(at(9));
    assert_eq!(alive(&store).await, [4]);
}

#[tokio::test]
async fn a_snapshot_stays_at_its_instant() {
    let (store, clock) = sessions().await;
    let seen = store.read(async |tx| {
        clock.advance(Duration::from_mins(1));
        assert_eq!(tx.now(), at(0));
        tx.scan::<Session>().count().await
    });
    assert_eq!(seen.await.unwrap(), 4);
}

#[tokio::test]
async fn pages_pass_over_what_has_expired() {
    let (store, clock) = sessions().await;
    clock.set(at(2));
    let page = store.read(async |tx| tx.scan::<Session>().limit(1).collect().await);
    let page = page.await.unwrap();
    assert_eq!(page.rows[0].id, 3);
    clock.set(at(3));
    let rest = store.read(async |tx| tx.scan::<Session>().after(page.next).collect().await);
    assert_eq!(rest.await.unwrap().rows[0].id, 4);
    let back = store.read(async |tx| tx.scan::<Session>().rev().limit(1).collect().await);
    assert_eq!(
        back.await.unwrap().next,
        None,
        "what has expired is no next row"
    );
}

#[tokio::test]
async fn a_field_that_begins_to_say_so_hides_the_rows_that_are_past() {
    let (store, clock) = sessions().await;
    let field = |expires: bool| {
        operation(json!({ "change_field": { "table": "session", "field":
            { "name": "until", "type": "timestamp", "nullable": true, "expires": expires } } }))
    };
    clock.set(at(2));
    alter(&store, &[field(false)]).await.unwrap();
    let all = store.read(async |tx| tx.scan::<Session>().count().await);
    assert_eq!(all.await.unwrap(), 4);
    alter(&store, &[field(true)]).await.unwrap();
    assert_eq!(alive(&store).await, [3, 4]);
}
