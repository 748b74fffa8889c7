//! Inserting, updating and deleting single rows.

use super::fixture::*;
use crate::store::StoreError;

#[tokio::test]
async fn a_row_is_found_by_its_key_and_by_no_other() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    assert_eq!(store.get::<Author>(id(1)).await.unwrap(), Some(author(1)));
    assert_eq!(store.get::<Author>(&id(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_composite_key_takes_a_tuple_of_its_values() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    let comment = Comment {
        post: id(1),
        number: 3,
        text: "first".to_owned(),
    };
    insert(&store, &comment).await.unwrap();
    assert_eq!(
        store.get::<Comment>((id(1), 3)).await.unwrap(),
        Some(comment.clone())
    );
    assert_eq!(
        store.get::<Comment>(&(id(1), 3)).await.unwrap(),
        Some(comment)
    );
    assert_eq!(store.get::<Comment>((id(1), 4)).await.unwrap(), None);
}

#[tokio::test]
async fn a_text_key_takes_a_borrowed_text() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    assert_eq!(
        store.get::<Person>("Ada").await.unwrap(),
        Some(person("Ada"))
    );
}

#[tokio::test]
async fn inserting_a_key_twice_and_updating_a_missing_one_are_errors() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let twice = insert(&store, &person("Ada")).await.unwrap_err();
    insta::assert_snapshot!(twice, @r#"`blog.person` already has a row with key "Ada""#);
    let missing = store
        .write(async |tx| tx.update(&person("Eve")).await)
        .await;
    insta::assert_snapshot!(missing.unwrap_err(), @r#"`blog.person` has no row with key "Eve""#);
}

#[tokio::test]
async fn upsert_inserts_and_then_replaces() {
    let store = store().await;
    let mut row = author(1);
    store.write(async |tx| tx.upsert(&row).await).await.unwrap();
    row.name = "Renamed".to_owned();
    store.write(async |tx| tx.upsert(&row).await).await.unwrap();
    assert_eq!(all::<Author>(&store).await, [row]);
}

#[tokio::test]
async fn an_update_moves_the_entries_of_the_indexes() {
    let store = store().await;
    let mut row = author(1);
    insert(&store, &row).await.unwrap();
    row.email = Some("new@example.org".to_owned());
    store.write(async |tx| tx.update(&row).await).await.unwrap();
    let found = async |email: &'static str| {
        let scan =
            store.read(async |tx| tx.scan::<Author>().by(Author::EMAIL, email).first().await);
        scan.await.unwrap()
    };
    assert_eq!(found("new@example.org").await, Some(row));
    assert_eq!(found("author1@example.org").await, None);
}

#[tokio::test]
async fn delete_says_whether_there_was_a_row() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let delete = async || {
        store
            .write(async |tx| tx.delete::<Person>("Ada").await)
            .await
    };
    assert!(delete().await.unwrap());
    assert!(!delete().await.unwrap());
}

#[tokio::test]
async fn a_type_that_differs_from_the_store_is_refused_with_the_field() {
    #[derive(crate::Table, Debug, Clone, PartialEq)]
    #[table(module = "blog", name = "author")]
    #[sdk(crate = "crate")]
    struct Other {
        #[key]
        id: crate::store::Id<Author>,
        email: Option<String>,
        name: Option<String>,
    }
    let store = store().await;
    let error = store.get::<Other>(id(1)).await.unwrap_err();
    insta::assert_snapshot!(error, @"the type of `blog.author` does not match the store: field `name` is string, nullable, the store has string");
}

#[tokio::test]
async fn a_table_that_no_migration_made_is_unknown() {
    let store = crate::store::Store::in_memory(crate::clock::Clock::manual(at(0))).unwrap();
    let error = store.get::<Author>(id(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::UnknownTable { table } if table == "blog.author"));
}
