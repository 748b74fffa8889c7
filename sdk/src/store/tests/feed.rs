//! What those who follow are given.

use std::time::Duration;

use super::fixture::*;
use crate::store::{
    Batch, Change, Effect, Feed, FeedError, Is, Retention, ScanRow, Store, StoreError, Table,
};

/// What a batch says, in short: `3: Ada enters, Eve stays`.
async fn next<R: ScanRow>(feed: &mut Feed<R>, name: fn(&R::Item) -> String) -> String {
    let batch = feed.next().await.unwrap();
    say(&batch, name)
}

fn say<R>(batch: &Batch<R>, name: fn(&R) -> String) -> String {
    let change = |change: &Change<R>| {
        let row = change.new.as_ref().or(change.old.as_ref());
        let effect = match change.effect {
            Effect::Enters => "enters",
            Effect::Stays => "stays",
            Effect::Leaves => "leaves",
        };
        format!("{} {effect}", row.map(name).unwrap_or_default())
    };
    let changes: Vec<_> = batch.changes.iter().map(change).collect();
    format!("{}: {}", batch.revision, changes.join(", "))
}

fn person_name(person: &Person) -> String {
    person.name.clone()
}

async fn people(store: &Store, names: &[&str]) {
    for name in names {
        insert(store, &person(name)).await.unwrap();
    }
}

#[tokio::test]
async fn a_write_is_one_batch_in_the_order_of_its_changes() {
    let store = store().await;
    let mut feed = store.watch::<Person>().from_now();
    store
        .write(async |tx| {
            tx.insert(&person("Eve")).await?;
            tx.insert(&person("Ada")).await?;
            tx.delete::<Person>("Eve").await
        })
        .await
        .unwrap();
    people(&store, &["Ida"]).await;
    let batch = feed.next().await.unwrap();
    assert!(batch.is_last);
    assert_eq!(batch.time, at(0));
    assert_eq!(batch.changes[2].old, Some(person("Eve")));
    assert_eq!(batch.changes[2].new, None);
    assert_eq!(
        say(&batch, person_name),
        "1: Eve enters, Ada enters, Eve leaves"
    );
    assert_eq!(next(&mut feed, person_name).await, "2: Ida enters");
}

#[tokio::test]
async fn a_batch_has_what_follows_from_a_deletion() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    let mut feed = store.watch_all().from_now();
    store
        .write(async |tx| tx.delete::<Author>(id(1)).await)
        .await
        .unwrap();
    let batch = feed.next().await.unwrap();
    let tables: Vec<_> = batch.changes.iter().map(|c| c.table.to_string()).collect();
    assert_eq!(tables, ["blog.post", "blog.author"]);
}

#[tokio::test]
async fn a_write_that_changes_nothing_or_fails_has_no_revision() {
    let store = store().await;
    people(&store, &["Ada"]).await;
    store
        .write(async |tx| tx.upsert(&person("Ada")).await)
        .await
        .unwrap();
    insert(&store, &person("Ada")).await.unwrap_err();
    assert_eq!(store.revision(), 1);
    people(&store, &["Eve"]).await;
    assert_eq!(store.revision(), 2);
}

#[tokio::test]
async fn a_feed_waits_at_the_end_and_goes_on() {
    let store = store().await;
    let feed = tokio::spawn({
        let mut feed = store.watch::<Person>().from_now();
        async move { next(&mut feed, person_name).await }
    });
    tokio::task::yield_now().await;
    people(&store, &["Ada"]).await;
    assert_eq!(feed.await.unwrap(), "1: Ada enters");
}

#[tokio::test]
async fn a_feed_resumes_after_a_revision_also_in_a_store_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), crate::clock::Clock::manual(at(0))).unwrap();
    let store = open();
    create_tables(&store).await;
    people(&store, &["Ada", "Eve", "Ida"]).await;
    let mut feed = store.watch::<Person>().from(0);
    assert_eq!(next(&mut feed, person_name).await, "1: Ada enters");
    let revision = feed.revision();
    assert_eq!(revision, 1);
    drop((store, feed));
    let store = open();
    people(&store, &["Una"]).await;
    let mut feed = store.watch::<Person>().from(revision);
    for expect in ["2: Eve enters", "3: Ida enters", "4: Una enters"] {
        assert_eq!(next(&mut feed, person_name).await, expect);
    }
}

#[tokio::test]
async fn a_snapshot_and_its_feed_are_every_change_once() {
    let store = store().await;
    people(&store, &["Ada"]).await;
    let watch = store.watch::<Person>();
    let (seen, mut feed) = watch
        .from_snapshot(async |tx| {
            people(&store, &["Eve"]).await;
            Ok::<_, StoreError>(tx.scan::<Person>().collect().await?.rows)
        })
        .await
        .unwrap();
    assert_eq!(seen, [person("Ada")]);
    assert_eq!(next(&mut feed, person_name).await, "2: Eve enters");
}

#[tokio::test]
async fn a_filter_sees_rows_enter_and_leave() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let mut feed = store
        .watch::<Post>()
        .filter(Post::VOTES, 10..)
        .filter(Post::AUTHOR, Is(id(1)))
        .from_now();
    let slug = |post: &Post| format!("{} with {}", post.slug, post.votes);
    for votes in [1, 10, 11, 9, 8] {
        let post = Post {
            votes,
            ..post(1, 1)
        };
        store
            .write(async |tx| tx.upsert(&post).await)
            .await
            .unwrap();
    }
    for expect in [
        "3: post-1 with 10 enters",
        "4: post-1 with 11 stays",
        "5: post-1 with 9 leaves",
    ] {
        assert_eq!(next(&mut feed, slug).await, expect);
    }
}

#[tokio::test]
async fn a_prefix_of_the_key_selects_rows() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    insert(&store, &post(2, 1)).await.unwrap();
    let watch = store.watch::<Comment>();
    let mut feed = watch.key_prefix(Comment::POST, id(2)).from_now();
    for post in [1, 2] {
        let comment = Comment {
            post: id(post),
            number: 1,
            text: format!("on {post}"),
        };
        insert(&store, &comment).await.unwrap();
    }
    let text = |comment: &Comment| comment.text.clone();
    assert_eq!(next(&mut feed, text).await, "5: on 2 enters");

    let watch = store.watch::<Comment>();
    let mut wrong = watch.key_prefix(Comment::NUMBER, 1).from_now();
    insta::assert_snapshot!(
        wrong_answer(&store, &mut wrong).await,
        @"no index of `blog.comment` serves a scan by (number); there are the key (post, number)"
    );
}

/// Writes something, so that a feed must look, and returns its error.
async fn wrong_answer<R: ScanRow<Item: std::fmt::Debug>>(
    store: &Store,
    feed: &mut Feed<R>,
) -> FeedError {
    people(store, &["Somebody"]).await;
    feed.next().await.unwrap_err()
}

#[tokio::test]
async fn rows_of_several_tables_come_as_values() {
    let store = store().await;
    let mut feed = store.watch_tables(["blog.author", "blog.person"]).from(0);
    people(&store, &["Ada"]).await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    people(&store, &["Eve"]).await;
    let revisions = [feed.next().await, feed.next().await, feed.next().await];
    let revisions = revisions.map(|batch| batch.unwrap().revision);
    assert_eq!(revisions, [1, 2, 4]);
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error() {
    let store = store().await;
    let mut feed = store.watch_tables(["blog.nothing"]).from_now();
    insta::assert_snapshot!(
        wrong_answer(&store, &mut feed).await,
        @"the store has no table `blog.nothing`"
    );
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog", feed = false)]
#[sdk(crate = "crate")]
struct Counter {
    #[key]
    name: String,
    count: u64,
}

#[tokio::test]
async fn a_table_can_stay_out_of_the_log() {
    let store = store().await;
    let create = sdk_schema::Operation::CreateTable(Counter::table().clone());
    alter(&store, &[create]).await.unwrap();
    let counter = Counter {
        name: "hits".to_owned(),
        count: 1,
    };
    insert(&store, &counter).await.unwrap();
    assert_eq!(store.revision(), 0);
    let mut all = store.watch_all().from_now();
    let mut feed = store.watch::<Counter>().from_now();
    insta::assert_snapshot!(
        wrong_answer(&store, &mut feed).await,
        @"changes of `blog.counter` are not logged: its declaration says `feed = false`"
    );
    assert_eq!(all.next().await.unwrap().changes.len(), 1);
}

#[tokio::test]
async fn a_feed_that_the_log_no_longer_reaches_is_told_where_it_begins() {
    let store = store().await;
    people(&store, &["Ada", "Eve", "Ida"]).await;
    let mut feed = store.watch::<Person>().from(0);
    store.keep_log(Retention {
        bytes: 1,
        ..Retention::default()
    });
    people(&store, &["Una"]).await;
    let error = feed.next().await.unwrap_err();
    insta::assert_snapshot!(error, @"the log of changes does not reach back to revision 0: the oldest from which a feed can go on is 3");
    let FeedError::Compacted { oldest, .. } = error else {
        panic!("{error}");
    };
    let mut feed = store.watch::<Person>().from(oldest);
    assert_eq!(next(&mut feed, person_name).await, "4: Una enters");
}

#[tokio::test]
async fn what_is_too_old_goes_and_the_newest_stays() {
    let store = store().await;
    store.keep_log(Retention {
        age: Duration::from_mins(1),
        ..Retention::default()
    });
    people(&store, &["Ada", "Eve"]).await;
    store.clock().advance(Duration::from_secs(61));
    people(&store, &["Ida"]).await;
    let error = store.watch::<Person>().from(1).next().await.unwrap_err();
    assert!(
        matches!(error, FeedError::Compacted { oldest: 2, .. }),
        "{error}"
    );
    store.clock().advance(Duration::from_secs(61));
    people(&store, &["Una"]).await;
    assert_eq!(store.revision(), 4);
}

#[tokio::test]
async fn a_clock_that_is_set_back_removes_nothing_too_early() {
    let store = store().await;
    store.keep_log(Retention {
        age: Duration::from_mins(1),
        ..Retention::default()
    });
    people(&store, &["Ada"]).await;
    store.clock().set(at(-3_600));
    people(&store, &["Eve"]).await;
    let mut feed = store.watch::<Person>().from(0);
    assert_eq!(next(&mut feed, person_name).await, "1: Ada enters");
    assert_eq!(next(&mut feed, person_name).await, "2: Eve enters");
}

#[tokio::test]
async fn a_reader_that_falls_behind_is_told_once_and_loses_nothing() {
    let store = store().await;
    let mut feed = store.watch::<Person>().lag_limit(2).from_now();
    people(&store, &["A"]).await;
    assert_eq!(next(&mut feed, person_name).await, "1: A enters");
    let waiting = tokio::time::timeout(Duration::ZERO, feed.next()).await;
    assert!(waiting.is_err(), "it is at the end");
    people(&store, &["B", "C", "D"]).await;
    let error = feed.next().await.unwrap_err();
    insta::assert_snapshot!(error, @"the feed has fallen behind by 3 revisions: it goes on from revision 1");
    for expect in ["2: B enters", "3: C enters", "4: D enters"] {
        assert_eq!(next(&mut feed, person_name).await, expect);
    }
}

#[tokio::test]
async fn a_revision_that_was_never_given_is_an_error() {
    let store = store().await;
    let mut feed = store.watch::<Person>().from(7);
    insta::assert_snapshot!(
        wrong_answer(&store, &mut feed).await,
        @"a feed cannot begin from revision 7: the newest is 1"
    );
}

#[tokio::test]
async fn a_large_write_comes_in_parts() {
    let store = store().await;
    let mut feed = store.watch::<Person>().from_now();
    let name = |n: usize| format!("{n:04}{}", "x".repeat(500));
    store
        .write(async |tx| {
            for n in 0..1000 {
                tx.insert(&person(&name(n))).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    people(&store, &["Ada"]).await;
    let mut names = Vec::new();
    let mut parts = 0;
    loop {
        let batch = feed.next().await.unwrap();
        assert_eq!(batch.revision, 1);
        assert_eq!(feed.revision(), u64::from(batch.is_last));
        parts += 1;
        let new = batch.changes.into_iter().filter_map(|change| change.new);
        names.extend(new.map(|row| row.name));
        if batch.is_last {
            break;
        }
    }
    assert!(parts > 5, "{parts}");
    assert!(names.iter().eq(&(0..1000).map(name).collect::<Vec<_>>()));
    assert_eq!(next(&mut feed, person_name).await, "2: Ada enters");
}

#[tokio::test]
async fn old_rows_in_the_log_are_read_by_the_catalogue_of_today() {
    let store = store().await;
    people(&store, &["Ada"]).await;
    let add = operation(serde_json::json!({
        "add_field": {
            "table": "person",
            "field": { "name": "age", "type": "u8", "default": 7 }
        }
    }));
    alter(&store, &[add]).await.unwrap();
    let mut feed = store.watch_tables(["blog.person"]).from(0);
    let batch = feed.next().await.unwrap();
    let row = batch.changes[0].new.clone().unwrap();
    assert_eq!(row.get("age"), Some(&sdk_schema::Value::Uint(7)));
}

#[tokio::test]
async fn a_relaxed_write_is_given_once_it_is_on_the_disk() {
    let store = store().await;
    let mut feed = store.watch::<Person>().from_now();
    store
        .write_relaxed(async |tx| tx.insert(&person("Ada")).await)
        .await
        .unwrap();
    let (seen, mut after) = store
        .watch::<Person>()
        .from_snapshot(async |tx| tx.scan::<Person>().count().await)
        .await
        .unwrap();
    assert_eq!((seen, store.revision()), (1, 0));
    for feed in [&mut feed, &mut after] {
        let early = tokio::time::timeout(Duration::ZERO, feed.next()).await;
        assert!(early.is_err(), "it could still be taken back");
    }
    store.flush().await.unwrap();
    assert_eq!(next(&mut feed, person_name).await, "1: Ada enters");
    people(&store, &["Eve"]).await;
    assert_eq!(next(&mut after, person_name).await, "2: Eve enters");
}

#[tokio::test]
async fn what_stands_before_a_gap_is_given_before_the_gap_is_told() {
    let store = store().await;
    store.keep_log(Retention {
        bytes: 100 << 10,
        ..Retention::default()
    });
    let mut feed = store.watch::<Person>().from_now();
    people(&store, &["Ada"]).await;
    let name = |n: usize| format!("{n:04}{}", "x".repeat(500));
    let write = store.write(async |tx| {
        for n in 0..1000 {
            tx.insert(&person(&name(n))).await?;
        }
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
    assert_eq!(next(&mut feed, person_name).await, "1: Ada enters");
    let error = feed.next().await.unwrap_err();
    assert!(
        matches!(error, FeedError::Compacted { from: 1, oldest: 2 }),
        "{error}"
    );
}
