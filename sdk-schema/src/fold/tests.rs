use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::{
    FoldedSchema, FoldedTable, TableName,
    evolution::{Evolution, dice},
    fixture::{fold, lines, name, operations, table},
};

/// Two tables, one of which refers to the other.
fn blog() -> FoldedSchema {
    fold(json!([
        { "create_table": {
            "name": "author",
            "key": ["id"],
            "fields": [{ "name": "id", "type": "id" }]
        } },
        { "create_table": {
            "name": "post",
            "key": ["id"],
            "fields": [
                { "name": "id", "type": "id" },
                { "name": "author", "type": "id", "references": { "table": "blog.author" } },
                { "name": "title", "type": "string" },
                { "name": "mood", "type": { "enum": ["calm", "angry"] } },
                { "name": "size", "type": "i32", "nullable": true },
                { "name": "tags", "type": { "vec": "string" }, "nullable": true }
            ],
            "indexes": [{ "fields": ["author", "title"] }]
        } }
    ]))
}

/// Applies each operation to a fresh [`blog`]; every one of them must fail and leave no trace.
fn refusals(json: Json) -> String {
    let faults = operations(json).into_iter().map(|operation| {
        let mut folded = blog();
        let error = folded.apply(&name("blog"), &operation).unwrap_err();
        assert_eq!(folded, blog(), "{operation:?} left a trace");
        error
    });
    lines(faults)
}

fn post(folded: &FoldedSchema) -> &FoldedTable {
    &folded.tables[&"blog.post".parse::<TableName>().unwrap()]
}

fn after(json: Json) -> FoldedSchema {
    let mut folded = blog();
    for operation in operations(json) {
        folded.apply(&name("blog"), &operation).unwrap();
    }
    folded
}

#[test]
fn retires_the_number_of_a_dropped_field() {
    let folded = after(json!([
        { "rename_field": { "table": "post", "from": "size", "to": "length" } },
        { "drop_field": { "table": "post", "field": "tags" } },
        { "add_field": { "table": "post", "field": { "name": "tags", "type": "json", "nullable": true } } }
    ]));
    let post = post(&folded);
    assert_eq!(post.numbers, [1, 2, 3, 4, 5, 7]);
    assert_eq!(post.number_of("length"), Some(5));
    assert_eq!(post.number_of("tags"), Some(7));
    assert_eq!(post.field_by_number(6), None);
    assert_eq!(post.next_number, 8);
}

#[test]
fn renames_a_field_in_key_and_indexes() {
    let folded = after(json!([
        { "rename_field": { "table": "post", "from": "id", "to": "key" } },
        { "rename_field": { "table": "post", "from": "title", "to": "headline" } }
    ]));
    let table = &post(&folded).table;
    assert_eq!(table.key, ["key"]);
    assert_eq!(table.indexes[0].label(), "(author, headline)");
}

#[test]
fn renames_a_table_in_references() {
    let folded = after(json!([{ "rename_table": { "from": "author", "to": "person" } }]));
    let reference = post(&folded)
        .table
        .field("author")
        .unwrap()
        .references
        .clone();
    assert_eq!(reference.unwrap().table.to_string(), "blog.person");
    assert_eq!(folded.check_references(), []);
}

#[test]
fn accepts_types_that_hold_all_or_some_values() {
    let change = |from: Json, to: Json| {
        let table = json!({ "name": "t", "key": ["id"], "fields": [
            { "name": "id", "type": "id" }, { "name": "f", "type": from }
        ] });
        let operations = json!([
            { "create_table": table },
            { "change_field": { "table": "t", "field": { "name": "f", "type": to } } }
        ]);
        let operations: Vec<_> = crate::fixture::operations(operations);
        let mut folded = FoldedSchema::new();
        folded.apply(&name("blog"), &operations[0]).unwrap();
        folded.apply(&name("blog"), &operations[1]).is_ok()
    };
    for (from, to) in [
        ("i8", "i128"),
        ("u8", "u16"),
        ("u8", "i16"),
        ("u64", "i128"),
        ("f32", "f64"),
        ("i16", "i8"),
        ("u8", "i8"),
        ("i8", "u16"),
        ("f64", "f32"),
    ] {
        assert!(change(json!(from), json!(to)), "{from} to {to}");
    }
    for (from, to) in [("i32", "f64"), ("string", "json"), ("i64", "string")] {
        assert!(!change(json!(from), json!(to)), "{from} to {to}");
    }
    let variants = |names: &[&str]| json!({ "enum": names });
    assert!(change(variants(&["a"]), variants(&["b", "a"])));
    assert!(change(variants(&["a", "b"]), variants(&["a", "c"])));
}

#[test]
fn refuses_operations_on_what_is_not_there() {
    assert_snapshot!(refusals(json!([
        { "rename_table": { "from": "pots", "to": "pot" } },
        { "drop_table": { "table": "pots" } },
        { "add_field": { "table": "pots", "field": { "name": "a", "type": "i8", "nullable": true } } },
        { "rename_field": { "table": "post", "from": "text", "to": "body" } },
        { "drop_field": { "table": "author", "field": "text" } },
        { "change_field": { "table": "author", "field": { "name": "text", "type": "string" } } },
        { "drop_index": { "table": "post", "fields": ["title"] } },
        { "drop_index": { "table": "author", "fields": ["id"] } },
        { "add_index": { "table": "author", "index": { "fields": ["id", "name"] } } },
    ])), @"
    table `blog.pots` does not exist; module `blog` has author, post
    table `blog.pots` does not exist; module `blog` has author, post
    table `blog.pots` does not exist; module `blog` has author, post
    `post` has no field `text`; it has id, author, title, mood, size, tags
    `author` has no field `text`; it has id
    `author` has no field `text`; it has id
    `post` has no index (title); it has (author, title)
    `author` has no index (id); it has none
    index (id, name) of `author` names `name`, which is not a field; it has id
    ");
}

#[test]
fn refuses_what_is_there_already() {
    assert_snapshot!(refusals(json!([
        { "create_table": { "name": "post", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] } },
        { "rename_table": { "from": "author", "to": "post" } },
        { "add_field": { "table": "author", "field": { "name": "id", "type": "i8", "nullable": true } } },
        { "rename_field": { "table": "post", "from": "title", "to": "size" } },
        { "add_index": { "table": "post", "index": { "fields": ["author", "title"], "unique": true } } },
    ])), @"
    table `blog.post` exists already; module `blog` has author, post
    table `blog.post` exists already; module `blog` has author, post
    `author` has a field `id` already; it has id
    `post` has a field `size` already; it has id, author, title, mood, size, tags
    `post` has an index (author, title) already; it has (author, title)
    ");
}

#[test]
fn refuses_what_would_lose_or_lack_values() {
    assert_snapshot!(refusals(json!([
        { "drop_table": { "table": "author" } },
        { "drop_field": { "table": "post", "field": "id" } },
        { "drop_field": { "table": "post", "field": "title" } },
        { "add_field": { "table": "post", "field": { "name": "votes", "type": "i64" } } },
        { "change_field": { "table": "post", "field": { "name": "size", "type": "string", "nullable": true } } },
        { "change_key": { "table": "author", "key": ["id", "id"] } },
        { "run": { "step": "count", "revision": 1, "table": "pots" } },
        { "run": { "step": "count", "revision": 1, "online": true } },
        { "change_field": { "table": "post", "field": { "name": "id", "type": "id", "nullable": true } } },
    ])), @"
    table `blog.author` cannot be dropped: field `author` of `blog.post` refers to it
    field `id` of `post` cannot be dropped: it is part of the key (id)
    field `title` of `post` cannot be dropped: drop the index (author, title) first
    field `votes` of `post` is new and neither nullable nor has a default: the rows that exist need a value
    field `size` of `post` cannot change from i32 to string, which holds none of its values: a step has to make new ones
    the key of `blog.author` cannot be changed: field `author` of `blog.post` refers to it
    table `blog.pots` does not exist; module `blog` has author, post
    step `count` cannot run while the application is in use: only one that is called for each row of a table can
    the key of `post` names `id`, which is nullable: a key is never null
    ");
}

#[test]
fn refuses_to_change_the_type_of_a_key() {
    let mut folded = fold(json!([{ "create_table": {
        "name": "page", "key": ["n"], "fields": [{ "name": "n", "type": "i32" }]
    } }]));
    let change =
        json!([{ "change_field": { "table": "page", "field": { "name": "n", "type": "i64" } } }]);
    let error = folded
        .apply(&name("blog"), &operations(change)[0])
        .unwrap_err();
    assert_snapshot!(error, @"field `n` of `page` cannot change from i32 to i64: it is part of the key, and other rows may hold the key");
}

#[test]
fn refuses_tables_that_are_wrong_by_themselves() {
    let create = |key: Json, fields: Json, indexes: Json| json!({ "create_table": { "name": "tag", "key": key, "fields": fields, "indexes": indexes } });
    let id = || json!({ "name": "id", "type": "id" });
    let words = || json!({ "name": "words", "type": { "vec": "string" } });
    assert_snapshot!(refusals(json!([
        create(json!([]), json!([id()]), json!([])),
        create(json!(["id"]), json!([id(), id()]), json!([])),
        create(json!(["key"]), json!([id()]), json!([])),
        create(json!(["id", "id"]), json!([id()]), json!([])),
        create(json!(["a"]), json!([{ "name": "a", "type": "id", "nullable": true }]), json!([])),
        create(json!(["words"]), json!([words()]), json!([])),
        create(json!(["id"]), json!([id()]), json!([{ "fields": [] }])),
        create(json!(["id"]), json!([id()]), json!([{ "fields": ["name"] }])),
        create(json!(["id"]), json!([id()]), json!([{ "fields": ["id", "id"] }])),
        create(json!(["id"]), json!([id(), json!({ "name": "data", "type": { "vec": "json" } })]), json!([{ "fields": ["data"] }])),
        create(json!(["id"]), json!([id(), words(), json!({ "name": "sizes", "type": { "vec": "i64" } })]), json!([{ "fields": ["words", "id", "sizes"] }])),
        create(json!(["id"]), json!([id()]), json!([{ "fields": ["id"] }, { "fields": ["id"], "unique": true }])),
    ])), @"
    `tag` has no key: name at least one of id
    `tag` lists field `id` twice
    the key of `tag` names `key`, which is not a field; it has id
    the key of `tag` names `id` twice
    the key of `tag` names `a`, which is nullable: a key is never null
    the key of `tag` names `words`, whose type vec of string has no order
    an index of `tag` has no fields: name at least one of id
    index (name) of `tag` names `name`, which is not a field; it has id
    index (id, id) of `tag` names `id` twice
    index (data) of `tag` names `data`, whose type vec of json has no order; documents cannot be indexed
    index (words, id, sizes) of `tag` names `words` and `sizes`, which are both lists: an index has at most one
    `tag` has an index (id) already; it has (id), (id)
    ");
}

#[test]
fn refuses_what_cannot_say_when_a_row_expires() {
    let until = |name: &str, ty: &str| json!({ "name": name, "type": ty, "nullable": true, "expires": true });
    let add = |field: Json| json!({ "add_field": { "table": "post", "field": field } });
    assert_snapshot!(refusals(json!([
        add(until("until", "date")),
        { "create_table": { "name": "slot", "key": ["at"], "fields": [
            { "name": "at", "type": "timestamp", "expires": true }
        ] } },
        { "create_table": { "name": "slot", "key": ["id"], "fields": [
            { "name": "id", "type": "id" }, until("first", "timestamp"), until("second", "timestamp")
        ] } },
    ])), @"
    field `until` of `post` expires but is date: only a timestamp says when
    field `at` of `slot` expires but is part of the key: use a field of its own
    fields `second` and `first` of `slot` both expire: a row has one expiry
    ");
    let mut folded = after(json!([add(until("until", "timestamp"))]));
    let twice = operations(json!([add(until("later", "timestamp"))]));
    let error = folded.apply(&name("blog"), &twice[0]).unwrap_err();
    assert_snapshot!(error, @"fields `until` and `later` of `post` both expire: a row has one expiry");
}

#[test]
fn a_list_can_be_indexed_by_its_elements() {
    let folded = after(json!([
        { "add_field": { "table": "post", "field": { "name": "words", "type": { "vec": "string" }, "default": [] } } },
        { "add_index": { "table": "post", "index": { "fields": ["words"], "unique": true } } },
        { "add_index": { "table": "post", "index": { "fields": ["author", "words"] } } }
    ]));
    let table = &folded.schema().tables[&"blog.post".parse::<TableName>().unwrap()];
    let labels: Vec<_> = table.indexes.iter().map(crate::Index::describe).collect();
    assert!(
        labels.contains(&"unique index (words)".to_owned()),
        "{labels:?}"
    );
}

#[test]
fn a_table_can_leave_the_feed_and_come_back() {
    let feed = |folded: &FoldedSchema| {
        let table = "blog.post".parse::<TableName>().unwrap();
        folded.tables[&table].table.feed
    };
    let off = json!({ "change_table": { "table": "post", "feed": false } });
    let on = json!({ "change_table": { "table": "post", "feed": true } });
    assert!(!feed(&after(json!([off]))));
    assert!(feed(&after(json!([off, on]))));
    assert_snapshot!(refusals(json!([{ "change_table": { "table": "pots", "feed": true } }])), @"table `blog.pots` does not exist; module `blog` has author, post");
}

#[test]
fn what_is_not_declared_is_not_in_the_file() {
    let text = serde_json::to_string(&table(json!({ "name": "t", "key": ["id"], "fields": [
        { "name": "id", "type": "id", "expires": false }
    ], "feed": true })))
    .unwrap();
    assert_eq!(
        text,
        r#"{"name":"t","key":["id"],"fields":[{"name":"id","type":"id"}]}"#
    );
}

#[test]
fn refuses_references_that_lead_nowhere() {
    let add = |ty: &str, target: &str, on_delete: &str| {
        json!({ "add_field": { "table": "post", "field": {
            "name": "other", "type": ty, "default": if ty == "i64" { json!(0) } else { json!("a") },
            "references": { "table": target, "on_delete": on_delete }
        } } })
    };
    assert_snapshot!(refusals(json!([
        add("string", "blog.tag", "restrict"),
        add("i64", "blog.author", "restrict"),
        add("string", "geo.country", "set_null"),
        { "create_table": {
            "name": "pair", "key": ["a", "b"],
            "fields": [{ "name": "a", "type": "id" }, { "name": "b", "type": "id" },
                { "name": "up", "type": "id", "references": { "table": "blog.pair" } }]
        } },
    ])), @"
    field `other` of `blog.post` refers to `blog.tag`, which does not exist; module `blog` has author, post
    field `other` of `blog.post` is i64, but the key `id` of `blog.author`, to which it refers, is id
    field `other` of `post` has on_delete set_null but is not nullable: make it nullable, or use restrict or cascade
    field `up` of `blog.pair` refers to `blog.pair`, whose key (a, b) has several fields: only a key of one field can be referred to
    ");
}

#[test]
fn leaves_references_to_other_modules_to_the_check_of_the_whole() {
    let folded = after(json!([{ "add_field": { "table": "post", "field": {
        "name": "country", "type": "string", "nullable": true, "references": { "table": "geo.country" }
    } } }]));
    assert_snapshot!(lines(folded.check_references()), @"field `country` of `blog.post` refers to `geo.country`, which does not exist; module `geo` has no tables");
}

#[test]
fn refuses_a_default_of_another_type() {
    let mut wrong = table(json!({ "name": "t", "key": ["id"], "fields": [
        { "name": "id", "type": "id" }, { "name": "n", "type": "i64" }, { "name": "x", "type": "f64" }
    ] }));
    wrong.fields[1].default = Some(crate::Value::Uint(1));
    let number = FoldedTable::new(wrong.clone()).unwrap_err();
    wrong.fields[1].default = None;
    wrong.fields[2].default = Some(crate::Value::F64(f64::NAN));
    let not_a_number = FoldedTable::new(wrong).unwrap_err();
    assert_snapshot!(lines([number, not_a_number]), @"
    the default of field `n` of `t` does not fit: expected i64, found Uint(1)
    the default of field `x` of `t` does not fit: expected f64, found F64(NaN)
    ");
}

#[test]
fn refuses_a_field_when_the_numbers_are_used_up() {
    let mut folded = blog()
        .tables
        .swap_remove(&"blog.post".parse::<TableName>().unwrap())
        .unwrap();
    folded.next_number = u16::MAX;
    let mut field = folded.table.fields[4].clone();
    field.name = name("more");
    assert_snapshot!(folded.add_field(field).unwrap_err(), @"`post` has no number left for field `more`: a table has at most 65534 fields in its life");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn numbers_are_never_given_twice(dice in dice(40)) {
        let mut evolution = Evolution::new("blog");
        for dice in dice {
            let Some(operation) = evolution.step(dice) else { continue };
            if let crate::Operation::AddField { table, field } = &operation {
                let name = TableName::new(evolution.module.clone(), table.clone());
                let folded = &evolution.fold.tables[&name];
                let number = folded.number_of(&field.name).unwrap();
                prop_assert_eq!(number + 1, folded.next_number);
            }
            for folded in evolution.fold.tables.values() {
                prop_assert_eq!(folded.numbers.len(), folded.table.fields.len());
                let unique: std::collections::BTreeSet<_> = folded.numbers.iter().collect();
                prop_assert_eq!(unique.len(), folded.numbers.len());
                prop_assert!(folded.numbers.iter().all(|number| *number < folded.next_number));
            }
        }
    }

    #[test]
    fn a_refused_operation_changes_nothing(history in dice(20), tries in dice(20)) {
        let mut evolution = Evolution::new("blog");
        evolution.run(&history);
        for dice in tries {
            let Some(operation) = evolution.propose(dice) else { continue };
            let mut folded = evolution.fold.clone();
            if folded.apply(&evolution.module, &operation).is_err() {
                prop_assert_eq!(&folded, &evolution.fold);
            }
        }
    }

    #[test]
    fn an_inverse_takes_its_operation_back(history in dice(20), tries in dice(20)) {
        let mut evolution = Evolution::new("blog");
        evolution.run(&history);
        for dice in tries {
            let before = evolution.fold.clone();
            let Some(operation) = evolution.step(dice) else { continue };
            let mut folded = evolution.fold.clone();
            for back in operation.inverse(&before, &evolution.module).into_iter().flatten() {
                folded.apply(&evolution.module, &back).unwrap();
                prop_assert_eq!(folded.schema().differences(&before.schema()), vec![]);
            }
        }
    }

    #[test]
    fn own_references_always_lead_somewhere(dice in dice(40)) {
        let mut evolution = Evolution::new("blog");
        evolution.run(&dice);
        prop_assert_eq!(evolution.fold.check_references(), vec![]);
    }

    #[test]
    fn folded_tables_survive_their_file(dice in dice(30)) {
        let mut evolution = Evolution::new("blog");
        evolution.run(&dice);
        let text = serde_json::to_string(&evolution.fold).unwrap();
        prop_assert_eq!(serde_json::from_str::<FoldedSchema>(&text).unwrap(), evolution.fold);
    }
}
