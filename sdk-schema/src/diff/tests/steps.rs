//! Differences that the rows may not bear by themselves.

use super::*;

/// The operations in words and then the steps, from one table to another.
fn check_steps(from: &Json, to: Json, given: &Given) -> String {
    let history = history(&[crate::fixture::operations(
        json!([{ "create_table": from }]),
    )]);
    let to = declared(to);
    let draft = diff(&name("blog"), &history, std::slice::from_ref(&to), given).unwrap();
    let mut after = history;
    apply(&mut after, &draft.operations);
    assert_eq!(made_differently(after.fold(), &[to]), []);
    let operations = draft.operations.iter().map(Operation::describe);
    let steps = draft.steps.iter().map(|step| {
        let from = step.from.as_ref();
        let from = from.map_or("nothing".to_owned(), |it| {
            format!("`{}` ({})", it.name, it.describe())
        });
        format!(
            "{:?} by `{}`: from {from} to `{}` ({})",
            step.purpose,
            step.name,
            step.to.name,
            step.to.describe()
        )
    });
    lines(operations.chain(steps))
}

fn steps(from: &Json, to: Json) -> String {
    check_steps(from, to, &Given::default())
}

fn one_field(field: &Json) -> Json {
    with_fields("post", &json!([field]))
}

#[test]
fn values_of_another_type_go_into_a_new_field() {
    let mut text = one_field(&json!({ "name": "size", "type": "string" }));
    text["indexes"] = json!([{ "fields": ["size"] }]);
    let mut number = one_field(&json!({ "name": "size", "type": "i64" }));
    number["indexes"] = text["indexes"].clone();
    assert_snapshot!(steps(&text, number), @"
    drop index (size) of `post`
    rename field `size` of `post` to `size_was`
    add field `size` (i64, nullable) to `post`
    run step `convert_post_size`, revision 1, for each row of `post`
    change field `size` of `post` to (i64)
    drop field `size_was` of `post` and its values
    add index (size) to `post`
    Convert by `convert_post_size`: from `size_was` (string) to `size` (i64)
    ");
    let nullable = one_field(&json!({ "name": "size", "type": "i64", "nullable": true }));
    assert_snapshot!(steps(&text, nullable), @"
    drop index (size) of `post`
    rename field `size` of `post` to `size_was`
    add field `size` (i64, nullable) to `post`
    run step `convert_post_size`, revision 1, for each row of `post`
    drop field `size_was` of `post` and its values
    Convert by `convert_post_size`: from `size_was` (string) to `size` (i64, nullable)
    ");
}

#[test]
fn a_converted_field_gives_its_reference_and_its_expiry_up() {
    let held = json!({ "name": "until", "type": "timestamp", "expires": true });
    let date = json!({ "name": "until", "type": "date", "nullable": true });
    let other = json!({ "name": "gone", "type": "timestamp", "nullable": true, "expires": true });
    assert_snapshot!(steps(&one_field(&held), with_fields("post", &json!([date, other]))), @"
    rename field `until` of `post` to `until_was`
    change field `until_was` of `post` to (timestamp)
    add field `until` (date, nullable) to `post`
    run step `convert_post_until`, revision 1, for each row of `post`
    add field `gone` (timestamp, nullable, expires) to `post`
    drop field `until_was` of `post` and its values
    Convert by `convert_post_until`: from `until_was` (timestamp) to `until` (date, nullable)
    ");
    let parent = json!({ "name": "parent", "type": "id", "references": { "table": "blog.post" } });
    let text = json!({ "name": "parent", "type": "string", "nullable": true });
    assert_snapshot!(steps(&one_field(&parent), one_field(&text)), @"
    rename field `parent` of `post` to `parent_was`
    change field `parent_was` of `post` to (id)
    add field `parent` (string, nullable) to `post`
    run step `convert_post_parent`, revision 1, for each row of `post`
    drop field `parent_was` of `post` and its values
    Convert by `convert_post_parent`: from `parent_was` (id) to `parent` (string, nullable)
    ");
}

#[test]
fn values_that_may_not_fit_are_changed_by_a_step_first() {
    let size = |ty: &str| one_field(&json!({ "name": "size", "type": ty }));
    assert_snapshot!(steps(&size("i64"), size("u8")), @"
    run step `fit_post_size`, revision 1, for each row of `post`
    change field `size` of `post` to (u8)
    Fit by `fit_post_size`: from `size` (i64) to `size` (u8)
    ");
    assert_snapshot!(steps(&size("f64"), size("f32")), @"
    run step `fit_post_size`, revision 1, for each row of `post`
    change field `size` of `post` to (f32)
    Fit by `fit_post_size`: from `size` (f64) to `size` (f32)
    ");
    let state =
        |variants: Json| one_field(&json!({ "name": "state", "type": { "enum": variants } }));
    assert_snapshot!(steps(&state(json!(["draft", "live", "gone"])), state(json!(["draft", "live"]))), @"
    run step `fit_post_state`, revision 1, for each row of `post`
    change field `state` of `post` to (enum of draft, live)
    Fit by `fit_post_state`: from `state` (enum of draft, live, gone) to `state` (enum of draft, live)
    ");
}

#[test]
fn what_holds_every_value_needs_no_step() {
    let size = |ty: &str| one_field(&json!({ "name": "size", "type": ty }));
    assert_snapshot!(steps(&size("u8"), size("i64")), @"change field `size` of `post` to (i64)");
    let state =
        |variants: Json| one_field(&json!({ "name": "state", "type": { "enum": variants } }));
    assert_snapshot!(steps(&state(json!(["draft"])), state(json!(["draft", "live"]))), @"change field `state` of `post` to (enum of draft, live)");
    let size = |nullable: bool| {
        one_field(&json!({ "name": "size", "type": "u8", "nullable": nullable, "default": 1 }))
    };
    assert_snapshot!(steps(&size(true), size(false)), @"change field `size` of `post` to (u8, default 1)");
}

#[test]
fn what_is_null_is_filled_before_the_field_is_required() {
    let size =
        |nullable: bool| one_field(&json!({ "name": "size", "type": "u8", "nullable": nullable }));
    assert_snapshot!(steps(&size(true), size(false)), @"
    run step `fill_post_size`, revision 1, for each row of `post`
    change field `size` of `post` to (u8)
    Fill by `fill_post_size`: from `size` (u8, nullable) to `size` (u8)
    ");
}

#[test]
fn a_value_can_be_given_for_the_rows_that_are_there() {
    let old = with_fields("post", &json!([]));
    let new = one_field(&json!({ "name": "size", "type": "u8" }));
    let key = (name("post"), name("size"));
    let given = Given {
        fills: [(key, Value::Uint(7))].into(),
        ..Given::default()
    };
    assert_snapshot!(check_steps(&old, new, &given), @"
    add field `size` (u8, default 7) to `post`
    change field `size` of `post` to (u8)
    ");
}

#[test]
fn rows_are_identified_by_a_new_field() {
    let old = json!({ "name": "page", "key": ["slug"], "fields": [
        { "name": "slug", "type": "string" }, { "name": "shelf", "type": "u8" }
    ] });
    let mut new = old.clone();
    new["fields"] = json!([{ "name": "id", "type": "id" }, { "name": "shelf", "type": "u8" }]);
    new["key"] = json!(["id"]);
    assert_snapshot!(steps(&old, new), @"
    add field `id` (id, nullable) to `page`
    run step `fill_page_id`, revision 1, for each row of `page`
    change field `id` of `page` to (id)
    change the key of `page` to (id)
    drop field `slug` of `page` and its values
    Identify by `fill_page_id`: from nothing to `id` (id)
    ");
    let mut new = old.clone();
    new["key"] = json!(["shelf", "slug"]);
    assert_snapshot!(steps(&old, new), @"change the key of `page` to (shelf, slug)");
}

#[test]
fn a_field_of_the_key_changes_its_type_by_way_of_another() {
    let page =
        |ty: Json| json!({ "name": "page", "key": ["n"], "fields": [{ "name": "n", "type": ty }] });
    assert_snapshot!(steps(&page(json!("i32")), page(json!("i64"))), @"
    rename field `n` of `page` to `n_was`
    add field `n` (i64, nullable) to `page`
    run step `convert_page_n`, revision 1, for each row of `page`
    change field `n` of `page` to (i64)
    change the key of `page` to (n)
    drop field `n_was` of `page` and its values
    Convert by `convert_page_n`: from `n_was` (i32) to `n` (i64)
    ");
    let kind = |variants: Json| page(json!({ "enum": variants }));
    assert_snapshot!(steps(&kind(json!(["a", "b"])), kind(json!(["a"]))), @"
    rename field `n` of `page` to `n_was`
    add field `n` (enum of a, nullable) to `page`
    run step `convert_page_n`, revision 1, for each row of `page`
    change field `n` of `page` to (enum of a)
    change the key of `page` to (n)
    drop field `n_was` of `page` and its values
    Convert by `convert_page_n`: from `n_was` (enum of a, b) to `n` (enum of a)
    ");
    assert_snapshot!(steps(&kind(json!(["a"])), kind(json!(["a", "b"]))), @"change field `n` of `page` to (enum of a, b)");
}

#[test]
fn a_new_reference_waits_for_the_key_that_it_leads_to() {
    let page = |key: &str| {
        json!({ "name": "page", "key": [key], "fields": [
        { "name": "n", "type": "i32" }, { "name": "slug", "type": "string" }
    ] })
    };
    let link = with_fields(
        "link",
        &json!([{ "name": "to", "type": "string", "references": { "table": "blog.page" } }]),
    );
    assert_snapshot!(check(&[page("n")], &[declared(page("slug")), declared(link)]), @"
    create table `link` with key (id) and fields id, to
    change the key of `page` to (slug)
    change field `to` of `link` to (string, references `blog.page`)
    ");
}

#[test]
fn a_step_has_a_name_that_is_free() {
    let size = |ty: &str| one_field(&json!({ "name": "size", "type": ty }));
    let given = Given {
        steps: [name("convert_post_size"), name("convert_post_size_2")].into(),
        ..Given::default()
    };
    assert!(check_steps(&size("bool"), size("u8"), &given).contains("by `convert_post_size_3`"));
    let long = "x".repeat(60);
    let long = |ty: &str| with_fields(&long, &json!([{ "name": "size", "type": ty }]));
    assert!(steps(&long("bool"), long("u8")).contains("by `convert_xxx"));
}
