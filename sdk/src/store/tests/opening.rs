//! Opening a store: its lock, and files that are none or damaged.

use std::{fs, path::Path};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{OpenError, Store},
};

fn open(dir: &Path) -> Result<Store, OpenError> {
    Store::open(dir, Clock::manual(at(0)))
}

/// A folder with a store that has a hundred people, closed.
async fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    create_tables(&store).await;
    store
        .write(async |tx| {
            for number in 0..100 {
                tx.insert(&person(&format!("Person {number}"))).await?;
            }
            Ok::<_, crate::store::StoreError>(())
        })
        .await
        .unwrap();
    dir
}

fn file(dir: &Path) -> std::path::PathBuf {
    dir.join("store.redb")
}

/// The error's text without the path of the temporary folder.
fn text(dir: &Path, error: &OpenError) -> String {
    error.to_string().replace(&dir.display().to_string(), "DIR")
}

#[tokio::test]
async fn what_was_written_is_there_after_the_next_open() {
    let dir = filled().await;
    let store = open(dir.path()).unwrap();
    assert_eq!(all::<Person>(&store).await.len(), 100);
    assert_eq!(store.schema().tables.len(), 5);
}

#[tokio::test]
async fn the_folder_is_made_with_all_its_parents() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("a/b");
    assert!(!Store::exists(&inner));
    open(&inner).unwrap();
    assert!(Store::exists(&inner));
}

#[tokio::test]
async fn a_second_open_is_refused_while_the_first_lives() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).unwrap();
    let error = open(dir.path()).unwrap_err();
    insta::assert_snapshot!(text(dir.path(), &error), @"DIR/store.redb is in use: another host has it open");
    drop(first);
    open(dir.path()).unwrap();
}

#[tokio::test]
async fn a_file_where_the_folder_should_be_is_an_error_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    fs::write(&path, "a file").unwrap();
    let error = open(&path).unwrap_err();
    insta::assert_snapshot!(text(dir.path(), &error), @"DIR/data: File exists (os error 17)");
}

/// Opens a folder whose file was replaced by `bytes`: it must be refused and stay as it is.
fn check_refused(dir: &Path, bytes: &[u8]) -> OpenError {
    fs::write(file(dir), bytes).unwrap();
    let error = open(dir).expect_err("the file is damaged");
    assert!(
        fs::read(file(dir)).unwrap() == bytes,
        "the file was changed"
    );
    error
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let error = check_refused(dir.path(), &b"no database at all\n".repeat(1000));
    insta::assert_snapshot!(text(dir.path(), &error), @"DIR/store.redb is not a store: Not a redb database: magic number mismatch");
    let error = check_refused(dir.path(), b"short");
    insta::assert_snapshot!(text(dir.path(), &error), @"DIR/store.redb is not a store: Not a redb database: magic number mismatch");
}

#[tokio::test]
async fn a_truncated_file_is_damaged_and_kept() {
    let dir = filled().await;
    let whole = fs::read(file(dir.path())).unwrap();
    for part in [1, 2, 4, 8, 16, 64, 1024] {
        let length = whole.len() - whole.len() / part;
        if length == 0 {
            continue;
        }
        let error = check_refused(dir.path(), &whole[..length]);
        assert!(
            matches!(error, OpenError::Damaged { .. }),
            "{length}: {error}"
        );
    }
    fs::write(file(dir.path()), &whole).unwrap();
    assert_eq!(all::<Person>(&open(dir.path()).unwrap()).await.len(), 100);
}

#[tokio::test]
async fn trash_is_deleted_by_the_next_open() {
    let dir = filled().await;
    let store = open(dir.path()).unwrap();
    let drop_table = operation(serde_json::json!({ "drop_table": { "table": "person" } }));
    alter(&store, &[drop_table]).await.unwrap();
    let trees = |store: &Store| store.tree_names();
    let before = trees(&store).len();
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(
        before - trees(&store).len(),
        4,
        "the rows and three indexes"
    );
}

#[tokio::test]
async fn explore() {
    let dir = filled().await;
    let whole = fs::read(file(dir.path())).unwrap();
    let mut tally = std::collections::BTreeMap::<String, Vec<usize>>::new();
    let mut offs: Vec<usize> = (0..320).collect();
    offs.extend((320..whole.len()).step_by(997));
    for at in offs {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        fs::write(file(dir.path()), &bytes).unwrap();
        let ro = std::panic::catch_unwind(|| redb::ReadOnlyDatabase::open(file(dir.path())).map(drop));
        let ro = match ro { Ok(Ok(_)) => "ok".into(), Ok(Err(e)) => format!("{e}"), Err(_) => format!("panic") };
        let same0 = fs::read(file(dir.path())).unwrap() == bytes;
        let r = std::panic::catch_unwind(|| open(dir.path()).map(drop));
        let same = fs::read(file(dir.path())).unwrap() == bytes;
        let k = match r { Ok(Ok(_)) => format!("F ok same={same}"), Ok(Err(e)) => format!("F {e} same={same}"), Err(_) => format!("F panic same={same}") };
        let k = format!("RO {ro} {same0} | {k}");
        tally.entry(k.replace(&dir.path().display().to_string(), "D")).or_default().push(at);
    }
    for (k, n) in tally { println!("{:6} {k} {:?}", n.len(), &n[..n.len().min(30)]); }
}
