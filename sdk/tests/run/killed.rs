//! A store whose process is killed under load, again and again.
//!
//! The program starts itself as a child, which moves money between accounts from
//! several tasks at once and prints each transfer that was acknowledged. The
//! parent kills it after some of these lines, opens the store and counts.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use sdk::{
    Table,
    clock::Clock,
    schema::{Operation, Row},
    store::{Store, StoreError},
};

/// How often the child is killed, unless `TORTURE` says how often.
const ROUNDS: usize = 200;

const ACCOUNTS: u32 = 8;
const BALANCE: i64 = 1_000;

/// The last one writes without waiting for the disk.
const WRITERS: u32 = 6;
const RELAXED: u32 = WRITERS - 1;

/// How many transfers of each writer are kept.
const KEPT: u64 = 40;

const FOLDER: &str = "SDK_TEST_KILLED_STORE";

#[derive(Table, Debug, Clone, PartialEq)]
#[table(module = "bank")]
struct Account {
    #[key]
    id: u32,
    #[index]
    balance: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
#[table(module = "bank", index(from, amount))]
struct Transfer {
    #[key]
    writer: u32,
    #[key]
    number: u64,
    #[references(Account)]
    from: u32,
    #[references(Account)]
    to: u32,
    amount: i64,
    #[unique]
    receipt: String,
    #[index]
    tags: Vec<String>,
}

/// Why the child's own refusal is not an error of the store.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the transfer is refused after it was made")]
    Wanted,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Clock::system()).expect("the store opens")
}

async fn create(store: &Store) -> Result<(), StoreError> {
    let module = "bank".parse().expect("a name");
    store
        .write(async |tx| {
            for table in [Account::table(), Transfer::table()] {
                let create = Operation::CreateTable(table.clone());
                tx.apply(&module, &create).await?;
            }
            for id in 0..ACCOUNTS {
                let balance = BALANCE;
                tx.insert(&Account { id, balance }).await?;
            }
            Ok(())
        })
        .await
}

/// Moves money, and refuses in the end if that is asked for.
async fn transfer(store: &Store, transfer: &Transfer, refuse: bool) -> Result<(), Refusal> {
    let body = async |tx: &mut sdk::store::WriteTx<'_>| {
        for (account, amount) in [
            (transfer.from, -transfer.amount),
            (transfer.to, transfer.amount),
        ] {
            let mut account = tx.get::<Account>(account).await?.expect("an account");
            account.balance += amount;
            tx.update(&account).await?;
        }
        tx.insert(transfer).await?;
        if let Some(old) = transfer.number.checked_sub(KEPT) {
            tx.delete::<Transfer>((transfer.writer, old)).await?;
        }
        if refuse {
            return Err(Refusal::Wanted);
        }
        Ok(())
    };
    if transfer.writer == RELAXED {
        store.write_relaxed(body).await
    } else {
        store.write(body).await
    }
}

/// Writes until it is killed.
async fn write(store: Store, writer: u32, mut number: u64, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed + u64::from(writer));
    loop {
        number += 1;
        let from = random.random_range(0..ACCOUNTS);
        let next = Transfer {
            writer,
            number,
            from,
            to: (from + random.random_range(1..ACCOUNTS)) % ACCOUNTS,
            amount: random.random_range(1..100),
            receipt: format!("{writer}/{number}"),
            tags: vec![format!("tag {}", number % 3), "all".to_owned()],
        };
        if number.is_multiple_of(5) {
            let refused = transfer(&store, &next, true).await;
            assert!(matches!(refused, Err(Refusal::Wanted)));
        }
        transfer(&store, &next, false)
            .await
            .expect("the disk is well");
        println!("acknowledged {writer} {number}");
    }
}

/// Does nothing by itself: it is what the other test starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_child_that_is_killed() {
    let Ok(folder) = env::var(FOLDER) else {
        return;
    };
    let store = open(Path::new(&folder));
    let newest = newest(&store).await;
    let seed = newest.values().sum();
    let writers = newest
        .into_iter()
        .map(|(writer, number)| tokio::spawn(write(store.clone(), writer, number, seed)));
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer goes on for ever");
    }
}

/// The number of the newest transfer of each writer.
async fn newest(store: &Store) -> BTreeMap<u32, u64> {
    let mut newest = BTreeMap::new();
    for writer in 0..WRITERS {
        let last = store
            .read(async |tx| {
                let scan = tx.scan::<Transfer>().by(Transfer::WRITER, writer).rev();
                scan.first().await
            })
            .await
            .expect("a snapshot");
        newest.insert(writer, last.map_or(0, |transfer| transfer.number));
    }
    newest
}

/// Runs the child, kills it after so many acknowledgements and returns the last
/// one of each writer.
fn kill_after(folder: &Path, acknowledgements: usize) -> BTreeMap<u32, u64> {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["killed::the_child_that_is_killed", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut last = BTreeMap::new();
    let mut seen = 0;
    // What it printed until it died is read to the end.
    for line in lines.map_while(Result::ok) {
        let Some(rest) = line.strip_prefix("acknowledged ") else {
            continue;
        };
        // The last line may be half a line.
        let numbers = rest
            .split_once(' ')
            .map(|(writer, number)| (writer.parse(), number.parse()));
        let Some((Ok(writer), Ok(number))) = numbers else {
            continue;
        };
        last.insert(writer, number);
        seen += 1;
        if seen == acknowledgements {
            child.kill().expect("it is killed");
        }
    }
    let status = child.wait().expect("it has ended");
    assert!(seen >= acknowledgements, "it ended by itself: {status}");
    last
}

/// All rows of both tables, kept up to date by the feed alone.
#[derive(Default)]
struct Mirror {
    revision: u64,
    rows: BTreeMap<String, Row>,
}

impl Mirror {
    fn key(table: &str, row: &Row) -> String {
        let field = |name: &str| row.get(name).map(|value| value.to_json().to_string());
        let parts: Vec<_> = ["id", "writer", "number"]
            .into_iter()
            .filter_map(field)
            .collect();
        format!("{table} {}", parts.join(" "))
    }

    /// Follows the log to its end.
    async fn follow(&mut self, store: &Store) {
        let mut feed = store.watch_all().from(self.revision);
        while self.revision < store.revision() {
            let batch = feed.next().await.expect("the log is whole");
            self.revision = batch.revision;
            for change in batch.changes {
                let table = change.table.to_string();
                if let Some(old) = &change.old {
                    let known = self.rows.remove(&Self::key(&table, old));
                    assert_eq!(known.as_ref(), Some(old), "the log agrees with itself");
                }
                if let Some(new) = change.new {
                    self.rows.insert(Self::key(&table, &new), new);
                }
            }
        }
    }
}

async fn rows(store: &Store) -> BTreeMap<String, Row> {
    let mut all = BTreeMap::new();
    for table in [Account::TABLE_NAME, Transfer::TABLE_NAME] {
        let page = store
            .read(async |tx| tx.table(table)?.scan().collect().await)
            .await
            .expect("a snapshot");
        all.extend(
            page.rows
                .into_iter()
                .map(|row| (Mirror::key(table, &row), row)),
        );
    }
    all
}

/// Compares what is there with what was acknowledged.
async fn inspect(store: &Store, acknowledged: &BTreeMap<u32, u64>, before: &BTreeMap<u32, u64>) {
    let accounts = store
        .read(async |tx| Ok::<_, StoreError>(tx.scan::<Account>().collect().await?.rows))
        .await
        .expect("a snapshot");
    let total: i64 = accounts.iter().map(|account| account.balance).sum();
    assert_eq!(
        total,
        BALANCE * i64::from(ACCOUNTS),
        "no half of a transfer"
    );
    for (writer, newest) in newest(store).await {
        let acknowledged = acknowledged.get(&writer).or(before.get(&writer));
        let acknowledged = acknowledged.copied().unwrap_or_default();
        assert!(
            newest <= acknowledged + 1,
            "writer {writer}: {newest}, {acknowledged}"
        );
        assert!(
            writer == RELAXED || newest >= acknowledged,
            "writer {writer} lost {acknowledged}"
        );
        let kept = store
            .read(async |tx| {
                let scan = tx.scan::<Transfer>().by(Transfer::WRITER, writer);
                Ok::<_, StoreError>(scan.collect().await?.rows)
            })
            .await
            .expect("a snapshot");
        let numbers: Vec<_> = kept.iter().map(|transfer| transfer.number).collect();
        let first = (newest + 1).saturating_sub(KEPT).max(1);
        assert_eq!(numbers, (first..=newest).collect::<Vec<_>>(), "no gap");
    }
    let report = store.check().await.expect("it can be read");
    assert!(report.is_clean(), "{report:?}");
}

#[tokio::test]
async fn a_store_whose_process_is_killed_loses_nothing_that_was_acknowledged() {
    let rounds = env::var("TORTURE")
        .ok()
        .and_then(|rounds| rounds.parse().ok());
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = StdRng::seed_from_u64(7);
    let mut mirror = Mirror::default();
    let store = open(folder.path());
    create(&store).await.expect("the tables");
    let mut before = newest(&store).await;
    drop(store);
    for round in 0..rounds.unwrap_or(ROUNDS) {
        let acknowledged = kill_after(folder.path(), random.random_range(1..120));
        let store = open(folder.path());
        inspect(&store, &acknowledged, &before).await;
        mirror.follow(&store).await;
        assert!(
            mirror.rows == rows(&store).await,
            "round {round}: the log is not what is there"
        );
        before = newest(&store).await;
    }
}
