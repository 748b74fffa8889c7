//! `new migration`: every difference, without a compiler.

use crate::terminal::Terminal;

const TABLES: &str = "modules/stock/src/tables.rs";

/// Changes the source of the guide's table, writes the migration, and shows
/// what was said and written. Whatever was written folds: nothing is left to
/// migrate, and `check` has nothing but lints to say.
#[track_caller]
fn migrate(terminal: &Terminal, from: &str, to: &str) -> String {
    terminal.edit(TABLES, from, to);
    let said = terminal.type_lines("new migration stock");
    let again = terminal.type_lines("new migration stock\ncheck --json");
    assert!(
        again.contains("nothing to migrate") && again.contains("\"faults\": 0"),
        "{said}{again}"
    );
    said + &terminal.newest_migration("stock")
}

#[test]
fn a_new_table() {
    let terminal = Terminal::with_module();
    terminal.quietly("new table stock Item name:String");
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_create_item.json
    created modules/stock/migrations/chain.txt
        create table `item` with key (id) and fields id, name
    ");
    insta::assert_snapshot!(terminal.newest_migration("stock"), @r#"
    {
      "format": 1,
      "description": "Create table `item`",
      "operations": [
        {
          "create_table": {
            "name": "item",
            "key": [
              "id"
            ],
            "fields": [
              {
                "name": "id",
                "type": "id"
              },
              {
                "name": "name",
                "type": "string"
              }
            ]
          }
        }
      ]
    }
    "#);
}

#[test]
fn nothing_to_migrate() {
    let terminal = Terminal::with_table();
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new migration stock\nnew migration stock again"), @"
    $ sdk-cli new migration stock
    nothing to migrate: the migrations of `stock` make what its source declares
    $ sdk-cli new migration stock again
    nothing to migrate: the migrations of `stock` make what its source declares
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_dropped_table() {
    let terminal = Terminal::with_table();
    terminal.edit("modules/stock/src/lib.rs", "tables(Item)", "");
    terminal.edit("modules/stock/src/lib.rs", "pub use tables::Item;\n", "");
    terminal.write(TABLES, "//! None any more.\n");
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @r"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_drop_item.json
    changed modules/stock/migrations/chain.txt
        drop table `item` and its rows
    error drops_table: table `item` is dropped: its rows are lost, and the version before can no longer read it; move by a step what is still needed, and drop it a release after the last code that uses it
    ");
    insta::assert_snapshot!(terminal.newest_migration("stock"), @r#"
    {
      "format": 1,
      "description": "Drop table `item` and its rows",
      "operations": [
        {
          "drop_table": {
            "table": "item"
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_renamed_table() {
    let terminal = Terminal::with_table();
    for file in ["modules/stock/src/lib.rs", TABLES] {
        terminal.edit(file, "Item", "Product");
    }
    insta::assert_snapshot!(migrate(&terminal, "pub struct", "#[was(\"item\")]\npub struct"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_rename_item_to_product.json
    changed modules/stock/migrations/chain.txt
        rename table `item` to `product`
    warning renames_table: table `item` is now called `product`, and the version before asks for `item`; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    {
      "format": 1,
      "description": "Rename table `item` to `product`",
      "operations": [
        {
          "rename_table": {
            "from": "item",
            "to": "product"
          }
        }
      ]
    }
    "#);
}

#[test]
fn an_added_field_with_a_default() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64,", "pub price: i64,\n    #[default(0)]\n    pub votes: i64,"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_add_votes_to_item.json
    changed modules/stock/migrations/chain.txt
        add field `votes` (i64, default 0) to `item`
    {
      "format": 1,
      "description": "Add field `votes` (i64, default 0) to `item`",
      "operations": [
        {
          "add_field": {
            "table": "item",
            "field": {
              "name": "votes",
              "type": "i64",
              "default": 0
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn an_added_nullable_field() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64,", "pub price: i64,\n    pub note: Option<String>,"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_add_note_to_item.json
    changed modules/stock/migrations/chain.txt
        add field `note` (string, nullable) to `item`
    {
      "format": 1,
      "description": "Add field `note` (string, nullable) to `item`",
      "operations": [
        {
          "add_field": {
            "table": "item",
            "field": {
              "name": "note",
              "type": "string",
              "nullable": true
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_dropped_field() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "    pub price: i64,\n", ""), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_drop_price_of_item.json
    changed modules/stock/migrations/chain.txt
        drop field `price` of `item` and its values
    error drops_field: field `price` of `item` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it
    {
      "format": 1,
      "description": "Drop field `price` of `item` and its values",
      "operations": [
        {
          "drop_field": {
            "table": "item",
            "field": "price"
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_renamed_field() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64", "#[was(\"price\")]\n    pub cents: i64"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_rename_item_price_to_cents.json
    changed modules/stock/migrations/chain.txt
        rename field `price` of `item` to `cents`
    warning renames_field: field `price` of `item` is now called `cents`, and the version before asks for `price`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    {
      "format": 1,
      "description": "Rename field `price` of `item` to `cents`",
      "operations": [
        {
          "rename_field": {
            "table": "item",
            "from": "price",
            "to": "cents"
          }
        }
      ]
    }
    "#);
}

#[test]
fn an_added_index() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64", "#[index]\n    pub price: i64"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_index_item_by_price.json
    changed modules/stock/migrations/chain.txt
        add index (price) to `item`
    {
      "format": 1,
      "description": "Add index (price) to `item`",
      "operations": [
        {
          "add_index": {
            "table": "item",
            "index": {
              "fields": [
                "price"
              ]
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_dropped_index() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "    #[index]\n", ""), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_drop_index_of_item_by_name.json
    changed modules/stock/migrations/chain.txt
        drop index (name) of `item`
    warning drops_index: index (name) of `item` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it
    {
      "format": 1,
      "description": "Drop index (name) of `item`",
      "operations": [
        {
          "drop_index": {
            "table": "item",
            "fields": [
              "name"
            ]
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_changed_default() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64", "#[default(100)]\n    pub price: i64"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_change_price_of_item.json
    changed modules/stock/migrations/chain.txt
        change field `price` of `item` to (i64, default 100)
    {
      "format": 1,
      "description": "Change field `price` of `item` to (i64, default 100)",
      "operations": [
        {
          "change_field": {
            "table": "item",
            "field": {
              "name": "price",
              "type": "i64",
              "default": 100
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_changed_nullability() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64", "pub price: Option<i64>"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_change_price_of_item.json
    changed modules/stock/migrations/chain.txt
        change field `price` of `item` to (i64, nullable)
    warning allows_nulls: field `price` of `item` may be null, which the version before cannot read; stop it first, or write no null until it is gone
    {
      "format": 1,
      "description": "Change field `price` of `item` to (i64, nullable)",
      "operations": [
        {
          "change_field": {
            "table": "item",
            "field": {
              "name": "price",
              "type": "i64",
              "nullable": true
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn several_changes_at_once() {
    let terminal = Terminal::with_table();
    terminal.quietly("new table stock Tag name:String --key name");
    insta::assert_snapshot!(migrate(&terminal, "pub price: i64", "#[was(\"price\")]\n    #[index]\n    pub cents: i64"), @r#"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_change_item_and_tag.json
    changed modules/stock/migrations/chain.txt
        rename field `price` of `item` to `cents`
        create table `tag` with key (name) and fields name
        add index (cents) to `item`
    warning renames_field: field `price` of `item` is now called `cents`, and the version before asks for `price`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    {
      "format": 1,
      "description": "Rename field `price` of `item` to `cents`; create table `tag`; add index (cents) to `item`",
      "operations": [
        {
          "rename_field": {
            "table": "item",
            "from": "price",
            "to": "cents"
          }
        },
        {
          "create_table": {
            "name": "tag",
            "key": [
              "name"
            ],
            "fields": [
              {
                "name": "name",
                "type": "string"
              }
            ]
          }
        },
        {
          "add_index": {
            "table": "item",
            "index": {
              "fields": [
                "cents"
              ]
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_new_required_field_needs_a_default() {
    let terminal = Terminal::with_table();
    terminal.edit(
        TABLES,
        "pub price: i64,",
        "pub price: i64,\n    pub weight: u32,\n    pub size: u32,",
    );
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new migration stock\nnew migration stock --dry-run"), @"
    $ sdk-cli new migration stock
    modules/stock/src/tables.rs:15:9: table `item`: field `weight` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill item.weight=VALUE
    modules/stock/src/tables.rs:16:9: table `item`: field `size` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill item.size=VALUE
    error: no migration can be written for module `stock`
    exit code 1
    $ sdk-cli new migration stock --dry-run
    modules/stock/src/tables.rs:15:9: table `item`: field `weight` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill item.weight=VALUE
    modules/stock/src/tables.rs:16:9: table `item`: field `size` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill item.size=VALUE
    error: no migration can be written for module `stock`
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_name_can_be_given_and_a_dry_run_writes_nothing() {
    let terminal = Terminal::with_module();
    terminal.quietly("new table stock Tag name:String --key name");
    insta::assert_snapshot!(terminal.type_lines("new migration stock tags_at_last --dry-run"), @r#"
    $ sdk-cli new migration stock tags_at_last --dry-run
    modules/stock/migrations/[STAMP]_tags_at_last.json:
    {
      "format": 1,
      "description": "Create table `tag`",
      "operations": [
        {
          "create_table": {
            "name": "tag",
            "key": [
              "name"
            ],
            "fields": [
              {
                "name": "name",
                "type": "string"
              }
            ]
          }
        }
      ]
    }
    "#);
    assert!(!terminal.at.join("modules/stock/migrations").exists());
    insta::assert_snapshot!(terminal.type_lines("new migration stock tags_at_last\nnew migration stock Tags"), @"
    $ sdk-cli new migration stock tags_at_last
    created modules/stock/migrations/[STAMP]_tags_at_last.json
    created modules/stock/migrations/chain.txt
        create table `tag` with key (name) and fields name
    $ sdk-cli new migration stock Tags
    error: invalid value 'Tags' for '[NAME]': `Tags` is not a name: expected lower snake case, a letter first, at most 63 bytes

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn the_stamp_is_later_than_the_newest_even_if_that_is_in_the_future() {
    let terminal = Terminal::with_module();
    let empty = "{ \"format\": 1, \"operations\": [] }";
    terminal.write("modules/stock/migrations/29991231T235959Z_far.json", empty);
    terminal.quietly("chain stock");
    terminal.quietly("new table stock Tag name:String --key name");
    terminal.quietly("new migration stock");
    assert!(
        terminal
            .at
            .join("modules/stock/migrations/30000101T000000Z_create_tag.json")
            .exists()
    );
}

#[test]
fn a_reference_comes_after_the_migration_that_makes_its_table() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module geo");
    terminal.quietly("new table geo Land code:String --key code");
    terminal.quietly("new table stock Depot land:geo::Land");
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @"
    $ sdk-cli new migration stock
    error: no migration of module `geo` makes `geo.land` yet
    hint: sdk-cli new migration geo
    exit code 1
    ");
    terminal.quietly("new migration geo");
    terminal.edit("modules/geo/src/lib.rs", "Land", "Country");
    terminal.edit(
        "modules/geo/src/tables.rs",
        "pub struct Land",
        "#[was(\"land\")]\npub struct Country",
    );
    terminal.edit(TABLES, "geo::Land", "geo::Country");
    terminal.quietly("new migration geo");
    terminal.quietly("new migration stock");
    insta::assert_snapshot!(terminal.newest_migration("stock"), @r#"
    {
      "format": 1,
      "description": "Create table `depot`",
      "after": [
        "geo/[STAMP]_rename_land_to_country"
      ],
      "operations": [
        {
          "create_table": {
            "name": "depot",
            "key": [
              "id"
            ],
            "fields": [
              {
                "name": "id",
                "type": "id"
              },
              {
                "name": "land",
                "type": "string",
                "references": {
                  "table": "geo.country",
                  "on_delete": "restrict"
                }
              }
            ]
          }
        }
      ]
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   geo: 1 table, 2 migrations
    modules/geo/migrations/[STAMP]_rename_land_to_country.json:5:5: warning renames_table: table `land` is now called `country`, and the version before asks for `land`; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later
    ok   stock: 1 table, 1 migration
    ok   2 modules checked, 1 warning
    ");
    terminal.edit(
        TABLES,
        "pub land: String,",
        "pub land: String,\n    #[references(geo::Country)]\n    pub second: Option<String>,",
    );
    terminal.quietly("new migration stock");
    assert!(!terminal.newest_migration("stock").contains("after"));
}

#[test]
fn migrations_that_cannot_be_read_or_folded_are_reported() {
    let terminal = Terminal::with_table();
    terminal.edit(TABLES, "    pub price: i64,\n", "");
    terminal.write(
        "modules/stock/migrations/20260101T000000Z_bad.json",
        "{ \"format\": 1,\n  \"operations\": [ 1 ] }",
    );
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @"
    $ sdk-cli new migration stock
    modules/stock/migrations/[STAMP]_bad.json:2:19: expected value
    error: module `stock` cannot be read; nothing was written
    exit code 1
    ");
    terminal.write(
        "modules/stock/migrations/20260101T000000Z_bad.json",
        "{ \"format\": 1, \"operations\": [ { \"drop_table\": { \"table\": \"nope\" } } ] }",
    );
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @"
    $ sdk-cli new migration stock
    modules/stock/migrations/[STAMP]_bad.json: operation 1: table `stock.nope` does not exist; module `stock` has no tables
    error: no migration can be written for module `stock`
    exit code 1
    ");
}

#[test]
fn names_are_exchanged_by_way_of_a_free_one() {
    let terminal = Terminal::with_table();
    terminal.edit(
        TABLES,
        "#[unique]\n    pub sku: String,",
        "#[unique]\n    #[was(\"name\")]\n    pub sku: String,",
    );
    terminal.edit(
        TABLES,
        "#[index]\n    pub name",
        "#[index]\n    #[was(\"sku\")]\n    pub name",
    );
    insta::assert_snapshot!(terminal.type_lines("new migration stock\nnew migration stock"), @r"
    $ sdk-cli new migration stock
    created modules/stock/migrations/[STAMP]_change_item.json
    changed modules/stock/migrations/chain.txt
        rename field `name` of `item` to `name_before`
        rename field `sku` of `item` to `name`
        rename field `name_before` of `item` to `sku`
        drop index (sku) of `item`
        drop index (name) of `item`
        add index (name) to `item`
        add unique index (sku) to `item`
    warning renames_field: field `name` of `item` is now called `name_before`, and the version before asks for `name`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    warning renames_field: field `sku` of `item` is now called `name`, and the version before asks for `sku`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    warning renames_field: field `name_before` of `item` is now called `sku`, and the version before asks for `name_before`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later
    error unique_index: unique index (sku) is new on rows of `item` that are there: two of them that share all its values stop the migration; make them differ by a step before it
    $ sdk-cli new migration stock
    nothing to migrate: the migrations of `stock` make what its source declares
    ");
}

#[test]
fn nothing_comes_after_the_end_of_time() {
    let terminal = Terminal::with_table();
    terminal.edit(
        TABLES,
        "pub price: i64",
        "#[default(1)]\n    pub price: i64",
    );
    terminal.write(
        "modules/stock/migrations/99991231T235959Z_last.json",
        "{ \"format\": 1, \"operations\": [] }",
    );
    insta::assert_snapshot!(terminal.type_lines("new migration stock"), @"
    $ sdk-cli new migration stock
    error: no stamp is later than that of `stock/99991231T235959Z_last`: give that migration an earlier one
    exit code 1
    ");
}

#[test]
fn the_rows_that_are_there_get_a_value_for_a_new_field() {
    let terminal = Terminal::with_table();
    terminal.edit(
        TABLES,
        "pub price: i64,",
        "pub price: i64,\n    pub weight: u32,\n    pub size: Option<String>,",
    );
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines(
        "new migration stock --fill item.weight=heavy
         new migration stock --fill item.width=1
         new migration stock --fill thing.weight=1
         new migration stock --fill item.weight=1 --fill item.price=1
         new migration stock --fill item.weight=1 --fill item.weight=2
         new migration stock --fill weight"
    ), @r#"
    $ sdk-cli new migration stock --fill item.weight=heavy
    error: --fill item.weight=heavy: expected u32, found "heavy"
    exit code 1
    $ sdk-cli new migration stock --fill item.width=1
    error: --fill: no field `width`; the table has id, name, sku, price, weight, size
    exit code 1
    $ sdk-cli new migration stock --fill thing.weight=1
    error: module `stock` has no table `thing`; it has item
    exit code 1
    $ sdk-cli new migration stock --fill item.weight=1 --fill item.price=1
    error: --fill: field `price` of `item` is not new, so its rows have values already
    exit code 1
    $ sdk-cli new migration stock --fill item.weight=1 --fill item.weight=2
    error: --fill item.weight=2: that field has a value already
    exit code 1
    $ sdk-cli new migration stock --fill weight
    error: invalid value 'weight' for '--fill <TABLE.FIELD=VALUE>': expected TABLE.FIELD=VALUE, such as item.price=0

    For more information, try '--help'.
    exit code 2
    "#);
    assert_eq!(terminal.snapshot(), before);
    let line = "new migration stock --fill item.weight=7 --fill item.size=";
    insta::assert_snapshot!(terminal.type_lines(line), @r#"
    $ sdk-cli new migration stock --fill item.weight=7 --fill item.size=
    created modules/stock/migrations/[STAMP]_change_item.json
    changed modules/stock/migrations/chain.txt
        add field `weight` (u32, default 7) to `item`
        add field `size` (string, nullable, default "") to `item`
        change field `weight` of `item` to (u32)
        change field `size` of `item` to (string, nullable)
    warning requires_field: field `weight` of `item` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    "#);
    insta::assert_snapshot!(terminal.type_lines("new migration stock\ncheck"), @"
    $ sdk-cli new migration stock
    nothing to migrate: the migrations of `stock` make what its source declares
    $ sdk-cli check
    ok   stock: 1 table, 2 migrations
    modules/stock/migrations/[STAMP]_change_item.json:26:5: warning requires_field: field `weight` of `item` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone
    ok   1 module checked, 1 warning
    ");
}

#[test]
fn a_name_is_given_in_one_way() {
    let terminal = Terminal::with_table();
    terminal.edit(TABLES, "    pub price: i64,\n", "");
    insta::assert_snapshot!(terminal.type_lines(
        "new migration stock free --name gratis
         new migration stock --name gratis"
    ), @r"
    $ sdk-cli new migration stock free --name gratis
    error: the argument '[NAME]' cannot be used with '--name <NAME>'

    Usage: sdk-cli new migration <MODULE> <NAME>

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new migration stock --name gratis
    created modules/stock/migrations/[STAMP]_gratis.json
    changed modules/stock/migrations/chain.txt
        drop field `price` of `item` and its values
    error drops_field: field `price` of `item` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it
    ");
}
