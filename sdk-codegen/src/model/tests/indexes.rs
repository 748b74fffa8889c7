//! `#[key]`, `#[index]`, `#[unique]` and their forms in `#[table]`.

use insta::assert_snapshot;

use super::declared;
use crate::ui::faults;

/// The key and the indexes, as a migration's file has them.
fn indexes(source: &str) -> String {
    let table = declared(source).unwrap().table;
    let json = (&table.key, &table.indexes);
    serde_json::to_string(&json).unwrap()
}

#[test]
fn a_key_has_the_marked_fields_in_their_order() {
    assert_snapshot!(indexes("struct Vote { #[key] post: u64, weight: i8, #[key] voter: u64 }"), @r#"[["post","voter"],[]]"#);
}

#[test]
fn a_key_has_the_listed_fields_in_the_order_of_the_list() {
    assert_snapshot!(indexes("#[table(key(voter, post))] struct Vote { post: u64, voter: u64 }"), @r#"[["voter","post"],[]]"#);
}

#[test]
fn several_indexes_can_share_one_mark() {
    assert_eq!(
        indexes(
            "#[table(index((a, c), (b, c)))] struct Post { #[key] id: u64, a: i64, b: i64, c: i64 }"
        ),
        indexes(
            "#[table(index(a, c), index(b, c))] struct Post { #[key] id: u64, a: i64, b: i64, c: i64 }"
        ),
    );
}

#[test]
fn indexes_of_single_fields_come_first() {
    assert_snapshot!(indexes(
        "#[table(index(b, a), unique(c, d))] #[table(index(c))]
         struct Post { #[key] id: u64, #[index] a: i64, #[unique] b: String, c: Kind, d: Option<Date> }"
    ), @r#"
        [["id"],[{"fields":["a"]},{"fields":["b"],"unique":true},{"fields":["b","a"]},{"fields":["c","d"],"unique":true},{"fields":["c"]}]]
    "#);
}

#[test]
fn a_table_needs_a_key() {
    assert_snapshot!(faults("#[derive(Table)] struct Post { id: u64 }"), @r"
        1:25: a table needs a key: mark a field with `#[key]`, several for a composite key
          | #[derive(Table)] struct Post { id: u64 }
          |                         ^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] #[table(key())] struct Post { id: u64 }"), @r"
        1:26: `key` names no field
          | #[derive(Table)] #[table(key())] struct Post { id: u64 }
          |                          ^^^^^
    ");
}

#[test]
fn a_key_is_given_in_one_way() {
    assert_snapshot!(faults("#[derive(Table)] #[table(key(id))] struct Post { #[key] id: u64 }"), @r"
        1:52: `#[table(key(…))]` names the key already: expected one of the two
          | #[derive(Table)] #[table(key(id))] struct Post { #[key] id: u64 }
          |                                                    ^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Post { #[key = 1] id: u64 }"), @r"
        1:40: `#[key]` takes no arguments
          | #[derive(Table)] struct Post { #[key = 1] id: u64 }
          |                                        ^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Post { #[key(id)] id: u64 }"), @r"
        1:38: `#[key]` takes no arguments
          | #[derive(Table)] struct Post { #[key(id)] id: u64 }
          |                                      ^^
    ");
}

#[test]
fn a_key_has_an_order_and_is_never_null() {
    assert_snapshot!(faults("#[derive(Table)] struct Post { #[key] id: Option<u64> }"), @r"
        1:43: the key field `id` cannot be null: expected no Option
          | #[derive(Table)] struct Post { #[key] id: Option<u64> }
          |                                           ^^^^^^^^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Post { #[key] id: Vec<u64> }"), @r"
        1:43: the key field `id` has no order: expected neither a Vec nor Json
          | #[derive(Table)] struct Post { #[key] id: Vec<u64> }
          |                                           ^^^^^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Post { #[key] id: Json }"), @r"
        1:43: the key field `id` has no order: expected neither a Vec nor Json
          | #[derive(Table)] struct Post { #[key] id: Json }
          |                                           ^^^^
    ");
}

#[test]
fn a_key_has_at_most_four_fields() {
    assert_snapshot!(faults(
        "#[derive(Table)] #[table(key(a, b, c, d, e))] struct Post { a: u8, b: u8, c: u8, d: u8, e: u8 }"
    ), @r"
        1:89: a key has at most 4 fields, found 5
          | #[derive(Table)] #[table(key(a, b, c, d, e))] struct Post { a: u8, b: u8, c: u8, d: u8, e: u8 }
          |                                                                                         ^
    ");
}

#[test]
fn refuses_fields_that_are_not_there_or_twice() {
    assert_snapshot!(faults(
        "#[derive(Table)]\n#[table(index(titel), unique(id, id), key(ident))]\nstruct Post { id: u64, title: String }"
    ), @r"
        2:15: the table has no field `titel`: expected `id` or `title`; did you mean `title`?
          | #[table(index(titel), unique(id, id), key(ident))]
          |               ^^^^^
        2:34: `id` is listed twice
          | #[table(index(titel), unique(id, id), key(ident))]
          |                                  ^^
        2:43: the table has no field `ident`: expected `id` or `title`
          | #[table(index(titel), unique(id, id), key(ident))]
          |                                           ^^^^^
    ");
}

#[test]
fn refuses_an_index_of_what_has_no_order() {
    assert_snapshot!(faults(
        "#[derive(Table)]\n#[table(index(id, data))]\nstruct Post { #[key] id: u64, data: Json, #[unique] all: Vec<Json> }"
    ), @r"
        2:19: `data` cannot be indexed: `Json` has no order
          | #[table(index(id, data))]
          |                   ^^^^
        3:45: `all` cannot be indexed: `Vec<Json>` has no order
          | struct Post { #[key] id: u64, data: Json, #[unique] all: Vec<Json> }
          |                                             ^^^^^^
    ");
}

#[test]
fn a_list_is_indexed_by_its_elements() {
    assert_snapshot!(indexes(
        "#[table(index(author, tags))]
         struct Post { #[key] id: u64, author: u64, #[index] tags: Vec<String>, #[unique] kinds: Option<Vec<Kind>> }"
    ), @r#"[["id"],[{"fields":["tags"]},{"fields":["kinds"],"unique":true},{"fields":["author","tags"]}]]"#);
}

#[test]
fn refuses_an_index_of_two_lists() {
    assert_snapshot!(faults(
        "#[derive(Table)]\n#[table(index(tags, id, sizes))]\nstruct Post { #[key] id: u64, tags: Vec<String>, sizes: Vec<i64> }"
    ), @"
    2:25: `tags` and `sizes` are both lists: an index has at most one
      | #[table(index(tags, id, sizes))]
      |                         ^^^^^
    ");
}

#[test]
fn refuses_the_same_index_twice() {
    assert_snapshot!(faults(
        "#[derive(Table)]\n#[table(index(a))]\nstruct Post { #[key] id: u64, #[unique] a: i64 }"
    ), @r"
        2:15: (a) is indexed twice: a unique index is an index
          | #[table(index(a))]
          |               ^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Post { #[key] #[unique] id: u64 }"), @r"
        1:41: (id) is the key, which is unique and ordered already
          | #[derive(Table)] struct Post { #[key] #[unique] id: u64 }
          |                                         ^^^^^^
    ");
}

#[test]
fn an_index_names_fields() {
    assert_snapshot!(faults("#[derive(Table)] #[table(index)] struct Post { #[key] id: u64 }"), @r"
        1:26: expected `index(…)`
          | #[derive(Table)] #[table(index)] struct Post { #[key] id: u64 }
          |                          ^^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] #[table(index())] struct Post { #[key] id: u64 }"), @r"
        1:26: `index` names no field
          | #[derive(Table)] #[table(index())] struct Post { #[key] id: u64 }
          |                          ^^^^^^^
    ");
}
