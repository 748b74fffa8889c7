use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::FieldType;
use crate::{
    evolution::{Evolution, dice},
    fixture::{fold, lines, name, table},
};

fn author() -> Json {
    json!({ "name": "author", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] })
}

fn post() -> Json {
    json!({
        "name": "post",
        "key": ["id"],
        "fields": [
            { "name": "id", "type": "id" },
            { "name": "author", "type": "id", "references": { "table": "blog.author" } },
            { "name": "text", "type": "string" },
            { "name": "size", "type": "i32", "nullable": true }
        ],
        "indexes": [{ "fields": ["author", "text"] }]
    })
}

/// A table with a key and these fields.
fn with_fields(name: &str, fields: &Json) -> Json {
    let mut all = vec![json!({ "name": "id", "type": "id" })];
    all.extend(fields.as_array().unwrap().iter().cloned());
    json!({ "name": name, "key": ["id"], "fields": all })
}

fn declared(json: Json) -> Declared {
    table(json).into()
}

fn was(mut declared: Declared, was: &str) -> Declared {
    declared.was = Some(name(was));
    declared
}

fn field_was(mut declared: Declared, now: &str, was: &str) -> Declared {
    declared.fields_were.push((name(now), name(was)));
    declared
}

/// The operations in words, or the faults, from these tables to those.
fn check(from: &[Json], to: &[Declared]) -> String {
    let creates: Vec<_> = from
        .iter()
        .map(|table| json!({ "create_table": table }))
        .collect();
    let mut folded = fold(json!(creates));
    match diff(&name("blog"), &folded, to) {
        Ok(operations) => {
            for operation in &operations {
                folded.apply(&name("blog"), operation).unwrap();
            }
            assert_eq!(made_differently(&folded, to), []);
            assert_eq!(
                diff(&name("blog"), &folded, to),
                Ok(vec![]),
                "a second diff is empty"
            );
            lines(operations.iter().map(Operation::describe))
        }
        Err(faults) => lines(faults),
    }
}

fn made_differently(folded: &FoldedSchema, to: &[Declared]) -> Vec<Difference> {
    let module = name("blog");
    let tables = to
        .iter()
        .map(|d| (d.table.full_name(&module), d.table.clone()));
    let declared = crate::Schema {
        tables: tables.collect(),
    };
    folded.schema().differences(&declared)
}

#[test]
fn finds_nothing_when_only_the_order_of_fields_differs() {
    let mut other = table(post());
    other.fields.reverse();
    assert_eq!(
        check(&[author(), post()], &[declared(author()), other.into()]),
        ""
    );
}

#[test]
fn creates_tables_after_those_they_refer_to() {
    assert_snapshot!(check(&[], &[declared(post()), declared(author())]), @"
    create table `author` with key (id) and fields id
    create table `post` with key (id) and fields id, author, text, size, index (author, text)
    ");
}

#[test]
fn adds_references_afterwards_when_new_tables_refer_to_each_other() {
    let refers = |name: &str, target: &str| {
        let reference = json!({ "table": target, "on_delete": "cascade" });
        declared(with_fields(
            name,
            &json!([{ "name": "other", "type": "id", "references": reference }]),
        ))
    };
    assert_snapshot!(check(&[], &[refers("left", "blog.right"), refers("right", "blog.left")]), @"
    create table `left` with key (id) and fields id, other
    create table `right` with key (id) and fields id, other
    change field `other` of `left` to (id, references `blog.right` on delete cascade)
    ");
}

#[test]
fn drops_tables_that_refer_to_each_other() {
    let refers = |name: &str, fields: Json| with_fields(name, &fields);
    let to =
        |table: &str| json!({ "name": "other", "type": "id", "references": { "table": table } });
    let from = [
        refers("left", json!([])),
        refers("right", json!([to("blog.left")])),
    ];
    let folded = fold(json!([
        { "create_table": from[0] },
        { "create_table": from[1] },
        { "add_field": { "table": "left", "field": {
            "name": "other", "type": "id", "nullable": true, "references": { "table": "blog.right" }
        } } }
    ]));
    let operations = diff(&name("blog"), &folded, &[]).unwrap();
    assert_snapshot!(lines(operations.iter().map(Operation::describe)), @"
    change field `other` of `left` to (id, nullable)
    change field `other` of `right` to (id)
    drop table `left` and its rows
    drop table `right` and its rows
    ");
}

#[test]
fn renames_by_marks_and_keeps_everything_else() {
    let mut article = table(post());
    article.name = name("article");
    article.fields[2].name = name("body");
    article.indexes[0].fields[1] = name("body");
    let article = field_was(was(article.into(), "post"), "body", "text");
    assert_snapshot!(check(&[author(), post()], &[declared(author()), article]), @"
    rename table `post` to `article`
    rename field `text` of `article` to `body`
    ");
}

#[test]
fn renames_into_a_name_that_another_rename_frees() {
    let [a, b, c] = ["a", "b", "c"].map(|name| with_fields(name, &json!([])));
    let to = [was(declared(b.clone()), "a"), was(declared(c), "b")];
    assert_snapshot!(check(&[a, b], &to), @"
    rename table `b` to `c`
    rename table `a` to `b`
    ");
}

#[test]
fn makes_a_new_table_under_the_name_that_a_rename_frees() {
    let [a, b] = ["a", "b"].map(|name| with_fields(name, &json!([])));
    assert_snapshot!(check(std::slice::from_ref(&a), &[was(declared(b), "a"), declared(a.clone())]), @"
    rename table `a` to `b`
    create table `a` with key (id) and fields id
    ");
}

#[test]
fn drops_adds_and_changes_fields_and_indexes() {
    let mut to = table(post());
    to.fields.remove(2);
    to.indexes =
        vec![serde_json::from_value(json!({ "fields": ["votes"], "unique": true })).unwrap()];
    to.fields[2] =
        serde_json::from_value(json!({ "name": "size", "type": "i64", "default": 1 })).unwrap();
    to.fields.insert(
        1,
        serde_json::from_value(json!({ "name": "votes", "type": "u8", "default": 0 })).unwrap(),
    );
    assert_snapshot!(check(&[author(), post()], &[declared(author()), to.into()]), @"
    drop index (author, text) of `post`
    drop field `text` of `post` and its values
    add field `votes` (u8, default 0) to `post`
    change field `size` of `post` to (i64, default 1)
    add unique index (votes) to `post`
    ");
}

#[test]
fn drops_and_adds_an_index_that_becomes_unique() {
    let mut to = table(post());
    to.indexes[0].unique = true;
    assert_snapshot!(check(&[author(), post()], &[declared(author()), to.into()]), @"
    drop index (author, text) of `post`
    add unique index (author, text) to `post`
    ");
}

#[test]
fn finds_what_expires_and_what_has_a_feed() {
    let until = |name: &str, expires: bool| json!({ "name": name, "type": "timestamp", "nullable": true, "expires": expires });
    let session = |first: bool, second: bool| {
        with_fields(
            "session",
            &json!([until("first", first), until("second", second)]),
        )
    };
    let mut quiet = session(false, true);
    quiet["feed"] = json!(false);
    assert_snapshot!(check(&[session(true, false)], &[declared(quiet)]), @"
    change field `first` of `session` to (timestamp, nullable)
    change field `second` of `session` to (timestamp, nullable, expires)
    change table `session` to have no change feed
    ");
    let mut folded = fold(json!([{ "create_table": session(true, false) }]));
    let quiet = table(
        json!({ "name": "session", "key": ["id"], "fields": [{ "name": "id", "type": "id" }], "feed": false }),
    );
    folded.tables[0].table.fields.truncate(1);
    assert_snapshot!(lines(made_differently(&folded, &[quiet.into()])), @"table `session`: it has a change feed in the migrations and no change feed in the source");
}

#[test]
fn says_what_to_do_instead() {
    let mut to = table(post());
    to.fields[2].ty = FieldType::I64;
    to.fields[3].nullable = false;
    to.fields
        .push(serde_json::from_value(json!({ "name": "votes", "type": "i64" })).unwrap());
    let mut other_key = table(author());
    other_key.fields[0].name = name("name");
    other_key.key = vec![name("name")];
    assert_snapshot!(check(&[author(), post()], &[other_key.into(), to.into()]), @"
    table `author`: the key is (id) in the migrations and (name) in the source, and a key cannot change: make a new table, move the rows by a step, drop `author`
    table `post`: field `size` is no longer an Option, and the rows that hold null need a value: add #[default(…)] or keep the Option
    table `post`: field `votes` is new, and the rows that exist need a value: add #[default(…)] or make it an Option
    table `post`: field `text` changes from string to i64, which does not hold all old values: add a new field, fill it by a step, drop `text`
    ");
}

#[test]
fn refuses_another_type_of_key() {
    let page =
        |ty: &str| json!({ "name": "page", "key": ["n"], "fields": [{ "name": "n", "type": ty }] });
    assert_snapshot!(check(&[page("i32")], &[declared(page("string"))]), @"table `page`: field `n` of the key changes from i32 to string, and a key cannot change: make a new table, move the rows by a step, drop `page`");
    assert_snapshot!(check(&[page("i32")], &[declared(page("i64"))]), @"table `page`: field `n` of the key changes from i32 to i64, and a key cannot change: make a new table, move the rows by a step, drop `page`");
}

#[test]
fn refuses_marks_that_it_would_have_to_guess_about() {
    let [a, b, c] = ["a", "b", "c"].map(|name| with_fields(name, &json!([])));
    let marked = [was(declared(b.clone()), "a"), was(declared(c), "a")];
    assert_snapshot!(check(std::slice::from_ref(&a), &marked), @"tables `b` and `c` both say that they were `a`: remove one mark");
    assert_snapshot!(check(&[a.clone(), b.clone()], &[was(declared(b), "a")]), @"table `b` says that it was `a`, but the migrations have both: remove the mark, which drops `a`, or drop `b` by a migration of its own first");

    let text = || json!({ "name": "text", "type": "string", "nullable": true });
    let body = || json!({ "name": "body", "type": "string", "nullable": true });
    let both = with_fields("a", &json!([text(), body()]));
    let one = with_fields("a", &json!([body()]));
    assert_snapshot!(check(&[both], &[field_was(declared(one), "body", "text")]), @"table `a`: field `body` says that it was `text`, but the migrations have both: remove the mark, which drops `text`, or drop `body` by a migration of its own first");
}

#[test]
fn refuses_to_exchange_names_because_marks_that_were_carried_out_look_the_same() {
    let two = with_fields(
        "a",
        &json!([{ "name": "x", "type": "i64" }, { "name": "y", "type": "i64" }]),
    );
    let exchanged = field_was(field_was(declared(two.clone()), "x", "y"), "y", "x");
    assert_snapshot!(check(&[two], &[exchanged]), @"table `a`: field `x` says that it was `y`, and so on in a circle of fields that are all there: exchange names by way of a third one, in two migrations, or remove the marks");

    let [a, b, c] = ["a", "b", "c"].map(|name| with_fields(name, &json!([])));
    let turned = [
        was(declared(a.clone()), "b"),
        was(declared(b.clone()), "c"),
        was(declared(c.clone()), "a"),
    ];
    assert_snapshot!(check(&[a.clone(), b.clone(), c], &turned), @"table `a` says that it was `b`, and so on in a circle of tables that are all there: exchange names by way of a third one, in two migrations, or remove the marks");
    // `b` was renamed to `a` long ago, and another `b` was made since.
    let reused = [was(declared(a.clone()), "b"), declared(b.clone())];
    assert_snapshot!(check(&[a, b], &reused), @"");
}

#[test]
fn refuses_marks_of_names_that_never_were() {
    let body = json!([{ "name": "body", "type": "string", "nullable": true }]);
    let old = with_fields("a", &json!([{ "name": "text", "type": "string" }]));
    let field = field_was(declared(with_fields("a", &body)), "body", "txet");
    assert_snapshot!(check(std::slice::from_ref(&old), &[field]), @"table `a`: field `body` says that it was `txet`, which the migrations do not have; they have id, text");
    let table = was(declared(with_fields("b", &body)), "aa");
    assert_snapshot!(check(&[old], &[table]), @"table `b` says that it was `aa`, which the migrations do not have; they have a");
}

#[test]
fn refuses_tables_that_are_wrong_by_themselves() {
    let twice = [declared(author()), declared(author())];
    let nowhere = declared(post());
    let indexed = json!([{ "fields": ["name"] }]);
    let mut unknown = with_fields("tag", &json!([]));
    unknown["indexes"] = indexed;
    let [first, second] = twice;
    assert_snapshot!(check(&[], &[first, second, declared(unknown)]), @"
    table `author` is declared twice
    index (name) of `tag` names `name`, which is not a field; it has id
    ");
    assert_snapshot!(check(&[], &[nowhere]), @"field `author` of `blog.post` refers to `blog.author`, which does not exist; module `blog` has post");
}

#[test]
fn leaves_the_tables_of_other_modules_alone() {
    let folded = fold(json!([{ "create_table": author() }]));
    assert_eq!(diff(&name("shop"), &folded, &[]), Ok(vec![]));
}

/// What each name was at the start of a history; `None` for what is new.
type Origins = BTreeMap<Name, Option<Name>>;

fn origins_of_tables(before: &FoldedSchema, history: &[Operation]) -> Origins {
    let names = before.tables.values().map(|folded| &folded.table.name);
    let mut origins: Origins = names
        .map(|name| (name.clone(), Some(name.clone())))
        .collect();
    for operation in history {
        match operation {
            Operation::CreateTable(table) => {
                origins.insert(table.name.clone(), None);
            }
            Operation::RenameTable { from, to } => {
                let origin = origins.remove(from).unwrap();
                origins.insert(to.clone(), origin);
            }
            Operation::DropTable { table } => {
                origins.remove(table);
            }
            _ => {}
        }
    }
    origins
}

/// Fields keep their numbers, so these say what a field was.
fn origins_of_fields(before: &FoldedTable, after: &FoldedTable) -> Origins {
    let fields = after.table.fields.iter().zip(&after.numbers);
    fields
        .map(|(field, number)| {
            let origin = before.field_by_number(*number);
            (field.name.clone(), origin.map(|origin| origin.name.clone()))
        })
        .collect()
}

fn marks(origins: &Origins) -> Vec<(Name, Name)> {
    let known = origins
        .iter()
        .filter_map(|(now, was)| Some((now, was.as_ref()?)));
    let renamed = known.filter(|(now, was)| now != was);
    renamed
        .map(|(now, was)| (now.clone(), was.clone()))
        .collect()
}

/// Whether marks can say what happened. They cannot when a name was taken over
/// from something that is gone, or when names were exchanged in a circle.
fn can_be_marked(existing: &BTreeSet<Name>, origins: &Origins) -> bool {
    let alive: BTreeSet<_> = origins.values().flatten().collect();
    let keeps = |now: &Name| origins[now].as_ref() == Some(now);
    let taken_over = origins
        .keys()
        .any(|now| existing.contains(now) && !keeps(now) && !alive.contains(now));
    let in_circle = |start: &Name| {
        let mut name = start;
        while let Some(Some(was)) = origins.get(name).filter(|_| !keeps(name)) {
            name = was;
            if name == start {
                return true;
            }
        }
        false
    };
    !taken_over && !origins.keys().any(in_circle)
}

/// What the source says after a history, with a mark at each thing that was
/// renamed; `None` when marks cannot say it.
fn source(
    before: &FoldedSchema,
    history: &[Operation],
    after: &FoldedSchema,
) -> Option<Vec<Declared>> {
    let module = name("blog");
    let origins = origins_of_tables(before, history);
    let existing = before
        .tables
        .keys()
        .map(|name| name.table.clone())
        .collect();
    if !can_be_marked(&existing, &origins) {
        return None;
    }
    let tables = after.tables.values().map(|folded| {
        let now = &folded.table.name;
        let mut declared = Declared::from(folded.table.clone());
        let Some(was) = &origins[now] else {
            return Some(declared);
        };
        declared.was = Some(was.clone()).filter(|was| was != now);
        let old = &before.tables[&TableName::new(module.clone(), was.clone())];
        let fields = origins_of_fields(old, folded);
        declared.fields_were = marks(&fields);
        let existing = old
            .table
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect();
        can_be_marked(&existing, &fields).then_some(declared)
    });
    tables.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 4096, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn what_it_writes_makes_what_is_declared(past in dice(25), later in dice(25)) {
        let mut evolution = Evolution::new("blog");
        evolution.run(&past);
        let mut folded = evolution.fold.clone();
        let history = evolution.run(&later);
        let to = source(&folded, &history, &evolution.fold);
        prop_assume!(to.is_some());
        let to = to.unwrap();
        let operations = diff(&evolution.module, &folded, &to);
        let story = || lines(history.iter().map(Operation::describe));
        prop_assert!(operations.is_ok(), "{}\nafter\n{}", lines(operations.unwrap_err()), story());
        for operation in operations.unwrap() {
            folded.apply(&evolution.module, &operation).unwrap();
        }
        prop_assert_eq!(made_differently(&folded, &to), vec![], "after\n{}", story());
        prop_assert_eq!(diff(&evolution.module, &folded, &to), Ok(vec![]));
    }
}
