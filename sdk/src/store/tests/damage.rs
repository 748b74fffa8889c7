//! Rows, entries and catalogues that are not what they should be.

use super::fixture::*;
use crate::store::{
    OpenError, Store, StoreError, Table,
    catalogue::raw,
    trees::{ReadTrees, TreeId},
};

/// Writes past all checks.
async fn overwrite(store: &Store, tree: TreeId, key: &[u8], value: &[u8]) {
    let written = store.write(async |tx| tx.read.trees.insert(tree, key, value));
    written.await.unwrap();
}

async fn rows<T: Table>(store: &Store) -> TreeId {
    let tree =
        store.read(async |tx| Ok::<_, StoreError>(tx.catalogue.table(T::TABLE_NAME)?.rows()));
    tree.await.unwrap()
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_by_table_and_key() {
    let store = store().await;
    insert(&store, &person("Ada")).await.unwrap();
    let tree = rows::<Person>(&store).await;
    let check = async |row: &[u8]| {
        overwrite(&store, tree, b"Ada\0\0", row).await;
        let read = store.get::<Person>("Ada").await.unwrap_err();
        let scanned = store.read(async |tx| tx.table("blog.person")?.scan().collect().await);
        assert_eq!(read.to_string(), scanned.await.unwrap_err().to_string());
        read.to_string()
    };
    insta::assert_snapshot!(check(b"").await, @r#"row "Ada" of `blog.person` cannot be read: 0 bytes found where 2 are needed"#);
    insta::assert_snapshot!(check(&[9, 0, 0]).await, @r#"row "Ada" of `blog.person` cannot be read: the row has layout 9, which its table never had"#);
    insta::assert_snapshot!(check(&[0, 0, 7, 4, 0, 4, 0, 4, 0, 4, 0, 0xff, 0xff, 0xff, 0xff]).await, @r#"row "Ada" of `blog.person` cannot be read: field `name`: invalid utf-8 sequence of 1 bytes from index 0 is not string"#);
}

#[tokio::test]
async fn an_index_entry_without_its_row_is_damage() {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    let tree = rows::<Author>(&store).await;
    let key = id::<Author>(1).uuid().into_bytes();
    let removed = store
        .write(async |tx| tx.read.trees.remove(tree, &key))
        .await;
    removed.unwrap();
    let scan = store.read(async |tx| {
        let scan = tx.scan::<Author>().by(Author::EMAIL, "author1@example.org");
        scan.first().await
    });
    insta::assert_snapshot!(scan.await.unwrap_err(), @r#"the store is damaged: index (email) of `blog.author` names row "01010101-0101-0101-0101-010101010101", which is not there"#);
}

#[tokio::test]
async fn a_file_of_a_later_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), crate::clock::Clock::manual(at(0)));
    let head = br#"{ "format": 3, "next_tree": 1 }"#;
    overwrite(&open().unwrap(), TreeId::Catalogue, raw::HEAD_KEY, head).await;
    let error = open().unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Format {
                found: 3,
                expected: 2,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_catalogue_whose_parts_do_not_fit_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), crate::clock::Clock::manual(at(0)));
    let check = async |change: &dyn Fn(&mut raw::RawTable)| {
        let store = Store::in_memory(crate::clock::Clock::manual(at(0))).unwrap();
        create_tables(&store).await;
        let table = store
            .read(async |tx| tx.catalogue.table("blog.person").cloned())
            .await;
        let mut entry = table.unwrap().raw().clone();
        change(&mut entry);
        std::fs::remove_dir_all(dir.path()).unwrap();
        overwrite(
            &open().unwrap(),
            TreeId::Catalogue,
            b"r1",
            &raw::print(&entry),
        )
        .await;
        let error = open().unwrap_err().to_string();
        error.replace(&dir.path().display().to_string(), "DIR")
    };
    insta::assert_snapshot!(check(&|table| table.layouts.clear()).await, @"DIR/store.redb is damaged: catalogue of `blog.person`: 0 is not 1 to 32768 layouts; it has been left as it is");
    insta::assert_snapshot!(check(&|table| table.folded.numbers.truncate(1)).await, @"DIR/store.redb is damaged: catalogue of `blog.person`: 1 is not 4 numbers; it has been left as it is");
    insta::assert_snapshot!(check(&|table| table.folded.numbers[3] = 9).await, @"DIR/store.redb is damaged: catalogue of `blog.person`: field `creditor`: none is not a value for rows without the field; it has been left as it is");
    insta::assert_snapshot!(check(&|table| table.indexes[0].fields[0] = 9).await, @"DIR/store.redb is damaged: catalogue of `blog.person`: 9 is not the number of a field; it has been left as it is");
    insta::assert_snapshot!(check(&|table| table.folded.table.key.push(name("gone"))).await, @"DIR/store.redb is damaged: catalogue of `blog.person`: gone is not a field of the key; it has been left as it is");
}

#[tokio::test]
async fn what_a_crash_left_of_a_new_file_is_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("store.redb.new"), b"half").unwrap();
    let store = Store::open(dir.path(), crate::clock::Clock::manual(at(0))).unwrap();
    create_tables(&store).await;
    assert!(!dir.path().join("store.redb.new").exists());
    let catalogued = store.read(async |tx| Ok::<_, StoreError>(tx.trees.len(TreeId::Catalogue)?));
    assert_eq!(catalogued.await.unwrap(), 6, "the head and five tables");
}
