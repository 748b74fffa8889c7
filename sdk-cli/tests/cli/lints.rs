//! `check`: the lints of migrations, and what has changed since a git revision.

use std::fs;

use sdk_schema::LintCode;
use serde_json::Value as Json;

use crate::terminal::Terminal;

const DROP: &str = r#"{
  "format": 1,
  "operations": [
    { "drop_index": { "table": "item", "fields": ["name"] } },
    { "drop_field": { "table": "item", "field": "name" } }
  ]
}
"#;

/// `shop` with a table `item`, whose field `name` a migration with this file name drops.
fn with_dropped_field(file: &str) -> Terminal {
    let terminal = Terminal::with_table();
    terminal.edit(
        "modules/stock/src/tables.rs",
        "    #[index]\n    pub name: String,\n",
        "",
    );
    terminal.write(&format!("modules/stock/migrations/{file}"), DROP);
    terminal.chain_anew("stock");
    terminal
}

const LATER: &str = "20990101T000000Z_drop_name.json";
const LATEST: &str = "20990102T000000Z_rename.json";

#[test]
fn a_check_fails_on_what_loses_rows_until_it_is_allowed() {
    let terminal = with_dropped_field(LATER);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_drop_name.json:4:5: warning drops_index: index (name) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    modules/stock/migrations/[STAMP]_drop_name.json:5:5: error drops_field: field `name` of `item` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it
    error: 1 fault in 1 module
    exit code 1
    ");
    let allowed =
        "\"allow\": [{ \"lint\": \"drops_field\", \"reason\": \"Items have codes now\" }],";
    terminal.edit(
        &format!("modules/stock/migrations/{LATER}"),
        "  \"operations\"",
        &format!("  {allowed}\n  \"operations\""),
    );
    insta::assert_snapshot!(terminal.type_lines("check\ncheck --deny-warnings"), @"
    $ sdk-cli check
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_drop_name.json:5:5: warning drops_index: index (name) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    ok   1 module checked, 1 warning, 1 allowed lint
    $ sdk-cli check --deny-warnings
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_drop_name.json:5:5: warning drops_index: index (name) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    error: 1 fault in 1 module
    exit code 1
    ");
}

#[test]
fn a_step_that_no_test_names_is_untested() {
    let terminal = Terminal::with_module();
    terminal.edit(
        "modules/stock/src/lib.rs",
        "name = \"stock\"",
        "name = \"stock\", steps(count)",
    );
    let lib = terminal.read("modules/stock/src/lib.rs");
    let step =
        "\n#[step(revision = 1)]\nasync fn count(tx: &mut WriteTx<'_>) -> Result<()> { Ok(()) }\n";
    terminal.write("modules/stock/src/lib.rs", &(lib + step));
    terminal.write(
        "modules/stock/migrations/20260101T000000Z_count.json",
        "{ \"format\": 1, \"operations\": [ { \"run\": { \"step\": \"count\", \"revision\": 1, \"inverse\": \"nothing\" } } ] }",
    );
    terminal.chain_anew("stock");
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 migration
    modules/stock/migrations/[STAMP]_count.json:1:32: warning untested_step: no test names step `count`, whose first run would be on rows that matter; call it in a test with rows as they were before
    ok   1 module checked, 1 warning
    ");
    terminal.write("modules/stock/tests/steps.rs", "fn a() { stock::count(); }");
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 migration
    ok   1 module checked
    ");
}

#[test]
fn a_document_holds_all_that_is_found() {
    let terminal = with_dropped_field(LATER);
    insta::assert_snapshot!(terminal.type_lines("check --json"), @r#"
    $ sdk-cli check --json
    {
      "passed": false,
      "modules": [
        {
          "name": "stock",
          "tables": 1,
          "migrations": 2,
          "seeds": 0,
          "jobs": 0,
          "translations": 0
        }
      ],
      "faults": [],
      "lints": [
        {
          "file": "modules/stock/migrations/[STAMP]_drop_name.json",
          "line": 4,
          "column": 5,
          "migration": "stock/[STAMP]_drop_name",
          "operation": 1,
          "code": "drops_index",
          "category": "incompatible",
          "level": "warning",
          "message": "index (name) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it",
          "allowed": null
        },
        {
          "file": "modules/stock/migrations/[STAMP]_drop_name.json",
          "line": 5,
          "column": 5,
          "migration": "stock/[STAMP]_drop_name",
          "operation": 2,
          "code": "drops_field",
          "category": "destructive",
          "level": "error",
          "message": "field `name` of `item` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it",
          "allowed": null
        }
      ],
      "notes": [],
      "counts": {
        "modules": 1,
        "faults": 0,
        "errors": 1,
        "warnings": 1,
        "allowed": 0
      }
    }
    error: 1 fault in 1 module
    exit code 1
    "#);
    terminal.write("src/main.rs", "fn main( {}");
    let document = terminal.document("check --json");
    assert_eq!(document["faults"][0]["file"], "src/main.rs");
    assert_eq!(document["faults"][0]["line"], 1);
}

#[test]
fn a_sarif_document_has_what_the_standard_requires() {
    let terminal = with_dropped_field(LATER);
    terminal.edit(
        &format!("modules/stock/migrations/{LATER}"),
        "  \"operations\"",
        "  \"allow\": [{ \"lint\": \"drops_index\", \"reason\": \"Nobody asks by name\" }],\n  \"operations\"",
    );
    terminal.write("src/main.rs", "fn main( {}");
    let log = terminal.document("check --sarif");
    // Sections 3.13, 3.14, 3.18 to 3.20: what must be there.
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "sdk-cli");
    let rules = driver["rules"].as_array().unwrap();
    assert!(
        rules
            .iter()
            .all(|rule| rule["shortDescription"]["text"].is_string())
    );
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        // Section 3.27.
        assert!(result["message"]["text"].is_string(), "{result}");
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with('/') && !uri.contains(':'), "{uri}");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
    }
    let suppression = &results[1]["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["justification"], "Nobody asks by name");
    assert_eq!(results[2]["suppressions"], Json::Null);
    insta::assert_snapshot!(terminal.type_lines("check --sarif --json"), @"
    $ sdk-cli check --sarif --json
    error: the argument '--sarif' cannot be used with '--json'

    Usage: sdk-cli check --sarif

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn a_base_leaves_out_what_others_have() {
    let terminal = with_dropped_field(LATER);
    terminal.commit();
    terminal.write(
        &format!("modules/stock/migrations/{LATEST}"),
        "{ \"format\": 1, \"operations\": [ { \"rename_field\": { \"table\": \"item\", \"from\": \"price\", \"to\": \"cents\" } } ] }",
    );
    terminal.chain_anew("stock");
    terminal.edit("modules/stock/src/tables.rs", "pub price", "pub cents");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD\ncheck --base HEAD --deny-warnings"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 3 migrations
    modules/stock/migrations/[STAMP]_rename.json:1:32: warning renames_field: field `price` of `item` is now called `cents`, and the version before asks for `price`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    ok   1 module checked, 1 warning
    $ sdk-cli check --base HEAD --deny-warnings
    ok   stock: 1 table, 3 migrations
    modules/stock/migrations/[STAMP]_rename.json:1:32: warning renames_field: field `price` of `item` is now called `cents`, and the version before asks for `price`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    error: 1 fault in 1 module
    exit code 1
    ");
}

#[test]
fn a_migration_that_others_have_stays_as_it_is() {
    let terminal = with_dropped_field(LATER);
    terminal.commit();
    let file = format!("modules/stock/migrations/{LATER}");
    // Neither white space nor what it allows is applied to a store.
    terminal.write(
        &file,
        &DROP.replace("  \"operations\"", "\"allow\": [],\n\"operations\""),
    );
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 2 migrations
    ok   1 module checked
    ");
    terminal.edit(
        &file,
        "\"format\": 1,",
        "\"format\": 1, \"description\": \"Edited\",",
    );
    terminal.chain_anew("stock");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_drop_name.json: error edited: it has another content than at `HEAD`, where others may have applied it: they would refuse to start; put it back, and write what is new into a migration of its own
    error: 1 fault in 1 module
    exit code 1
    ");
    fs::rename(
        terminal.at.join(&file),
        terminal.at.join("modules/stock/migrations").join(LATEST),
    )
    .unwrap();
    terminal.chain_anew("stock");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_rename.json:5:5: warning drops_index: index (name) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    modules/stock/migrations/[STAMP]_drop_name.json: error removed: it was there at `HEAD`, where others may have applied it: they would refuse to start; put it back, or write a squash that `replaces` it
    modules/stock/migrations/[STAMP]_rename.json:6:5: error drops_field: field `name` of `item` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it
    error: 2 faults in 1 module
    exit code 1
    ");
}

#[test]
fn an_application_may_lie_below_its_repository() {
    let mut terminal = with_dropped_field(LATER);
    terminal.at.pop();
    terminal.commit();
    terminal.at.push("shop");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 2 migrations
    ok   1 module checked
    ");
    terminal.edit(
        &format!("modules/stock/migrations/{LATER}"),
        "\"format\": 1,",
        "\"format\": 1, \"description\": \"Edited\",",
    );
    terminal.chain_anew("stock");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_drop_name.json: error edited: it has another content than at `HEAD`, where others may have applied it: they would refuse to start; put it back, and write what is new into a migration of its own
    error: 1 fault in 1 module
    exit code 1
    ");
}

#[test]
fn a_squash_may_take_the_place_of_what_it_replaces() {
    let terminal = Terminal::with_table();
    terminal.commit();
    let first = terminal.first_migration("stock");
    let file = format!("modules/stock/migrations/{first}");
    let (stamp, name) = first.trim_end_matches(".json").split_once('_').unwrap();
    let text = terminal.read(&file).replacen(
        "\"operations\"",
        &format!("\"replaces\": [\"{stamp}_{name}\"],\n  \"operations\""),
        1,
    );
    fs::remove_file(terminal.at.join(&file)).unwrap();
    terminal.write(
        &format!("modules/stock/migrations/{stamp}_squash.json"),
        &text,
    );
    terminal.chain_anew("stock");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 1 migration
    ok   1 module checked
    ");
}

#[test]
fn a_new_migration_must_be_later_than_what_others_have() {
    let terminal = Terminal::with_table();
    terminal.commit();
    let late = "modules/stock/migrations/20200101T000000Z_nothing.json";
    terminal.write(late, "{ \"format\": 1, \"operations\": [] }");
    terminal.chain_anew("stock");
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD\ncheck"), @"
    $ sdk-cli check --base HEAD
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_nothing.json: error late_stamp: its stamp [STAMP] is not later than that of `stock/[STAMP]_create_item`, which others may have applied: they would refuse it as late; give the file a later stamp
    error: 1 fault in 1 module
    exit code 1
    $ sdk-cli check
    ok   stock: 1 table, 2 migrations
    ok   1 module checked
    ");
}

#[test]
fn a_base_needs_git_and_a_revision_that_is_there() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(terminal.type_lines("check --base HEAD"), @"
    $ sdk-cli check --base HEAD
    error: `--base` needs a git repository around [FOLDER]/shop: fatal: not a git repository (or any of the parent directories): .git
    exit code 1
    ");
    terminal.commit();
    insta::assert_snapshot!(terminal.type_lines("check --base origin/main\ncheck --base=--all"), @"
    $ sdk-cli check --base origin/main
    error: git knows no revision `origin/main`: fatal: Needed a single revision
    hint: git fetch, if it is the revision of a remote
    exit code 1
    $ sdk-cli check --base=--all
    error: git knows no revision `--all`: fatal: Needed a single revision
    hint: git fetch, if it is the revision of a remote
    exit code 1
    ");
}

#[test]
fn the_page_of_lints_has_each_code_with_its_level() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/lints.md");
    let page = fs::read_to_string(file).unwrap();
    let heads = page.lines().filter_map(|line| line.strip_prefix("### "));
    let codes = LintCode::all().map(|code| format!("`{code}`"));
    assert!(heads.eq(codes), "the codes in their order, each a head");
    for code in LintCode::all() {
        let (level, category, summary) = (code.level(), code.category(), code.summary());
        let entry = format!("### `{code}`\n\n*{level}, {category}*: {summary}.\n");
        assert!(page.contains(&entry), "{entry}");
    }
}

#[test]
fn what_the_migrations_of_this_repository_do_is_allowed() {
    let mut terminal = Terminal::new();
    terminal.at = concat!(env!("CARGO_MANIFEST_DIR"), "/..").into();
    terminal.quietly("check");
}
