//! `check`, `schema` and `expand`.

use crate::terminal::Terminal;

#[test]
fn an_application_made_by_commands_alone_is_sound() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new seed stock item
             new job stock restock --schedule \"0 3 * * *\"
             new translation stock de
             check
             schema"
        ),
        @r#"
    $ sdk-cli new seed stock item
    created modules/stock/seeds/real/item.json
    hint: change the example row and add your own
    $ sdk-cli new job stock restock --schedule "0 3 * * *"
    changed modules/stock/src/lib.rs
    created modules/stock/src/jobs.rs
    hint: write what it does into modules/stock/src/jobs.rs
    $ sdk-cli new translation stock de
    created modules/stock/translations/en.arb
    created modules/stock/translations/de.arb
    hint: translate the texts in modules/stock/translations/de.arb
    $ sdk-cli check
    ok   stock: 1 table, 1 migration, 1 seed file, 1 job, 2 translations
    ok   1 module checked
    $ sdk-cli schema
    stock.item
        id                   id, key
        name                 string
        sku                  string
        price                i64
        index (name)
        unique index (sku)
    "#
    );
    let document: serde_json::Value = serde_json::from_str(
        terminal
            .type_lines("schema --json")
            .split_once('\n')
            .unwrap()
            .1,
    )
    .unwrap();
    assert_eq!(document["stock.item"]["key"][0], "id");
    assert_eq!(document["migrations"][0]["id"], "stock/[STAMP]_create_item");
}

#[test]
fn all_faults_of_all_modules_are_shown_with_their_places() {
    let terminal = Terminal::with_table();
    terminal.quietly("new module geo");
    terminal.quietly("new table geo Country code:String --key code");
    terminal.edit(
        "modules/stock/src/tables.rs",
        "pub price: i64,",
        "pub price: i64,\n    pub weight: u32,",
    );
    terminal.write(
        "modules/stock/seeds/real/item.json",
        "{ \"format\": 1, \"table\": \"item\", \"rows\": [ { \"name\": 7 } ] }",
    );
    terminal.write(
        "modules/stock/translations/en.arb",
        "{\n  \"@@locale\": \"en\",\n  \"a\": \"{b\"\n}",
    );
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    modules/geo/src/tables.rs:7:12: table `country`: it is not in the migrations; write one with: sdk-cli new migration geo
    modules/stock/seeds/real/item.json: row 1: field `id` of `item` is missing; it has no default and is not nullable
    modules/stock/src/tables.rs:15:9: table `item`: field `weight` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill item.weight=VALUE
    modules/stock/translations/en.arb:3:3: message `a`: not an ICU message at character 3: expected ','
    error: 4 faults in 2 modules
    exit code 1
    ");
}

#[test]
fn modules_are_merged_as_a_start_does() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module geo");
    terminal.quietly("new table geo Country code:String --key code");
    terminal.quietly("new migration geo");
    terminal.quietly("new table stock Depot country:geo::Country");
    terminal.quietly("new migration stock");
    let migrations = terminal.files("modules/stock/migrations");
    assert!(migrations.contains("_create_depot.json"));
    terminal.edit(
        "modules/geo/src/tables.rs",
        "pub code: String",
        "pub code: i64",
    );
    let created = terminal.newest_file("modules/geo/migrations");
    terminal.edit(&created, "\"string\"", "\"i64\"");
    let stem = created.rsplit('/').next().unwrap_or_default();
    terminal.quietly(&format!("chain geo --accept {stem}"));
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   geo: 1 table, 1 migration
    ok   stock: 1 table, 1 migration
    field `country` of `stock.depot` is string, but the key `code` of `geo.country`, to which it refers, is i64
    error: 1 fault in 2 modules
    exit code 1
    ");
}

#[test]
fn a_module_that_requires_a_foreign_one_is_checked_by_itself() {
    let terminal = Terminal::with_module();
    terminal.edit(
        "modules/stock/src/lib.rs",
        "name = \"stock\"",
        "name = \"stock\", requires(sys_account::SysAccount)",
    );
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: nothing declared yet
    note stock: not merged, it requires `sys_account`, which is not in this workspace
    ok   1 module checked
    ");
}

#[test]
fn a_module_that_no_host_links_is_worth_a_warning() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module geo");
    terminal.edit("src/main.rs", ".module(stock::Stock)", "");
    terminal.edit(
        "modules/geo/src/lib.rs",
        "name = \"geo\"",
        "name = \"earth\"",
    );
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   earth: nothing declared yet
    warn earth: the crate of this module is `geo`; other modules can refer to its tables only if both have one name
    ok   stock: nothing declared yet
    warn stock: no host links it; to link it, add `.module(…)` to src/main.rs
    ok   2 modules checked
    ");
}

#[test]
fn a_required_module_must_be_a_dependency() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module geo");
    terminal.edit(
        "modules/stock/src/lib.rs",
        "name = \"stock\"",
        "name = \"stock\", requires(geo::Geo)",
    );
    terminal.write("src/main.rs", "fn main( {}");
    insta::assert_snapshot!(terminal.type_lines("check"), @r#"
    $ sdk-cli check
    ok   geo: nothing declared yet
    ok   stock: nothing declared yet
    modules/stock/Cargo.toml: module `stock` requires `geo`, but `[dependencies]` lacks it: add geo = { path = "../geo" }
    src/main.rs:1:8: is not Rust: cannot parse string into token stream
    error: 2 faults in 2 modules
    exit code 1
    "#);
}

#[test]
fn a_member_that_is_gone_is_a_fault() {
    let terminal = Terminal::with_module();
    std::fs::remove_dir_all(terminal.at.join("modules/stock")).unwrap();
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    Cargo.toml: `members` lists `modules/stock`, where no `Cargo.toml` is
    error: 1 fault in 0 modules
    exit code 1
    ");
}

#[test]
fn an_application_without_modules_is_sound() {
    let terminal = Terminal::in_app();
    insta::assert_snapshot!(terminal.type_lines("check\nschema\nschema --json"), @r#"
    $ sdk-cli check
    ok   0 modules checked
    $ sdk-cli schema
    $ sdk-cli schema --json
    {
      "host": null,
      "version": null,
      "migrations": []
    }
    "#);
}

#[test]
fn the_generated_code_can_be_seen() {
    let terminal = Terminal::with_module();
    insta::assert_snapshot!(terminal.type_lines("expand stock"), @r#"
    $ sdk-cli expand stock
    // Generated by sdk_build from the files of the module; see sdk-cli expand.

    #[doc(hidden)]
    pub mod __sdk_module {
        pub const EMBEDDED: ::sdk::__private::Embedded = ::sdk::__private::Embedded {
            source_locale: "en",
            migrations: &[],
            migration_checksums: &[],
            seeds_real: &[],
            seeds_test: &[],
            translations: &[],
            mail: &[],
        };
    }
    /// The messages of this module, one function each.
    #[allow(clippy::all, clippy::pedantic, dead_code)]
    pub mod messages {}

    #[doc(hidden)]
    pub mod __sdk_proto {
        pub const DESCRIPTORS: &[u8] = &[];
        /// Services with what is wrong when nothing serves them.
        pub const SERVICES: &[(&str, &str)] = &[];
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("expand nope"), @"
    $ sdk-cli expand nope
    error: no module `nope` in this workspace; it has stock
    hint: sdk-cli new module nope
    exit code 1
    ");
    terminal.quietly("new table stock Tag name:String");
    insta::assert_snapshot!(terminal.type_lines("expand stock"), @"
    $ sdk-cli expand stock
    modules/stock/src/tables.rs:7:12: table `tag`: it is not in the migrations; write one with: sdk-cli new migration stock
    error: a build of module `stock` would fail
    exit code 1
    ");
}
