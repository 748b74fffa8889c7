//! What operations of migrations leave alone.

use std::sync::Arc;

use serde_json::json;

use super::fixture::*;
use crate::store::{
    Store,
    catalogue::{Catalogue, StoredTable},
};

/// The tables of the store as they are in memory.
fn catalogue(store: &Store) -> Arc<Catalogue> {
    Arc::clone(&store.snapshot().unwrap().catalogue)
}

fn table(catalogue: &Catalogue, name: &str) -> Arc<StoredTable> {
    Arc::clone(catalogue.table(name).unwrap())
}

/// All tables with the fields that refer to them.
fn referrers(catalogue: &Catalogue) -> Vec<String> {
    let mut lines = Vec::new();
    for table in catalogue.tables() {
        for by in catalogue.referrers(table.name()) {
            let field = &by.table.fields()[by.field].name;
            lines.push(format!("{}.{field} -> {}", by.table.name(), table.name()));
        }
    }
    lines
}

#[tokio::test]
async fn an_operation_leaves_other_tables_as_they_are() {
    let store = store().await;
    let before = catalogue(&store);
    let add = json!({ "add_field": { "table": "post", "field": { "name": "mood", "type": "string", "nullable": true } } });
    alter(&store, &[operation(add)]).await.unwrap();
    let after = catalogue(&store);
    let is_same = |name| Arc::ptr_eq(&table(&before, name), &table(&after, name));
    assert!(is_same("blog.author") && is_same("blog.comment"));
    assert!(!is_same("blog.post"));
    assert!(table(&before, "blog.post").schema().field("mood").is_none());
}

#[tokio::test]
async fn references_follow_as_if_the_catalogue_were_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), crate::clock::Clock::manual(at(0))).unwrap();
    let store = open();
    create_tables(&store).await;
    let steps = [
        json!({ "rename_table": { "from": "person", "to": "human" } }),
        json!({ "rename_table": { "from": "post", "to": "entry" } }),
        json!({ "add_field": { "table": "author", "field": {
            "name": "human", "type": "string", "nullable": true, "references": { "table": "blog.human" } } } }),
        json!({ "drop_field": { "table": "human", "field": "guardian" } }),
        json!({ "drop_table": { "table": "comment" } }),
    ];
    alter(&store, &steps.map(operation)).await.unwrap();
    let found = referrers(&catalogue(&store));
    insta::assert_snapshot!(found.join("\n"), @r"
    blog.entry.author -> blog.author
    blog.author.human -> blog.human
    blog.human.manager -> blog.human
    blog.human.creditor -> blog.human
    ");
    drop(store);
    assert_eq!(referrers(&catalogue(&open())), found);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_sight_of_all_tables() {
    let store = store().await;
    let add = json!({ "add_index": { "table": "poet", "index": { "fields": ["id"] } } });
    let error = alter(&store, &[operation(add)]).await.unwrap_err();
    insta::assert_snapshot!(error, @"table `blog.poet` does not exist; module `blog` has author, comment, everything, person, post");
    let drop = json!({ "drop_table": { "table": "author" } });
    let error = alter(&store, &[operation(drop)]).await.unwrap_err();
    insta::assert_snapshot!(error, @"table `blog.author` cannot be dropped: field `author` of `blog.post` refers to it");
}
