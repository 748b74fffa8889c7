//! Unique values and references.

use super::fixture::*;
use crate::store::{Store, StoreError};

#[tokio::test]
async fn two_rows_cannot_share_a_unique_value() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let twin = Author {
        id: id(2),
        ..author(1)
    };
    let error = insert(&store, &twin).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.author` already has (email) = "author1@example.org" in the row with key "01010101-0101-0101-0101-010101010101""#);
}

#[tokio::test]
async fn rows_with_null_in_a_unique_field_may_be_many() {
    let store = store().await;
    for number in 1..=2 {
        let row = Author {
            email: None,
            ..author(number)
        };
        insert(&store, &row).await.unwrap();
    }
    let null = store.read(async |tx| {
        tx.scan::<Author>()
            .by(Author::EMAIL, None::<String>)
            .count()
            .await
    });
    assert_eq!(null.await.unwrap(), 2);
}

#[tokio::test]
async fn a_unique_value_is_free_again_after_its_row_is_gone() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let twin = Author {
        id: id(2),
        ..author(1)
    };
    store
        .write(async |tx| {
            tx.delete::<Author>(id(1)).await?;
            tx.insert(&twin).await
        })
        .await
        .unwrap();
    assert_eq!(all::<Author>(&store).await, [twin]);
}

#[tokio::test]
async fn a_row_updated_with_its_own_unique_value_is_no_violation() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let renamed = Author {
        name: "Renamed".to_owned(),
        ..author(1)
    };
    store
        .write(async |tx| tx.update(&renamed).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_reference_must_lead_to_a_row() {
    let store = store().await;
    let error = insert(&store, &post(1, 9)).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"field `author` of `blog.post` refers to "09090909-0909-0909-0909-090909090909", which `blog.author` does not have"#);
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    let moved = store.write(async |tx| tx.update(&post(1, 9)).await).await;
    assert!(matches!(moved, Err(StoreError::ReferenceMissing { .. })));
}

#[tokio::test]
async fn a_null_refers_to_nothing_and_a_row_may_refer_to_itself() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let own = Person {
        creditor: Some("Eve".to_owned()),
        ..person("Eve")
    };
    insert(&store, &own).await.unwrap();
    let gone = store
        .write(async |tx| tx.delete::<Person>("Eve").await)
        .await;
    assert!(gone.unwrap());
}

async fn delete(store: &Store, name: &str) -> Result<bool, StoreError> {
    store
        .write(async |tx| tx.delete::<Person>(name).await)
        .await
}

async fn people(store: &Store) -> Vec<String> {
    let rows: Vec<Person> = all(store).await;
    rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn restrict_names_the_row_that_refers() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let debtor = Person {
        creditor: Some("Ada".to_owned()),
        ..person("Eve")
    };
    insert(&store, &debtor).await.unwrap();
    let error = delete(&store, "Ada").await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`blog.person` "Ada" cannot be deleted: field `creditor` of `blog.person` "Eve" refers to it"#);
    assert_eq!(people(&store).await, ["Ada", "Eve"]);
}

#[tokio::test]
async fn set_null_clears_the_field_and_keeps_the_row() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let managed = Person {
        manager: Some("Ada".to_owned()),
        ..person("Eve")
    };
    insert(&store, &managed).await.unwrap();
    delete(&store, "Ada").await.unwrap();
    assert_eq!(all::<Person>(&store).await, [person("Eve")]);
}

#[tokio::test]
async fn cascade_follows_a_cycle_once() {
    let store = store().await;
    let ward = |name: &str, guardian: Option<&str>| Person {
        guardian: guardian.map(str::to_owned),
        ..person(name)
    };
    insert(&store, &ward("a", None)).await.unwrap();
    insert(&store, &ward("b", Some("a"))).await.unwrap();
    insert(&store, &ward("c", Some("b"))).await.unwrap();
    insert(&store, &ward("d", None)).await.unwrap();
    store
        .write(async |tx| tx.update(&ward("a", Some("c"))).await)
        .await
        .unwrap();
    delete(&store, "b").await.unwrap();
    assert_eq!(people(&store).await, ["d"]);
}

#[tokio::test]
async fn a_restricting_row_that_goes_itself_hinders_nothing() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let both = Person {
        guardian: Some("Ada".to_owned()),
        creditor: Some("Ada".to_owned()),
        ..person("Eve")
    };
    insert(&store, &both).await.unwrap();
    delete(&store, "Ada").await.unwrap();
    assert_eq!(people(&store).await, Vec::<String>::new());
}

#[tokio::test]
async fn cascade_stops_at_a_row_that_restricts_and_changes_nothing() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &post(1, 1)).await.unwrap();
    insert(&store, &post(2, 1)).await.unwrap();
    let comment = Comment {
        post: id(2),
        number: 1,
        text: String::new(),
    };
    insert(&store, &comment).await.unwrap();
    let deleted = store.write(async |tx| {
        // The error is swallowed: still nothing may have changed.
        Ok::<_, StoreError>(tx.delete::<Author>(id(1)).await.unwrap_err())
    });
    insta::assert_snapshot!(deleted.await.unwrap(), @r#"`blog.post` "02020202-0202-0202-0202-020202020202" cannot be deleted: field `post` of `blog.comment` ("02020202-0202-0202-0202-020202020202", 1) refers to it"#);
    assert_eq!(all::<Post>(&store).await.len(), 2);
    let comments = store.write(async |tx| tx.delete::<Comment>((id(2), 1)).await);
    assert!(comments.await.unwrap());
    let deleted = store
        .write(async |tx| tx.delete::<Author>(id(1)).await)
        .await;
    assert!(deleted.unwrap());
    assert_eq!(all::<Post>(&store).await, []);
}
