//! Many rows at once.

use proptest::prelude::*;

use super::fixture::*;
use crate::store::{FeedError, Retention, Store, StoreError};

fn posts(ids: impl IntoIterator<Item = u8>) -> Vec<Post> {
    ids.into_iter().map(|id| post(id, 1)).collect()
}

async fn load(store: &Store, rows: &[Post]) -> Result<u64, StoreError> {
    store
        .write(async |tx| tx.load(rows.iter().cloned()).await)
        .await
}

async fn with_author() -> Store {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    store
}

/// The rows in the order of the key and of each index.
async fn orders(store: &Store) -> [Vec<Post>; 3] {
    let read = store.read(async |tx| {
        let by_key = tx.scan::<Post>().collect().await?.rows;
        let by_slug = tx
            .scan::<Post>()
            .range(Post::SLUG, ..)
            .collect()
            .await?
            .rows;
        let by_author = tx.scan::<Post>().by(Post::AUTHOR, id(1)).collect().await?;
        Ok::<_, StoreError>([by_key, by_slug, by_author.rows])
    });
    read.await.unwrap()
}

#[tokio::test]
async fn loaded_rows_are_as_if_they_had_been_inserted() {
    let (loaded, inserted) = (with_author().await, with_author().await);
    for store in [&loaded, &inserted] {
        for id in [3, 20, 21, 200] {
            insert(store, &post(id, 1)).await.unwrap();
        }
    }
    let rows = posts((1..=255).rev().filter(|id| ![3, 20, 21, 200].contains(id)));
    assert_eq!(load(&loaded, &rows).await.unwrap(), 251);
    for row in &rows {
        insert(&inserted, row).await.unwrap();
    }
    assert_eq!(orders(&loaded).await, orders(&inserted).await);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn rows_in_any_order_and_any_parts_are_all_there(ids in proptest::collection::hash_set(any::<u8>(), 0..200), parts in 1..5_usize) {
        runtime().block_on(async {
            let store = with_author().await;
            let rows = posts(ids.iter().copied());
            for part in rows.chunks(rows.len() / parts + 1) {
                load(&store, part).await.unwrap();
            }
            let mut sorted = rows.clone();
            sorted.sort_by_key(|row| row.id);
            let [by_key, by_slug, by_author] = orders(&store).await;
            assert_eq!(by_key, sorted);
            assert_eq!((by_slug.len(), by_author.len()), (rows.len(), rows.len()));
        });
    }
}

async fn refused(rows: &[Post]) -> StoreError {
    let store = with_author().await;
    insert(&store, &post(50, 1)).await.unwrap();
    let error = load(&store, rows).await.unwrap_err();
    assert_eq!(
        all::<Post>(&store).await,
        [post(50, 1)],
        "nothing was loaded"
    );
    insert(&store, &post(51, 1)).await.unwrap();
    error
}

#[tokio::test]
async fn rows_that_do_not_fit_load_nothing() {
    let mut rows = posts([7, 8, 9]);
    rows[1].id = id(50);
    insta::assert_snapshot!(refused(&rows).await, @r#"`blog.post` already has a row with key "32323232-3232-3232-3232-323232323232""#);
    rows[1].id = id(7);
    insta::assert_snapshot!(refused(&rows).await, @r#"`blog.post` already has a row with key "07070707-0707-0707-0707-070707070707""#);
    rows[1] = Post {
        slug: post(50, 1).slug,
        ..post(8, 1)
    };
    insta::assert_snapshot!(refused(&rows).await, @r#"`blog.post` already has (slug) = "post-50" in the row with key "32323232-3232-3232-3232-323232323232""#);
    rows[1] = post(8, 2);
    insta::assert_snapshot!(refused(&rows).await, @r#"field `author` of `blog.post` refers to "02020202-0202-0202-0202-020202020202", which `blog.author` does not have"#);
}

#[tokio::test]
async fn a_refusal_that_is_swallowed_is_not_committed() {
    let store = with_author().await;
    let write = store.write(async |tx| {
        assert!(tx.load(posts([7, 7])).await.is_err());
        Ok::<_, StoreError>(())
    });
    assert!(matches!(write.await, Err(StoreError::Doomed { .. })));
    assert_eq!(all::<Post>(&store).await, []);
}

#[tokio::test]
async fn rows_may_refer_to_rows_that_come_later() {
    let store = store().await;
    let ada = Person {
        guardian: Some("Eve".to_owned()),
        ..person("Ada")
    };
    let rows = [ada, person("Eve")];
    let load = store.write(async |tx| tx.load(rows.iter().cloned()).await);
    assert_eq!(load.await.unwrap(), 2);
}

#[tokio::test]
async fn dynamic_rows_are_loaded_too() {
    let (from, to) = (with_author().await, with_author().await);
    load(&from, &posts(1..100)).await.unwrap();
    let rows = from
        .read(async |tx| tx.table("blog.post")?.scan().collect().await)
        .await
        .unwrap();
    let load = to.write(async |tx| tx.load_rows("blog.post", rows.rows.clone()).await);
    assert_eq!(load.await.unwrap(), 99);
    assert_eq!(orders(&to).await, orders(&from).await);
}

#[tokio::test]
async fn loaded_rows_reach_the_feed() {
    let store = with_author().await;
    let mut feed = store.watch::<Post>().from_now();
    load(&store, &posts([9, 8, 7])).await.unwrap();
    let batch = feed.next().await.unwrap();
    let new: Vec<_> = batch.changes.into_iter().filter_map(|c| c.new).collect();
    assert_eq!(new, posts([7, 8, 9]));
}

#[tokio::test]
async fn more_than_the_log_keeps_is_not_logged_and_feeds_learn_of_it() {
    let store = with_author().await;
    store.keep_log(Retention {
        bytes: 1,
        ..Retention::default()
    });
    let mut feed = store.watch::<Person>().from_now();
    let name = |n: usize| format!("{n:04}{}", "x".repeat(500));
    let write = store.write(async |tx| {
        for n in 0..1000 {
            tx.insert(&person(&name(n))).await?;
        }
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
    let error = feed.next().await.unwrap_err();
    assert!(
        matches!(error, FeedError::Compacted { from: 1, oldest: 2 }),
        "{error}"
    );
    let mut feed = store.watch::<Person>().from(2);
    insert(&store, &person("Ada")).await.unwrap();
    assert_eq!(feed.next().await.unwrap().revision, 3);
}
