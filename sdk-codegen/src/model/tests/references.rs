//! `#[references]`.

use insta::assert_snapshot;

use super::schema;
use crate::ui::field_faults;

#[test]
fn reads_the_table_from_the_path() {
    assert_snapshot!(schema(
        r#"
        #[references(sys_account::Account)] a: Id<Account>,
        #[references(geo::tables::CountryLanguage, on_delete = "cascade")] b: String,
        #[references(Post, on_delete = "set_null")] c: Option<u64>,
        #[references(crate::tables::Tag, on_delete = "restrict")] d: u64,
        #[references(super::Tag)] e: u64,
        #[references(acme_geo::State, table = "geo.country")] f: String
        "#
    ), @r#"
        {"name":"a","type":"id","references":{"table":"sys_account.account","on_delete":"restrict"}}
        {"name":"b","type":"string","references":{"table":"geo.country_language","on_delete":"cascade"}}
        {"name":"c","type":"u64","nullable":true,"references":{"table":"blog.post","on_delete":"set_null"}}
        {"name":"d","type":"u64","references":{"table":"blog.tag","on_delete":"restrict"}}
        {"name":"e","type":"u64","references":{"table":"blog.tag","on_delete":"restrict"}}
        {"name":"f","type":"string","references":{"table":"geo.country","on_delete":"restrict"}}
    "#);
}

#[test]
fn refuses_an_unknown_reaction() {
    assert_snapshot!(field_faults("#[references(Tag, on_delete = \"delete\")] tag: u64,"), @r#"
        4:35: `on_delete` cannot be `delete`: expected `restrict`, `cascade` or `set_null`
          |     #[references(Tag, on_delete = "delete")] tag: u64,
          |                                   ^^^^^^^^
    "#);
    assert_snapshot!(field_faults("#[references(Tag, on_delete = \"casade\")] tag: u64,"), @r#"
        4:35: `on_delete` cannot be `casade`: expected `restrict`, `cascade` or `set_null`; did you mean `cascade`?
          |     #[references(Tag, on_delete = "casade")] tag: u64,
          |                                   ^^^^^^^^
    "#);
    assert_snapshot!(field_faults("#[references(Tag, on_delete = cascade)] tag: u64,"), @r#"
        4:35: expected `on_delete = "…"`, found `cascade`
          |     #[references(Tag, on_delete = cascade)] tag: u64,
          |                                   ^^^^^^^
    "#);
}

#[test]
fn null_can_be_set_where_it_is_allowed() {
    assert_snapshot!(field_faults("#[references(Tag, on_delete = \"set_null\")] tag: u64,"), @r#"
        4:35: `set_null` needs a field that can be null: an Option
          |     #[references(Tag, on_delete = "set_null")] tag: u64,
          |                                   ^^^^^^^^^^
    "#);
}

#[test]
fn refuses_unknown_keys() {
    assert_snapshot!(field_faults("#[references(Tag, ondelete = \"cascade\")] tag: u64,"), @r#"
        4:23: `#[references]` has no key `ondelete`: expected `on_delete` or `table`; did you mean `on_delete`?
          |     #[references(Tag, ondelete = "cascade")] tag: u64,
          |                       ^^^^^^^^
    "#);
    assert_snapshot!(field_faults("#[references(Tag, table = \"tag\")] tag: u64,"), @r#"
        4:31: `tag` is not a full table name: expected `module.table`, both in lower snake case
          |     #[references(Tag, table = "tag")] tag: u64,
          |                               ^^^^^
    "#);
}

#[test]
fn needs_the_type_of_a_table_first() {
    assert_snapshot!(field_faults("#[references] tag: u64,"), @r"
        4:7: expected the type of a table, as in `#[references(path::to::Table)]`
          |     #[references] tag: u64,
          |       ^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[references()] tag: u64,"), @r"
        4:7: expected the type of a table, as in `#[references(path::to::Table)]`
          |     #[references()] tag: u64,
          |       ^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[references(\"tag\")] tag: u64,"), @r#"
        4:18: expected the type of a table, as in `#[references(path::to::Table)]`
          |     #[references("tag")] tag: u64,
          |                  ^^^^^
    "#);
    assert_snapshot!(field_faults("#[references(on_delete = \"cascade\")] tag: u64,"), @r#"
        4:18: expected the type of a table, as in `#[references(path::to::Table)]`
          |     #[references(on_delete = "cascade")] tag: u64,
          |                  ^^^^^^^^^
    "#);
}

#[test]
fn a_list_holds_no_key() {
    assert_snapshot!(field_faults("#[references(Tag)] tags: Vec<u64>,"), @r"
        4:18: the field cannot hold a key: a list and a JSON document have no order
          |     #[references(Tag)] tags: Vec<u64>,
          |                  ^^^
    ");
}
