//! What does not compile, and what the author reads then.
//!
//! Only the module with the mistake is built. Faults that the build script finds
//! are asserted word by word, for they are ours; of the compiler's, the essence.

use product_tests::NewApp;

const LIB: &str = "modules/stock/src/lib.rs";
const TABLES: &str = "modules/stock/src/tables.rs";
const JOBS: &str = "modules/stock/src/jobs.rs";
const GERMAN: &str = "modules/stock/translations/de.arb";

/// An application whose module has two tables, a job and two languages.
fn app(name: &'static str) -> NewApp {
    let lines = [
        "new module stock",
        "new table stock Item name:String price:i64",
        "new table stock Depot city:String",
        "new migration stock",
        "new job stock restock --schedule \"0 3 * * *\"",
        "new translation stock de",
    ];
    let app = NewApp::made_by(name, &lines);
    app.write(
        "modules/stock/translations/en.arb",
        r#"{ "@@locale": "en", "greeting": "Hello {name}, {count, plural, =1{one item} other{# items}}" }"#,
    );
    app.write(
        GERMAN,
        r#"{ "@@locale": "de", "greeting": "Hallo {name}, {count, plural, =1{ein Ding} other{# Dinge}}" }"#,
    );
    app
}

/// The errors of a build that fails, without what cargo says around them.
fn refusal(app: &NewApp) -> String {
    let complaint = app.run("cargo build --package stock").failure(101);
    let said = complaint.split("\nCaused by:").next().unwrap_or_default();
    let echoes = ["failed to run custom build", "could not compile"];
    let lines = said.lines().filter(|line| {
        (line.starts_with("error") || line.trim_start().starts_with("-->"))
            && !echoes.iter().any(|echo| line.contains(echo))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Asserts that each of these is in the text.
#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\nis not in:\n{text}");
    }
}

#[test]
fn a_table_without_a_migration_compiles_once_the_printed_command_was_run() {
    let app = app("unmigrated_app");
    app.edit(
        TABLES,
        "price: i64,",
        "price: i64,\n    pub sku: Option<String>,",
    );
    let refusal = refusal(&app);
    insta::assert_snapshot!(refusal, @"error: stock@0.1.0: src/tables.rs:12:9: table `item`: field `sku` is not in the migrations; write one with: sdk-cli new migration stock");
    let (_, command) = refusal.split_once("write one with: ").expect("a command");
    app.run(command).success();
    app.run("cargo build --package stock").success();
}

#[test]
fn every_mistake_of_a_module_is_an_error_of_one_build() {
    let app = app("mistaken_app");
    app.edit(
        TABLES,
        "price: i64,",
        "price: usize,\n    #[default(\"none\")]\n    pub stored: i64,",
    );
    app.edit(LIB, "tables(Item, Depot)", "tables(Item)");
    app.edit(JOBS, "0 3 * * *", "0 0 31 2 *");
    insta::assert_snapshot!(refusal(&app), @r#"
    error: stock@0.1.0: src/jobs.rs:6:18: the schedule `0 0 31 2 *` is never due: no date fits it
    error: stock@0.1.0: src/tables.rs:11:16: a field cannot be `usize`: use u64 or u32, which are the same on all machines; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
    error: stock@0.1.0: src/tables.rs:12:15: expected a default of type i64, found `"none"`
    error: stock@0.1.0: src/tables.rs:18:12: table `Depot` is not listed: add it to `tables(…)` of the manifest in src/lib.rs
    "#);
}

#[test]
fn a_translation_that_lacks_a_placeholder_does_not_compile() {
    let app = app("untranslated_app");
    app.edit(GERMAN, "Hallo {name}, ", "Hallo, ");
    insta::assert_snapshot!(refusal(&app), @"error: stock@0.1.0: translations/de.arb:1:21: message `greeting`: placeholder `{name}` of `en` is missing");
}

#[test]
fn messages_are_typed_and_references_mean_what_they_say() {
    let app = app("mistyped_app");
    let greet = r#"pub fn greet() -> [sdk::lang::Message; 4] {
    [
        messages::greeting("Ada", 2),
        messages::greeted("Ada", 2),
        messages::greeting("Ada"),
        messages::greeting("Ada", "two"),
    ]
}"#;
    let sound = app.edit(
        LIB,
        "sdk::include_module!();",
        &format!("{greet}\n\nsdk::include_module!();"),
    );
    assert_says(
        &refusal(&app),
        &[
            "cannot find function `greeted` in module `messages`",
            "function takes 2 arguments but 1 argument was supplied",
            "the trait bound `sdk::lang::Number: From<&str>` is not satisfied",
        ],
    );
    app.write(LIB, &sound);

    // `Item` is the depot here: the path says one table, the type is another.
    let line = r"
mod line {
    use super::Depot as Item;
    use sdk::prelude::*;

    /// A row of `stock.line`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct Line {
        #[key]
        pub id: Id<Line>,
        #[references(Item)]
        pub item: Id<Item>,
    }
}
pub use line::Line;

/// A row of `stock.depot`.";
    app.edit(TABLES, "\n/// A row of `stock.depot`.", line);
    app.edit(
        LIB,
        "tables(Item, Depot)",
        "tables(Item, Depot, tables::Line)",
    );
    app.run("sdk-cli new migration stock").success();
    assert_says(
        &refusal(&app),
        &[
            "`Item` is not the table that its path says: expected a path that begins with the table's crate",
        ],
    );
}
