//! `new seed`.

use crate::terminal::Terminal;

#[test]
fn writes_a_row_that_fits() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(terminal.type_lines("new seed stock item"), @"
    $ sdk-cli new seed stock item
    created modules/stock/seeds/real/item.json
    hint: change the example row and add your own
    ");
    let seed: serde_json::Value =
        serde_json::from_str(&terminal.read("modules/stock/seeds/real/item.json")).unwrap();
    assert_eq!(seed["rows"][0]["sku"], "sku 1");
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 table, 1 migration, 1 seed file
    ok   1 module checked
    ");
}

#[test]
fn a_row_of_every_type_fits() {
    let terminal = Terminal::with_module();
    terminal.quietly(
        "new table stock Everything a:bool b:i8 c:u128 d:f64 e:String f:Vec<u8> g:Timestamp h:Date \
         i:Json j:String? k:Vec<String> l:i64=7",
    );
    terminal.quietly("new migration stock");
    terminal.quietly("new seed stock everything --set test");
    insta::assert_snapshot!(terminal.redacted(&terminal.read("modules/stock/seeds/test/everything.json")), @r#"
    {
      "format": 1,
      "table": "everything",
      "rows": [
        {
          "id": "[ID]",
          "a": false,
          "b": 2,
          "c": 2,
          "d": 2,
          "e": "e 2",
          "f": "",
          "g": "2026-01-02T00:00:00Z",
          "h": "2026-01-02",
          "i": {},
          "j": null,
          "k": [],
          "l": 7
        }
      ]
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 table, 1 migration, 1 seed file
    ok   1 module checked
    ");
}

#[test]
fn the_sets_do_not_share_unique_values() {
    let terminal = Terminal::with_table();
    terminal.quietly("new seed stock item --set real");
    terminal.quietly("new seed stock item --set test");
    assert!(
        terminal
            .read("modules/stock/seeds/real/item.json")
            .contains("\"sku\": \"sku 1\"")
    );
    assert!(
        terminal
            .read("modules/stock/seeds/test/item.json")
            .contains("\"sku\": \"sku 2\"")
    );
}

#[test]
fn a_reference_leads_to_a_row_that_is_seeded() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module geo");
    terminal.quietly("new table geo Country code:String --key code");
    terminal.quietly("new migration geo");
    terminal.quietly("new table stock Depot country:geo::Country");
    terminal.quietly("new table stock Shelf depot:Depot above:Shelf?");
    terminal.quietly("new migration stock");
    insta::assert_snapshot!(terminal.type_lines("new seed stock depot"), @"
    $ sdk-cli new seed stock depot
    created modules/stock/seeds/real/depot.json
        without rows: one would refer to `geo.country`, which has none
    hint: sdk-cli new seed geo country --set real
    hint: then write rows into modules/stock/seeds/real/depot.json
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/seeds/real/depot.json"), @r#"
    {
      "format": 1,
      "table": "depot",
      "rows": []
    }
    "#);
    terminal.quietly("new seed geo country");
    insta::assert_snapshot!(terminal.type_lines("new seed stock depot"), @"
    $ sdk-cli new seed stock depot
    error: modules/stock/seeds/real/depot.json is there already; nothing was written
    exit code 1
    ");
    std::fs::remove_file(terminal.at.join("modules/stock/seeds/real/depot.json")).unwrap();
    terminal.quietly("new seed stock depot");
    terminal.quietly("new seed stock shelf --set test");
    insta::assert_snapshot!(terminal.redacted(&terminal.read("modules/stock/seeds/test/shelf.json")), @r#"
    {
      "format": 1,
      "table": "shelf",
      "rows": [
        {
          "id": "[ID]",
          "depot": "[ID]",
          "above": null
        }
      ]
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   geo: 1 table, 1 migration, 1 seed file
    ok   stock: 2 tables, 1 migration, 2 seed files
    ok   2 modules checked
    ");
}

#[test]
fn what_is_not_there_is_refused() {
    let terminal = Terminal::with_table();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new seed stock tag
             new seed nope item
             new seed stock Item
             new seed stock item --set both"
        ),
        @"
    $ sdk-cli new seed stock tag
    error: module `stock` has no table `tag`; it has item
    exit code 1
    $ sdk-cli new seed nope item
    error: no module `nope` in this workspace; it has stock
    hint: sdk-cli new module nope
    exit code 1
    $ sdk-cli new seed stock Item
    error: invalid value 'Item' for '<TABLE>': `Item` is not a name: expected lower snake case, a letter first, at most 63 bytes

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new seed stock item --set both
    error: invalid value 'both' for '--set <SET>'
      [possible values: real, test]

    For more information, try '--help'.
    exit code 2
    "
    );
}
