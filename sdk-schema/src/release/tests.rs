use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::evolution::{Evolution, dice};
use crate::fixture::{id, lines, migration, module, name};
use crate::{Conversion, Field};

fn created() -> Migration {
    migration(
        "blog/20260101T000000Z_create_post",
        json!([{ "create_table": { "name": "post", "key": ["id"],
            "fields": [{ "name": "id", "type": "id" }, { "name": "text", "type": "string" }],
            "indexes": [{ "fields": ["text"] }] } }]),
    )
}

fn application(migrations: Vec<Migration>) -> Application {
    Application::merge(vec![module("blog", migrations)]).unwrap()
}

/// What becomes of a release that has the table `post`.
fn report(operations: serde_json::Value) -> CompatibilityReport {
    let previous = Release::of(&[module("blog", vec![created()])]);
    let now = vec![
        created(),
        migration("blog/20260201T000000Z_change", operations),
    ];
    application(now).compatibility(&previous)
}

fn shown(report: &CompatibilityReport) -> String {
    lines(report.breaks.iter().map(|found| {
        let migration = found.migration.as_ref().map(ToString::to_string);
        let code = found.code.map_or("-", LintCode::as_str);
        format!(
            "{migration:?} {:?} {code}: {}",
            found.operation, found.message
        )
    }))
}

#[test]
fn what_is_only_added_breaks_nothing() {
    let report = report(json!([
        { "create_table": { "name": "tag", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] } },
        { "rename_table": { "from": "tag", "to": "label" } },
        { "add_field": { "table": "post", "field": { "name": "votes", "type": "i64", "default": 0 } } },
        { "rename_field": { "table": "post", "from": "votes", "to": "points" } },
        { "add_index": { "table": "post", "index": { "fields": ["points"] } } },
        { "drop_index": { "table": "post", "fields": ["text"] } },
        { "add_index": { "table": "post", "index": { "fields": ["text"] } } }
    ]));
    assert!(report.compatible, "{}", shown(&report));
    assert_eq!(report.new, [id("blog/20260201T000000Z_change")]);
}

#[test]
fn each_operation_that_breaks_the_version_before_is_named() {
    let report = report(json!([
        { "add_field": { "table": "post", "field": { "name": "votes", "type": "i64", "default": 0 } } },
        { "change_field": { "table": "post", "field": { "name": "votes", "type": "i64" } } },
        { "rename_field": { "table": "post", "from": "text", "to": "body" } },
        { "rename_table": { "from": "post", "to": "article" } }
    ]));
    assert!(!report.compatible);
    assert_snapshot!(shown(&report), @r#"
    Some("blog/20260201T000000Z_change") Some(2) requires_field: field `votes` of `post` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    Some("blog/20260201T000000Z_change") Some(3) renames_field: field `text` of `post` is now called `body`, and the version before asks for `text`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    Some("blog/20260201T000000Z_change") Some(4) renames_table: table `post` is now called `article`, and the version before asks for `post`; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    "#);
}

#[test]
fn histories_that_are_not_one_are_not_compatible() {
    let other = migration("blog/20260102T000000Z_gone", json!([]));
    let mut edited = created();
    edited.description = "Edited".to_owned();
    let previous = Release::of(&[module("blog", vec![created(), other])]);
    let report = application(vec![edited]).compatibility(&previous);
    assert!(!report.compatible);
    assert_eq!(report.unknown, [id("blog/20260102T000000Z_gone")]);
    assert_eq!(report.changed, [id("blog/20260101T000000Z_create_post")]);
}

#[test]
fn what_an_unlinked_module_left_is_no_break() {
    let shop = module(
        "shop",
        vec![migration("shop/20260101T000000Z_a", json!([]))],
    );
    let previous = Release::of(&[module("blog", vec![created()]), shop]);
    let report = application(vec![created()]).compatibility(&previous);
    assert!(report.compatible);
}

fn squash(replaces: serde_json::Value) -> Migration {
    Migration {
        replaces: serde_json::from_value(replaces).unwrap(),
        ..migration(
            "blog/20260103T000000Z_squash",
            serde_json::to_value(created().operations).unwrap(),
        )
    }
}

#[test]
fn a_squash_of_what_a_release_has_is_nothing_new() {
    let previous = Release::of(&[module("blog", vec![created()])]);
    let whole = squash(json!(["20260101T000000Z_create_post"]));
    let report = application(vec![whole]).compatibility(&previous);
    assert!(report.compatible);
    assert_eq!((report.new.len(), report.unknown.len()), (0, 0));

    let more = squash(json!([
        "20260101T000000Z_create_post",
        "20260102T000000Z_more"
    ]));
    let report = application(vec![more]).compatibility(&previous);
    assert_snapshot!(shown(&report), @r#"Some("blog/20260103T000000Z_squash") None -: `blog/20260103T000000Z_squash` stands for migrations of which the version before has only some, so its operations do not tell what is new to it; ask a version that has them one by one"#);
}

#[test]
fn a_renamed_module_breaks_the_version_before() {
    let previous = Release::of(&[module("blog", vec![created()])]);
    let mut renamed = created();
    renamed.id.module = name("journal");
    let manifest = Manifest {
        was: vec![name("blog")],
        ..module("journal", vec![renamed])
    };
    let report = Application::merge(vec![manifest])
        .unwrap()
        .compatibility(&previous);
    assert_eq!(report.new.len(), 0);
    assert_snapshot!(shown(&report), @"None None -: module `blog` is now called `journal`, and the version before asks for the tables of `blog`; stop it first");
}

#[test]
fn a_release_reads_back_from_its_document() {
    let release = Release::of(&[module("blog", vec![created()])]).of_host("acme", "1.2.3");
    let document = serde_json::to_string(&release).unwrap();
    assert_snapshot!(document, @r#"{"host":"acme","version":"1.2.3","migrations":[{"id":"blog/20260101T000000Z_create_post","checksum":"fa2043d008fd25ed5a9fb2b728e376c971124d979665deca90bc3ff382a0e072"}],"blog.post":{"name":"post","key":["id"],"fields":[{"name":"id","type":"id"},{"name":"text","type":"string"}],"indexes":[{"fields":["text"]}]}}"#);
    assert_eq!(serde_json::from_str::<Release>(&document).unwrap(), release);

    let newer = document.replacen('{', "{\"later\":1,", 1);
    assert_eq!(serde_json::from_str::<Release>(&newer).unwrap(), release);
    let errors = [
        "{}",
        r#"{ "migrations": [], "blog.": 1 }"#,
        r#"{ "migrations": [], "blog.post": 1 }"#,
    ];
    let errors = errors.map(|text| serde_json::from_str::<Release>(text).unwrap_err());
    assert_snapshot!(lines(errors), @"
    missing field `migrations` at line 1 column 2
    table `blog.`: `blog.` is not a full table name: expected `module.table`, both in lower snake case
    table `blog.post`: invalid type: integer `1`, expected struct Table
    ");
}

/// Whether every value of one field can stand in the other, both ways.
fn reads_the_same(a: &Field, b: &Field) -> bool {
    let holds = |conversion| matches!(conversion, Conversion::Same | Conversion::Wider);
    a.nullable == b.nullable && holds(a.ty.conversion_to(&b.ty)) && holds(b.ty.conversion_to(&a.ty))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_compatible_release_finds_all_that_it_knows(early in dice(25), late in dice(6)) {
        let mut evolution = Evolution::new("blog");
        let first = Migration::new(id("blog/20260101T000000Z_a"), evolution.run(&early));
        let second = Migration::new(id("blog/20260102T000000Z_b"), evolution.run(&late));
        let previous = Release::of(&[module("blog", vec![first.clone()])]);
        let now = application(vec![first, second]);
        prop_assert!(Release::of(&now.modules).schema == now.schema);
        if !now.compatibility(&previous).compatible {
            return Ok(());
        }
        for (name, old) in &previous.schema.tables {
            let new = now.schema.tables.get(name).unwrap();
            prop_assert_eq!(&new.key, &old.key);
            prop_assert!(new.feed || !old.feed);
            for field in &old.fields {
                prop_assert!(reads_the_same(field, new.field(&field.name).unwrap()), "{field:?}");
            }
            for index in &old.indexes {
                prop_assert!(new.indexes.iter().any(|it| it.fields == index.fields), "{index:?}");
            }
            let added = new.fields.iter().filter(|field| old.field(&field.name).is_none());
            for field in added {
                prop_assert!(field.absent_value().is_some(), "{field:?}");
            }
        }
    }
}
