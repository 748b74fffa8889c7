//! The tables that the tests use, and stores that have them.

use sdk_schema::{Name, Operation, Timestamp};
use uuid::Uuid;

use crate::{
    clock::Clock,
    store::{Date, Id, Json, Store, StoreError, Table},
};

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
pub(super) struct Author {
    #[key]
    pub id: Id<Author>,
    #[unique]
    pub email: Option<String>,
    pub name: String,
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog", index(author, published_at))]
#[sdk(crate = "crate")]
pub(super) struct Post {
    #[key]
    pub id: Id<Post>,
    #[references(Author, on_delete = "cascade")]
    pub author: Id<Author>,
    #[unique]
    pub slug: String,
    pub published_at: Option<Timestamp>,
    #[default(0)]
    pub votes: i64,
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
pub(super) struct Comment {
    #[key]
    #[references(Post)]
    pub post: Id<Post>,
    #[key]
    pub number: u32,
    pub text: String,
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
pub(super) struct Person {
    #[key]
    pub name: String,
    #[references(Person, on_delete = "set_null")]
    pub manager: Option<String>,
    #[references(Person, on_delete = "cascade")]
    pub guardian: Option<String>,
    #[references(Person)]
    pub creditor: Option<String>,
}

#[derive(crate::TableEnum, Debug, Clone, Copy, PartialEq)]
#[sdk(crate = "crate")]
pub(super) enum State {
    Draft,
    InReview,
    Live,
}

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog")]
#[sdk(crate = "crate")]
pub(super) struct Everything {
    #[key]
    pub key: u64,
    pub truth: bool,
    pub i8: i8,
    pub i16: i16,
    pub i32: i32,
    pub i64: i64,
    pub i128: i128,
    pub u8: u8,
    pub u16: u16,
    pub u32: u32,
    pub u128: u128,
    pub f32: f32,
    pub f64: f64,
    pub text: String,
    pub bytes: Vec<u8>,
    pub id: Id<Everything>,
    pub at: Timestamp,
    pub day: Date,
    pub json: Json,
    pub state: State,
    pub numbers: Vec<i32>,
    pub words: Vec<String>,
    pub blobs: Vec<Vec<u8>>,
    pub states: Vec<State>,
    pub maybe_truth: Option<bool>,
    pub maybe_number: Option<i128>,
    pub maybe_text: Option<String>,
    pub maybe_bytes: Option<Vec<u8>>,
    pub maybe_state: Option<State>,
    pub maybe_words: Option<Vec<String>>,
}

/// A store in memory with all these tables.
pub(super) async fn store() -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).expect("memory");
    create_tables(&store).await;
    store
}

pub(super) async fn create_tables(store: &Store) {
    let tables = [
        Author::table(),
        Post::table(),
        Comment::table(),
        Person::table(),
        Everything::table(),
    ];
    let operations = tables.map(|table| Operation::CreateTable(table.clone()));
    alter(store, &operations).await.expect("the tables fold");
}

/// Makes a table of module `blog`.
pub(super) async fn create_table<T: Table>(store: &Store) {
    let create = Operation::CreateTable(T::table().clone());
    alter(store, &[create]).await.expect("the table folds");
}

/// Applies operations of module `blog` in one transaction.
pub(super) async fn alter(store: &Store, operations: &[Operation]) -> Result<(), StoreError> {
    store
        .write(async |tx| {
            for operation in operations {
                tx.apply(&name("blog"), operation).await?;
            }
            Ok(())
        })
        .await
}

/// The operation that a migration's file would hold.
pub(super) fn operation(json: Json) -> Operation {
    serde_json::from_value(json).expect("an operation")
}

/// A store with one table, `blog.item`, and three rows.
pub(super) async fn items() -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    let create = serde_json::json!({ "create_table": {
        "name": "item", "key": ["id"],
        "fields": [
            { "name": "id", "type": "u32" },
            { "name": "name", "type": "string" },
            { "name": "size", "type": "u8", "nullable": true },
        ],
    } });
    migrate(&store, [create]).await.unwrap();
    for (id, name, size) in [
        (1, "one", serde_json::json!(1)),
        (2, "two", serde_json::json!(null)),
        (3, "three", serde_json::json!(3)),
    ] {
        add(
            &store,
            "blog.item",
            serde_json::json!({ "id": id, "name": name, "size": size }),
        )
        .await
        .unwrap();
    }
    store
}

pub(super) async fn migrate<const N: usize>(
    store: &Store,
    operations: [Json; N],
) -> Result<(), StoreError> {
    alter(store, &operations.map(operation)).await
}

pub(super) async fn add(store: &Store, table: &str, row: Json) -> Result<(), StoreError> {
    store
        .write(async |tx| {
            let mut table = tx.table(table)?;
            let row = table.schema().row_from_json(&row)?;
            table.insert(row).await
        })
        .await
}

/// All rows of a table as JSON lines.
pub(super) async fn dump(store: &Store, table: &str) -> String {
    let page = store
        .read(async |tx| tx.table(table)?.scan().collect().await)
        .await;
    let rows: Vec<_> = page
        .unwrap()
        .rows
        .iter()
        .map(|row| row.to_json().to_string())
        .collect();
    rows.join("\n")
}

pub(super) async fn insert<T: Table>(store: &Store, row: &T) -> Result<(), StoreError> {
    store.write(async |tx| tx.insert(row).await).await
}

pub(super) async fn all<T: Table>(store: &Store) -> Vec<T> {
    let page = store.read(async |tx| tx.scan::<T>().collect().await).await;
    page.expect("rows").rows
}

pub(super) fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// An id that is the same in every run.
pub(super) fn id<T>(number: u8) -> Id<T> {
    Id::from_uuid(Uuid::from_bytes([number; 16]))
}

/// So many seconds after the beginning of 1970.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).expect("a time")
}

pub(super) fn author(number: u8) -> Author {
    Author {
        id: id(number),
        email: Some(format!("author{number}@example.org")),
        name: format!("Author {number}"),
    }
}

pub(super) fn post(number: u8, author: u8) -> Post {
    Post {
        id: id(number),
        author: id(author),
        slug: format!("post-{number}"),
        published_at: Some(at(i64::from(number))),
        votes: 0,
    }
}

pub(super) fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        manager: None,
        guardian: None,
        creditor: None,
    }
}

pub(super) fn everything(key: u64) -> Everything {
    Everything {
        key,
        truth: true,
        i8: -8,
        i16: -16,
        i32: -32,
        i64: i64::MIN,
        i128: i128::MIN,
        u8: 8,
        u16: 16,
        u32: 32,
        u128: u128::MAX,
        f32: -0.5,
        f64: f64::INFINITY,
        text: "Grüße\0!".to_owned(),
        bytes: vec![0, 255, 0],
        id: id(7),
        at: at(-1),
        day: Date::from_epoch_days(-1).expect("a day"),
        json: serde_json::json!({ "z": [1, null], "a": "b" }),
        state: State::InReview,
        numbers: vec![1, -2, 3],
        words: vec!["a".to_owned(), String::new(), "ccc".to_owned()],
        blobs: vec![vec![1], vec![]],
        states: vec![State::Live, State::Draft],
        maybe_truth: None,
        maybe_number: None,
        maybe_text: None,
        maybe_bytes: None,
        maybe_state: None,
        maybe_words: None,
    }
}
