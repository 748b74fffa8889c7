//! A copy of a store that is open.

use std::fs;

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Store, Table},
};

#[tokio::test]
async fn a_snapshot_is_the_store_of_that_moment() {
    let dir = tempfile::tempdir().unwrap();
    let open = |folder: &str| Store::open(&dir.path().join(folder), Clock::manual(at(0))).unwrap();
    let store = open("data");
    create_tables(&store).await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();

    fs::create_dir(dir.path().join("copy")).unwrap();
    let file = dir.path().join("copy/store.redb");
    store.snapshot_to(&file).await.unwrap();
    insert(&store, &post(2, 1)).await.unwrap();

    let copy = open("copy");
    assert_eq!(all::<Post>(&copy).await, [post(1, 1)]);
    assert_eq!(copy.schema(), store.schema());
    // Its indexes and references are those of the store.
    insert(&copy, &post(2, 1)).await.unwrap();
    assert_eq!(all::<Post>(&copy).await, all::<Post>(&store).await);
}

#[tokio::test]
async fn a_snapshot_is_checked_and_the_faults_of_the_store_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let file = dir.path().join("copy.redb");
    let report = store.snapshot_to(&file).await.unwrap();
    assert_eq!(report.bytes, fs::metadata(&file).unwrap().len());
    assert!(report.check.is_clean());
    assert_eq!(report.check, store.check().await.unwrap());

    let row = store.write(async |tx| {
        let rows = tx.catalogue.table(Author::TABLE_NAME)?.rows();
        tx.read.trees.insert(rows, b"key", b"row")
    });
    row.await.unwrap();
    let report = store.snapshot_to(&file).await.unwrap();
    assert_eq!(report.check.fault_count(), 1);
    assert_eq!(report.check, store.check().await.unwrap());
}

#[tokio::test]
async fn a_snapshot_that_fails_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = store().await;
    let file = dir.path().join("no folder/copy.redb");
    assert!(store.snapshot_to(&file).await.is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
