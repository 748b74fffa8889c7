//! `#[default]`, `#[was]`, `#[fake]` and names.

use insta::assert_snapshot;

use super::{declared, schema};
use crate::{
    model::Table,
    ui::{faults, field_faults},
};

#[test]
fn reads_defaults_of_all_types() {
    assert_snapshot!(schema(
        r#"
        #[default(true)] a: bool, #[default(-3)] b: i8, #[default(0xff)] c: u8,
        #[default(-170141183460469231731687303715884105728)] d: i128,
        #[default(1_000)] e: u64, #[default(0)] f: f64, #[default(-0.5)] g: f32,
        #[default("")] h: String, #[default(b"ab")] i: Vec<u8>,
        #[default("2026-11-20T12:00:00Z")] j: Timestamp, #[default("2026-11-20")] k: Date,
        #[default("{\"a\": 1}")] l: Json, #[default([1, 2])] m: Vec<i64>, #[default(7)] n: Option<i32>,
        #[default(Kind::Live)] o: Kind, #[default([Kind::Draft, Kind::Live])] p: Vec<Kind>,
        #[default([])] q: Vec<Kind>
        "#
    ), @r#"
        {"name":"a","type":"bool","default":true}
        {"name":"b","type":"i8","default":-3}
        {"name":"c","type":"u8","default":255}
        {"name":"d","type":"i128","default":"-170141183460469231731687303715884105728"}
        {"name":"e","type":"u64","default":1000}
        {"name":"f","type":"f64","default":0.0}
        {"name":"g","type":"f32","default":-0.5}
        {"name":"h","type":"string","default":""}
        {"name":"i","type":"bytes","default":"YWI="}
        {"name":"j","type":"timestamp","default":"2026-11-20T12:00:00.000000Z"}
        {"name":"k","type":"date","default":"2026-11-20"}
        {"name":"l","type":"json","default":{"a":1}}
        {"name":"m","type":{"vec":"i64"},"default":[1,2]}
        {"name":"n","type":"i32","nullable":true,"default":7}
        {"name":"o","type":{"enum":["draft","online"]},"default":"online"}
        {"name":"p","type":{"vec":{"enum":["draft","online"]}},"default":["draft","online"]}
        {"name":"q","type":{"vec":{"enum":["draft","online"]}},"default":[]}
    "#);
}

#[test]
fn one_instant_says_when_a_row_expires() {
    assert_snapshot!(schema("#[expires] until: Timestamp"), @r#"{"name":"until","type":"timestamp","expires":true}"#);
    assert_snapshot!(schema("#[expires] until: Option<Timestamp>"), @r#"{"name":"until","type":"timestamp","nullable":true,"expires":true}"#);
}

#[test]
fn refuses_what_cannot_say_when_a_row_expires() {
    assert_snapshot!(field_faults("#[expires] until: Date,"), @"
    4:23: `until` cannot say when a row expires: expected Timestamp or Option<Timestamp>, found `Date`
      |     #[expires] until: Date,
      |                       ^^^^
    ");
    assert_snapshot!(field_faults("#[expires] until: Vec<Timestamp>,"), @"
    4:23: `until` cannot say when a row expires: expected Timestamp or Option<Timestamp>, found `Vec<Timestamp>`
      |     #[expires] until: Vec<Timestamp>,
      |                       ^^^^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[expires(1)] until: Timestamp,"), @"
    4:15: `#[expires]` takes no arguments
      |     #[expires(1)] until: Timestamp,
      |               ^
    ");
    assert_snapshot!(field_faults("#[expires] until: Timestamp, #[expires] later: Option<Timestamp>,"), @"
    4:36: `until` expires already: a row has one expiry
      |     #[expires] until: Timestamp, #[expires] later: Option<Timestamp>,
      |                                    ^^^^^^^
    ");
    assert_snapshot!(faults("#[derive(Table)] struct Slot { #[key] #[expires] at: Timestamp }"), @"
    1:41: `at` is part of the key: expected a field of its own for the expiry
      | #[derive(Table)] struct Slot { #[key] #[expires] at: Timestamp }
      |                                         ^^^^^^^
    ");
}

#[test]
fn refuses_a_default_of_another_type() {
    assert_snapshot!(field_faults("#[default(\"x\")] votes: i64,"), @r#"
        4:15: expected a default of type i64, found `"x"`
          |     #[default("x")] votes: i64,
          |               ^^^
    "#);
    assert_snapshot!(field_faults("#[default(300)] votes: u8,"), @r"
        4:15: expected a default of type u8, found `300`
          |     #[default(300)] votes: u8,
          |               ^^^
    ");
    assert_snapshot!(field_faults("#[default(-1)] votes: u64,"), @r"
        4:15: expected a default of type u64, found `-1`
          |     #[default(-1)] votes: u64,
          |               ^^
    ");
    assert_snapshot!(field_faults("#[default(1)] done: bool,"), @r"
        4:15: expected a default of type bool, found `1`
          |     #[default(1)] done: bool,
          |               ^
    ");
    assert_snapshot!(field_faults("#[default(0i64)] votes: i64,"), @r"
        4:15: expected a default of type i64, found `0i64`
          |     #[default(0i64)] votes: i64,
          |               ^^^^
    ");
    assert_snapshot!(field_faults("#[default(zero())] votes: i64,"), @r"
        4:15: expected a default of type i64, found `zero()`
          |     #[default(zero())] votes: i64,
          |               ^^^^^^
    ");
    assert_snapshot!(field_faults("#[default(\"noon\")] at: Timestamp,"), @r#"
        4:15: expected a default of type timestamp, found `"noon"`
          |     #[default("noon")] at: Timestamp,
          |               ^^^^^^
    "#);
    assert_snapshot!(field_faults("#[default(\"ab\")] data: Vec<u8>,"), @r#"
        4:15: expected a default of type bytes, found `"ab"`
          |     #[default("ab")] data: Vec<u8>,
          |               ^^^^
    "#);
    assert_snapshot!(field_faults("#[default(\"{\")] data: Json,"), @r#"
        4:15: expected a JSON document in the text: EOF while parsing an object at line 1 column 1
          |     #[default("{")] data: Json,
          |               ^^^
    "#);
    assert_snapshot!(field_faults("#[default(1)] all: Vec<i64>,"), @r"
        4:15: expected a default of type vec of i64 such as `[]`, found `1`
          |     #[default(1)] all: Vec<i64>,
          |               ^
    ");
    assert_snapshot!(field_faults("#[default([1, \"2\"])] all: Vec<i64>,"), @r#"
        4:19: expected a default of type i64, found `"2"`
          |     #[default([1, "2"])] all: Vec<i64>,
          |                   ^^^
    "#);
}

#[test]
fn refuses_a_default_that_is_no_variant() {
    assert_snapshot!(field_faults("#[default(\"draft\")] kind: Kind,"), @r#"
        4:15: expected a variant as default, such as `Kind::…`, found `"draft"`
          |     #[default("draft")] kind: Kind,
          |               ^^^^^^^
    "#);
    assert_snapshot!(field_faults("#[default(Draft)] kind: Kind,"), @r"
        4:15: expected a variant as default, such as `Kind::…`, found `Draft`
          |     #[default(Draft)] kind: Kind,
          |               ^^^^^
    ");
    assert_snapshot!(schema("#[default(Kind::Draff)] kind: Kind"), @r"
        1:41: there is no variant `Kind::Draff`: expected `Kind::Draft` or `Kind::Live`; did you mean `Kind::Draft`?
    ");
}

#[test]
fn null_needs_no_default() {
    assert_snapshot!(field_faults("#[default(None)] at: Option<Timestamp>,"), @r"
        4:15: expected a value: without `#[default]` a nullable field is null already
          |     #[default(None)] at: Option<Timestamp>,
          |               ^^^^
    ");
}

#[test]
fn a_default_is_one_value() {
    assert_snapshot!(field_faults("#[default] votes: i64,"), @r"
        4:7: expected `#[default(value)]`
          |     #[default] votes: i64,
          |       ^^^^^^^
    ");
    assert_snapshot!(field_faults("#[default(1, 2)] votes: i64,"), @r"
        4:7: expected `#[default(value)]`
          |     #[default(1, 2)] votes: i64,
          |       ^^^^^^^
    ");
    assert_snapshot!(field_faults("#[default(1)] #[default(1)] votes: i64,"), @r"
        4:21: `#[default]` is given twice
          |     #[default(1)] #[default(1)] votes: i64,
          |                     ^^^^^^^
    ");
}

#[test]
fn remembers_former_names() {
    let source =
        "#[was(\"article\")] struct Post { #[key] id: u64, #[was(\"text\")] body: String }";
    let declared = declared(source).unwrap();
    assert_eq!(declared.was.as_deref(), Some("article"));
    assert_snapshot!(format!("{:?}", declared.fields_were), @"[(`body`, `text`)]");
}

#[test]
fn refuses_a_former_name_that_is_none() {
    assert_snapshot!(field_faults("#[was(\"Text\")] body: String,"), @r#"
        4:11: `Text` is not a name: expected lower snake case, a letter first, at most 63 bytes
          |     #[was("Text")] body: String,
          |           ^^^^^^
    "#);
    assert_snapshot!(field_faults("#[was(text)] body: String,"), @r#"
        4:11: expected `#[was("old_name")]`, found `text`
          |     #[was(text)] body: String,
          |           ^^^^
    "#);
    assert_snapshot!(field_faults("#[was] body: String,"), @r#"
        4:7: expected `#[was("old_name")]`
          |     #[was] body: String,
          |       ^^^
    "#);
}

#[test]
fn reads_hints_for_generated_rows() {
    let input = syn::parse_quote! {
        struct Post {
            #[key] #[fake(slug)] id: String,
            #[fake(range(-5, 1_000))] votes: Option<i32>,
        }
    };
    let table = Table::parse(&input).unwrap();
    let fakes: Vec<_> = table.fields.iter().map(|field| field.fake).collect();
    assert_snapshot!(format!("{fakes:?}"), @"[Some(Word(Slug)), Some(Range { min: -5, max: 1000 })]");
}

#[test]
fn refuses_a_hint_that_is_not_known_or_does_not_fit() {
    assert_snapshot!(field_faults("#[fake(sentense)] title: String,"), @r"
        4:12: `#[fake]` knows no `sentense`: expected range(min, max) or one of word, sentence, paragraph, title, slug, name, first_name, last_name, username, email, phone, company, industry, job, street, city, postal_code, country, url, domain, color; did you mean `sentence`?
          |     #[fake(sentense)] title: String,
          |            ^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[fake(\"Ann\")] title: String,"), @r#"
        4:12: expected `#[fake(sentence)]`, another word, or `range(1, 100)`
          |     #[fake("Ann")] title: String,
          |            ^^^^^
    "#);
    assert_snapshot!(field_faults("#[fake(sentence)] votes: i64,"), @r"
        4:12: `sentence` needs a String as the field's type
          |     #[fake(sentence)] votes: i64,
          |            ^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[fake(range(1, 9))] title: String,"), @r"
        4:12: `range(1, 9)` needs a number as the field's type
          |     #[fake(range(1, 9))] title: String,
          |            ^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[fake(range(9, 1))] votes: i64,"), @r"
        4:12: expected two whole numbers, the smaller first, as in `range(1, 100)`, found `range(9, 1)`
          |     #[fake(range(9, 1))] votes: i64,
          |            ^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[fake(range(1))] votes: i64,"), @r"
        4:12: expected two whole numbers, the smaller first, as in `range(1, 100)`, found `range(1)`
          |     #[fake(range(1))] votes: i64,
          |            ^^^^^^^^
    ");
    assert_snapshot!(field_faults("#[fake] title: String,"), @r"
        4:7: expected `#[fake(sentence)]`, another word, or `range(1, 100)`
          |     #[fake] title: String,
          |       ^^^^
    ");
}

#[test]
fn refuses_a_field_that_only_some_builds_have() {
    assert_snapshot!(field_faults("#[cfg(unix)] owner: u32,"), @r"
        4:7: a module declares the same in every build: expected no `#[cfg]` here
          |     #[cfg(unix)] owner: u32,
          |       ^^^
    ");
}

#[test]
fn refuses_a_field_name_that_the_schema_cannot_hold() {
    assert_snapshot!(field_faults("postedAt: Timestamp,"), @r"
        4:5: `postedAt` is not a name: expected lower snake case, a letter first, at most 63 bytes
          |     postedAt: Timestamp,
          |     ^^^^^^^^
    ");
}
