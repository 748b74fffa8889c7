//! What needs the file alone: making it smaller, verifying its pages.

use std::{fs, path::Path, time::Duration};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{PageCheck, Store, StoreError, WriteLimits},
};

fn open(folder: &Path) -> Store {
    Store::open(folder, Clock::manual(at(0))).unwrap()
}

/// A store that had many rows and has one.
async fn thinned(folder: &Path) -> Store {
    let store = open(folder);
    create_tables(&store).await;
    for _ in 0..3 {
        let filled = store.write(async |tx| {
            for number in 0..2_000_u32 {
                let mut row = person(&format!("person {number}"));
                row.name.push_str(&"x".repeat(500));
                tx.insert(&row).await?;
            }
            Ok::<_, StoreError>(())
        });
        filled.await.unwrap();
        let emptied = store.write(async |tx| {
            for number in 0..2_000_u32 {
                let name = format!("person {number}{}", "x".repeat(500));
                tx.delete::<Person>(&name).await?;
            }
            Ok::<_, StoreError>(())
        });
        emptied.await.unwrap();
    }
    insert(&store, &person("Ada")).await.unwrap();
    store
}

#[tokio::test]
async fn a_compacted_file_is_smaller_and_has_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let store = thinned(folder.path()).await;
    let report = store.compact().await.unwrap();
    let bytes = fs::metadata(folder.path().join("store.redb"))
        .unwrap()
        .len();
    assert_eq!(report.bytes_after, bytes);
    assert!(report.bytes_after < report.bytes_before / 2, "{report:?}");
    assert_eq!(all::<Person>(&store).await, [person("Ada")]);
    // It can be written as before, and opened.
    insert(&store, &person("Eve")).await.unwrap();
    drop(store);
    assert_eq!(all::<Person>(&open(folder.path())).await.len(), 2);
}

#[tokio::test]
async fn who_reads_all_the_time_keeps_the_file_from_being_compacted() {
    let folder = tempfile::tempdir().unwrap();
    let store = thinned(folder.path()).await.with_limits(WriteLimits {
        wait: Duration::from_millis(100),
        ..WriteLimits::default()
    });
    let held = store.read(async |tx| {
        let refused = store.compact().await.unwrap_err();
        assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
        assert_eq!(store.check_pages().await.unwrap(), PageCheck::InUse);
        tx.scan::<Person>().count().await
    });
    assert_eq!(held.await.unwrap(), 1);
    // Others have their turn again.
    insert(&store, &person("Eve")).await.unwrap();
    store.compact().await.unwrap();
}

#[tokio::test]
async fn the_pages_of_a_sound_file_are_verified_while_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = thinned(folder.path()).await;
    assert_eq!(store.check_pages().await.unwrap(), PageCheck::Verified);
    insert(&store, &person("Eve")).await.unwrap();
    assert_eq!(store.check_pages().await.unwrap(), PageCheck::Verified);
    assert!(store.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn a_page_that_was_changed_on_the_disk_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = thinned(folder.path()).await;
    store.compact().await.unwrap();
    drop(store);
    let file = folder.path().join("store.redb");
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(3).rposition(|part| part == b"Ada").unwrap();
    bytes[at] = b'E';
    fs::write(&file, bytes).unwrap();

    let store = open(folder.path());
    let found = store.check_pages().await.unwrap();
    assert!(matches!(found, PageCheck::Damaged { .. }), "{found:?}");
}
