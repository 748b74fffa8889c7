//! Opening a store: its lock, and files that are none or damaged.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{OpenError, Store, StoreError},
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
            Ok::<_, StoreError>(())
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
    let lengths = [0, 9, 320, 4096, whole.len() / 2, whole.len() - 1];
    for length in lengths {
        let error = check_refused(dir.path(), &whole[..length]);
        let text = text(dir.path(), &error);
        assert!(text.starts_with("DIR/store.redb is damaged"), "{text}");
    }
    fs::write(file(dir.path()), &whole).unwrap();
    assert_eq!(all::<Person>(&open(dir.path()).unwrap()).await.len(), 100);
}

/// The places in the file where `what` stands.
fn places(whole: &[u8], what: &[u8]) -> Vec<usize> {
    let found = whole.windows(what.len()).enumerate();
    found
        .filter(|(_, bytes)| *bytes == what)
        .map(|(at, _)| at)
        .collect()
}

#[tokio::test]
async fn a_file_with_changed_bytes_is_damaged_and_kept() {
    let dir = filled().await;
    let whole = fs::read(file(dir.path())).unwrap();
    // The page size, a checksum, and the catalogue of a table.
    let catalogue = places(&whole, br#"{"id":"#);
    assert!(!catalogue.is_empty());
    let mut refused = 0;
    for at in [12, 70].into_iter().chain(catalogue) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        fs::write(file(dir.path()), &changed).unwrap();
        if let Ok(store) = open(dir.path()) {
            // Space that is free holds older catalogues, which nobody reads.
            assert_eq!(all::<Person>(&store).await.len(), 100);
        } else {
            check_refused(dir.path(), &changed);
            refused += 1;
        }
    }
    assert!(refused > 2, "the header, and each of the five tables");
}

/// Drops a table that has three indexes, and says how many trees there are.
async fn drop_people(store: &Store) -> usize {
    let drop_table = operation(serde_json::json!({ "drop_table": { "table": "person" } }));
    alter(store, &[drop_table]).await.unwrap();
    store.tree_names().len()
}

#[tokio::test]
async fn trash_is_deleted_by_the_next_open() {
    let dir = filled().await;
    let store = open(dir.path()).unwrap();
    let before = drop_people(&store).await;
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(
        before - store.tree_names().len(),
        4,
        "the rows and three indexes"
    );
}

#[tokio::test]
async fn trash_is_deleted_by_the_next_migration_and_read_by_those_who_began_before() {
    let dir = filled().await;
    let store = open(dir.path()).unwrap();
    let earlier = store.snapshot().unwrap();
    let before = drop_people(&store).await;
    create_table::<Person>(&store).await;
    assert_eq!(store.tree_names().len(), before, "four went and four came");
    let person = earlier.get::<Person>("Person 1").await.unwrap();
    assert!(person.is_some());
    assert_eq!(all::<Person>(&store).await, []);
    drop((earlier, store));
    open(dir.path()).unwrap();
}

/// Memory that has no room for the write number `left`.
#[derive(Debug)]
struct FullDisk {
    memory: redb::backends::InMemoryBackend,
    left: Arc<AtomicUsize>,
}

impl redb::StorageBackend for FullDisk {
    fn len(&self) -> Result<u64, io::Error> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.memory.set_len(len)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let left = self.left.fetch_sub(1, Ordering::Relaxed);
        if left == 0 {
            self.left.store(0, Ordering::Relaxed);
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.memory.write(offset, data)
    }
}

#[tokio::test]
async fn a_full_disk_is_an_error_of_its_own() {
    let left = Arc::new(AtomicUsize::new(usize::MAX));
    let disk = FullDisk {
        memory: redb::backends::InMemoryBackend::new(),
        left: Arc::clone(&left),
    };
    let store = Store::on(disk, Clock::manual(at(0))).unwrap();
    create_tables(&store).await;
    insert(&store, &person("Ada")).await.unwrap();
    left.store(0, Ordering::Relaxed);
    let same = store.write(async |tx| tx.upsert(&person("Ada")).await);
    same.await
        .expect("a write that changes nothing needs no room");
    let error = insert(&store, &person("Eve")).await.unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error}");
    assert_eq!(all::<Person>(&store).await, [person("Ada")]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let dir = filled().await;
    let mode = fs::metadata(file(dir.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
