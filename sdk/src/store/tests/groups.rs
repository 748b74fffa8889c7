//! Writes that share a commit.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use redb::{StorageBackend, backends::InMemoryBackend};
use sdk_schema::Operation;
use tokio::{sync::Notify, task::JoinHandle};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Store, StoreError, Table, WriteLimits},
};

/// Memory that counts its syncs, and fails to sync when it is told to.
#[derive(Debug, Clone, Default)]
struct Disk {
    memory: Arc<Memory>,
    syncs: Arc<AtomicUsize>,
    is_failing: Arc<AtomicBool>,
}

type Memory = InMemoryBackend;

impl StorageBackend for Disk {
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
        if self.is_failing.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is gone"));
        }
        self.syncs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.memory.write(offset, data)
    }
}

/// A store whose turn is taken, so that writers gather behind it.
struct Gathering {
    store: Store,
    disk: Disk,
    gate: Arc<Notify>,
    holder: JoinHandle<Result<(), StoreError>>,
}

impl Gathering {
    async fn begin() -> Self {
        let disk = Disk::default();
        let store = Store::on(disk.clone(), Clock::manual(at(0))).unwrap();
        create_tables(&store).await;
        Self::on(store, disk).await
    }

    async fn on(store: Store, disk: Disk) -> Self {
        let (entered, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let holder = pause(store.clone(), "Holder", entered.clone(), gate.clone());
        let holder = tokio::spawn(holder);
        entered.notified().await;
        disk.syncs.store(0, Ordering::SeqCst);
        Self {
            store,
            disk,
            gate,
            holder,
        }
    }

    /// Starts a call that writes and returns once it waits for its turn.
    async fn join<F>(&self, call: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let before = self.store.waiting_writers();
        let call = tokio::spawn(call);
        while self.store.waiting_writers() == before {
            tokio::task::yield_now().await;
        }
        call
    }

    async fn insert(&self, name: &'static str) -> JoinHandle<Result<(), StoreError>> {
        let store = self.store.clone();
        self.join(async move { insert(&store, &person(name)).await })
            .await
    }

    /// A call that waits for its turn, inserts, and then never comes to its end.
    async fn stuck(&self, name: &'static str) -> Stuck {
        let (entered, never) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let write = pause(self.store.clone(), name, entered.clone(), never);
        let call = self.join(write).await;
        Stuck { call, entered }
    }

    async fn names(&self) -> Vec<String> {
        let rows = all::<Person>(&self.store).await;
        rows.into_iter().map(|row| row.name).collect()
    }

    fn syncs(&self) -> usize {
        self.disk.syncs.load(Ordering::SeqCst)
    }
}

/// A call whose closure does not come to its end.
struct Stuck {
    call: JoinHandle<Result<(), StoreError>>,
    /// Told when it has inserted.
    entered: Arc<Notify>,
}

/// Inserts, and goes on when it is let.
async fn pause(
    store: Store,
    name: &'static str,
    entered: Arc<Notify>,
    gate: Arc<Notify>,
) -> Result<(), StoreError> {
    store
        .write(async |tx| {
            tx.insert(&person(name)).await?;
            entered.notify_one();
            gate.notified().await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn writes_that_arrive_together_share_one_sync() {
    let group = Gathering::begin().await;
    let calls = [
        group.insert("Ada").await,
        group.insert("Eve").await,
        group.insert("Ida").await,
    ];
    group.gate.notify_one();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(group.syncs(), 1);
    assert_eq!(group.names().await, ["Ada", "Eve", "Holder", "Ida"]);
}

#[tokio::test]
async fn a_lone_write_waits_for_its_own_sync_alone() {
    let mut group = Gathering::begin().await;
    group.gate.notify_one();
    (&mut group.holder).await.unwrap().unwrap();
    assert_eq!(group.syncs(), 1);
}

#[tokio::test]
async fn a_write_that_fails_in_a_group_leaves_nothing_and_harms_nobody() {
    let group = Gathering::begin().await;
    let before = group.insert("Ada").await;
    let store = group.store.clone();
    let failing = group
        .join(async move {
            store
                .write(async |tx| {
                    tx.insert(&person("Eve")).await?;
                    tx.delete::<Person>("Ada").await?;
                    let ward = Person {
                        guardian: Some("Eve".to_owned()),
                        ..person("Holder")
                    };
                    tx.upsert(&ward).await?;
                    tx.insert(&person("Eve")).await
                })
                .await
        })
        .await;
    let after = group.insert("Ida").await;
    group.gate.notify_one();
    before.await.unwrap().unwrap();
    after.await.unwrap().unwrap();
    let error = failing.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::AlreadyExists { .. }), "{error}");
    assert_eq!(group.names().await, ["Ada", "Holder", "Ida"]);
    let wards = group.store.read(async |tx| {
        let eve = Some("Eve".to_owned());
        tx.scan::<Person>().by(Person::GUARDIAN, eve).count().await
    });
    assert_eq!(wards.await.unwrap(), 0, "its index entries are gone, too");
}

#[tokio::test]
async fn a_write_that_panics_in_a_group_leaves_nothing_and_harms_nobody() {
    let group = Gathering::begin().await;
    let store = group.store.clone();
    let panicking = group
        .join(async move {
            let write = store.write(async |tx| {
                tx.insert(&person("Eve")).await?;
                let nobody = tx.get::<Person>("Nobody").await?;
                Ok::<_, StoreError>(nobody.expect("the test panics here"))
            });
            write.await
        })
        .await;
    let after = group.insert("Ida").await;
    group.gate.notify_one();
    after.await.unwrap().unwrap();
    assert!(panicking.await.unwrap_err().is_panic());
    assert_eq!(group.names().await, ["Holder", "Ida"]);
}

#[tokio::test]
async fn a_write_that_is_dropped_half_way_in_a_group_leaves_nothing() {
    let mut group = Gathering::begin().await;
    let dropped = group.stuck("Eve").await;
    let after = group.insert("Ida").await;
    group.gate.notify_one();
    dropped.entered.notified().await;
    dropped.call.abort();
    after.await.unwrap().unwrap();
    (&mut group.holder).await.unwrap().unwrap();
    assert_eq!(group.store.waiting_writers(), 0);
    let names = all::<Person>(&group.store).await;
    assert_eq!(names.len(), 2);
}

#[tokio::test]
async fn when_the_leader_is_dropped_another_commits() {
    let mut group = Gathering::begin().await;
    // Leads, since it changes something first; the second waits behind it.
    let follower = group.insert("Eve").await;
    let last = group.stuck("Ida").await;
    group.gate.notify_one();
    last.entered.notified().await;
    // Its closure has run and it waits for the commit.
    group.holder.abort();
    assert!((&mut group.holder).await.unwrap_err().is_cancelled());
    last.call.abort();
    assert!(last.call.await.unwrap_err().is_cancelled());
    follower.await.unwrap().unwrap();
    assert_eq!(all::<Person>(&group.store).await.len(), 2);
}

#[tokio::test]
async fn what_all_have_dropped_comes_with_the_next_commit() {
    let mut group = Gathering::begin().await;
    let last = group.stuck("Ida").await;
    group.gate.notify_one();
    last.entered.notified().await;
    group.holder.abort();
    last.call.abort();
    assert!((&mut group.holder).await.is_err() && last.call.await.is_err());
    insert(&group.store, &person("Eve")).await.unwrap();
    let names: Vec<_> = all::<Person>(&group.store).await;
    assert_eq!(names, [person("Eve"), person("Holder")]);
}

#[tokio::test]
async fn all_of_a_group_are_told_that_the_disk_failed() {
    let group = Gathering::begin().await;
    let calls = [group.insert("Ada").await, group.insert("Eve").await];
    group.disk.is_failing.store(true, Ordering::SeqCst);
    group.gate.notify_one();
    for call in calls.into_iter().chain([group.holder]) {
        let error = call.await.unwrap().unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"the store's file: the disk is gone");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_undone_is_run_again_alone() {
    let mut group = Gathering::begin().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let altering = group
        .join({
            let (store, runs) = (group.store.clone(), runs.clone());
            async move {
                let add = operation(serde_json::json!({
                    "add_field": {
                        "table": "person",
                        "field": { "name": "age", "type": "u8", "nullable": true }
                    }
                }));
                store
                    .write(async |tx| {
                        runs.fetch_add(1, Ordering::SeqCst);
                        tx.delete::<Person>("Holder").await?;
                        tx.apply(&name("blog"), &add).await
                    })
                    .await
            }
        })
        .await;
    group.gate.notify_one();
    altering.await.unwrap().unwrap();
    (&mut group.holder).await.unwrap().unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    let read = group.store.read(async |tx| {
        let people = tx.table("blog.person")?;
        Ok::<_, StoreError>((people.schema().field("age").is_some(), people.len()?))
    });
    assert_eq!(read.await.unwrap(), (true, 0));
}

#[tokio::test]
async fn a_queue_that_is_full_refuses_at_once() {
    let group = Gathering::begin().await;
    let waiting = group.insert("Ada").await;
    let store = group.store.with_limits(WriteLimits {
        queue: 1,
        ..WriteLimits::default()
    });
    let error = insert(&store, &person("Eve")).await.unwrap_err();
    insta::assert_snapshot!(error, @"the store is busy: 1 calls waited to write, this one for 0ns");
    group.gate.notify_one();
    waiting.await.unwrap().unwrap();
    insert(&store, &person("Eve")).await.unwrap();
}

#[tokio::test]
async fn a_write_that_waited_too_long_for_its_turn_is_refused() {
    let mut group = Gathering::begin().await;
    let store = group.store.with_limits(WriteLimits {
        wait: Duration::from_secs(2),
        ..WriteLimits::default()
    });
    let waiting = group
        .join(async move { insert(&store, &person("Eve")).await })
        .await;
    tokio::task::yield_now().await;
    group.store.clock().advance(Duration::from_secs(2));
    let error = waiting.await.unwrap().unwrap_err();
    insta::assert_snapshot!(error, @"the store is busy: 0 calls waited to write, this one for 2s");
    group.gate.notify_one();
    (&mut group.holder).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_closure_that_waits_too_long_is_undone_and_lets_others_write() {
    let mut group = Gathering::begin().await;
    group.gate.notify_one();
    (&mut group.holder).await.unwrap().unwrap();
    let (entered, never) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = pause(group.store.clone(), "Eve", entered.clone(), never);
    let slow = tokio::spawn(slow);
    entered.notified().await;
    tokio::task::yield_now().await;
    group.store.clock().advance(Duration::from_secs(10));
    insta::assert_snapshot!(
        slow.await.unwrap().unwrap_err(),
        @"the write was undone: it took longer than 10s, in which no other could write"
    );
    insert(&group.store, &person("Ida")).await.unwrap();
    assert_eq!(group.store.waiting_writers(), 0);
    let rows = all::<Person>(&group.store).await;
    assert_eq!(rows, [person("Holder"), person("Ida")]);
}

#[tokio::test]
async fn a_relaxed_write_is_seen_at_once_and_synced_later() {
    let disk = Disk::default();
    let store = Store::on(disk.clone(), Clock::manual(at(0))).unwrap();
    create_tables(&store).await;
    disk.syncs.store(0, Ordering::SeqCst);
    store
        .write_relaxed(async |tx| tx.insert(&person("Ada")).await)
        .await
        .unwrap();
    assert_eq!(disk.syncs.load(Ordering::SeqCst), 0);
    assert_eq!(all::<Person>(&store).await, [person("Ada")]);
    store.flush().await.unwrap();
    assert_eq!(disk.syncs.load(Ordering::SeqCst), 1);
    store.flush().await.unwrap();
    assert_eq!(
        disk.syncs.load(Ordering::SeqCst),
        1,
        "nothing is left to sync"
    );
}

#[tokio::test]
async fn relaxed_writes_reach_the_disk_by_themselves() {
    let disk = Disk::default();
    let store = Store::on(disk.clone(), Clock::manual(at(0))).unwrap();
    create_tables(&store).await;
    disk.syncs.store(0, Ordering::SeqCst);
    store
        .write_relaxed(async |tx| tx.insert(&person("Ada")).await)
        .await
        .unwrap();
    while disk.syncs.load(Ordering::SeqCst) == 0 {
        store.clock().advance(Duration::from_millis(50));
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn relaxed_changes_of_the_schema_share_one_sync() {
    let disk = Disk::default();
    let store = Store::on(disk.clone(), Clock::manual(at(0))).unwrap();
    disk.syncs.store(0, Ordering::SeqCst);
    for table in [Author::table(), Post::table(), Person::table()] {
        let create = Operation::CreateTable(table.clone());
        store
            .write_alone_relaxed(async |tx| tx.apply(&name("blog"), &create).await)
            .await
            .unwrap();
    }
    assert_eq!(disk.syncs.load(Ordering::SeqCst), 0);
    assert_eq!(store.schema().tables.len(), 3);
    store.flush().await.unwrap();
    assert_eq!(disk.syncs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_group_with_one_durable_write_is_durable() {
    let group = Gathering::begin().await;
    let store = group.store.clone();
    let relaxed = group
        .join(async move {
            let write = store.write_relaxed(async |tx| tx.insert(&person("Ada")).await);
            write.await
        })
        .await;
    group.gate.notify_one();
    relaxed.await.unwrap().unwrap();
    assert_eq!(group.syncs(), 1);
}

#[tokio::test]
async fn a_store_that_is_closed_has_its_relaxed_writes() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), Clock::manual(at(0))).unwrap();
    let store = open();
    create_tables(&store).await;
    store
        .write_relaxed(async |tx| tx.insert(&person("Ada")).await)
        .await
        .unwrap();
    drop(store);
    assert_eq!(all::<Person>(&open()).await, [person("Ada")]);
}
