//! A store on a disk that fails: what was acknowledged is there afterwards,
//! nothing is half done, the error says what was wrong, and a retry goes on.
//!
//! `TORTURE=1000` loses power so often, and lets each single call fail.

mod disk;

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use self::disk::{Disk, Fault};
use super::fixture::*;
use crate::{
    clock::Clock,
    store::{OpenError, Store, StoreError},
};

#[cfg(feature = "encryption")]
use crate::store::engine::encrypted_database;

type Open = fn(Disk) -> Result<Store, OpenError>;

fn plain(disk: Disk) -> Result<Store, OpenError> {
    let database = move || redb::Database::builder().create_with_backend(disk.clone());
    Store::on_reopening(database, Clock::manual(at(0)))
}

#[cfg(feature = "encryption")]
fn encrypted(disk: Disk) -> Result<Store, OpenError> {
    let key = "5a".repeat(32).parse().unwrap();
    let database = move || encrypted_database(disk.clone(), &key);
    Store::on_reopening(database, Clock::manual(at(0)))
}

/// How many rounds are asked for.
fn torture() -> Option<u64> {
    std::env::var("TORTURE").ok()?.parse().ok()
}

/// How many rounds a test does.
fn rounds(usual: u64) -> u64 {
    torture().map_or(usual, |rounds| rounds.max(usual))
}

/// The load: so many writes, one after the other.
const STEPS: u8 = 10;

/// One write of the load: rows with indexes and references, some of them of
/// several pages, come, change and go.
async fn step(store: &Store, number: u8) -> Result<(), StoreError> {
    let text = |bytes: usize| format!("{number}:{}", "x".repeat(bytes));
    store
        .write(async |tx| {
            tx.insert(&author(number)).await?;
            tx.insert(&post(number, number)).await?;
            for comment in 0..3 {
                tx.insert(&Comment {
                    post: id(number),
                    number: comment,
                    text: text(2500 * comment as usize * usize::from(number % 3)),
                })
                .await?;
            }
            if let Some(earlier) = number.checked_sub(2) {
                tx.delete::<Comment>((id(earlier), 1)).await?;
                tx.update(&Post {
                    slug: text(3),
                    votes: i64::from(number),
                    ..post(earlier, number)
                })
                .await?;
            }
            if let Some(earlier) = number.checked_sub(4) {
                tx.delete::<Comment>((id(earlier), 0)).await?;
                tx.delete::<Comment>((id(earlier), 2)).await?;
                tx.delete::<Post>(id(earlier)).await?;
                tx.delete::<Author>(id(earlier)).await?;
            }
            Ok(())
        })
        .await
}

/// Every row; what the indexes say of them must agree.
async fn dump(store: &Store) -> Result<String, StoreError> {
    store
        .read(async |tx| {
            let authors = tx.scan::<Author>().collect().await?.rows;
            let posts = tx.scan::<Post>().collect().await?.rows;
            let comments = tx.scan::<Comment>().collect().await?.rows;
            let mut found = 0;
            for author in &authors {
                let by = tx.scan::<Post>().by(Post::AUTHOR, author.id);
                found += by.collect().await?.rows.len();
                let email = author.email.clone();
                let by = tx.scan::<Author>().by(Author::EMAIL, email);
                assert_eq!(by.first().await?.as_ref(), Some(author));
            }
            assert_eq!(found, posts.len(), "posts by the index of their authors");
            for post in &posts {
                let by = tx.scan::<Post>().by(Post::SLUG, &post.slug);
                assert_eq!(by.first().await?.as_ref(), Some(post));
            }
            Ok(format!("{authors:?}\n{posts:?}\n{comments:?}"))
        })
        .await
}

/// The disk of a store that has its tables, and what the load makes of them,
/// write by write.
async fn prepare(open: Open) -> (Disk, Vec<String>) {
    let disk = Disk::default();
    let store = open(disk.clone()).unwrap();
    create_tables(&store).await;
    drop(store);
    let store = open(disk.copy()).unwrap();
    let mut states = vec![dump(&store).await.unwrap()];
    for number in 0..STEPS {
        step(&store, number).await.unwrap();
        states.push(dump(&store).await.unwrap());
    }
    (disk, states)
}

/// Does the rest of the load; returns how many writes are acknowledged, and
/// why there are no more.
async fn work(store: &Store, from: usize) -> (usize, Option<StoreError>) {
    for number in from..usize::from(STEPS) {
        if let Err(error) = step(store, u8::try_from(number).unwrap()).await {
            return (number, Some(error));
        }
    }
    (usize::from(STEPS), None)
}

/// Opens the store and does the load while a fault waits; returns the store,
/// how many writes are acknowledged, and what was said.
async fn run(open: Open, disk: &Disk) -> (Option<Store>, usize, String) {
    match open(disk.clone()) {
        Err(error) => (None, 0, error.to_string()),
        Ok(store) => {
            let (done, error) = work(&store, 0).await;
            let said = error.map(|error| error.to_string());
            (Some(store), done, said.unwrap_or_default())
        }
    }
}

/// The number of the write that is the last in the store. It is the last one
/// acknowledged, or the one after it.
async fn found(store: &Store, states: &[String], acknowledged: usize, case: &str) -> usize {
    let state = dump(store).await.unwrap();
    let known = states.iter().position(|known| *known == state);
    let known = known.unwrap_or_else(|| panic!("{case}: half a write is there:\n{state}"));
    assert!(
        known == acknowledged || known == acknowledged + 1,
        "{case}: {acknowledged} writes were acknowledged, {known} are there"
    );
    known
}

/// How many calls the load makes to the disk, from open to close.
async fn calls(open: Open, disk: &Disk) -> usize {
    let disk = disk.copy();
    drop(run(open, &disk).await);
    disk.calls()
}

async fn check_power_losses(open: Open, rounds: u64) {
    let (whole, states) = prepare(open).await;
    let calls = calls(open, &whole).await;
    for round in 0..rounds {
        let mut rng = ChaCha8Rng::seed_from_u64(round);
        let disk = whole.copy();
        let call = rng.random_range(0..calls);
        let case = format!("round {round}: the power fails at call {call} of {calls}");
        disk.fail_at(call, Fault::PowerLoss);
        let (store, acknowledged, _) = run(open, &disk).await;
        drop(store);
        disk.lose_power(&mut rng);
        // The repair may be cut short, too.
        while rng.random_bool(0.3) {
            disk.fail_at(rng.random_range(0..30), Fault::PowerLoss);
            drop(open(disk.clone()));
            disk.lose_power(&mut rng);
        }
        let store = open(disk).unwrap_or_else(|error| panic!("{case}: {error}"));
        let known = found(&store, &states, acknowledged, &case).await;
        let (done, error) = work(&store, known).await;
        assert!(error.is_none(), "{case}: {error:?}");
        assert_eq!(dump(&store).await.unwrap(), states[done], "{case}");
    }
}

/// Lets every call fail in turn, or one of so many of them.
async fn check_faults(open: Open, fault: Fault, every: usize, expect: &str) {
    let (whole, states) = prepare(open).await;
    for call in (0..calls(open, &whole).await).step_by(every) {
        let disk = whole.copy();
        let case = format!("{fault:?} at call {call}");
        disk.fail_at(call, fault);
        let (store, acknowledged, said) = run(open, &disk).await;
        // Nothing is said of a fault in what need not succeed, as at the end.
        let is_clear = said.contains(expect) || said.is_empty();
        assert!(is_clear, "{case}: {said}");
        disk.heal();
        // The store goes on by itself, in every other case the next process does.
        let store = store.filter(|_| (call / every).is_multiple_of(2));
        let store = store.unwrap_or_else(|| {
            open(disk.clone()).unwrap_or_else(|error| panic!("{case}: {error}"))
        });
        let retried = store.write(async |_| Ok::<_, StoreError>(())).await;
        assert!(retried.is_ok(), "{case}: {retried:?}");
        let known = found(&store, &states, acknowledged, &case).await;
        let (done, error) = work(&store, known).await;
        assert!(error.is_none(), "{case}: {error:?}");
        drop(store);
        let store = open(disk).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(dump(&store).await.unwrap(), states[done], "{case}");
    }
}

/// One in so many calls fails, each one under torture.
fn stride(usual: usize) -> usize {
    torture().map_or(usual, |_| 1)
}

#[tokio::test]
async fn a_power_loss_takes_nothing_that_was_acknowledged() {
    check_power_losses(plain, rounds(60)).await;
}

#[tokio::test]
async fn an_io_error_at_any_call_is_said_and_survived() {
    check_faults(plain, Fault::Io, stride(3), "other error").await;
}

#[tokio::test]
async fn a_full_disk_at_any_call_is_said_and_survived() {
    check_faults(plain, Fault::Full, stride(4), "no room left on the disk").await;
}

#[cfg(feature = "encryption")]
mod encrypted_files {
    use super::*;

    #[tokio::test]
    async fn a_power_loss_takes_nothing_that_was_acknowledged() {
        check_power_losses(encrypted, rounds(8)).await;
    }

    #[tokio::test]
    async fn an_io_error_at_any_call_is_said_and_survived() {
        check_faults(encrypted, Fault::Io, stride(41), "other error").await;
    }

    #[tokio::test]
    async fn a_full_disk_at_any_call_is_said_and_survived() {
        check_faults(
            encrypted,
            Fault::Full,
            stride(41),
            "no room left on the disk",
        )
        .await;
    }
}
