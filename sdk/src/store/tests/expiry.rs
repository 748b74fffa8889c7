//! Rows whose time has come.

use std::time::Duration;

use sdk_schema::{Operation, Timestamp};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Effect, Id, Store, StoreError, Table},
};

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
struct Session {
    #[key]
    id: u32,
    #[unique]
    token: String,
    #[expires]
    until: Timestamp,
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
struct Visit {
    #[key]
    id: Id<Visit>,
    #[references(Session, on_delete = "cascade")]
    session: u32,
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
struct Receipt {
    #[key]
    id: u32,
    #[references(Session)]
    session: u32,
    #[expires]
    until: Option<Timestamp>,
}

async fn sessions() -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let tables = [Session::table(), Visit::table(), Receipt::table()];
    let create = tables.map(|table| Operation::CreateTable(table.clone()));
    alter(&store, &create).await.unwrap();
    store
}

fn session(id: u32, until: i64) -> Session {
    Session {
        id,
        token: format!("token-{id}"),
        until: at(until),
    }
}

fn stored(store: &Store) -> u64 {
    let tx = store.snapshot().unwrap();
    let table = tx.catalogue.table("blog.session").unwrap().rows();
    crate::store::trees::ReadTrees::len(&tx.trees, table).unwrap()
}

#[tokio::test]
async fn an_expired_row_is_out_of_sight_at_once() {
    let store = sessions().await;
    insert(&store, &session(1, 60)).await.unwrap();
    insert(&store, &session(2, 120)).await.unwrap();
    store.clock().advance(Duration::from_secs(59));
    assert_eq!(all::<Session>(&store).await.len(), 2);
    store.clock().advance(Duration::from_secs(1));
    assert_eq!(store.get::<Session>(1).await.unwrap(), None);
    assert_eq!(all::<Session>(&store).await, [session(2, 120)]);
    let counts = store.read(async |tx| {
        let by_token = tx.scan::<Session>().by(Session::TOKEN, "token-1");
        let counted = by_token.count().await?;
        Ok::<_, StoreError>((
            counted,
            tx.scan::<Session>().count().await?,
            tx.exists::<Session>(1).await?,
            tx.table("blog.session")?.len()?,
        ))
    });
    assert_eq!(counts.await.unwrap(), (0, 1, false, 1));
    assert_eq!(stored(&store), 2, "nothing was removed yet");
}

#[tokio::test]
async fn an_expired_row_cannot_be_changed_deleted_or_referred_to() {
    let store = sessions().await;
    insert(&store, &session(1, 60)).await.unwrap();
    store.clock().advance(Duration::from_mins(1));
    let update = store.write(async |tx| tx.update(&session(1, 600)).await);
    assert!(matches!(update.await, Err(StoreError::NotFound { .. })));
    let delete = store.write(async |tx| tx.delete::<Session>(1).await);
    assert!(!delete.await.unwrap());
    let visit = Visit {
        id: Id::new(),
        session: 1,
    };
    let refer = insert(&store, &visit).await;
    assert!(matches!(refer, Err(StoreError::ReferenceMissing { .. })));
}

#[tokio::test]
async fn an_expired_row_makes_room_for_its_key_and_its_unique_values() {
    let store = sessions().await;
    insert(&store, &session(1, 60)).await.unwrap();
    insert(&store, &session(2, 60)).await.unwrap();
    store.clock().advance(Duration::from_mins(1));
    insert(&store, &session(1, 600)).await.unwrap();
    let same_token = Session {
        token: "token-2".to_owned(),
        ..session(3, 600)
    };
    insert(&store, &same_token).await.unwrap();
    assert_eq!(all::<Session>(&store).await, [session(1, 600), same_token]);
    assert_eq!(stored(&store), 2);
}

#[tokio::test]
async fn removed_rows_reach_the_feed_with_what_follows_from_them() {
    let store = sessions().await;
    insert(&store, &session(1, 60)).await.unwrap();
    let visit = Visit {
        id: Id::new(),
        session: 1,
    };
    insert(&store, &visit).await.unwrap();
    let mut feed = store.watch_all().from_now();
    store.clock().advance(Duration::from_mins(1));
    assert_eq!(store.remove_expired().await.unwrap(), 1);
    assert_eq!(store.remove_expired().await.unwrap(), 0);
    let batch = feed.next().await.unwrap();
    let said: Vec<_> = batch
        .changes
        .iter()
        .map(|change| (change.table.to_string(), change.effect, change.expired))
        .collect();
    assert_eq!(
        said,
        [
            ("blog.visit".to_owned(), Effect::Leaves, false),
            ("blog.session".to_owned(), Effect::Leaves, true),
        ]
    );
    assert_eq!(stored(&store), 0);
}

#[tokio::test]
async fn a_row_that_others_need_stays_out_of_sight_until_they_are_gone() {
    let store = sessions().await;
    for id in 1..=3 {
        insert(&store, &session(id, 60)).await.unwrap();
    }
    let receipt = Receipt {
        id: 1,
        session: 1,
        until: Some(at(120)),
    };
    insert(&store, &receipt).await.unwrap();
    store.clock().advance(Duration::from_mins(1));
    assert_eq!(store.remove_expired().await.unwrap(), 2);
    assert_eq!(all::<Session>(&store).await, []);
    assert_eq!(stored(&store), 1);
    store.clock().advance(Duration::from_mins(1));
    assert_eq!(store.remove_expired().await.unwrap(), 2);
    assert_eq!(stored(&store), 0);
}

#[tokio::test]
async fn many_rows_go_in_several_transactions() {
    let store = sessions().await;
    store
        .write(async |tx| {
            for id in 0..1000 {
                tx.insert(&session(id, 60)).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    store.clock().advance(Duration::from_mins(1));
    assert_eq!(store.remove_expired().await.unwrap(), 1000);
    assert_eq!(store.revision(), 1 + 4);
}

#[tokio::test]
async fn a_clock_that_is_set_back_loses_nothing() {
    let store = sessions().await;
    insert(&store, &session(1, 60)).await.unwrap();
    insert(&store, &session(2, 600)).await.unwrap();
    store.clock().set(at(100));
    assert_eq!(all::<Session>(&store).await, [session(2, 600)]);
    store.clock().set(at(0));
    assert_eq!(store.remove_expired().await.unwrap(), 0);
    assert_eq!(all::<Session>(&store).await.len(), 2);
}

#[tokio::test]
async fn rows_without_an_expiry_stay() {
    let store = sessions().await;
    insert(&store, &session(1, 1_000_000)).await.unwrap();
    let receipt = Receipt {
        id: 1,
        session: 1,
        until: None,
    };
    insert(&store, &receipt).await.unwrap();
    store.clock().advance(Duration::from_secs(999_999));
    assert_eq!(store.remove_expired().await.unwrap(), 0);
    assert_eq!(store.next_expiry().unwrap(), Some(at(1_000_000)));
    store.clock().advance(Duration::from_secs(1));
    assert_eq!(store.next_expiry().unwrap(), None);
    assert_eq!(all::<Receipt>(&store).await, [receipt]);
}

#[tokio::test]
async fn rows_are_removed_by_themselves_while_a_host_runs() {
    let store = sessions().await;
    insert(&store, &session(1, 60)).await.unwrap();
    let mut feed = store.watch::<Session>().from_now();
    let task = tokio::spawn({
        let store = store.clone();
        async move { store.keep_removing_expired().await }
    });
    while stored(&store) > 0 {
        store.clock().advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert!(store.clock().now() >= at(60));
    assert!(feed.next().await.unwrap().changes[0].expired);
    task.abort();
}
