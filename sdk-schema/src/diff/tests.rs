mod steps;

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    evolution::{Evolution, default_of, dice},
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
    check_after(&[json!(creates)], to)
}

/// The same after migrations of these operations.
fn check_after(past: &[Json], to: &[Declared]) -> String {
    let past: Vec<_> = past
        .iter()
        .cloned()
        .map(crate::fixture::operations)
        .collect();
    let mut history = history(&past);
    match diff(&name("blog"), &history, to, &Given::default()) {
        Ok(draft) => {
            apply(&mut history, &draft.operations);
            assert_eq!(made_differently(history.fold(), to), []);
            let again = diff(&name("blog"), &history, to, &Given::default());
            assert_eq!(again, Ok(Draft::default()), "a second diff is empty");
            lines(draft.operations.iter().map(Operation::describe))
        }
        Err(faults) => lines(faults),
    }
}

fn history(past: &[Vec<Operation>]) -> History {
    let mut history = History::new();
    for operations in past {
        apply(&mut history, operations);
    }
    history
}

fn apply(history: &mut History, operations: &[Operation]) {
    let id = crate::fixture::id("blog/20260101T000000Z_past");
    let migration = crate::Migration::new(id, operations.to_vec());
    history.apply_migration(&migration).unwrap();
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
    let draft = diff(&name("blog"), &folded.into(), &[], &Given::default()).unwrap();
    assert_snapshot!(lines(draft.operations.iter().map(Operation::describe)), @"
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
    for new in ["votes", "likes"] {
        let field = json!({ "name": new, "type": "i64" });
        to.fields.push(serde_json::from_value(field).unwrap());
    }
    assert_snapshot!(check(&[author(), post()], &[declared(author()), to.into()]), @"
    table `post`: field `votes` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill post.votes=VALUE
    table `post`: field `likes` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill post.likes=VALUE
    ");
    let mut other_key = table(author());
    other_key.fields[0].name = name("name");
    other_key.key = vec![name("name")];
    assert_snapshot!(check(&[author(), post()], &[other_key.into(), declared(post())]), @"table `author`: the key changes from (id id) to (name id), but field `author` of `post` holds it: take that reference away by a migration of its own, change the key by the next, and refer to it again by a third");
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
fn exchanges_names_by_way_of_a_free_one() {
    let two = with_fields(
        "a",
        &json!([{ "name": "x", "type": "i64" }, { "name": "y", "type": "string" }]),
    );
    let mut turned = two.clone();
    turned["fields"][1]["type"] = json!("string");
    turned["fields"][2]["type"] = json!("i64");
    let exchanged = field_was(field_was(declared(turned), "x", "y"), "y", "x");
    assert_snapshot!(check(&[two], &[exchanged]), @"
    rename field `x` of `a` to `x_before`
    rename field `y` of `a` to `x`
    rename field `x_before` of `a` to `y`
    ");

    let [a, b, c] = ["a", "b", "c"].map(|name| with_fields(name, &json!([])));
    let turned = [
        was(declared(a.clone()), "b"),
        was(declared(b.clone()), "c"),
        was(declared(c.clone()), "a"),
    ];
    assert_snapshot!(check(&[a, b, c], &turned), @"
    rename table `a` to `a_before`
    rename table `b` to `a`
    rename table `c` to `b`
    rename table `a_before` to `c`
    ");
}

#[test]
fn ignores_marks_that_have_been_carried_out() {
    let [a, b] = ["a", "b"].map(|name| {
        with_fields(
            name,
            &json!([{ "name": "x", "type": "i64" }, { "name": "y", "type": "i64" }]),
        )
    });
    let rename = |from: &str, to: &str| json!({ "rename_table": { "from": from, "to": to } });
    let rename_field =
        |from: &str, to: &str| json!({ "rename_field": { "table": "a", "from": from, "to": to } });
    let past = [
        json!([{ "create_table": a }, { "create_table": b }]),
        json!([rename("a", "c"), rename("b", "a"), rename("c", "b")]),
        json!([
            rename_field("x", "z"),
            rename_field("y", "x"),
            rename_field("z", "y")
        ]),
    ];
    let exchanged = field_was(field_was(declared(a.clone()), "x", "y"), "y", "x");
    assert_snapshot!(check_after(&past, &[was(exchanged, "b"), was(declared(b.clone()), "a")]), @"");
    // `b` was renamed to `a` long ago, and another `b` was made since.
    let past = [json!([{ "create_table": b }, rename("b", "a"), { "create_table": b }])];
    assert_snapshot!(check_after(&past, &[was(declared(a), "b"), declared(b)]), @"");
}

#[test]
fn does_not_exchange_names_after_a_squash_that_may_hide_that_it_was_done() {
    let two = with_fields(
        "a",
        &json!([{ "name": "x", "type": "i64" }, { "name": "y", "type": "i64" }]),
    );
    let mut squash = crate::fixture::migration(
        "blog/20260101T000000Z_squash",
        json!([{ "create_table": two }, { "create_table": with_fields("b", &json!([])) }]),
    );
    squash.replaces = vec![crate::Replaced {
        stamp: "20250101T000000Z".parse().unwrap(),
        name: name("create"),
        replaces: Vec::new(),
    }];
    let mut history = History::new();
    history.apply_migration(&squash).unwrap();
    let exchanged = field_was(field_was(declared(two), "x", "y"), "y", "x");
    let to = [
        was(exchanged, "b"),
        was(declared(with_fields("b", &json!([]))), "a"),
    ];
    let faults = diff(&name("blog"), &history, &to, &Given::default()).unwrap_err();
    assert_snapshot!(lines(faults), @"
    table `a` says that it was `b`, and so on in a circle of tables that are all there, and a squash hides whether that has been done: remove the marks, or exchange the names by way of a third one, in two migrations
    table `a`: field `x` says that it was `y`, and so on in a circle of fields that are all there, and a squash hides whether that has been done: remove the marks, or exchange the names by way of a third one, in two migrations
    ");
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
    let draft = diff(&name("shop"), &folded.into(), &[], &Given::default());
    assert_eq!(draft, Ok(Draft::default()));
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
/// from something that is gone by something that has another name until then.
fn can_be_marked(existing: &BTreeSet<Name>, origins: &Origins) -> bool {
    let alive: BTreeSet<_> = origins.values().flatten().collect();
    !origins.iter().any(|(now, was)| {
        let renamed = was.as_ref().is_some_and(|was| was != now);
        renamed && existing.contains(now) && !alive.contains(now)
    })
}

/// What the source says after a history, with a mark at each thing that was
/// renamed; `None` when marks cannot say it: a name was taken over, or a mark
/// was carried out before and taken back since.
fn source(past: &History, history: &[Operation], after: &FoldedSchema) -> Option<Vec<Declared>> {
    let module = name("blog");
    let full = |table: &Name| TableName::new(module.clone(), table.clone());
    let before = past.fold();
    let origins = origins_of_tables(before, history);
    let done = |(now, was): &(Name, Name)| past.table_was(&full(now), was);
    if marks(&origins).iter().any(done) {
        return None;
    }
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
        let number = |field: &Name| old.number_of(field);
        let done = |(now, was): &(Name, Name)| {
            number(now).is_some_and(|number| past.field_was(&full(&old.table.name), number, was))
        };
        if declared.fields_were.iter().any(done) {
            return None;
        }
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

/// A tree whose rows are identified by themselves and by where they hang.
fn tree(key: &str, parent: &Json) -> Json {
    json!({ "name": "node", "key": [key], "fields": [
        { "name": "id", "type": "id" },
        parent,
    ] })
}

#[test]
fn a_new_key_that_refers_to_its_own_table_refers_once_it_is_the_key() {
    let parent = json!({ "name": "code", "type": "string", "default": "root",
        "references": { "table": "blog.node" } });
    let from = json!({ "name": "node", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] });
    assert_snapshot!(check(&[from], &[declared(tree("code", &parent))]), @r#"
    add field `code` (string, default "root") to `node`
    change the key of `node` to (code)
    change field `code` of `node` to (string, default "root", references `blog.node`)
    "#);
}

#[test]
fn a_key_that_refers_to_its_own_table_is_cut_before_another_takes_its_place() {
    let parent =
        json!({ "name": "code", "type": "string", "references": { "table": "blog.node" } });
    let plain = json!({ "name": "code", "type": "string", "nullable": true });
    assert_snapshot!(check(&[tree("code", &parent)], &[declared(tree("id", &plain))]), @r"
    change field `code` of `node` to (string)
    change the key of `node` to (id)
    change field `code` of `node` to (string, nullable)
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 16384, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn what_it_writes_makes_what_is_declared(past in dice(25), later in dice(25)) {
        let mut evolution = Evolution::new("blog");
        let mut history = history(&[evolution.run(&past)]);
        let operations = evolution.run(&later);
        let to = source(&history, &operations, &evolution.fold);
        prop_assume!(to.is_some());
        let to = to.unwrap();
        let given = Given { fills: fills(&to), ..Given::default() };
        let story = || lines(operations.iter().map(Operation::describe));
        let draft = match diff(&evolution.module, &history, &to, &given) {
            Ok(draft) => draft,
            Err(faults) => {
                let held = |fault: &DiffFault| matches!(fault, DiffFault::KeyHeld { .. });
                prop_assume!(!faults.iter().any(held));
                prop_assert!(false, "{}\nafter\n{}", lines(faults), story());
                unreachable!()
            }
        };
        apply(&mut history, &draft.operations);
        prop_assert_eq!(made_differently(history.fold(), &to), vec![], "after\n{}", story());
        let again = diff(&evolution.module, &history, &to, &given);
        prop_assert_eq!(again, Ok(Draft::default()));
    }
}

/// A value for each required field that is in no key.
fn fills(to: &[Declared]) -> BTreeMap<(Name, Name), Value> {
    let fields = to.iter().flat_map(|declared| {
        let table = &declared.table;
        let fields = table.fields.iter();
        let others = fields.filter(|field| !table.key.contains(&field.name));
        others.map(|field| (table.name.clone(), field))
    });
    fields
        .map(|(table, field)| ((table, field.name.clone()), default_of(&field.ty, 1)))
        .collect()
}
