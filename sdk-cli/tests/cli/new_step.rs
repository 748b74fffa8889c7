//! `new migration` where rows do not bear a change by themselves, and `--empty`.

use crate::terminal::Terminal;

const LIB: &str = "modules/stock/src/lib.rs";
const STEPS: &str = "modules/stock/src/steps.rs";
const TABLES: &str = "modules/stock/src/tables.rs";

/// Changes the source of the guide's table, writes the migration, and shows what
/// was said and the steps. Nothing is left to migrate, and `check` finds no fault.
#[track_caller]
fn steps(terminal: &Terminal, changes: &[(&str, &str)]) -> String {
    for (from, to) in changes {
        terminal.edit(TABLES, from, to);
    }
    let said = terminal.type_lines("new migration stock");
    let again = terminal.type_lines("new migration stock\ncheck --json");
    assert!(
        again.contains("nothing to migrate") && again.contains("\"faults\": 0"),
        "{said}{again}"
    );
    said + &terminal.read(STEPS)
}

#[test]
fn values_of_another_type_come_from_a_step() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(steps(&terminal, &[("pub price: i64", "pub price: String")]), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_convert_item_price.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        rename field `price` of `item` to `price_was`
        add field `price` (string, nullable) to `item`
        run step `convert_item_price`, revision 1, for each row of `item`
        change field `price` of `item` to (string)
        drop field `price_was` of `item` and its values
    warning renames_field: field `price` of `item` is now called `price_was`, and the version before asks for `price`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    warning no_inverse: step `convert_item_price` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    warning requires_field: field `price` of `item` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    hint: read `convert_item_price` in modules/stock/src/steps.rs
    hint: test `convert_item_price` with rows as they are today
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// Makes the values of `price` (string) of `item` from those of `price_was` (i64).
    ///
    /// They are the same values as text.
    #[step]
    pub async fn convert_item_price(_tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {
        use sdk::schema::{Name, Value};

        const OLD: &str = "price_was";
        const NEW: &str = "price";

        let value = match row.get(OLD) {
            Some(Value::Null) | None => Value::Null,
            Some(old) => Value::String(old.to_string()),
        };
        row.set(Name::new(NEW)?, value);
        Ok(())
    }
    "#);
    insta::assert_snapshot!(terminal.read(LIB), @r#"
    //! The module `stock`.

    mod steps;
    mod tables;

    use sdk::prelude::*;
    use steps::convert_item_price;
    pub use tables::Item;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", tables(Item), steps(convert_item_price))]
    pub struct Stock;
    "#);
    terminal.edit(TABLES, "pub price: String", "pub price: Vec<u8>");
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_convert_item_price_2.json
    changed modules/stock/src/lib.rs
    changed modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        rename field `price` of `item` to `price_was`
        add field `price` (bytes, nullable) to `item`
        run step `convert_item_price_2`, revision 1, for each row of `item`
        change field `price` of `item` to (bytes)
        drop field `price_was` of `item` and its values
    warning renames_field: field `price` of `item` is now called `price_was`, and the version before asks for `price`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    warning no_inverse: step `convert_item_price_2` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    warning requires_field: field `price` of `item` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    hint: write `convert_item_price_2` in modules/stock/src/steps.rs
    hint: test `convert_item_price_2` with rows as they are today
    "#);
    let added = terminal.read(STEPS);
    insta::assert_snapshot!(added.split("\n\n").skip(5).collect::<Vec<_>>().join("\n\n"), @r#"
    /// Makes the values of `price` (bytes) of `item` from those of `price_was` (string).
    ///
    /// To be written: until then the first row that has a value ends the migration, and no
    /// value is lost.
    #[step]
    pub async fn convert_item_price_2(_tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {
        use sdk::schema::{Name, Value};

        const OLD: &str = "price_was";
        const NEW: &str = "price";

        let value = match row.get(OLD) {
            Some(Value::Null) | None => Value::Null,
            Some(old) => {
                let message = format!("`{OLD}` is {old}: what is `{NEW}` then?");
                return Err(sdk::Error::msg(message));
            }
        };
        row.set(Name::new(NEW)?, value);
        Ok(())
    }
    "#);
}

#[test]
fn values_of_a_narrower_type_are_made_to_fit() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(steps(&terminal, &[("pub price: i64", "pub price: u8")]), @"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_fit_item_price.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        run step `fit_item_price`, revision 1, for each row of `item`
        change field `price` of `item` to (u8)
    hint: write `fit_item_price` in modules/stock/src/steps.rs
    hint: test `fit_item_price` with rows as they are today
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// Changes the values of `price` of `item` that are i64 and no u8.
    ///
    /// It leaves rows as they are; where a value does not fit, the migration ends when the
    /// field changes, and no value is lost.
    #[step]
    pub async fn fit_item_price(_tx: &mut WriteTx<'_>, _row: &mut Row) -> Result<()> {
        Ok(())
    }
    ");
}

#[test]
fn variants_that_are_gone_are_replaced() {
    let terminal = Terminal::with_table();
    let old = "#[derive(TableEnum, Debug, Clone, Copy, PartialEq)]\npub enum State { Draft, Live, Sold, Gone }\n\n#[derive(Table";
    terminal.edit(TABLES, "#[derive(Table", old);
    terminal.edit(TABLES, "pub price: i64", "pub state: State");
    terminal.quietly("new migration stock --fill item.state=draft");
    insta::assert_snapshot!(steps(&terminal, &[(", Sold, Gone", "")]), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_fit_item_state.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        run step `fit_item_state`, revision 1, for each row of `item`
        change field `state` of `item` to (enum of draft, live)
    hint: write `fit_item_state` in modules/stock/src/steps.rs
    hint: test `fit_item_state` with rows as they are today
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// Replaces the values of `state` of `item` that are no variants any more.
    ///
    /// To be written: until then the first row with such a value ends the migration. From
    /// enum of draft, live, sold, gone
    /// to enum of draft, live.
    #[step]
    pub async fn fit_item_state(_tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {
        use sdk::schema::{Name, Value};

        const FIELD: &str = "state";

        let Some(Value::Enum(old)) = row.get(FIELD) else {
            return Ok(());
        };
        // What takes the place of a variant that is gone.
        let new: Option<&str> = match old.as_str() {
            "sold" => None,
            "gone" => None,
            _ => return Ok(()),
        };
        let message = || sdk::Error::msg(format!("`{FIELD}` is {old}: what takes its place?"));
        let new = Name::new(new.ok_or_else(message)?)?;
        row.set(Name::new(FIELD)?, Value::Enum(new));
        Ok(())
    }
    "#);
}

#[test]
fn what_is_null_is_filled() {
    let terminal = Terminal::with_table();
    terminal.edit(TABLES, "pub price: i64", "pub price: Option<i64>");
    terminal.quietly("new migration stock");
    insta::assert_snapshot!(steps(&terminal, &[("pub price: Option<i64>", "pub price: i64")]), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_fill_item_price.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        run step `fill_item_price`, revision 1, for each row of `item`
        change field `price` of `item` to (i64)
    hint: write `fill_item_price` in modules/stock/src/steps.rs
    hint: test `fill_item_price` with rows as they are today
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// Fills `price` (i64) of `item` where it is null, which it no longer may be.
    ///
    /// To be written: until then the first row that holds null ends the migration.
    #[step]
    pub async fn fill_item_price(_tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {
        use sdk::schema::Value;

        const FIELD: &str = "price";

        if row.get(FIELD) == Some(&Value::Null) {
            let message = format!("`{FIELD}` is null: what takes its place?");
            return Err(sdk::Error::msg(message));
        }
        Ok(())
    }
    "#);
}

#[test]
fn rows_get_another_key() {
    let terminal = Terminal::with_table();
    let to_sku = [
        ("    #[key]\n    pub id: Id<Item>,\n", ""),
        ("    #[unique]\n    pub sku", "    #[key]\n    pub sku"),
    ];
    for (from, to) in to_sku {
        terminal.edit(TABLES, from, to);
    }
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @r"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_change_key_of_item.json
    changed modules/stock/migrations/chain.txt
        drop index (sku) of `item`
        change the key of `item` to (sku)
        drop field `id` of `item` and its values
    warning drops_index: index (sku) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    error unique_key: the key of `item` becomes (sku): two rows that share it stop the migration; make them differ by a step before it
    warning changes_key: the key of `item` becomes (sku), and the version before finds rows by the old one; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    error drops_field: field `id` of `item` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it
    ");
    let to_id = [(
        "    #[key]\n    pub sku: String,",
        "    pub sku: String,\n    #[key]\n    pub id: Id<Item>,",
    )];
    insta::assert_snapshot!(steps(&terminal, &to_id), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_change_key_of_item.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        add field `id` (id, nullable) to `item`
        run step `fill_item_id`, revision 1, for each row of `item`
        change field `id` of `item` to (id)
        change the key of `item` to (id)
    warning requires_field: field `id` of `item` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    warning changes_key: the key of `item` becomes (id), and the version before finds rows by the old one; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    hint: read `fill_item_id` in modules/stock/src/steps.rs
    hint: test `fill_item_id` with rows as they are today
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// Gives each row of `item` its `id`, which is going to be its key.
    #[step]
    pub async fn fill_item_id(_tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {
        use sdk::schema::{Name, Value};

        row.set(Name::new("id")?, Value::Id(Id::<Row>::new().uuid()));
        Ok(())
    }
    "#);
}

#[test]
fn a_key_that_other_rows_hold_stays() {
    let terminal = Terminal::with_table();
    terminal.quietly("new table stock Part item:Item");
    terminal.quietly("new migration stock");
    terminal.edit(TABLES, "    #[key]\n    pub id: Id<Item>,\n", "");
    terminal.edit(
        TABLES,
        "    #[unique]\n    pub sku",
        "    #[key]\n    pub sku",
    );
    terminal.edit(TABLES, "pub item: Id<Item>", "pub item: String");
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @"
    $ sdk-cli new migration stock
    modules/stock/src/tables.rs:7:12: table `item`: the key changes from (id id) to (sku string), but field `item` of `part` holds it: take that reference away by a migration of its own, change the key by the next, and refer to it again by a third
    error: no migration can be written for module `stock`
    exit code 1
    ");
}

#[test]
fn a_dry_run_shows_the_steps_too() {
    let terminal = Terminal::with_table();
    terminal.edit(TABLES, "pub price: i64", "pub price: u8");
    let before = terminal.snapshot();
    let shown = terminal.type_lines("new migration stock --dry-run");
    for part in [
        "_fit_item_price.json:",
        "steps(fit_item_price)",
        "pub async fn fit_item_price",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_data_step_is_written_alone() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(terminal.type_lines(
        "new migration stock --empty tidy
         new migration stock --empty --name shorten_names --table item
         check"
    ), @r#"
    $ sdk-cli new migration stock --empty tidy
    created modules/stock/migrations/[STAMP]_tidy.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        run step `tidy`, revision 1
    warning no_inverse: step `tidy` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    hint: write `tidy` in modules/stock/src/steps.rs
    hint: test `tidy` with rows as they are today
    $ sdk-cli new migration stock --empty --name shorten_names --table item
    created modules/stock/migrations/[STAMP]_shorten_names.json
    changed modules/stock/src/lib.rs
    changed modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        run step `shorten_names`, revision 1, for each row of `item`
    warning no_inverse: step `shorten_names` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    hint: write `shorten_names` in modules/stock/src/steps.rs
    hint: test `shorten_names` with rows as they are today
    $ sdk-cli check
    ok   stock: 1 table, 3 migrations
    modules/stock/migrations/[STAMP]_tidy.json:5:5: warning no_inverse: step `tidy` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    modules/stock/migrations/[STAMP]_tidy.json:5:5: warning untested_step: no test names step `tidy`, whose first run would be on rows that matter; call it in a test with rows as they were before
    modules/stock/migrations/[STAMP]_shorten_names.json:5:5: warning no_inverse: step `shorten_names` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or "nothing" if what it wrote may stay
    modules/stock/migrations/[STAMP]_shorten_names.json:5:5: warning untested_step: no test names step `shorten_names`, whose first run would be on rows that matter; call it in a test with rows as they were before
    ok   1 module checked, 4 warnings
    "#);
    insta::assert_snapshot!(terminal.newest_migration("stock"), @r#"
    {
      "format": 1,
      "description": "Run step `shorten_names`, revision 1, for each row of `item`",
      "operations": [
        {
          "run": {
            "step": "shorten_names",
            "revision": 1,
            "table": "item"
          }
        }
      ]
    }
    "#);
    insta::assert_snapshot!(terminal.read(STEPS), @"
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// What `tidy` does, in a sentence.
    ///
    /// It is called once, in the transaction of its migration.
    #[step]
    pub async fn tidy(_tx: &mut WriteTx<'_>) -> Result<()> {
        Ok(())
    }

    /// What `shorten_names` does with a row of `item`, in a sentence.
    ///
    /// It is called for each row, in batches that are transactions of their own.
    #[step]
    pub async fn shorten_names(_tx: &mut WriteTx<'_>, _row: &mut Row) -> Result<()> {
        Ok(())
    }
    ");
}

#[test]
fn refuses_data_steps_that_cannot_be() {
    let terminal = Terminal::with_table();
    terminal.quietly("new migration stock --empty tidy");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines(
        "new migration stock --empty
         new migration stock --empty tidy
         new migration stock --empty move
         new migration stock --empty sort --table thing
         new migration stock --table item
         new migration stock --empty sort --fill item.price=1"
    ), @"
    $ sdk-cli new migration stock --empty
    error: the following required arguments were not provided:
      <NAME|--name <NAME>>

    Usage: sdk-cli new migration --empty <NAME|--name <NAME>> <MODULE>

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new migration stock --empty tidy
    error: module `stock` has a step or job `tidy` already
    exit code 1
    $ sdk-cli new migration stock --empty move
    error: `move` is a word of the Rust language
    exit code 1
    $ sdk-cli new migration stock --empty sort --table thing
    error: module `stock` has no table `thing`; it has item
    exit code 1
    $ sdk-cli new migration stock --table item
    error: the following required arguments were not provided:
      --empty
      <NAME|--name <NAME>>

    Usage: sdk-cli new migration --empty --table <TABLE> <NAME|--name <NAME>> <MODULE>

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new migration stock --empty sort --fill item.price=1
    error: the argument '--empty' cannot be used with '--fill <TABLE.FIELD=VALUE>'

    Usage: sdk-cli new migration --empty <NAME|--name <NAME>> <MODULE>

    For more information, try '--help'.
    exit code 2
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_step_whose_name_something_else_has_gets_another() {
    let terminal = Terminal::with_table();
    terminal.quietly("new job stock fit_item_price --schedule @daily");
    insta::assert_snapshot!(steps(&terminal, &[("pub price: i64", "pub price: u8")]), @"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_fit_item_price_2.json
    changed modules/stock/src/lib.rs
    created modules/stock/src/steps.rs
    changed modules/stock/migrations/chain.txt
        run step `fit_item_price_2`, revision 1, for each row of `item`
        change field `price` of `item` to (u8)
    hint: write `fit_item_price_2` in modules/stock/src/steps.rs
    hint: test `fit_item_price_2` with rows as they are today
    //! The steps that the migrations of the module `stock` run.
    //!
    //! A step works on tables by name and on rows as values: it runs on the tables
    //! of its day, which the structs of today do not describe.

    use sdk::prelude::*;

    /// Changes the values of `price` of `item` that are i64 and no u8.
    ///
    /// It leaves rows as they are; where a value does not fit, the migration ends when the
    /// field changes, and no value is lost.
    #[step]
    pub async fn fit_item_price_2(_tx: &mut WriteTx<'_>, _row: &mut Row) -> Result<()> {
        Ok(())
    }
    ");
}
