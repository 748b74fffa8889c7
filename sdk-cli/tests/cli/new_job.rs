//! `new job`.

use crate::terminal::Terminal;

#[test]
fn writes_a_function_and_lists_it() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(terminal.type_lines("new job stock restock --schedule \"0 3 * * *\""), @r#"
    $ sdk-cli new job stock restock --schedule "0 3 * * *"
    changed modules/stock/src/lib.rs
    created modules/stock/src/jobs.rs
    hint: write what it does into modules/stock/src/jobs.rs
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/src/jobs.rs"), @r#"
    //! The jobs of the module `stock`.

    use sdk::prelude::*;

    /// What `restock` does, in a sentence: `job list` shows it.
    #[job(schedule = "0 3 * * *")]
    pub async fn restock(_cx: &JobContext) -> Result<()> {
        Ok(())
    }
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod jobs;
    mod tables;

    use jobs::restock;
    use sdk::prelude::*;
    pub use tables::Item;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", tables(Item), jobs(restock))]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(
        terminal.type_lines("new job stock count --schedule \"*/5 * * * MON-FRI\" --tz Europe/Berlin"),
        @r#"
    $ sdk-cli new job stock count --schedule "*/5 * * * MON-FRI" --tz Europe/Berlin
    changed modules/stock/src/lib.rs
    changed modules/stock/src/jobs.rs
    hint: write what it does into modules/stock/src/jobs.rs
    "#
    );
    insta::assert_snapshot!(terminal.read("modules/stock/src/jobs.rs"), @r#"
    //! The jobs of the module `stock`.

    use sdk::prelude::*;

    /// What `restock` does, in a sentence: `job list` shows it.
    #[job(schedule = "0 3 * * *")]
    pub async fn restock(_cx: &JobContext) -> Result<()> {
        Ok(())
    }

    /// What `count` does, in a sentence: `job list` shows it.
    #[job(schedule = "*/5 * * * MON-FRI", tz = "Europe/Berlin")]
    pub async fn count(_cx: &JobContext) -> Result<()> {
        Ok(())
    }
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod jobs;
    mod tables;

    use jobs::{count, restock};
    use sdk::prelude::*;
    pub use tables::Item;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", tables(Item), jobs(restock, count))]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 table, 1 migration, 2 jobs
    ok   1 module checked
    ");
}

#[test]
fn schedules_that_are_impossible_are_a_matter_of_usage() {
    let terminal = Terminal::with_module();
    let before = terminal.snapshot();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new job stock restock --schedule \"0 0 31 2 *\"
             new job stock restock --schedule daily
             new job stock restock --schedule \"0 3 * * *\" --tz Mars
             new job stock restock
             new job stock Restock --schedule \"0 3 * * *\"
             new job stock loop --schedule \"0 3 * * *\""
        ),
        @r#"
    $ sdk-cli new job stock restock --schedule "0 0 31 2 *"
    error: invalid value '0 0 31 2 *' for '--schedule <CRON>': the schedule `0 0 31 2 *` is never due: no date fits it

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new job stock restock --schedule daily
    error: invalid value 'daily' for '--schedule <CRON>': `daily` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; found 1 fields

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new job stock restock --schedule "0 3 * * *" --tz Mars
    error: invalid value 'Mars' for '--tz <ZONE>': `Mars` is not a time zone: expected an IANA name such as Europe/Berlin

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new job stock restock
    error: the following required arguments were not provided:
      --schedule <CRON>

    Usage: sdk-cli new job --schedule <CRON> <MODULE> <NAME>

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new job stock Restock --schedule "0 3 * * *"
    error: invalid value 'Restock' for '<NAME>': `Restock` is not a name: expected lower snake case, a letter first, at most 63 bytes

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new job stock loop --schedule "0 3 * * *"
    error: invalid value 'loop' for '<NAME>': `loop` is a word of the Rust language

    For more information, try '--help'.
    exit code 2
    "#
    );
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let terminal = Terminal::with_module();
    terminal.quietly("new job stock restock --schedule @daily");
    terminal.write(
        "modules/stock/src/jobs.rs",
        &(terminal.read("modules/stock/src/jobs.rs") + "\nfn count() {}\n"),
    );
    let before = terminal.snapshot();
    insta::assert_snapshot!(
        terminal.type_lines("new job stock restock --schedule @daily\nnew job stock count --schedule @daily"),
        @"
    $ sdk-cli new job stock restock --schedule @daily
    error: module `stock` has a job `restock` already
    exit code 1
    $ sdk-cli new job stock count --schedule @daily
    error: modules/stock/src/jobs.rs has a `count` already
    exit code 1
    "
    );
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_library_without_a_manifest_is_left_alone() {
    let terminal = Terminal::with_module();
    terminal.write("modules/stock/src/lib.rs", "//! Nothing yet.\n");
    insta::assert_snapshot!(terminal.type_lines("new job stock restock --schedule @daily"), @"
    $ sdk-cli new job stock restock --schedule @daily
    modules/stock/src: nothing has `#[derive(Module)]`: a module has one manifest, which lists what it declares
    error: module `stock` cannot be read; nothing was written
    exit code 1
    ");
    assert_eq!(
        terminal.read("modules/stock/src/lib.rs"),
        "//! Nothing yet.\n"
    );
}
