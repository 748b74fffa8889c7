//! What a check finds in stores that are not as they should be, and what a
//! repair can do about it.

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{
        CheckReport, Store, StoreError, Table,
        trees::{ReadTrees, TreeId},
    },
};

/// Writes past all checks; no value removes the key.
async fn force(store: &Store, tree: TreeId, key: &[u8], value: Option<&[u8]>) {
    let written = store.write(async |tx| match value {
        Some(value) => tx.read.trees.insert(tree, key, value),
        None => tx.read.trees.remove(tree, key),
    });
    written.await.unwrap();
}

/// The tree of the rows of a table, and that of its first index.
async fn trees<T: Table>(store: &Store) -> (TreeId, Option<TreeId>) {
    let trees = store.read(async |tx| {
        let table = tx.catalogue.table(T::TABLE_NAME)?;
        let index = table.indexes().first().map(|index| index.tree);
        Ok::<_, StoreError>((table.rows(), index))
    });
    trees.await.unwrap()
}

async fn value(store: &Store, tree: TreeId, key: &[u8]) -> Vec<u8> {
    let value = store.read(async |tx| {
        let value = tx.trees.get(tree, key)?.map(|value| value.value().to_vec());
        Ok::<_, StoreError>(value)
    });
    value.await.unwrap().expect("an entry")
}

/// Two authors, two posts, a comment, a person and a row of all types.
async fn filled() -> Store {
    let store = store().await;
    for number in [1, 2] {
        insert(&store, &author(number)).await.unwrap();
        insert(&store, &post(number, 1)).await.unwrap();
    }
    let comment = Comment {
        post: id(1),
        number: 1,
        text: "first".to_owned(),
    };
    insert(&store, &comment).await.unwrap();
    insert(&store, &person("Ada")).await.unwrap();
    insert(&store, &everything(1)).await.unwrap();
    store
}

fn shown(report: &CheckReport) -> String {
    let faults = report.faults.iter().map(ToString::to_string);
    faults.collect::<Vec<_>>().join("\n")
}

fn key<T>(number: u8) -> Vec<u8> {
    id::<T>(number).uuid().into_bytes().to_vec()
}

#[tokio::test]
async fn a_sound_store_has_no_faults_and_everything_is_counted() {
    let report = filled().await.check().await.unwrap();
    assert_eq!(shown(&report), "");
    let counts = report.tables.iter().map(|table| {
        let name = &table.table;
        format!(
            "{name} {} {} {}",
            table.rows, table.entries, table.references
        )
    });
    insta::assert_snapshot!(counts.collect::<Vec<_>>().join("\n"), @r"
    blog.author 2 2 0
    blog.comment 1 0 1
    blog.everything 1 0 0
    blog.person 1 3 0
    blog.post 2 4 2
    ");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_stays() {
    let store = filled().await;
    let (rows, _) = trees::<Person>(&store).await;
    let good = value(&store, rows, b"Ada\0\0").await;
    let check = async |row: &[u8]| {
        force(&store, rows, b"Ada\0\0", Some(row)).await;
        let report = store.repair().await.unwrap().after;
        assert_eq!(value(&store, rows, b"Ada\0\0").await, row);
        shown(&report)
    };
    insta::assert_snapshot!(check(&[9, 0, 0]).await, @r#"`blog.person` "Ada": the row has layout 9, which its table never had; expected a row that can be read"#);
    insta::assert_snapshot!(check(&good[..good.len() - 1]).await, @r#"`blog.person` "Ada": 2 bytes found where 3 are needed; expected a row that can be read"#);
    insta::assert_snapshot!(check(&[good.as_slice(), b"!"].concat()).await, @r#"`blog.person` "Ada": 1 bytes follow the last value; expected a row that can be read"#);
    let renamed = [&good[..good.len() - 3], b"Eve"].concat();
    insta::assert_snapshot!(check(&renamed).await, @r#"`blog.person` "Ada": the key "Ada"; expected "Eve", as the row says"#);
}

#[tokio::test]
async fn a_variant_that_the_enum_does_not_have_is_found() {
    let store = filled().await;
    let (rows, _) = trees::<Everything>(&store).await;
    let key = 1u64.to_be_bytes();
    let row = value(&store, rows, &key).await;
    let at = row
        .windows(9)
        .position(|part| part == b"in_review")
        .unwrap();
    let mut other = row.clone();
    other[at..at + 9].copy_from_slice(b"forgotten");
    force(&store, rows, &key, Some(&other)).await;
    insta::assert_snapshot!(shown(&store.check().await.unwrap()), @"`blog.everything` 1: field `state`: forgotten is not enum of draft, in_review, live; expected a row that can be read");
}

#[tokio::test]
async fn an_index_without_an_entry_and_with_one_too_many_is_made_anew() {
    let store = filled().await;
    let (_, index) = trees::<Author>(&store).await;
    let index = index.unwrap();
    let entry = |email: &str| [b"\x01", email.as_bytes(), b"\0\0"].concat();
    force(&store, index, &entry("author1@example.org"), None).await;
    force(
        &store,
        index,
        &entry("nobody@example.org"),
        Some(&key::<Author>(9)),
    )
    .await;
    force(
        &store,
        index,
        &entry("somebody@example.org"),
        Some(&key::<Author>(2)),
    )
    .await;
    force(&store, index, b"\x07", Some(&key::<Author>(2))).await;
    let report = store.repair().await.unwrap();
    insta::assert_snapshot!(shown(&report.before), @r#"
    `blog.author` "01010101-0101-0101-0101-010101010101": index (email): no entry; expected an entry of its own for "author1@example.org"
    `blog.author` "09090909-0909-0909-0909-090909090909": index (email): an entry for a row that is not there; expected none
    `blog.author` "02020202-0202-0202-0202-020202020202": index (email): an entry with other values than the row has; expected none
    `blog.author` "02020202-0202-0202-0202-020202020202": index (email): an entry with other values than the row has; expected none
    "#);
    assert_eq!(report.rebuilt.len(), 1);
    assert!(report.after.is_clean(), "{}", shown(&report.after));
    // The new index is the one that is used from now on.
    insert(&store, &author(3)).await.unwrap();
    let twin = Author {
        id: id(4),
        ..author(1)
    };
    let refused = insert(&store, &twin).await;
    assert!(matches!(refused, Err(StoreError::UniqueViolation { .. })));
    assert!(store.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn two_rows_with_one_unique_value_are_named_and_both_stay() {
    let store = filled().await;
    let (rows, _) = trees::<Author>(&store).await;
    let row = value(&store, rows, &key::<Author>(1)).await;
    let mut twin = row.clone();
    let at = row.windows(16).position(|part| part == [1; 16]).unwrap();
    twin[at..at + 16].copy_from_slice(&[9; 16]);
    force(&store, rows, &key::<Author>(9), Some(&twin)).await;
    let report = store.repair().await.unwrap();
    insta::assert_snapshot!(shown(&report.after), @r#"`blog.author` "09090909-0909-0909-0909-090909090909": index (email): the row "01010101-0101-0101-0101-010101010101" has the same values; expected an entry of its own for "author1@example.org""#);
    assert_eq!(all::<Author>(&store).await.len(), 3);
}

#[tokio::test]
async fn a_reference_to_a_row_that_is_not_there_is_found() {
    let store = filled().await;
    let (rows, _) = trees::<Post>(&store).await;
    force(&store, rows, &key::<Post>(1), None).await;
    let report = store.repair().await.unwrap();
    insta::assert_snapshot!(shown(&report.before), @r#"
    `blog.comment` ("01010101-0101-0101-0101-010101010101", 1): `blog.post` has no row "01010101-0101-0101-0101-010101010101"; expected the row that field `post` refers to
    `blog.post` "01010101-0101-0101-0101-010101010101": index (slug): an entry for a row that is not there; expected none
    `blog.post` "01010101-0101-0101-0101-010101010101": index (author, published_at): an entry for a row that is not there; expected none
    "#);
    insta::assert_snapshot!(shown(&report.after), @r#"`blog.comment` ("01010101-0101-0101-0101-010101010101", 1): `blog.post` has no row "01010101-0101-0101-0101-010101010101"; expected the row that field `post` refers to"#);
}

#[tokio::test]
async fn trees_without_a_name_and_names_without_a_tree_are_found() {
    let store = filled().await;
    force(&store, TreeId::Rows(999), b"key", Some(b"row")).await;
    let head = br#"{"format":1,"next_id":3,"trash":["x7"]}"#;
    let key = crate::store::catalogue::raw::HEAD_KEY;
    force(&store, TreeId::Catalogue, key, Some(head)).await;
    let report = store.check().await.unwrap();
    insta::assert_snapshot!(shown(&report), @r"
    another catalogue in the file; expected the one that the store works by
    tree `r999`; expected only trees that the catalogue names
    ");
}

#[tokio::test]
async fn a_table_can_be_checked_alone() {
    let store = filled().await;
    let (rows, _) = trees::<Person>(&store).await;
    force(&store, rows, b"Ada\0\0", Some(b"")).await;
    let names = async |table: &str| {
        let report = store.check_table(table).await.unwrap();
        (report.tables.len(), report.fault_count())
    };
    assert_eq!(names(Person::TABLE_NAME).await, (1, 1));
    assert_eq!(names(Author::TABLE_NAME).await, (1, 0));
    let unknown = store.check_table("blog.gone").await.unwrap_err();
    assert!(matches!(unknown, StoreError::UnknownTable { .. }));
}

#[tokio::test]
async fn of_many_faults_some_are_listed_and_all_are_counted() {
    let store = Store::in_memory(Clock::manual(at(0))).unwrap();
    create_tables(&store).await;
    let (rows, _) = trees::<Everything>(&store).await;
    let broken = store.write(async |tx| {
        for key in 0..1_500_u64 {
            tx.read.trees.insert(rows, &key.to_be_bytes(), b"")?;
        }
        Ok::<_, StoreError>(())
    });
    broken.await.unwrap();
    let report = store.check().await.unwrap();
    assert_eq!((report.faults.len(), report.unlisted), (1_000, 500));
}

#[tokio::test]
async fn what_is_wrong_in_the_log_is_found() {
    let revision = |number: u64| [&number.to_be_bytes()[..], &[0; 4]].concat();
    let store = filled().await;
    force(&store, TreeId::Log, &revision(3), None).await;
    let entry = value(&store, TreeId::Log, &revision(5)).await;
    let short = &entry[..entry.len() - 1];
    force(&store, TreeId::Log, &revision(5), Some(short)).await;
    insta::assert_snapshot!(shown(&store.check().await.unwrap()), @r"
    log, revision 4, part 0: it comes next; expected what follows revision 2, part 0
    log, revision 5, part 0: log: 28 bytes found where 29 are needed; expected changes of rows
    ");
}
