//! Structs, `#[table]` and `#[sdk]`.

use insta::assert_snapshot;

use super::declared;
use crate::{model::Table, ui::faults};

#[test]
fn a_table_is_named_as_its_struct_in_snake_case() {
    let declared = declared("struct CountryLanguage { #[key] id: u64 }").unwrap();
    assert_eq!(declared.table.name, "country_language");
}

#[test]
fn a_table_can_be_named_and_put_into_another_module() {
    let input = syn::parse_quote! {
        #[table(name = "entry", module = "sdk")]
        #[sdk(crate = "crate::here")]
        struct LedgerEntry { #[key] id: u64 }
    };
    let table = Table::parse(&input).unwrap();
    assert_eq!(table.name, "entry");
    assert_eq!(table.module.as_deref(), Some("sdk"));
    assert_eq!(table.sdk, syn::parse_quote!(crate::here));
}

#[test]
fn a_table_can_be_left_out_of_the_change_feed() {
    let feed = |source| declared(source).unwrap().table.feed;
    assert!(feed("struct Post { #[key] id: u64 }"));
    assert!(feed("#[table(feed = true)] struct Post { #[key] id: u64 }"));
    assert!(!feed(
        "#[table(feed = false)] struct Post { #[key] id: u64 }"
    ));
}

#[test]
fn refuses_unknown_keys_and_suggests_near_ones() {
    assert_snapshot!(faults(
        "#[derive(Table)]\n#[table(nmae = \"a\", strict)]\nstruct Post { #[key] id: u64 }"
    ), @r#"
        2:9: `#[table]` has no key `nmae`: expected `name`, `module`, `key`, `index`, `unique` or `feed`; did you mean `name`?
          | #[table(nmae = "a", strict)]
          |         ^^^^
        2:21: `#[table]` has no key `strict`: expected `name`, `module`, `key`, `index`, `unique` or `feed`
          | #[table(nmae = "a", strict)]
          |                     ^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(Table)] #[sdk(path = \"a\")] struct Post { #[key] id: u64 }"), @r#"
        1:24: `#[sdk]` has no key `path`: expected `crate`
          | #[derive(Table)] #[sdk(path = "a")] struct Post { #[key] id: u64 }
          |                        ^^^^
    "#);
}

#[test]
fn refuses_values_of_the_wrong_kind() {
    assert_snapshot!(faults(
        "#[derive(Table)]\n#[table(name = Post, module = \"My Module\")]\nstruct Post { #[key] id: u64 }"
    ), @r#"
        2:16: expected `name = "…"`, found `Post`
          | #[table(name = Post, module = "My Module")]
          |                ^^^^
        2:31: `My Module` is not a name: expected lower snake case, a letter first, at most 63 bytes
          | #[table(name = Post, module = "My Module")]
          |                               ^^^^^^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(Table)] #[table(name)] struct Post { #[key] id: u64 }"), @r#"
        1:26: expected `name = "…"`
          | #[derive(Table)] #[table(name)] struct Post { #[key] id: u64 }
          |                          ^^^^
    "#);
    assert_snapshot!(faults("#[derive(Table)]\n#[table(feed, feed = \"no\")]\nstruct Post { #[key] id: u64 }"), @r#"
    2:9: expected `feed = true` or `feed = false`
      | #[table(feed, feed = "no")]
      |         ^^^^
    2:22: expected `feed = true` or `feed = false`, found `"no"`
      | #[table(feed, feed = "no")]
      |                      ^^^^
    "#);
    assert_snapshot!(faults("#[derive(Table)] #[table] struct Post { #[key] id: u64 }"), @r"
        1:20: expected `#[table(index(field, …))]`
          | #[derive(Table)] #[table] struct Post { #[key] id: u64 }
          |                    ^^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] #[table(name = \"a\", name = \"b\")] struct Post { #[key] id: u64 }"), @r#"
        1:38: `name` is given twice
          | #[derive(Table)] #[table(name = "a", name = "b")] struct Post { #[key] id: u64 }
          |                                      ^^^^
    "#);
}

#[test]
fn refuses_what_is_no_struct_with_named_fields() {
    assert_snapshot!(faults("#[derive(Table)] struct Post(u64);"), @r"
        1:29: a table is a struct with named fields
          | #[derive(Table)] struct Post(u64);
          |                             ^^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Post;"), @r"
        1:25: a table is a struct with named fields
          | #[derive(Table)] struct Post;
          |                         ^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] enum Post { A }"), @r"
        1:18: a table is a struct with named fields
          | #[derive(Table)] enum Post { A }
          |                  ^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] union Post { a: u64 }"), @r"
        1:18: a table is a struct with named fields
          | #[derive(Table)] union Post { a: u64 }
          |                  ^^^^^
    ");
}

#[test]
fn refuses_generics() {
    assert_snapshot!(faults("#[derive(Table)] struct Post<T> { #[key] id: Id<T> }"), @r"
        1:29: a table has no generics
          | #[derive(Table)] struct Post<T> { #[key] id: Id<T> }
          |                             ^^^
    ");
}

#[test]
fn reports_all_mistakes_in_the_order_of_the_source() {
    assert_snapshot!(faults(
        "#[derive(sdk::Table, Clone)]
#[table(nam = \"x\", index(titel))]
struct Post {
    #[key]
    id: Option<u64>,
    #[default(\"x\")]
    votes: i64,
    #[references(Tag, on_delete = \"never\")]
    tag: usize,
}"
    ), @r#"
        2:9: `#[table]` has no key `nam`: expected `name`, `module`, `key`, `index`, `unique` or `feed`; did you mean `name`?
          | #[table(nam = "x", index(titel))]
          |         ^^^
        2:26: the table has no field `titel`: expected `id`, `votes` or `tag`
          | #[table(nam = "x", index(titel))]
          |                          ^^^^^
        5:9: the key field `id` cannot be null: expected no Option
          |     id: Option<u64>,
          |         ^^^^^^^^^^^
        6:15: expected a default of type i64, found `"x"`
          |     #[default("x")]
          |               ^^^
        8:35: `on_delete` cannot be `never`: expected `restrict`, `cascade` or `set_null`
          |     #[references(Tag, on_delete = "never")]
          |                                   ^^^^^^^
        9:10: a field cannot be `usize`: use u64 or u32, which are the same on all machines; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     tag: usize,
          |          ^^^^^
    "#);
}
