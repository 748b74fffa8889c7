//! Stores that are encrypted under a key.

use std::{fs, path::Path};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{OpenError, Store, StoreKey, StoreOptions},
};

fn key(byte: u8) -> StoreKey {
    format!("{byte:02x}").repeat(32).parse().unwrap()
}

fn under(byte: u8) -> StoreOptions {
    Store::options().key(key(byte))
}

fn open(options: &StoreOptions, dir: &Path) -> Result<Store, OpenError> {
    options.open(dir, Clock::manual(at(0)))
}

/// A folder with a closed store that has one author.
async fn filled(options: &StoreOptions) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(options, dir.path()).unwrap();
    create_tables(&store).await;
    insert(&store, &author(1)).await.unwrap();
    dir
}

fn check_refused(options: &StoreOptions, dir: &Path) -> String {
    let file = dir.join("store.redb");
    let before = fs::read(&file).unwrap();
    let error = open(options, dir).expect_err("it must not open");
    assert!(fs::read(&file).unwrap() == before, "the file was changed");
    error.to_string().replace(&dir.display().to_string(), "DIR")
}

#[tokio::test]
async fn what_was_written_is_there_under_the_same_key_and_nowhere_in_the_file() {
    let dir = filled(&under(1)).await;
    let store = open(&under(1), dir.path()).unwrap();
    assert_eq!(all::<Author>(&store).await, [author(1)]);
    drop(store);
    let bytes = fs::read(dir.path().join("store.redb")).unwrap();
    for text in ["author1", "blog", "redb"] {
        let is_there = bytes.windows(text.len()).any(|it| it == text.as_bytes());
        assert!(!is_there, "{text}");
    }
}

#[tokio::test]
async fn a_key_that_does_not_fit_the_file_is_refused_at_once() {
    let encrypted = filled(&under(1)).await;
    let plain = filled(&Store::options()).await;
    insta::assert_snapshot!(check_refused(&under(2), encrypted.path()), @"DIR/store.redb is encrypted under another key than the one given");
    insta::assert_snapshot!(check_refused(&Store::options(), encrypted.path()), @"DIR/store.redb is encrypted, and no key was given");
    insta::assert_snapshot!(check_refused(&under(1), plain.path()), @"DIR/store.redb is not encrypted, but a key was given");
}

#[tokio::test]
async fn a_second_open_is_refused_while_the_first_lives() {
    let dir = filled(&under(1)).await;
    let first = open(&under(1), dir.path()).unwrap();
    let error = open(&under(1), dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    drop(first);
    open(&under(1), dir.path()).unwrap();
}

#[tokio::test]
async fn a_file_that_is_cut_short_or_changed_is_damaged_and_kept() {
    let dir = filled(&under(1)).await;
    let file = dir.path().join("store.redb");
    let whole = fs::read(&file).unwrap();
    for length in [
        100,
        8191,
        8192,
        20_000,
        24_576,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        fs::write(&file, &whole[..length]).unwrap();
        let said = check_refused(&under(1), dir.path());
        assert!(
            said.starts_with("DIR/store.redb is damaged"),
            "{length}: {said}"
        );
    }
    let mut refused = 0;
    // Wherever a block that is in use begins, which is not known from outside.
    for slot in (24_576..whole.len()).step_by(4136).take(40) {
        let mut changed = whole.clone();
        changed[slot + 30] ^= 1;
        fs::write(&file, &changed).unwrap();
        if let Ok(store) = open(&under(1), dir.path()) {
            // The block is of no use to anyone, or it is that of the row.
            let _ = store.get::<Author>(id::<Author>(1)).await;
            continue;
        }
        fs::write(&file, &changed).unwrap();
        let said = check_refused(&under(1), dir.path());
        assert!(said.contains("fails its authentication"), "{said}");
        refused += 1;
    }
    assert!(refused > 0, "the catalogue is in one of them");
}

#[tokio::test]
async fn a_snapshot_is_encrypted_under_the_key_of_the_store() {
    let dir = filled(&under(1)).await;
    let copy = tempfile::tempdir().unwrap();
    let file = copy.path().join("store.redb");
    let store = open(&under(1), dir.path()).unwrap();
    store.snapshot_to(&file).await.unwrap();
    assert!(check_refused(&Store::options(), copy.path()).contains("is encrypted"));
    let copy = open(&under(1), copy.path()).unwrap();
    assert_eq!(all::<Author>(&copy).await, [author(1)]);
}

#[tokio::test]
async fn a_store_goes_from_no_key_to_one_to_another_to_none() {
    let dir = filled(&Store::options()).await;
    let path = [Store::options(), under(1), under(2), Store::options()];
    for pair in path.windows(2) {
        pair[0].rekey(dir.path(), &pair[1]).unwrap();
        assert!(open(&pair[0], dir.path()).is_err());
        let store = open(&pair[1], dir.path()).unwrap();
        assert_eq!(all::<Author>(&store).await, [author(1)]);
        drop(store);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

#[tokio::test]
async fn a_store_that_is_open_or_under_another_key_keeps_its_key() {
    let dir = filled(&under(1)).await;
    let wrong = under(3).rekey(dir.path(), &under(2)).unwrap_err();
    assert!(wrong.to_string().contains("under another key"), "{wrong}");
    let store = open(&under(1), dir.path()).unwrap();
    let locked = under(1).rekey(dir.path(), &under(2)).unwrap_err();
    assert!(locked.to_string().contains("is in use"), "{locked}");
    drop(store);
    assert!(open(&under(1), dir.path()).is_ok());
}
