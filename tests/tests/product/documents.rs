//! The JSON documents of a host have the keys that `docs/format-cli.md` lists.

use std::{collections::BTreeSet, fs};

use product_tests::{Session, workspace_root};
use serde_json::{Value, json};

/// Keys whose values are described elsewhere.
const ELSEWHERE: [&str; 4] = ["operations", "rows", "last", "rebuilt"];

/// All keys in a document.
fn keys(document: &Value) -> BTreeSet<String> {
    match document {
        Value::Object(members) => {
            let inner = members
                .iter()
                .filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()));
            let inner = inner.flat_map(|(_, value)| keys(value));
            members.keys().cloned().chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(keys).collect(),
        _ => BTreeSet::new(),
    }
}

/// The keys that the page lists for a command: the words in backticks.
fn listed(command: &str) -> BTreeSet<String> {
    let page = fs::read_to_string(workspace_root().join("docs/format-cli.md"));
    let page = page.expect("the page");
    let start = format!("| `{command}` | ");
    let line = page.lines().find_map(|line| line.strip_prefix(&start));
    let line = line.unwrap_or_else(|| panic!("no line `{start}`"));
    let words = line.split('`').skip(1).step_by(2);
    let is_key = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    words.filter(is_key).map(str::to_owned).collect()
}

#[track_caller]
fn check(session: &Session, command: &str, words: &str) {
    let line = format!("acme {command} {words} --json");
    let line = line.replace("TABLE ", "").replace("FILE ", "");
    let found = keys(&session.run(&line).json());
    assert_eq!(found, listed(command), "{line}");
}

#[test]
fn every_document_has_the_keys_that_the_page_lists() {
    let session = Session::new(&["acme"]);
    check(&session, "migrate plan", "");
    check(&session, "migrate apply", "");
    check(&session, "migrate status", "");

    // A row that is there before the seeds is kept, which the report tells.
    let row = json!({ "code": "001", "name": "the world" });
    let line = json!({ "table": "geo.region", "row": row }).to_string();
    session.write("rows.jsonl", line);
    check(&session, "data import FILE", "rows.jsonl");
    check(&session, "seed real", "");
    check(&session, "seed test", "--rows 2");

    check(&session, "data list", "");
    check(&session, "data list TABLE", "geo.region");
    check(&session, "data check", "");
    check(&session, "data check", "geo.region --repair");
    check(&session, "data rewrite TABLE", "geo.region");
    check(&session, "data compact", "");
    check(&session, "data snapshot FILE", "copy.redb");
    check(&session, "job list", "");
    check(&session, "job run", "campaign.digest");
    check(&session, "job history", "");
    check(&session, "doctor", "");
    check(&session, "version", "");
}
