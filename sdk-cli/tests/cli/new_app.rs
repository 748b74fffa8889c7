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
    sdk-cli new service stock
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

#[test]
fn in_two_programs_it_has_two_hosts_and_modules_are_linked_into_one() {
    let mut terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("new app my-shop --shape dual --sdk-path the-sdk"), @"
    $ sdk-cli new app my-shop --shape dual --sdk-path the-sdk
    created my-shop/Cargo.toml
    created my-shop/README.md
    created my-shop/.gitignore
    created my-shop/src/main.rs
    created my-shop/src/bin/my-shop-system.rs
    hint: cd my-shop && cargo run --bin my-shop-system -- serve
    hint: in another terminal, there: cargo run -- serve
    ");
    terminal.at.push("my-shop");
    insta::assert_snapshot!(terminal.read("Cargo.toml"), @r#"
    [workspace]
    resolver = "3"
    members = []

    [workspace.dependencies]
    sdk = { path = "../the-sdk/sdk" }
    sdk-build = { path = "../the-sdk/sdk-build" }

    [package]
    name = "my-shop"
    version = "0.1.0"
    edition = "2024"
    publish = false
    # What `cargo run` means: `cargo run --bin my-shop-system` is the other half.
    default-run = "my-shop"

    [dependencies]
    sdk.workspace = true

    # Line tables are enough for a backtrace and halve the target folder.
    [profile.dev]
    debug = "line-tables-only"

    [profile.dev.package."*"]
    debug = false
    "#);
    insta::assert_snapshot!(terminal.read("src/main.rs"), @r#"
    //! The host `my-shop`: links the modules of the application. The system modules run
    //! beside it, in `my-shop-system`, and it calls them there.

    use std::process::ExitCode;

    fn main() -> ExitCode {
        // A module that `src/bin/my-shop-system.rs` links has one line here, which says where it is:
        // .remote(
        //     geo::Geo,
        //     sdk::config::Endpoint::from("http://127.0.0.1:8081")
        //         .token_file("data/system/owner.token"),
        // )
        sdk::App::new("my-shop")
            .version(env!("CARGO_PKG_VERSION"))
            .data("data/app")
            .main()
    }
    "#);
    insta::assert_snapshot!(terminal.read("src/bin/my-shop-system.rs"), @r#"
    //! The host `my-shop-system`: links the system modules.
    //!
    //! Here belong modules that others build on and that rarely change: accounts, mail,
    //! countries. They have a store of their own and run on while `my-shop` is replaced.
    //! A module belongs to one of the two: link it here with `.module(…)`, name it in
    //! `src/main.rs` with `.remote(…)`. Its code is the same wherever it runs.

    use std::process::ExitCode;

    fn main() -> ExitCode {
        sdk::App::new("my-shop-system")
            .version(env!("CARGO_PKG_VERSION"))
            .data("data/system")
            .addr("127.0.0.1:8081")
            .main()
    }
    "#);
    insta::assert_snapshot!(terminal.read("README.md"), @"
    # my-shop

    An application made of modules, in two programs. `src/bin/my-shop-system.rs` links the system modules,
    `src/main.rs` links the others and calls those of the system; each has its own store below `data`. Each folder under
    `modules/` is a module.

    ```sh
    # In one terminal, on http://127.0.0.1:8081:
    cargo run --bin my-shop-system -- serve
    # In another, on http://127.0.0.1:8080:
    cargo run -- serve
    # What has been applied to ./data/app:
    cargo run -- migrate status
    ```

    Either can stop and start again while the other runs: calls between them say that they cannot be answered, and succeed
    once the other is back.

    ## Growing it

    From anywhere in this folder:

    ```sh
    sdk-cli new module stock
    sdk-cli new table stock Item name:String sku:String price:i64 --unique sku --index name
    sdk-cli new migration stock
    sdk-cli new service stock
    sdk-cli check
    ```

    `new module` links a module into `src/main.rs`. To have it run in the other program, move its line `.module(…)` to
    `src/bin/my-shop-system.rs` and put `.remote(…)` in its place, as the comment there shows. Its code stays the same, except
    that tables of one program cannot refer to those of the other.

    Where the other program is, and how it is trusted, may be set without a build, here for a module `geo`:
    `MY_SHOP_GEO_URL`, `MY_SHOP_GEO_TOKEN_FILE`, `MY_SHOP_GEO_CA_FILE`, `MY_SHOP_GEO_FINGERPRINT`.
    ");
    terminal.quietly("new module stock");
    assert!(
        terminal
            .read("src/main.rs")
            .contains(".module(stock::Stock)")
    );
    // Where it is moved to the other program, it is linked as well.
    let main = terminal.read("src/main.rs");
    terminal.write("src/main.rs", &main.replace(".module(stock::Stock)", ""));
    let system = terminal.read("src/bin/my-shop-system.rs");
    let linked = system.replace(".version", ".module(stock::Stock).version");
    terminal.write("src/bin/my-shop-system.rs", &linked);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: nothing declared yet
    ok   1 module checked
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
