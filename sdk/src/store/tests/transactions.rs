//! What is committed, what is not, and who sees it.

use tokio::sync::oneshot;

use super::fixture::*;
use crate::store::{Store, StoreError};

#[tokio::test]
async fn a_closure_that_fails_leaves_nothing() {
    let store = store().await;
    let result = store
        .write(async |tx| {
            tx.insert(&person("Ada")).await?;
            tx.insert(&person("Ada")).await
        })
        .await;
    assert!(matches!(result, Err(StoreError::AlreadyExists { .. })));
    assert_eq!(all::<Person>(&store).await, []);
}

#[tokio::test]
async fn a_call_whose_error_is_swallowed_leaves_no_half_row() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let mut copy = author(1);
    copy.id = id(2);
    store
        .write(async |tx| {
            // Another key, but the same unique email.
            assert!(tx.insert(&copy).await.is_err());
            assert!(tx.insert(&post(1, 9)).await.is_err());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(all::<Author>(&store).await, [author(1)]);
    assert_eq!(all::<Post>(&store).await, []);
}

#[tokio::test]
async fn a_write_sees_its_own_changes_before_others_do() {
    let store = store().await;
    store
        .write(async |tx| {
            tx.insert(&person("Ada")).await?;
            assert_eq!(tx.get::<Person>("Ada").await?, Some(person("Ada")));
            assert_eq!(tx.scan::<Person>().count().await?, 1);
            assert_eq!(store.get::<Person>("Ada").await?, None);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(
        store.get::<Person>("Ada").await.unwrap(),
        Some(person("Ada"))
    );
}

#[tokio::test]
async fn a_snapshot_sees_nothing_that_is_committed_meanwhile() {
    let store = store().await;
    store
        .read(async |tx| {
            assert_eq!(tx.scan::<Person>().count().await?, 0);
            insert(&store, &person("Ada")).await?;
            assert_eq!(tx.scan::<Person>().count().await?, 0);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_dropped_future_leaves_nothing_and_lets_others_write() {
    let store = store().await;
    let (entered, enters) = oneshot::channel();
    let entered = std::sync::Arc::new(std::sync::Mutex::new(Some(entered)));
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(async |tx| {
                    tx.insert(&person("Ada")).await?;
                    let entered = entered.lock().unwrap().take();
                    entered.expect("one run").send(()).unwrap();
                    std::future::pending::<Result<(), StoreError>>().await
                })
                .await
        }
    });
    enters.await.unwrap();
    writing.abort();
    assert!(writing.await.unwrap_err().is_cancelled());
    insert(&store, &person("Eve")).await.unwrap();
    assert_eq!(all::<Person>(&store).await, [person("Eve")]);
}

#[tokio::test]
async fn a_panic_in_a_closure_leaves_nothing_and_lets_others_write() {
    let store = store().await;
    let panicking = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(async |tx| {
                    tx.insert(&person("Ada")).await?;
                    let missing = tx.get::<Person>("Eve").await?;
                    Ok::<_, StoreError>(missing.expect("the test panics here"))
                })
                .await
        }
    });
    assert!(panicking.await.unwrap_err().is_panic());
    insert(&store, &person("Eve")).await.unwrap();
    assert_eq!(all::<Person>(&store).await, [person("Eve")]);
}

/// A function whose future must be `Send` although it borrows.
async fn rename(store: Store, old: &str, new: &str) -> Result<Person, StoreError> {
    store
        .write(async |tx| {
            tx.delete::<Person>(old).await?;
            let row = person(new);
            tx.insert(&row).await?;
            let mut people = tx.table("blog.person")?;
            let found = people.scan().limit(1).collect().await?;
            people.upsert(found.rows[0].clone()).await?;
            Ok(tx.scan::<Person>().first().await?.unwrap_or(row))
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_and_reads_run_in_spawned_tasks() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let write = tokio::spawn({
        let store = store.clone();
        async move { rename(store, "Ada", "Eve").await }
    });
    assert_eq!(write.await.unwrap().unwrap(), person("Eve"));
    let read = tokio::spawn(async move {
        store
            .read(async |tx| {
                let mut rows = tx.scan::<Person>().rows()?;
                let first = rows.next().await?;
                tokio::task::yield_now().await;
                Ok::<_, StoreError>((first, rows.next().await?))
            })
            .await
    });
    assert_eq!(read.await.unwrap().unwrap(), (Some(person("Eve")), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_in_many_tasks_take_turns() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    let vote = async |store: Store| {
        store
            .write(async |tx| {
                let mut post = tx.get::<Post>(id(1)).await?.expect("the post");
                post.votes += 1;
                tokio::task::yield_now().await;
                tx.update(&post).await
            })
            .await
    };
    let votes: Vec<_> = (0..20).map(|_| tokio::spawn(vote(store.clone()))).collect();
    for vote in votes {
        vote.await.unwrap().unwrap();
    }
    let post = store.get::<Post>(id(1)).await.unwrap();
    assert_eq!(post.map(|post| post.votes), Some(20));
}
