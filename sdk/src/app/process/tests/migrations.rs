//! The commands about migrations, as an operator types and reads them.

use super::*;
use crate::module::TableDeclaration;

#[derive(crate::Table, Debug, Clone)]
#[table(module = "shop")]
#[sdk(crate = "crate")]
struct Item {
    #[key]
    sku: String,
    #[default(0)]
    price: i64,
}

const CREATE: EmbeddedFile = file(
    "20260101T000000Z_create_item.json",
    r#"{ "format": 1, "description": "Items are sold", "operations": [{ "create_table": { "name": "item", "key": ["sku"], "fields": [
        { "name": "sku", "type": "string" }, { "name": "cost", "type": "i64", "nullable": true }] } }] }"#,
);
const RENAME: EmbeddedFile = file(
    "20260201T000000Z_price_items.json",
    r#"{ "format": 1, "description": "A cost is a price",
        "allow": [{ "lint": "renames_field", "reason": "one host at a time" }],
        "operations": [
            { "rename_field": { "table": "item", "from": "cost", "to": "price" } },
            { "change_field": { "table": "item", "field": { "name": "price", "type": "i64", "default": 0 } } }] }"#,
);

/// The shop before its second migration: its table is declared as it was.
mod before {
    #[derive(crate::Table, Debug, Clone)]
    #[table(module = "shop")]
    #[sdk(crate = "crate")]
    pub(super) struct Item {
        #[key]
        pub(super) sku: String,
        pub(super) cost: Option<i64>,
    }
}

fn old_shop() -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<before::Item>()],
        ..module("shop", &[CREATE])
    }
}

fn shop() -> Declaration {
    Declaration {
        version: "2.0.0",
        tables: vec![TableDeclaration::of::<Item>()],
        ..module("shop", &[CREATE, RENAME])
    }
}

/// A folder of the old shop with two items.
fn with_items() -> Terminal {
    let terminal = Terminal::applied(&[old_shop()]);
    let rows = r#"{"table":"shop.item","row":{"sku":"a","cost":5}}
{"table":"shop.item","row":{"sku":"b","cost":null}}
"#;
    let file = terminal.folder.path().join("rows.jsonl");
    std::fs::write(&file, rows).unwrap();
    let said = terminal.run(&[old_shop()], &format!("data import {}", file.display()));
    assert!(said.ends_with("exit code 0"), "{said}");
    terminal
}

#[test]
fn a_plan_says_what_it_means_for_the_rows() {
    let terminal = with_items();
    assert_snapshot!(terminal.run(&[shop()], "migrate plan"), @r"
    2026-02-01 00:00:00  shop  price_items  A cost is a price
      ├─ rename field `cost` of `item` to `price`
      └─ change field `price` of `item` to (i64, default 0): reads 2 rows and may write them
         renames_field, allowed: one host at a time
         fills_nulls: field `price` of `item` becomes required: each null becomes 0, and nobody can tell the two apart afterwards; give the rows with a null their values by a step before it
    1 migration to apply
    exit code 0
    ");
    assert_snapshot!(terminal.run(&[old_shop()], "migrate plan"), @r"
    nothing to apply
    exit code 0
    ");
}

#[test]
fn a_plan_in_json_has_operations_rows_and_lints() {
    let terminal = with_items();
    assert_snapshot!(terminal.run(&[shop()], "migrate plan --json"), @r#"
    {
      "renamed": [],
      "adopted": [],
      "pending": [
        {
          "module": "shop",
          "stamp": "20260201T000000Z",
          "name": "price_items",
          "description": "A cost is a price",
          "checksum": "933f9ea295c80c8703b8e998a8ee0490ca8c597d515dcf45baed8d8e39adadb8",
          "late": false,
          "resumes": null,
          "operations": [
            {
              "operation": {
                "rename_field": {
                  "from": "cost",
                  "table": "item",
                  "to": "price"
                }
              },
              "in_words": "rename field `cost` of `item` to `price`",
              "rows": 2,
              "work": "catalogue"
            },
            {
              "operation": {
                "change_field": {
                  "field": {
                    "default": 0,
                    "name": "price",
                    "type": "i64"
                  },
                  "table": "item"
                }
              },
              "in_words": "change field `price` of `item` to (i64, default 0)",
              "rows": 2,
              "work": "rewrites"
            }
          ],
          "lints": [
            {
              "code": "renames_field",
              "operation": 1,
              "message": "field `cost` of `item` is now called `price`, and the version before asks for `cost`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later",
              "allowed": "one host at a time"
            },
            {
              "code": "fills_nulls",
              "operation": 2,
              "message": "field `price` of `item` becomes required: each null becomes 0, and nobody can tell the two apart afterwards; give the rows with a null their values by a step before it",
              "allowed": null
            }
          ]
        }
      ],
      "orphaned": []
    }
    exit code 0
    "#);
}

#[test]
fn a_status_in_json_says_when_by_whom_and_how_long() {
    let terminal = with_items();
    let said = terminal.run(&[shop()], "migrate status --json");
    let (json, _) = said.split_once("exit code").unwrap();
    let status: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
    let of = |name: &str| status.iter().find(|it| it["name"] == name).unwrap();
    let applied = of("create_item");
    assert_eq!(applied["state"], "applied");
    assert_eq!(applied["module_version"], "1.0.0");
    assert!(applied["host"].as_str().unwrap().starts_with("acme "));
    assert!(applied["applied_at"].is_string() && applied["duration_ms"].is_u64());
    let pending = of("price_items");
    assert_eq!(pending["state"], "pending");
    assert_eq!(
        pending["operations"][0],
        "rename field `cost` of `item` to `price`"
    );
    assert_eq!(
        (&pending["order"], &pending["position"]),
        (&6.into(), &serde_json::Value::Null)
    );
}

#[test]
fn what_was_applied_is_undone_by_the_snapshot() {
    let terminal = with_items();
    let applied = terminal.run(&[shop()], "migrate apply");
    assert!(applied.ends_with("exit code 0"), "{applied}");
    assert_snapshot!(terminal.run(&[shop()], "data list shop.item"), @r"
    sku  price
    a    5
    b    0
    exit code 0
    ");
    let shown = terminal.run(&[shop()], "migrate undo");
    assert_snapshot!(undone(&shown), @r"
    the store of NOW, from DATA/snapshots/STAMP.redb
      without shop/20260201T000000Z_price_items
      without what was written since then
    error: nothing was done: this was to be read first
    hint: `--yes` goes back
    exit code 1
    ");
    let done = terminal.run(&[shop()], "migrate undo --yes");
    assert_snapshot!(undone(&done), @r"
    the store of NOW, from DATA/snapshots/STAMP.redb
      without shop/20260201T000000Z_price_items
      without what was written since then
    the store as it was: DATA/snapshots/undone-STAMP.redb
    went back; this binary applies the migrations again when it starts: start the version of before
    exit code 0
    ");
    assert_snapshot!(terminal.run(&[old_shop()], "data list shop.item"), @r"
    sku  cost
    a    5
    b
    exit code 0
    ");
    // The snapshot lacks no migration of the store that came from it.
    assert_snapshot!(terminal.run(&[old_shop()], "migrate undo"), @r"
    error: there is no snapshot in DATA/snapshots that lacks a migration of the store
    hint: `migrate down --to STAMP` takes migrations back by their inverses; else restore a backup
    exit code 1
    ");
}

/// Without the second of the run, which the names of files tell.
fn undone(text: &str) -> String {
    let line = |line: &str| match (line.split_once("the store of "), line.split_once("undone-")) {
        (Some((before, rest)), _) => {
            let (_, rest) = rest.split_once(',').unwrap();
            format!("{before}the store of NOW,{rest}")
        }
        (None, Some((before, _))) => format!("{before}undone-STAMP.redb"),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_has_inverses_is_taken_back() {
    let terminal = Terminal::applied(&[module("blog", &[FIRST, SECOND, THIRD])]);
    let blog = [module("blog", &[FIRST, SECOND, THIRD])];
    assert_snapshot!(terminal.run(&blog, "migrate down --to 20260101T000000Z"), @r"
    snapshot of the store as it was: DATA/snapshots/STAMP.redb
    took back blog/20260301T000000Z_third
    took back blog/20260201T000000Z_second
    this binary applies them again when it starts: start the version of before
    exit code 0
    ");
    assert_snapshot!(terminal.run(&blog, "migrate down --to 20260101T000000Z"), @r"
    nothing is newer than 20260101T000000Z
    exit code 0
    ");
    assert_snapshot!(terminal.run(&blog, "migrate plan"), @r"
    2026-02-01 00:00:00  blog  second
    2026-03-01 00:00:00  blog  third
    2 migrations to apply
    exit code 0
    ");
}

#[test]
fn what_has_no_inverse_is_refused_with_the_other_way_back() {
    let terminal = with_items();
    terminal.run(&[shop()], "migrate apply");
    assert_snapshot!(terminal.run(&[shop()], "migrate down --to 20260101T000000Z"), @r"
    error: migration `shop/20260201T000000Z_price_items`, operation 2, cannot be taken back: change field `price` of `item` to (i64, default 0) has no inverse
    hint: `migrate undo` goes back to the snapshot that was made before
    exit code 1
    ");
}

#[test]
fn a_changed_file_is_accepted_with_a_reason() {
    const OTHER: EmbeddedFile = file(
        "20260101T000000Z_first.json",
        r#"{ "format": 1, "description": "mended", "operations": [] }"#,
    );
    let terminal = Terminal::applied(&[module("blog", &[FIRST])]);
    let changed = [module("blog", &[OTHER])];
    assert_snapshot!(terminal.run(&changed, "migrate verify"), @r"
    FAIL  checksums  migration `blog/20260101T000000Z_first` was changed after it was applied: the ledger has checksum 10beb89b7204d07f7a0b18a0a531faddce3c78d1714c5fd86d2389f40582fda9, this binary has 71709bea3e9ea8ca2b93c9f4dad41d3949413f860e25f2dc70973d23540355e0
    ok    ledger     it fits this binary
    ok    running    no migration is half done
    error: 1 check failed
    hint: `acme migrate status` shows each migration
    exit code 1
    ");
    let mark = "migrate mark blog/20260101T000000Z_first --as accepted --reason mended";
    assert_snapshot!(terminal.run(&changed, mark), @r"
    blog/20260101T000000Z_first accepted as it is now; before: 10beb89b7204d07f7a0b18a0a531faddce3c78d1714c5fd86d2389f40582fda9
    hint: `acme migrate verify` checks that the tables agree
    exit code 0
    ");
    assert_snapshot!(terminal.run(&changed, "migrate verify"), @r"
    ok    checksums  5 migrations are as they were applied
    ok    ledger     it fits this binary
    ok    running    no migration is half done
    ok    order      the order of arrival (0 late) makes the schema of the global order
    ok    schema     7 tables are as declared
    exit code 0
    ");
    let ledger = terminal.run(&changed, "migrate ledger");
    let told = "blog/20260101T000000Z_first accepted as it is now by acme 0.1.0: mended";
    assert!(ledger.contains(told), "{ledger}");
    assert_snapshot!(terminal.run(&changed, mark), @r"
    error: migration `blog/20260101T000000Z_first` is accepted already
    exit code 1
    ");
}

#[test]
fn an_older_binary_cannot_run_on_a_renamed_field() {
    let terminal = Terminal::new();
    let schema = terminal.run(&[old_shop()], "schema --json");
    let (schema, _) = schema.split_once("exit code").unwrap();
    let file = terminal.folder.path().join("old.json");
    std::fs::write(&file, schema).unwrap();
    let line = format!("migrate compatible --from {}", file.display());
    assert_snapshot!(terminal.run(&[old_shop()], &line), @r"
    0 migrations are new to acme 0.1.0
    acme 0.1.0 can run on the schema of this binary
    exit code 0
    ");
    assert_snapshot!(terminal.run(&[shop()], &line), @r"
    1 migrations are new to acme 0.1.0
    shop/20260201T000000Z_price_items, operation 1: field `cost` of `item` is now called `price`, and the version before asks for `cost`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    shop/20260201T000000Z_price_items, operation 2: field `price` of `item` may no longer be null, and nulls that the version before writes are refused; require it a release after the last code that writes null
    error: acme 0.1.0 cannot run on the schema of acme 0.1.0
    hint: stop it before this one applies its migrations, or release the change in two steps
    exit code 1
    ");
    std::fs::write(&file, "{}").unwrap();
    assert_snapshot!(terminal.run(&[shop()], &line), @r"
    error: DATA/old.json: missing field `migrations` at line 1 column 2
    hint: `schema --json` of the older binary writes the file
    exit code 1
    ");
}

/// A host of the old shop that has the folder open, in a process of its own as far
/// as locks go.
struct Running {
    stop: tokio::sync::oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (listening, wait) = std::sync::mpsc::channel();
        let folder = folder.to_owned();
        let serve = async move || {
            let linked = Linked::link("acme", "1.0.0", vec![old_shop()]).unwrap();
            let host = Host::open(Arc::new(linked), &folder, Clock::system()).unwrap();
            host.start(&[]).await.unwrap();
            let socket = crate::app::socket::CommandSocket::bind(&folder).unwrap();
            let services = system::services(&Arc::new(host), HashMap::new()).unwrap();
            let edge = crate::app::socket::tests::edge(&services, &folder).await;
            let running = socket.serve(edge);
            listening.send(()).unwrap();
            let _ = stopped.await;
            running.stop(std::time::Duration::ZERO).await;
        };
        let thread = std::thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(serve());
        });
        wait.recv().unwrap();
        Self { stop, thread }
    }

    fn stop(self) {
        self.stop.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

#[test]
fn a_newer_binary_plans_for_the_store_that_an_older_host_has_open() {
    let terminal = with_items();
    let alone = terminal.run(&[shop()], "migrate plan");
    let running = Running::start(terminal.folder.path());
    assert_eq!(terminal.run(&[shop()], "migrate plan"), alone);
    let status = terminal.run(&[shop()], "migrate status");
    assert!(status.contains("pending"), "{status}");
    assert_snapshot!(terminal.run(&[shop()], "migrate undo"), @r"
    error: DATA/store.redb is in use: another host has it open
    hint: stop the other host, or give this one another --data
    exit code 1
    ");
    running.stop();
}

/// What a command prints on a store that nobody else has open, and what it prints when
/// a host runs there.
#[test]
fn every_command_says_through_a_running_host_what_it_says_without_one() {
    let lines = [
        "data list",
        "data list shop.item --where cost>1 --reverse",
        "data list shop.item --json",
        "data get shop.item a",
        r#"data put shop.item {"sku":"c","cost":9007199254740993}"#,
        "data get shop.item c --json",
        "data delete shop.item c",
        "data delete shop.item c",
        "data export",
        "data import DATA/rows.jsonl",
        "data check shop.item --json",
        "data rewrite shop.item",
        "data dump shop.item",
        "seed real",
        "seed test --rows 1",
        "job list",
        "job history",
        "job run shop.none",
        "job set shop.none --off",
        "job reset shop.none",
        "lang show",
        "lang show de",
        "migrate verify",
        "migrate plan",
        "migrate apply",
        "migrate down --to 20270101T000000Z",
        "migrate mark shop/20260101T000000Z_create_item --as applied --reason so",
        "doctor",
        "schema",
        "version",
        "data list shop.none",
        "data list shop.item --where cost=x",
    ];
    let say = |terminal: &Terminal| {
        let folder = terminal.folder.path().display().to_string();
        let said = lines.map(|line| {
            let said = terminal.run(&[old_shop()], &line.replace("DATA", &folder));
            format!("> {line}\n{said}\n")
        });
        said.concat()
    };
    let alone = say(&with_items());
    let terminal = with_items();
    let running = Running::start(terminal.folder.path());
    let through = say(&terminal);
    running.stop();
    assert_eq!(through, alone);
}

#[test]
fn an_import_through_a_running_host_may_be_larger_than_a_message() {
    let terminal = with_items();
    let running = Running::start(terminal.folder.path());
    let file = terminal.folder.path().join("many.jsonl");
    let sku = "x".repeat(1_000);
    let line =
        |at: usize| format!("{{\"table\":\"shop.item\",\"row\":{{\"sku\":\"{sku}{at}\"}}}}\n");
    std::fs::write(&file, (0..6_000).map(line).collect::<String>()).unwrap();
    let import = format!("data import {}", file.display());
    assert_snapshot!(terminal.run(&[old_shop()], &import), @r"
    rows: 6000 imported
    exit code 0
    ");
    let exported = terminal.run(&[old_shop()], "data export");
    assert_eq!(exported.lines().count(), 6_000 + 2 + 1);

    // A line that is none: those before it have been sent, and nothing is written.
    std::fs::write(&file, format!("{}nonsense\n", line(9_999))).unwrap();
    assert_snapshot!(terminal.run(&[old_shop()], &import), @r"
    error: DATA/many.jsonl, line 2, column 2: expected ident
    hint: nothing was imported
    exit code 1
    ");
    let exported = terminal.run(&[old_shop()], "data export");
    assert_eq!(exported.lines().count(), 6_000 + 2 + 1);
    running.stop();
}
