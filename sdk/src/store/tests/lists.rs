//! Indexes over the elements of lists.

use std::ops::Bound;

use sdk_schema::Value;
use serde_json::json;

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Id, Scan, Store, StoreError, trees::ReadTrees},
};

#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog", index((author, tags), (tags, at)))]
#[sdk(crate = "crate")]
struct Note {
    #[key]
    id: u32,
    #[index]
    tags: Vec<String>,
    author: String,
    at: Option<u8>,
    #[unique]
    names: Option<Vec<String>>,
}

fn note(id: u32, tags: &[&str]) -> Note {
    Note {
        id,
        tags: tags.iter().copied().map(str::to_owned).collect(),
        author: "Ada".to_owned(),
        at: u8::try_from(id).ok(),
        names: None,
    }
}

async fn store() -> Store {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    create_table::<Note>(&store).await;
    for row in [
        note(1, &["rust", "db", "rust"]),
        note(2, &[]),
        note(3, &["db", ""]),
        note(4, &["rusty", "db\0x"]),
    ] {
        insert(&store, &row).await.unwrap();
    }
    store
}

/// The numbers of the notes that a scan finds, or its error.
async fn check(store: &Store, build: impl Fn(Scan<'_, Note>) -> Scan<'_, Note>) -> String {
    let found = store.read(async |tx| {
        let numbers = build(tx.scan()).select(Note::ID).collect().await?.rows;
        assert_eq!(numbers.len() as u64, build(tx.scan()).count().await?);
        Ok::<_, StoreError>(numbers)
    });
    match found.await {
        Ok(numbers) => format!("{numbers:?}"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_row_is_found_once_by_each_of_its_elements() {
    let store = store().await;
    for (tag, found) in [
        ("rust", "[1]"),
        ("db", "[1, 3]"),
        ("", "[3]"),
        ("db\0x", "[4]"),
        ("r", "[]"),
    ] {
        let by_tag = check(&store, |scan| scan.containing(Note::TAGS, tag)).await;
        assert_eq!(by_tag, found, "{tag:?}");
        let of_ada = check(&store, |scan| {
            scan.by(Note::AUTHOR, "Ada").containing(Note::TAGS, tag)
        });
        assert_eq!(of_ada.await, found, "{tag:?}");
    }
    let newest = check(&store, |scan| {
        scan.containing(Note::TAGS, "db").range(Note::AT, 2..).rev()
    });
    assert_eq!(newest.await, "[3]");
}

#[tokio::test]
async fn an_index_over_a_list_serves_no_scan_that_names_no_element() {
    let store = store().await;
    insta::assert_snapshot!(check(&store, |scan| scan.by(Note::AUTHOR, "Ada")).await, @"no index of `blog.note` serves a scan by (author); there are the key (id), (author, tags), (names), (tags), (tags, at)");
    insta::assert_snapshot!(check(&store, |scan| scan.containing(Note::NAMES, "a").by(Note::AT, 1)).await, @"no index of `blog.note` serves a scan by (names, at); there are the key (id), (author, tags), (names), (tags), (tags, at)");
}

#[tokio::test]
async fn an_update_moves_the_entries_of_the_elements_that_came_and_went() {
    let store = store().await;
    let changed = note(1, &["db", "new"]);
    store
        .write(async |tx| tx.update(&changed).await)
        .await
        .unwrap();
    let by = async |tag| check(&store, |scan| scan.containing(Note::TAGS, tag)).await;
    assert_eq!(by("rust").await, "[]");
    assert_eq!(by("db").await, "[1, 3]");
    assert_eq!(by("new").await, "[1]");
    store
        .write(async |tx| tx.delete::<Note>(1).await)
        .await
        .unwrap();
    assert_eq!(by("db").await, "[3]");
    assert_eq!(by("new").await, "[]");
}

#[tokio::test]
async fn of_a_unique_list_no_two_rows_share_an_element() {
    let store = store().await;
    let named = |id, names: &[&str]| Note {
        names: Some(names.iter().copied().map(str::to_owned).collect()),
        ..note(id, &[])
    };
    for sound in [
        named(5, &["a", "b", "a"]),
        named(6, &["c"]),
        named(7, &[]),
        named(8, &[]),
    ] {
        insert(&store, &sound).await.unwrap();
    }
    let error = insert(&store, &named(9, &["d", "b"])).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.note` already has (names) = "b" in the row with key 5"#);
    let grown = named(5, &["b", "e"]);
    store
        .write(async |tx| tx.update(&grown).await)
        .await
        .unwrap();
    let free = named(9, &["a"]);
    insert(&store, &free).await.unwrap();
}

#[tokio::test]
async fn an_index_over_a_list_is_filled_from_the_rows() {
    let store = store().await;
    let operations = [
        operation(json!({ "drop_index": { "table": "note", "fields": ["tags"] } })),
        operation(json!({ "drop_index": { "table": "note", "fields": ["tags", "at"] } })),
        operation(json!({ "add_index": { "table": "note", "index": { "fields": ["tags"] } } })),
    ];
    alter(&store, &operations).await.unwrap();
    let found = check(&store, |scan| scan.containing(Note::TAGS, "db"));
    assert_eq!(found.await, "[1, 3]");
    let unique = json!({ "add_index": { "table": "note", "index": { "fields": ["tags", "author"], "unique": true } } });
    let error = alter(&store, &[operation(unique)]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.note` cannot be changed: (tags, author) cannot be unique: the rows with the keys 1 and 3 both have ("db", "Ada")"#);
}

#[tokio::test]
async fn a_list_has_the_entries_of_the_format_page() {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    create_table::<Note>(&store).await;
    insert(&store, &note(7, &["db", "a", "db"])).await.unwrap();
    let entries = store.read(async |tx| {
        let table = tx.catalogue.table("blog.note")?;
        let tags = table.indexes().iter();
        let tags = tags.min_by_key(|index| (index.list.is_none(), index.fields.len()));
        let all = (Bound::Unbounded, Bound::Unbounded);
        let entries = tx.trees.range(tags.unwrap().tree, all)?;
        let entries = entries.map(|entry| Ok(entry?.0.value().to_vec()));
        entries.collect::<Result<Vec<_>, StoreError>>()
    });
    assert_eq!(
        entries.await.unwrap(),
        [
            b"a\0\0\0\0\0\x07".as_slice(),
            b"db\0\0\0\0\0\x07".as_slice()
        ]
    );
}

#[tokio::test]
async fn dynamic_scans_find_elements_too() {
    let store = store().await;
    let text = |text: &str| Value::String(text.to_owned());
    let found = store.read(async |tx| {
        let notes = tx.table("blog.note")?;
        let rows = notes.scan().containing("tags", &text("db")).select(&["id"]);
        let rows = rows.collect().await?.rows;
        let wrong = notes
            .scan()
            .containing("tags", &Value::Uint(1))
            .collect()
            .await;
        let no_list = notes
            .scan()
            .containing("author", &text("a"))
            .collect()
            .await;
        let as_value = notes.scan().by("tags", &text("db")).collect().await;
        let refused = [wrong, no_list, as_value].map(|it| it.unwrap_err().to_string());
        let rows: Vec<_> = rows.iter().map(|row| row.to_json().to_string()).collect();
        Ok::<_, StoreError>([rows, refused.into()].concat().join("\n"))
    });
    insta::assert_snapshot!(found.await.unwrap(), @r#"
    {"id":1}
    {"id":3}
    field `tags` of `blog.note`: expected string, found 1
    field `author` of `blog.note`: expected a list, found string
    field `tags` of `blog.note`: expected a type with an order, or `containing` with an element, found vec of string
    "#);
}

/// The implicit index of a reference is not saved by one that a row may be missing from.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "blog", index(author, labels))]
#[sdk(crate = "crate")]
struct Draft {
    #[key]
    id: u32,
    #[references(Author, on_delete = "cascade")]
    author: Id<Author>,
    labels: Vec<String>,
}

#[tokio::test]
async fn a_row_with_an_empty_list_goes_with_the_row_it_refers_to() {
    let store = super::fixture::store().await;
    create_table::<Draft>(&store).await;
    insert(&store, &author(1)).await.unwrap();
    let draft = Draft {
        id: 1,
        author: id(1),
        labels: Vec::new(),
    };
    insert(&store, &draft).await.unwrap();
    store
        .write(async |tx| tx.delete::<Author>(id(1)).await)
        .await
        .unwrap();
    assert_eq!(all::<Draft>(&store).await, []);
}
