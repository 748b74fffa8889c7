//! What `sdk-cli` writes compiles and runs as it is, without a warning.
//!
//! The applications share one target folder with those of the README, so that
//! the SDK and what it depends on is compiled once. Each has its own name, for
//! the programs lie side by side there.

use product_tests::{NewApp, workspace_root};

/// What makes a whole application, typed after `sdk-cli` in this order.
const GUIDE: [&str; 8] = [
    "new module stock",
    "new table stock Item name:String sku:String price:i64 --unique sku --index name",
    "new migration stock",
    "new seed stock item",
    "new job stock restock --schedule \"0 3 * * *\"",
    "new service stock",
    "new translation stock de",
    "check",
];

#[test]
fn a_new_application_runs_as_it_is() {
    let app = NewApp::made_by("empty_app", &[]);
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    let status = app.host("migrate status --json").json();
    let modules = status.as_array().expect("an array").iter();
    let mut modules: Vec<_> = modules.map(|migration| &migration["module"]).collect();
    modules.dedup();
    assert_eq!(modules, ["sdk"]);
    assert_eq!(app.host("version --json").json()["version"], "0.1.0");
}

#[test]
fn an_application_made_by_commands_alone_runs() {
    let app = NewApp::made_by("made_app", &GUIDE);
    app.builds_without_a_warning();
    let status = app.host("migrate status --json").json();
    let own = status
        .as_array()
        .expect("an array")
        .last()
        .expect("not empty");
    assert_eq!(
        [&own["module"], &own["name"], &own["state"]],
        ["stock", "create_item", "pending"]
    );
    app.host("migrate apply").success();
    app.host("seed real").success();
    assert_eq!(rows(&app, "stock.item"), 1);
    let jobs = app.host("job list --json").json();
    assert_eq!(jobs[0]["job"], "stock.restock");
    assert_eq!(
        app.host("lang show de --json").json()["stock.title"],
        "Stock"
    );
}

fn rows(app: &NewApp, table: &str) -> usize {
    let page = app.host(&format!("data list {table} --json")).json();
    page["rows"].as_array().expect("an array").len()
}

#[test]
fn a_changed_table_compiles_only_with_its_migration() {
    let app = NewApp::made_by("grown_app", &GUIDE[..4]);
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();
    let votes = "#[default(7)]\n    pub votes: i64,\n    pub price: i64,";
    app.edit("modules/stock/src/tables.rs", "pub price: i64,", votes);
    let complaint = app.run("cargo build").failure(101);
    let line = "src/tables.rs:15:9: table `item`: field `votes` is not in the migrations; \
                write one with: sdk-cli new migration stock";
    assert!(complaint.contains(line), "{complaint}");
    app.run("sdk-cli new migration stock").success();
    app.builds_without_a_warning();
    let applied = app.host("migrate apply").success();
    assert!(applied.contains("_add_votes_to_item"), "{applied}");
    let page = app.host("data list stock.item --json").json();
    assert_eq!(page["rows"][0]["votes"], 7);
    assert_eq!(page["rows"][0]["sku"], "sku 1");
}

#[test]
fn modules_that_refer_to_each_other_run_together() {
    let lines = [
        "new module geo",
        "new table geo Country code:String name:String --key code",
        "new migration geo",
        "new seed geo country",
        "new module stock",
        "new table stock Depot country:geo::Country opened:Date? parent:Depot? --index country",
        "new migration stock",
        "new seed stock depot",
        "check",
    ];
    let app = NewApp::made_by("two_modules", &lines);
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();
    let page = app.host("data list stock.depot --json").json();
    assert_eq!(page["rows"][0]["country"], "code 1");
}

#[test]
fn every_type_of_field_compiles() {
    let lines = [
        "new module stock",
        "new table stock Everything a:bool=true b:i8=-1 c:u128=7 d:f64=0.5 e:String=new f:Vec<u8>=ab \
         g:Id<Everything> h:Timestamp=2026-01-01T00:00:00Z i:Date=2026-01-01 j:Json={} k:String? \
         l:Vec<String>=[] type:String --key type,i --unique a,b --index h --index d,e",
        "new table stock Other a:bool b:i8 d:f32 e:String? f:Vec<u8> h:Timestamp i:Date j:Json",
        "new migration stock",
        "new seed stock everything",
    ];
    let app = NewApp::made_by("typed_app", &lines);
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();
    app.host("seed test --rows 5 --rng 1").success();
    assert_eq!(rows(&app, "stock.other"), 5);
    let page = app.host("data list stock.everything --json").json();
    assert_eq!(page["rows"][0]["h"], "2026-01-01T00:00:00.000000Z");
}

#[test]
fn generated_steps_compile_and_those_that_are_ready_carry_rows_over() {
    let tables = "modules/stock/src/tables.rs";
    let lines = [
        "new module stock",
        "new table stock Item sku:String count:i64 size:String note:String? --key sku",
        "new table stock Odd flag:bool wide:i64 some:i64? sort:String --index sort",
        "new migration stock",
        "new seed stock item",
        "new seed stock odd",
    ];
    let app = NewApp::made_by("stepping_app", &lines);
    app.edit("modules/stock/seeds/real/item.json", "size 1", "12");
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    app.host("seed real").success();

    app.edit(
        tables,
        "    #[key]\n    pub sku: String,",
        "    #[key]\n    pub id: Id<Item>,\n    pub sku: String,",
    );
    app.edit(tables, "pub count: i64", "pub count: String");
    app.edit(tables, "pub size: String", "pub size: u16");
    app.run("sdk-cli new migration stock").success();
    app.edit(
        "modules/stock/seeds/real/item.json",
        "\"sku\"",
        "\"id\": \"019aa1b0-5c00-7000-8000-000000000001\",\n      \"sku\"",
    );
    app.edit(
        "modules/stock/seeds/real/item.json",
        "\"count\": 1",
        "\"count\": \"1\"",
    );
    app.edit("modules/stock/seeds/real/item.json", "\"12\"", "12");
    app.builds_without_a_warning();
    app.host("migrate apply").success();
    let page = app.host("data list stock.item --json").json();
    assert_eq!(page["rows"][0]["count"], "1");
    assert_eq!(page["rows"][0]["size"], 12);
    assert!(page["rows"][0]["id"].is_string());

    app.edit(tables, "pub flag: bool", "pub flag: i64");
    app.edit(tables, "pub wide: i64", "pub wide: u8");
    app.edit(tables, "pub some: Option<i64>", "pub some: i64");
    app.edit(tables, "pub sort: String", "pub sort: Sort");
    let sort = "#[derive(TableEnum, Debug, Clone, Copy, PartialEq)]\npub enum Sort {\n    Plain,\n    Fancy,\n    Odd,\n}\n\n";
    app.edit(
        tables,
        "/// A row of `stock.odd`",
        &format!("{sort}/// A row of `stock.odd`"),
    );
    app.run("sdk-cli new migration stock").success();
    app.edit(tables, "    Fancy,\n    Odd,\n", "");
    app.run("sdk-cli new migration stock").success();
    app.run("sdk-cli new migration stock --empty tidy")
        .success();
    app.run("sdk-cli new migration stock --empty tidy_items --table item")
        .success();
    for (from, to) in [("false", "0"), ("null", "1"), ("sort 1", "plain")] {
        app.edit("modules/stock/seeds/real/odd.json", from, to);
    }
    app.builds_without_a_warning();
    let refused = app.host("migrate apply").failure(1);
    assert!(
        refused.contains("`flag_was` is false: what is `flag` then?"),
        "{refused}"
    );
    app.run("cargo fmt --check -p stock").success();
}

/// The registry is not asked here; what it would give stands in for it.
#[test]
fn a_dependency_by_version_compiles() {
    let app = NewApp::on("versioned_app", "--sdk-version 0.1", &["new module stock"]);
    let root = workspace_root().display();
    let patches =
        ["sdk", "sdk-build"].map(|name| format!("{name} = {{ path = \"{root}/{name}\" }}\n"));
    let section = format!("[patch.crates-io]\n{}\n[package]", patches.concat());
    app.edit("Cargo.toml", "[package]", &section);
    app.builds_without_a_warning();
    app.host("migrate status").success();
}

#[test]
fn what_is_written_is_formatted() {
    let mut lines = vec!["new module geo"];
    lines.extend(GUIDE);
    lines.push("new job stock count --schedule @hourly --tz Europe/Berlin");
    lines.push("new service stock OrderService");
    lines.push("new table stock Depot item:Item name:String --key item,name");
    let app = NewApp::made_by("formatted_app", &lines);
    app.run("cargo fmt --check -p formatted_app -p geo -p stock")
        .success();
}
