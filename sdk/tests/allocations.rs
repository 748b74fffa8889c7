//! What a read allocates: the row, and what redb itself does.
//!
//! The same entries stand in a store and in a bare redb file. Each read is done
//! on both, and the heap blocks of the bare one are what the other may have
//! besides those that its rows own. A binary of its own: it counts the blocks of
//! the whole process.

use redb::{Database, ReadOnlyTable, ReadableDatabase, TableDefinition, backends::InMemoryBackend};
use sdk::{
    clock::Clock,
    prelude::*,
    schema::Operation,
    store::{ReadTx, StoreError},
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

#[derive(Table, Debug, Clone, PartialEq)]
#[table(module = "blog", index(author, votes))]
struct Post {
    #[key]
    id: u64,
    author: u32,
    votes: i64,
    #[unique]
    slug: String,
    title: String,
    #[expires]
    until: Option<Timestamp>,
}

const ROWS: u64 = 1_000;

/// Of a row: its slug and its title.
const BLOCKS_OF_ROW: u64 = 2;

fn post(id: u64) -> Post {
    Post {
        id,
        author: 1,
        votes: 0,
        slug: format!("post-{id:04}"),
        title: "Notes on the engine".to_owned(),
        until: None,
    }
}

type Bytes = &'static [u8];
const POSTS: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new("posts");
const AUTHORS: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new("authors");

/// The rows and an index of them, in a bare file; entries have about the sizes
/// of those of the store.
struct Bare {
    posts: ReadOnlyTable<Bytes, Bytes>,
    authors: ReadOnlyTable<Bytes, Bytes>,
}

impl Bare {
    fn new() -> anyhow::Result<Self> {
        let database = Database::builder().create_with_backend(InMemoryBackend::new())?;
        let transaction = database.begin_write()?;
        {
            let mut posts = transaction.open_table(POSTS)?;
            let mut authors = transaction.open_table(AUTHORS)?;
            for id in 0..ROWS {
                posts.insert(id.to_be_bytes().as_slice(), [0; 62].as_slice())?;
                let entry = [[0; 12].as_slice(), &id.to_be_bytes()].concat();
                authors.insert(entry.as_slice(), [].as_slice())?;
            }
        }
        transaction.commit()?;
        let snapshot = database.begin_read()?;
        Ok(Self {
            posts: snapshot.open_table(POSTS)?,
            authors: snapshot.open_table(AUTHORS)?,
        })
    }

    fn get(&self, id: u64) -> anyhow::Result<()> {
        let row = self.posts.get(id.to_be_bytes().as_slice())?;
        anyhow::ensure!(row.is_some(), "row {id}");
        Ok(())
    }

    fn scan(&self, reads_rows: bool) -> anyhow::Result<()> {
        // redb keeps copies of both ends.
        let (from, to) = ([0; 12].as_slice(), [1; 12].as_slice());
        for entry in self.authors.range(from..to)? {
            let (key, _) = entry?;
            if reads_rows {
                let row = self.posts.get(&key.value()[12..])?;
                anyhow::ensure!(row.is_some(), "a row for each entry");
            }
        }
        Ok(())
    }
}

/// How many blocks `work` allocates.
fn blocks<E>(work: impl FnOnce() -> Result<(), E>) -> Result<u64, E> {
    let before = dhat::HeapStats::get().total_blocks;
    work()?;
    Ok(dhat::HeapStats::get().total_blocks - before)
}

async fn blocks_of<E>(work: impl AsyncFnOnce() -> Result<(), E>) -> Result<u64, E> {
    let before = dhat::HeapStats::get().total_blocks;
    work().await?;
    Ok(dhat::HeapStats::get().total_blocks - before)
}

/// Reads each row by its key.
async fn get_all(tx: &ReadTx<'_>) -> Result<(), StoreError> {
    for id in 0..ROWS {
        let row = tx.get::<Post>(id).await?;
        assert!(row.is_some_and(|row| row.id == id));
    }
    Ok(())
}

/// Reads each row by its place in the index over authors.
async fn scan_all(tx: &ReadTx<'_>) -> Result<(), StoreError> {
    let mut rows = tx.scan::<Post>().by(Post::AUTHOR, 1).rows()?;
    for _ in 0..ROWS {
        assert!(rows.next().await?.is_some());
    }
    assert!(rows.next().await?.is_none());
    Ok(())
}

/// Passes over each row for one field of it.
async fn filter_all(tx: &ReadTx<'_>) -> Result<(), StoreError> {
    let scan = tx.scan::<Post>().by(Post::AUTHOR, 1);
    let mut votes = scan.filter(Post::VOTES, 1..).select(Post::VOTES).rows()?;
    assert_eq!(votes.next().await?, None);
    Ok(())
}

/// Finds each row by its slug.
async fn find_all(tx: &ReadTx<'_>, slugs: &[String]) -> Result<(), StoreError> {
    for slug in slugs {
        let row = tx.scan::<Post>().by(Post::SLUG, slug).first().await?;
        assert!(row.is_some());
    }
    Ok(())
}

async fn store() -> anyhow::Result<Store> {
    let store = Store::in_memory(Clock::system())?;
    let module = "blog".parse()?;
    let create = Operation::CreateTable(Post::table().clone());
    store
        .write(async |tx| tx.apply(&module, &create).await)
        .await?;
    let fill = store.write(async |tx| {
        for id in 0..ROWS {
            tx.insert(&post(id)).await?;
        }
        Ok::<_, StoreError>(())
    });
    fill.await?;
    Ok(store)
}

#[tokio::test(flavor = "current_thread")]
async fn a_read_allocates_what_its_row_owns_and_what_redb_does() -> anyhow::Result<()> {
    let _profiler = dhat::Profiler::builder().testing().build();
    let (store, bare) = (store().await?, Bare::new()?);
    let slugs: Vec<_> = (0..ROWS).map(|id| post(id).slug).collect();
    let get = blocks(|| (0..ROWS).try_for_each(|id| bare.get(id)))?;
    let scan = blocks(|| bare.scan(true))?;
    let pass = blocks(|| bare.scan(false))?;
    let read = store.read(async |tx| {
        // The first read of each kind opens its trees.
        get_all(tx).await?;
        scan_all(tx).await?;
        find_all(tx, &slugs[..1]).await?;
        let rows = ROWS * BLOCKS_OF_ROW;
        assert_eq!(blocks_of(async || get_all(tx).await).await?, get + rows);
        let scanned = blocks_of(async || scan_all(tx).await).await?;
        assert!(
            scanned <= scan + rows,
            "{scanned} blocks, {scan} + {rows} expected"
        );
        let filtered = blocks_of(async || filter_all(tx).await).await?;
        assert!(
            filtered <= scan + 2,
            "{filtered} blocks, {scan} and the filter expected"
        );
        // Each find begins a scan of its own, for which redb allocates.
        let found = blocks_of(async || find_all(tx, &slugs).await).await?;
        let begin = found - get - rows;
        assert!(begin <= 3 * ROWS, "{begin} blocks for {ROWS} scans");
        Ok::<_, StoreError>(())
    });
    read.await?;
    assert!(pass <= scan);
    Ok(())
}
