//! A reader that was written from `docs/format-store.md` alone reads a dump of
//! a store and finds what the host finds: the page says all that it must.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    process::{Command, Stdio},
};

use product_tests::{Finished, Session, workspace_root};
use serde_json::Value;

/// The rows of each table, in the order of the keys.
type Tables = BTreeMap<String, Vec<Value>>;

/// Lines as `data export` and the reader write them.
fn tables(lines: &str) -> Tables {
    let mut tables = Tables::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let table = line["table"].as_str().expect("a table").to_owned();
        tables.entry(table).or_default().push(line["row"].clone());
    }
    tables
}

/// What the reader makes of a dump.
fn read(dump: &str) -> Tables {
    let reader = Command::new("python3")
        .arg(workspace_root().join("tests/format_store.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut reader = reader.expect("the reader of the format needs `python3` on the path");
    let mut input = reader.stdin.take().expect("piped");
    // It reads everything before it writes anything.
    let written = input.write_all(dump.as_bytes());
    drop(input);
    let finished = Finished::from(reader.wait_with_output().expect("it ends"));
    let rows = tables(&finished.success());
    written.expect("it reads to the end");
    rows
}

fn compare(found: &Tables, expected: &Tables) {
    let counts = |tables: &Tables| -> Vec<_> {
        let count = |(name, rows): (&String, &Vec<Value>)| (name.clone(), rows.len());
        tables.iter().map(count).collect()
    };
    assert_eq!(counts(found), counts(expected));
    for (table, rows) in expected {
        for (found, expected) in found[table].iter().zip(rows) {
            assert_eq!(found, expected, "{table}");
        }
    }
}

#[test]
fn the_page_is_enough_to_read_every_row_of_the_example_host() {
    let session = Session::new(&["acme"]);
    session.run("acme migrate apply").success();
    session.run("acme seed real").success();
    session.run("acme seed test --rows 30").success();
    session.run("acme job run campaign.digest").success();
    let listed = session.run("acme data list --json").json();
    let names = listed.as_array().expect("an array").iter();
    let names: Vec<_> = names.filter_map(|table| table["table"].as_str()).collect();
    let exported = session.run(&format!("acme data export {}", names.join(" ")));
    let expected = tables(&exported.success());
    assert!(expected["geo.country"].len() == 249, "the world is there");
    compare(&read(&session.run("acme data dump").success()), &expected);
}

#[test]
fn the_page_is_enough_to_read_rows_of_several_layouts_and_all_types() {
    let session = Session::new(&["acme"]);
    let fixture = workspace_root().join("sdk/tests/fixtures/format-1");
    let store = fs::read(fixture.join("store.redb")).expect("the fixture");
    session.write("data/store.redb", store);
    let expected = fs::read_to_string(fixture.join("rows.jsonl")).expect("its rows");
    let dump = session.run("acme data dump").success();
    compare(&read(&dump), &tables(&expected));
}
