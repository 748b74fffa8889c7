use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    Allowance,
    evolution::{Evolution, dice},
    fixture::{fold, id, lines, migration, name},
};

/// A module with a table of rows, and one to refer to.
fn before() -> FoldedSchema {
    fold(json!([
        { "create_table": { "name": "account", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] } },
        { "create_table": { "name": "post", "key": ["id"], "fields": [
            { "name": "id", "type": "id" },
            { "name": "slug", "type": "string" },
            { "name": "votes", "type": "i64", "default": 0 },
            { "name": "note", "type": "string", "nullable": true },
            { "name": "author", "type": "id", "nullable": true },
            { "name": "until", "type": "timestamp", "nullable": true },
            { "name": "mood", "type": { "enum": ["calm", "angry"] } },
            { "name": "tags", "type": { "vec": "string" } }
        ], "indexes": [{ "fields": ["votes"] }] } }
    ]))
}

fn shown(lints: &[Lint]) -> String {
    lines(lints.iter().map(|lint| {
        let operation = lint.operation.map_or(String::new(), |at| format!(" {at}"));
        let allowed = lint.allowed.as_ref();
        let allowed = allowed.map_or(String::new(), |reason| format!(" [allowed: {reason}]"));
        format!("{}{operation}: {}{allowed}", lint.code, lint.message)
    }))
}

fn linted(operations: serde_json::Value) -> String {
    let change = migration("blog/20260201T000000Z_change", operations);
    shown(&lint(&before(), &change))
}

#[test]
fn every_code_has_a_word_of_its_own() {
    let words: BTreeSet<_> = LintCode::all().map(LintCode::as_str).collect();
    assert_eq!(words.len(), LintCode::all().count());
    for code in LintCode::all() {
        assert_eq!(LintCode::from_word(code.as_str()), Some(code));
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        let _ = (code.level(), code.category());
    }
}

#[test]
fn rows_and_values_that_are_lost() {
    let lints = linted(json!([
        { "drop_field": { "table": "post", "field": "slug" } },
        { "change_field": { "table": "post", "field": { "name": "note", "type": "string", "default": "-" } } },
        { "change_field": { "table": "post", "field": { "name": "until", "type": "timestamp", "nullable": true, "expires": true } } },
        { "drop_table": { "table": "post" } }
    ]));
    assert_snapshot!(lints, @r#"
    drops_field 1: field `slug` of `post` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it
    fills_nulls 2: field `note` of `post` becomes required: each null becomes "-", and nobody can tell the two apart afterwards; give the rows with a null their values by a step before it
    expires_rows 3: rows of `post` begin to expire by `until`: those whose instant has passed are gone at once; make it null or later by a step before it where rows are to stay
    drops_table 4: table `post` is dropped: its rows are lost, and the version before can no longer read it; move by a step what is still needed, and drop it a release after the last code that uses it
    "#);
}

#[test]
fn what_depends_on_the_rows_that_are_there() {
    let lints = linted(json!([
        { "add_index": { "table": "post", "index": { "fields": ["slug"], "unique": true } } },
        { "add_index": { "table": "post", "index": { "fields": ["tags"], "unique": true } } },
        { "change_field": { "table": "post", "field": { "name": "votes", "type": "i32" } } },
        { "change_field": { "table": "post", "field": { "name": "mood", "type": { "enum": ["calm", "glad"] } } } },
        { "change_field": { "table": "post", "field": { "name": "note", "type": "string" } } },
        { "change_field": { "table": "post", "field": { "name": "author", "type": "id", "nullable": true, "references": { "table": "blog.account" } } } },
        { "change_key": { "table": "post", "key": ["slug"] } }
    ]));
    assert_snapshot!(lints, @"
    unique_index 1: unique index (slug) is new on rows of `post` that are there: two of them that share all its values stop the migration; make them differ by a step before it
    unique_index 2: unique index (tags) is new on rows of `post` that are there: two of them that share an element stop the migration; make them differ by a step before it
    narrows_type 3: field `votes` of `post` changes from i64 to i32: a value that does not fit stops the migration; bring such values into range by a step before it
    drops_variants 4: field `mood` of `post` loses the variants angry: a row that holds one stops the migration; give such rows another variant by a step before it
    adds_variants 4: field `mood` of `post` may be glad, which the version before cannot read; stop it first, or write none of them until it is gone
    requires_values 5: field `note` of `post` becomes required and has no default: a row that holds null stops the migration; give the rows with a null their values by a step before it, or give the field a default
    checks_references 6: field `author` of `post` begins to refer to `blog.account`: a row whose value is no key there stops the migration; correct such rows by a step before it
    unique_key 7: the key of `post` becomes (slug): two rows that share it stop the migration; make them differ by a step before it
    changes_key 7: the key of `post` becomes (slug), and the version before finds rows by the old one; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    ");
}

#[test]
fn what_the_version_before_cannot_go_on_with() {
    let lints = linted(json!([
        { "rename_field": { "table": "post", "from": "slug", "to": "path" } },
        { "change_field": { "table": "post", "field": { "name": "votes", "type": "i128", "default": 0 } } },
        { "change_field": { "table": "post", "field": { "name": "mood", "type": { "enum": ["calm", "angry", "glad"] }, "nullable": true } } },
        { "add_field": { "table": "post", "field": { "name": "lang", "type": "string", "default": "en" } } },
        { "change_field": { "table": "post", "field": { "name": "lang", "type": "string" } } },
        { "drop_index": { "table": "post", "fields": ["votes"] } },
        { "change_table": { "table": "post", "feed": false } },
        { "change_key": { "table": "post", "key": ["path", "id"] } },
        { "rename_table": { "from": "post", "to": "article" } }
    ]));
    assert_snapshot!(lints, @"
    renames_field 1: field `slug` of `post` is now called `path`, and the version before asks for `slug`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    changes_type 2: field `votes` of `post` changes from i64 to i128, and the version before reads and writes i64; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    adds_variants 3: field `mood` of `post` may be glad, which the version before cannot read; stop it first, or write none of them until it is gone
    allows_nulls 3: field `mood` of `post` may be null, which the version before cannot read; stop it first, or write no null until it is gone
    requires_field 5: field `lang` of `post` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    drops_index 6: index (votes) of `post` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    stops_feed 7: changes of `post` no longer reach the feed, and the version before may wait for them; stop them a release after the last code that follows them
    changes_key 8: the key of `post` becomes (path, id), and the version before finds rows by the old one; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    renames_table 9: table `post` is now called `article`, and the version before asks for `post`; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    ");
}

#[test]
fn what_the_migration_made_itself_is_empty() {
    let lints = linted(json!([
        { "create_table": { "name": "tag", "key": ["id"], "fields": [
            { "name": "id", "type": "id" }, { "name": "word", "type": "i64", "nullable": true }] } },
        { "rename_table": { "from": "tag", "to": "label" } },
        { "add_index": { "table": "label", "index": { "fields": ["word"], "unique": true } } },
        { "change_field": { "table": "label", "field": { "name": "word", "type": "i32" } } },
        { "change_key": { "table": "label", "key": ["word"] } },
        { "add_field": { "table": "post", "field": { "name": "code", "type": "i64", "nullable": true } } },
        { "rename_field": { "table": "post", "from": "code", "to": "number" } },
        { "add_index": { "table": "post", "index": { "fields": ["number"], "unique": true } } },
        { "change_field": { "table": "post", "field": { "name": "number", "type": "i32", "nullable": true } } },
        { "drop_index": { "table": "post", "fields": ["number"] } },
        { "drop_field": { "table": "post", "field": "number" } },
        { "drop_table": { "table": "label" } },
        { "drop_index": { "table": "post", "fields": ["votes"] } },
        { "add_index": { "table": "post", "index": { "fields": ["votes"] } } }
    ]));
    assert_eq!(lints, "");
}

#[test]
fn what_a_step_may_have_written_is_there() {
    let lints = linted(json!([
        { "create_table": { "name": "tag", "key": ["id"], "fields": [
            { "name": "id", "type": "id" }, { "name": "word", "type": "i64" }] } },
        { "add_field": { "table": "post", "field": { "name": "code", "type": "i64", "nullable": true } } },
        { "run": { "step": "fill", "revision": 1, "table": "post", "inverse": "nothing" } },
        { "add_index": { "table": "post", "index": { "fields": ["code"], "unique": true } } },
        { "add_index": { "table": "tag", "index": { "fields": ["word"], "unique": true } } },
        { "run": { "step": "copy", "revision": 1, "inverse": "nothing" } },
        { "change_field": { "table": "tag", "field": { "name": "word", "type": "i32" } } }
    ]));
    assert_snapshot!(lints, @"
    unique_index 4: unique index (code) is new on rows of `post` that are there: two of them that share all its values stop the migration; make them differ by a step before it
    narrows_type 7: field `word` of `tag` changes from i64 to i32: a value that does not fit stops the migration; bring such values into range by a step before it
    ");
}

#[test]
fn a_new_field_whose_default_must_be_a_key_or_expires() {
    let lints = linted(json!([
        { "add_field": { "table": "post", "field": { "name": "editor", "type": "id", "nullable": true,
            "references": { "table": "blog.account" } } } },
        { "add_field": { "table": "post", "field": { "name": "owner", "type": "id",
            "default": "019aa1b0-5c00-7000-8000-000000000001", "references": { "table": "blog.account" } } } },
        { "add_field": { "table": "post", "field": { "name": "ends", "type": "timestamp",
            "default": "2026-11-20T12:00:00.000000Z", "expires": true } } },
        { "add_field": { "table": "post", "field": { "name": "kind", "type": "i64", "default": 1 } } },
        { "add_index": { "table": "post", "index": { "fields": ["kind"], "unique": true } } }
    ]));
    assert_snapshot!(lints, @"
    checks_references 2: field `owner` of `post` begins to refer to `blog.account`: a row whose value is no key there stops the migration; correct such rows by a step before it
    expires_rows 3: rows of `post` begin to expire by `ends`: those whose instant has passed are gone at once; make it null or later by a step before it where rows are to stay
    unique_index 5: unique index (kind) is new on rows of `post` that are there: two of them that share all its values stop the migration; make them differ by a step before it
    ");
}

#[test]
fn variants_in_another_order_are_the_same() {
    let lints = linted(json!([
        { "change_field": { "table": "post", "field": { "name": "mood", "type": { "enum": ["angry", "calm"] } } } }
    ]));
    assert_eq!(lints, "");
}

#[test]
fn what_only_the_caller_knows() {
    let change = migration(
        "blog/20260201T000000Z_change",
        json!([
            { "run": { "step": "fill", "revision": 1 } },
            { "run": { "step": "count", "revision": 1, "inverse": { "run": { "step": "uncount", "revision": 1 } } } }
        ]),
    );
    let newest = id("blog/20260201T000000Z_other");
    let tested = [name("count")].into_iter().collect();
    let context = LintContext {
        newest_known: Some(&newest),
        tested_steps: Some(&tested),
    };
    assert_snapshot!(shown(&lint_with(&before(), &change, context)), @r#"
    late_stamp: its stamp 20260201T000000Z is not later than that of `blog/20260201T000000Z_other`, which others may have applied: they would refuse it as late; give the file a later stamp
    no_inverse 1: step `fill` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    untested_step 1: no test names step `fill`, whose first run would be on rows that matter; call it in a test with rows as they were before
    untested_step 2: no test names step `uncount`, whose first run would be on rows that matter; call it in a test with rows as they were before
    "#);
    assert_snapshot!(shown(&lint(&before(), &change)), @r#"no_inverse 1: step `fill` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay"#);
}

#[test]
fn a_file_allows_by_code_and_reason() {
    let allow = [
        ("drops_field", "nobody reads it"),
        ("drops_field", "again"),
        ("drops_tabel", "a typing error"),
        ("unused_allowance", "not this one"),
        ("no_inverse", " "),
        ("unique_index", "there is none"),
        ("late_stamp", "the caller does not say"),
    ];
    let change = Migration {
        allow: allow
            .map(|(lint, reason)| Allowance {
                lint: lint.to_owned(),
                reason: reason.to_owned(),
            })
            .into(),
        ..migration(
            "blog/20260201T000000Z_change",
            json!([{ "drop_field": { "table": "post", "field": "slug" } }, { "run": { "step": "fill", "revision": 1 } }]),
        )
    };
    let lints = lint(&before(), &change);
    assert_snapshot!(shown(&lints), @r#"
    drops_field 1: field `slug` of `post` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it [allowed: nobody reads it]
    no_inverse 2: step `fill` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    unused_allowance: `allow` names `drops_field` a second time; remove the entry
    unknown_allowance: `allow` names `drops_tabel`, which is no lint; expected drops_table, drops_field, fills_nulls, expires_rows, unique_index, unique_key, narrows_type, drops_variants, requires_values, checks_references, renames_table, renames_field, changes_type, adds_variants, allows_nulls, requires_field, changes_key, drops_index, stops_feed, late_stamp, no_inverse, untested_step
    unknown_allowance: `allow` names `unused_allowance`, which cannot be allowed; remove the entry
    empty_reason: `allow` gives no reason for `no_inverse`, so it is not allowed; say why it is right here
    unused_allowance: `allow` names `unique_index` but has none; remove the entry
    "#);
    let refusals: Vec<_> = lints.iter().filter(|lint| lint.is_refusal()).collect();
    assert!(
        refusals
            .iter()
            .all(|lint| lint.code.category() == LintCategory::Allowance)
    );
}

#[test]
fn what_cannot_be_folded_ends_the_lints() {
    let lints = linted(json!([
        { "drop_table": { "table": "nope" } },
        { "drop_table": { "table": "post" } }
    ]));
    assert_snapshot!(lints, @"drops_table 1: table `nope` is dropped: its rows are lost, and the version before can no longer read it; move by a step what is still needed, and drop it a release after the last code that uses it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_migration_that_folds_is_linted_to_its_end(early in dice(25), late in dice(10)) {
        let mut evolution = Evolution::new("blog");
        evolution.run(&early);
        let before = evolution.fold.clone();
        let mut operations = evolution.run(&late);
        let Some(table) = evolution.fold.tables.keys().next().cloned() else {
            return Ok(());
        };
        // What refers to the table would keep it from being dropped.
        let referrers = evolution.fold.tables.values().any(|other| other.table.field_referring_to(&table).is_some());
        let made = |operation: &Operation| matches!(operation, Operation::CreateTable(_) | Operation::RenameTable { .. });
        if referrers || operations.iter().any(made) {
            return Ok(());
        }
        operations.push(Operation::DropTable { table: table.table.clone() });
        let last = operations.len();
        let lints = lint(&before, &Migration::new(id("blog/20260201T000000Z_change"), operations));
        let drop = lints.iter().find(|lint| lint.operation == Some(last));
        prop_assert_eq!(drop.map(|lint| lint.code), Some(LintCode::DropsTable));
    }
}
