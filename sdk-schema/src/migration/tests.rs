use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    evolution::{Evolution, dice},
    fixture::{id, lines, name},
};

const FILE: &str = "20261120T101530Z_create_post.json";

fn parse(text: &str) -> Result<Migration, MigrationFileError> {
    Migration::parse(&name("blog"), FILE, text)
}

fn fault(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// A file with one operation, on its third line.
fn with_operation(operation: &str) -> String {
    format!("{{\n\"format\": 1, \"operations\": [\n{operation}\n] }}")
}

#[test]
fn reads_identity_from_the_name_and_the_rest_from_the_text() {
    let text = with_operation(r#"{ "drop_table": { "table": "post" } }"#);
    let migration = parse(&text).unwrap();
    assert_eq!(migration.id, id("blog/20261120T101530Z_create_post"));
    assert_eq!(migration.id.file_name(), FILE);
    assert_eq!(
        migration.operations[0].describe(),
        "drop table `post` and its rows"
    );
}

#[test]
fn refuses_names_that_do_not_identify_a_migration() {
    let check = |file: &str| Migration::parse(&name("blog"), file, "{}").unwrap_err();
    assert_snapshot!(lines([
        "create_post.json",
        "20261120T101530Z.json",
        "20261120T101530Z_create_post.txt",
        "20261320T101530Z_create_post.json",
        "20261120T1015Z_create_post.json",
        "20261120T101530Z_CreatePost.json",
    ].map(check)), @"
    create_post.json: `create` is not a stamp: expected a UTC second such as 20261120T101530Z
    20261120T101530Z.json: `20261120T101530Z.json` does not name a migration: expected STAMP_name.json, such as 20261120T101530Z_create_post.json
    20261120T101530Z_create_post.txt: `20261120T101530Z_create_post.txt` does not name a migration: expected STAMP_name.json, such as 20261120T101530Z_create_post.json
    20261320T101530Z_create_post.json: `20261320T101530Z` is not a stamp: expected a UTC second such as 20261120T101530Z
    20261120T1015Z_create_post.json: `20261120T1015Z` is not a stamp: expected a UTC second such as 20261120T101530Z
    20261120T101530Z_CreatePost.json: `CreatePost` is not a name: expected lower snake case, a letter first, at most 63 bytes
    ");
    assert_snapshot!("20261120T101530Z_create_post".parse::<MigrationId>().unwrap_err(), @"`20261120T101530Z_create_post` does not name a migration: expected module/STAMP_name, such as blog/20261120T101530Z_create_post");
}

#[test]
fn says_line_and_column_and_what_was_expected() {
    assert_snapshot!(fault("{\n\"format\": 1,\n}"), @"20261120T101530Z_create_post.json: trailing comma at line 3 column 1");
    assert_snapshot!(fault("{ \"format\": 1 }"), @"20261120T101530Z_create_post.json: missing field `operations` at line 1 column 15");
    assert_snapshot!(fault("{ \"format\": 1, \"operation\": [] }"), @"20261120T101530Z_create_post.json: unknown field `operation`, expected one of `format`, `description`, `after`, `replaces`, `allow`, `operations` at line 1 column 26");
    assert_snapshot!(fault("{ \"format\": 2, \"steps\": [] }"), @"20261120T101530Z_create_post.json: format 2 is not known to this version, which reads format 1");
    assert_snapshot!(fault(&with_operation(r#"{ "drop_tables": { "table": "post" } }"#)), @"20261120T101530Z_create_post.json: unknown variant `drop_tables`, expected one of `create_table`, `rename_table`, `drop_table`, `add_field`, `rename_field`, `drop_field`, `change_field`, `add_index`, `drop_index`, `change_table`, `change_key`, `run` at line 3 column 15");
    assert_snapshot!(fault(&with_operation(r#"{ "drop_table": { "tabel": "post" } }"#)), @"20261120T101530Z_create_post.json: unknown field `tabel`, expected `table` at line 3 column 25");
    let field = |ty: &str, default: &str| {
        let field = format!(r#"{{ "name": "a", "type": {ty}, "default": {default} }}"#);
        with_operation(&format!(
            r#"{{ "add_field": {{ "table": "post", "field": {field} }} }}"#
        ))
    };
    assert_snapshot!(fault(&field("\"int\"", "0")), @r#"20261120T101530Z_create_post.json: invalid value: string "int", expected a field type: bool, i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, f32, f64, string, bytes, id, timestamp, date, json, {"vec": TYPE} or {"enum": [NAME, …]} at line 3 column 71"#);
    assert_snapshot!(fault(&field("\"u8\"", "-1")), @"20261120T101530Z_create_post.json: default of field `a`: expected u8, found -1 at line 3 column 89");
    assert_snapshot!(fault(&field(r#"{ "vec": { "vec": "i8" } }"#, "[]")), @"20261120T101530Z_create_post.json: a vec cannot hold vecs: use `json` at line 3 column 92");
    assert_snapshot!(fault(&field(r#"{ "enum": [] }"#, "0")), @"20261120T101530Z_create_post.json: an enum needs at least one variant at line 3 column 80");
    assert_snapshot!(fault(&field(r#"{ "enum": ["a", "a"] }"#, "\"a\"")), @"20261120T101530Z_create_post.json: the enum lists `a` twice at line 3 column 88");
}

#[test]
fn checksum_ignores_white_space_and_the_order_of_keys_only() {
    let close = parse(r#"{"format":1,"description":"a","operations":[]}"#).unwrap();
    let wide = parse("{ \"operations\": [],\n\"description\": \"a\", \"format\": 1 }").unwrap();
    let other = parse(r#"{"format":1,"description":"b","operations":[]}"#).unwrap();
    assert_eq!(close.checksum(), wide.checksum());
    assert_ne!(close.checksum(), other.checksum());
}

#[test]
fn writes_a_file_that_people_can_read() {
    let text = json!({
        "format": 1,
        "description": "Posts count their votes",
        "after": ["geo/20261101T090000Z_create_country"],
        "operations": [
            { "add_field": { "table": "post", "field": { "name": "votes", "type": "i64", "default": 0 } } },
            { "run": { "step": "count_votes", "revision": 1 } }
        ]
    });
    assert_snapshot!(parse(&text.to_string()).unwrap().to_text(), @r#"
    {
      "format": 1,
      "description": "Posts count their votes",
      "after": [
        "geo/20261101T090000Z_create_country"
      ],
      "operations": [
        {
          "add_field": {
            "table": "post",
            "field": {
              "name": "votes",
              "type": "i64",
              "default": 0
            }
          }
        },
        {
          "run": {
            "step": "count_votes",
            "revision": 1
          }
        }
      ]
    }
    "#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_migration_survives_its_file(dice in dice(30)) {
        let migration = Migration {
            replaces: Vec::new(),
            allow: Vec::new(),
            recorded: None,
            id: id("blog/20261120T101530Z_create_post"),
            description: "Ä \"quoted\" word".to_owned(),
            after: vec![id("geo/20261101T090000Z_create_country")],
            operations: Evolution::new("blog").run(&dice),
        };
        let read = parse(&migration.to_text()).unwrap();
        prop_assert_eq!(read.checksum(), migration.checksum());
        prop_assert_eq!(read, migration);
    }
}
