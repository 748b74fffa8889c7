//! `new module`.

use crate::terminal::Terminal;

#[test]
fn writes_a_crate_and_links_it_into_the_host() {
    let terminal = Terminal::in_app();
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    created modules/stock/Cargo.toml
    created modules/stock/build.rs
    created modules/stock/src/lib.rs
    changed Cargo.toml
    changed src/main.rs
    hint: sdk-cli new table stock Item name:String
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/Cargo.toml"), @r#"
    [package]
    name = "stock"
    version = "0.1.0"
    edition = "2024"
    publish = false

    [dependencies]
    sdk.workspace = true

    [build-dependencies]
    sdk-build.workspace = true
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    use sdk::prelude::*;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock")]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/build.rs"), @"
    //! Checks the folders of the module and embeds them.

    fn main() {
        sdk_build::module();
    }
    ");
    insta::assert_snapshot!(terminal.read("src/main.rs"), @r#"
    //! The host `shop`: links modules and runs them as one application.

    use std::process::ExitCode;

    fn main() -> ExitCode {
        sdk::App::new("shop")
            .module(stock::Stock)
            .version(env!("CARGO_PKG_VERSION"))
            .main()
    }
    "#);
    insta::assert_snapshot!(terminal.read("Cargo.toml"), @r#"
    [workspace]
    resolver = "3"
    members = ["modules/stock"]

    [workspace.dependencies]
    sdk = { path = "../the-sdk/sdk" }
    sdk-build = { path = "../the-sdk/sdk-build" }

    [package]
    name = "shop"
    version = "0.1.0"
    edition = "2024"
    publish = false

    [dependencies]
    sdk.workspace = true
    stock = { path = "modules/stock" }

    # Line tables are enough for a backtrace and halve the target folder.
    [profile.dev]
    debug = "line-tables-only"

    [profile.dev.package."*"]
    debug = false
    "#);
}

#[test]
fn works_from_any_folder_of_the_application() {
    let mut terminal = Terminal::with_module();
    terminal.at.push("modules/stock/src");
    terminal.quietly("new module sys_geo");
    terminal.at = terminal.at.join("../../..");
    assert!(
        terminal
            .read("src/main.rs")
            .contains("        .module(sys_geo::SysGeo)\n")
    );
    assert!(
        terminal
            .read("Cargo.toml")
            .contains(r#"members = ["modules/stock", "modules/sys_geo"]"#)
    );
}

#[test]
fn a_pattern_that_fits_makes_it_a_member() {
    let terminal = Terminal::in_app();
    terminal.edit("Cargo.toml", "members = []", "members = [\"modules/*\"]");
    terminal.quietly("new module stock");
    terminal.quietly("new module geo");
    assert!(
        terminal
            .read("Cargo.toml")
            .contains("members = [\"modules/*\"]")
    );
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   geo: nothing declared yet
    ok   stock: nothing declared yet
    ok   2 modules checked
    ");
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let terminal = Terminal::with_module();
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new module stock\nnew module shop"), @"
    $ sdk-cli new module stock
    error: `stock` is a package of this workspace already: modules/stock/Cargo.toml
    exit code 1
    $ sdk-cli new module shop
    error: `shop` is a package of this workspace already: Cargo.toml
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_dependency_of_that_name_is_not_replaced() {
    let terminal = Terminal::in_app();
    terminal.edit(
        "Cargo.toml",
        "sdk.workspace = true\n",
        "sdk.workspace = true\ntokio = \"1\"\n",
    );
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new module tokio"), @"
    $ sdk-cli new module tokio
    error: Cargo.toml depends on another `tokio` already
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_file_in_the_way_is_not_written_over() {
    let terminal = Terminal::in_app();
    terminal.write("modules/stock/src/lib.rs", "// mine\n");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    error: modules/stock/src/lib.rs is there already; nothing was written
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn outside_of_an_application_there_is_nothing_to_add_to() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    error: no `Cargo.toml` with a `[workspace]` in [FOLDER] or a folder above
    hint: sdk-cli new app NAME --sdk-path PATH, or change into an application's folder
    exit code 1
    ");
}

#[test]
fn a_host_that_cannot_be_parsed_is_left_alone() {
    let terminal = Terminal::in_app();
    terminal.edit("src/main.rs", "fn main()", "fn main(");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    error: src/main.rs:5:8: is not Rust: cannot parse string into token stream
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_manifest_that_cannot_be_parsed_is_left_alone() {
    let terminal = Terminal::in_app();
    terminal.edit("Cargo.toml", "members = []", "members = [");
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    error: Cargo.toml:6:1: missing comma between array elements, expected `,`
    exit code 1
    ");
    assert!(!terminal.at.join("modules").exists());
}

#[test]
fn a_workspace_that_does_not_share_the_sdk_is_refused() {
    let terminal = Terminal::in_app();
    terminal.edit("Cargo.toml", "sdk-build = ", "other = ");
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    error: Cargo.toml: `[workspace.dependencies]` has no `sdk-build`, which a module takes from there
    exit code 1
    ");
}

#[test]
fn without_a_host_the_module_is_written_all_the_same() {
    let terminal = Terminal::in_app();
    terminal.write("src/main.rs", "fn main() {}\n");
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    created modules/stock/Cargo.toml
    created modules/stock/build.rs
    created modules/stock/src/lib.rs
    changed Cargo.toml
    hint: sdk-cli new table stock Item name:String
    hint: no host links it yet: add `.module(stock::Stock)` to one
    ");
    assert_eq!(terminal.read("src/main.rs"), "fn main() {}\n");
}

#[test]
fn of_several_hosts_one_is_chosen() {
    let terminal = Terminal::in_app();
    let main = terminal.read("src/main.rs");
    terminal.write("hosts/kiosk/src/main.rs", &main);
    terminal.write("hosts/kiosk/Cargo.toml", "[package]\nname = \"kiosk\"\n");
    terminal.edit("Cargo.toml", "members = []", "members = [\"hosts/kiosk\"]");
    insta::assert_snapshot!(terminal.type_lines("new module stock\nnew module stock --host other"), @"
    $ sdk-cli new module stock
    error: this workspace has several hosts: shop, kiosk
    hint: choose one with --host PACKAGE
    exit code 1
    $ sdk-cli new module stock --host other
    error: no host `other` in this workspace: expected a package whose src/main.rs builds an `App`; found shop, kiosk
    exit code 1
    ");
    insta::assert_snapshot!(terminal.type_lines("new module stock --host kiosk"), @"
    $ sdk-cli new module stock --host kiosk
    created modules/stock/Cargo.toml
    created modules/stock/build.rs
    created modules/stock/src/lib.rs
    changed hosts/kiosk/Cargo.toml
    changed Cargo.toml
    changed hosts/kiosk/src/main.rs
    hint: sdk-cli new table stock Item name:String
    ");
    assert_eq!(terminal.read("src/main.rs"), main);
    insta::assert_snapshot!(terminal.read("hosts/kiosk/Cargo.toml"), @r#"
    [package]
    name = "kiosk"

    [dependencies]
    stock = { path = "../../modules/stock" }
    "#);
}

#[test]
fn comments_and_layout_of_the_host_stay() {
    let terminal = Terminal::in_app();
    let host = "// mine\nfn main() -> std::process::ExitCode {\n    let app = sdk::App::new(  \"shop\") ; // the app\n    app.main()\n}\n";
    terminal.write("src/main.rs", host);
    terminal.quietly("new module stock");
    let expected = host.replace("\"shop\") ;", "\"shop\").module(stock::Stock) ;");
    assert_eq!(terminal.read("src/main.rs"), expected);
}

#[test]
fn a_file_where_a_folder_should_be_stops_it_before_anything_is_written() {
    let terminal = Terminal::in_app();
    terminal.write("modules", "not a folder");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new module stock"), @"
    $ sdk-cli new module stock
    error: modules/stock/Cargo.toml cannot be written: Not a directory (os error 20); nothing was changed
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}
