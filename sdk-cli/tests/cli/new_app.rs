//! `new app`.

use std::fs;

use crate::terminal::Terminal;

#[test]
fn writes_a_workspace_whose_root_is_the_host() {
    let mut terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("new app shop --sdk-path the-sdk"), @"
    $ sdk-cli new app shop --sdk-path the-sdk
    created shop/Cargo.toml
    created shop/README.md
    created shop/.gitignore
    created shop/src/main.rs
    hint: cd shop && cargo run -- serve
    ");
    terminal.at.push("shop");
    insta::assert_snapshot!(terminal.files(""), @"
    .gitignore
    Cargo.toml
    README.md
    src/main.rs
    ");
    insta::assert_snapshot!(terminal.read("Cargo.toml"), @r#"
    [workspace]
    resolver = "3"
    members = []

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

    # Line tables are enough for a backtrace and halve the target folder.
    [profile.dev]
    debug = "line-tables-only"

    [profile.dev.package."*"]
    debug = false
    "#);
    insta::assert_snapshot!(terminal.read("src/main.rs"), @r#"
    //! The host `shop`: links modules and runs them as one application.

    use std::process::ExitCode;

    fn main() -> ExitCode {
        sdk::App::new("shop")
            .version(env!("CARGO_PKG_VERSION"))
            .main()
    }
    "#);
    insta::assert_snapshot!(terminal.read("README.md"), @r#"
    # shop

    An application made of modules. `src/main.rs` is the host, which links them; each folder under `modules/` is one.

    ```sh
    cargo run -- serve                  # until Ctrl-C, on http://127.0.0.1:8080
    cargo run -- migrate status         # what has been applied to ./data
    cargo run -- help
    ```

    ## Growing it

    From anywhere in this folder:

    ```sh
    sdk-cli new module stock
    sdk-cli new table stock Item name:String sku:String price:i64 --unique sku --index name
    sdk-cli new migration stock
    sdk-cli new seed stock item
    sdk-cli new job stock restock --schedule "0 3 * * *"
    sdk-cli new translation stock de
    sdk-cli check
    ```

    Tables are structs in `modules/*/src/tables.rs`. After a change there, `sdk-cli new migration MODULE` writes the
    migration; without it the module does not compile.
    "#);
    insta::assert_snapshot!(terminal.read(".gitignore"), @"
    /target
    /data
    ");
}

/// The lines of the rendered `Cargo.toml` that name the SDK.
fn dependencies(terminal: &Terminal, manifest: &str) -> String {
    let text = terminal.read(manifest);
    let lines = text
        .lines()
        .filter(|line| line.starts_with("sdk") && line.contains('"'));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_relative_path_stays_relative_to_the_new_folder() {
    let mut terminal = Terminal::new();
    terminal.at.push("work");
    fs::create_dir(&terminal.at).unwrap();
    terminal.quietly("new app shop --sdk-path ../the-sdk --dir deep/er/shop");
    insta::assert_snapshot!(dependencies(&terminal, "deep/er/shop/Cargo.toml"), @r#"
    sdk = { path = "../../../../the-sdk/sdk" }
    sdk-build = { path = "../../../../the-sdk/sdk-build" }
    "#);
}

#[test]
fn an_absolute_path_stays_absolute() {
    let terminal = Terminal::new();
    let sdk = terminal.at.canonicalize().unwrap().join("the-sdk");
    terminal.quietly(&format!("new app shop --sdk-path {}", sdk.display()));
    let manifest = terminal.read("shop/Cargo.toml");
    assert!(manifest.contains(&format!("sdk = {{ path = \"{}/sdk\" }}", sdk.display())));
    assert!(manifest.contains(&format!(
        "sdk-build = {{ path = \"{}/sdk-build\" }}",
        sdk.display()
    )));
}

#[test]
fn a_version_is_that_of_the_registry() {
    let terminal = Terminal::new();
    terminal.quietly("new app my-shop --sdk-version 0.1");
    insta::assert_snapshot!(dependencies(&terminal, "my-shop/Cargo.toml"), @r#"
    sdk = "0.1"
    sdk-build = "0.1"
    "#);
}

#[test]
fn an_empty_folder_is_filled_and_any_other_is_refused() {
    let terminal = Terminal::new();
    fs::create_dir(terminal.at.join("shop")).unwrap();
    terminal.quietly("new app shop --sdk-path the-sdk");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new app shop --sdk-path the-sdk"), @"
    $ sdk-cli new app shop --sdk-path the-sdk
    error: shop is there already and not an empty folder
    hint: choose another folder with --dir DIR
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_folder_that_is_not_the_sdk_is_refused() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("new app shop --sdk-path nowhere"), @"
    $ sdk-cli new app shop --sdk-path nowhere
    error: nowhere is not the SDK: expected the folders `sdk` and `sdk-build` in it
    hint: --sdk-path names the folder of the SDK's repository
    exit code 1
    ");
    insta::assert_snapshot!(terminal.type_lines("new app shop --sdk-path the-sdk/sdk"), @"
    $ sdk-cli new app shop --sdk-path the-sdk/sdk
    error: the-sdk/sdk is not the SDK: expected the folders `sdk` and `sdk-build` in it
    hint: --sdk-path names the folder of the SDK's repository
    exit code 1
    ");
    assert!(!terminal.at.join("shop").exists());
}

#[test]
fn one_source_of_the_sdk_is_chosen() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("new app shop"), @"
    $ sdk-cli new app shop
    error: the following required arguments were not provided:
      <--sdk-path <PATH>|--sdk-version <VERSION>>

    Usage: sdk-cli new app <--sdk-path <PATH>|--sdk-version <VERSION>> <NAME>

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(terminal.type_lines("new app shop --sdk-path the-sdk --sdk-version 1"), @"
    $ sdk-cli new app shop --sdk-path the-sdk --sdk-version 1
    error: the argument '--sdk-path <PATH>' cannot be used with '--sdk-version <VERSION>'

    Usage: sdk-cli new app <--sdk-path <PATH>|--sdk-version <VERSION>> <NAME>

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn a_version_that_cargo_would_not_take_is_refused() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("new app shop --sdk-version newest"), @"
    $ sdk-cli new app shop --sdk-version newest
    error: invalid value 'newest' for '--sdk-version <VERSION>': expected a version such as 0.1 or =0.1.2

    For more information, try '--help'.
    exit code 2
    ");
}
