//! `squash`: one migration instead of several.

use crate::terminal::Terminal;

const FIRST: &str = "19990101T000000Z";
const SECOND: &str = "19990201T000000Z";
const THIRD: &str = "19990301T000000Z";

/// The module `stock` with a table that grew in three migrations of known
/// stamps, and what the last of them does besides.
fn grown(more: &str) -> Terminal {
    let terminal = Terminal::with_module();
    terminal.quietly("new table stock Item name:String price:i64=0 weight:i64=0");
    let add = |field: &str| {
        format!(
            r#"{{ "add_field": {{ "table": "item", "field": {{ "name": "{field}", "type": "i64", "default": 0 }} }} }}"#
        )
    };
    let create = r#"{ "create_table": { "name": "item", "key": ["id"], "fields": [
        { "name": "id", "type": "id" }, { "name": "name", "type": "string" }
    ] } }"#;
    write(&terminal, "stock", &format!("{FIRST}_create"), create);
    write(
        &terminal,
        "stock",
        &format!("{SECOND}_price"),
        &add("price"),
    );
    write(
        &terminal,
        "stock",
        &format!("{THIRD}_weight"),
        &(add("weight") + more),
    );
    terminal.quietly("chain stock");
    terminal
}

fn write(terminal: &Terminal, module: &str, stem: &str, operations: &str) {
    let text = format!("{{ \"format\": 1, \"operations\": [ {operations} ] }}\n");
    terminal.write(&format!("modules/{module}/migrations/{stem}.json"), &text);
}

/// What is there after the squash up to a stamp.
fn stems(terminal: &Terminal) -> Vec<String> {
    let chain = terminal.read("modules/stock/migrations/chain.txt");
    let lines = chain.lines().skip(1);
    lines
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn one_migration_stands_for_all_up_to_a_stamp() {
    let terminal = grown("");
    let before = terminal.snapshot();
    let shown = terminal.type_lines(&format!("squash stock --until {SECOND} --dry-run"));
    assert_eq!(terminal.snapshot(), before);
    insta::assert_snapshot!(shown, @r#"
    $ sdk-cli squash stock --until 19990201T000000Z --dry-run
    modules/stock/migrations/19990201T000000Z_squash.json:
    {
      "format": 1,
      "description": "Stands for 2 migrations, 19990101T000000Z_create to 19990201T000000Z_price",
      "replaces": [
        "19990101T000000Z_create",
        "19990201T000000Z_price"
      ],
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
              },
              {
                "name": "price",
                "type": "i64",
                "default": 0
              }
            ]
          }
        }
      ]
    }
    "#);
    insta::assert_snapshot!(
        terminal.type_lines(&format!("squash stock --until {SECOND}\ncheck\nnew migration stock")), @"
        $ sdk-cli squash stock --until 19990201T000000Z
        created modules/stock/migrations/19990201T000000Z_squash.json
        changed modules/stock/migrations/chain.txt
        removed modules/stock/migrations/19990101T000000Z_create.json
        removed modules/stock/migrations/19990201T000000Z_price.json
            create table `item` with key (id) and fields id, name, price
        hint: sdk-cli check
        $ sdk-cli check
        ok   stock: 1 table, 2 migrations
        ok   1 module checked
        $ sdk-cli new migration stock
        nothing to migrate: the migrations of `stock` make what its source declares
        ");
    let expect = [format!("{SECOND}_squash"), format!("{THIRD}_weight")];
    assert_eq!(stems(&terminal), expect);
    terminal.quietly(&format!("squash stock --until {THIRD} --name all"));
    assert_eq!(stems(&terminal), [format!("{THIRD}_all")]);
    let text = terminal.read(format!("modules/stock/migrations/{THIRD}_all.json"));
    assert!(
        text.contains(&format!("\"{FIRST}_create\"")),
        "nested: {text}"
    );
    insta::assert_snapshot!(terminal.type_lines("check\nchain stock"), @"
    $ sdk-cli check
    ok   stock: 1 table, 1 migration
    ok   1 module checked
    $ sdk-cli chain stock
    nothing to do: the chain of `stock` agrees with its migrations
    ");
}

#[test]
fn a_step_that_is_called_once_is_asked_about() {
    let terminal = grown(r#", { "run": { "step": "weigh", "revision": 1 } }"#);
    let lib = "modules/stock/src/lib.rs";
    terminal.edit(lib, "tables(Item)", "tables(Item), steps(weigh)");
    let step =
        "#[step(revision = 1)]\nasync fn weigh(tx: &mut WriteTx<'_>) -> Result<()> { Ok(()) }\n";
    let text = terminal.read(lib) + step;
    terminal.write(lib, &text);
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines(&format!("squash stock --until {THIRD}")), @"
    $ sdk-cli squash stock --until 19990301T000000Z
    error: fresh databases would not run step `weigh` of `stock/19990301T000000Z_weight`, which may write rows
    hint: if fresh databases do without: sdk-cli squash stock --until 19990301T000000Z --without-steps
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
    insta::assert_snapshot!(
        terminal.type_lines(&format!("squash stock --until {THIRD} --without-steps\ncheck")), @"
        $ sdk-cli squash stock --until 19990301T000000Z --without-steps
        created modules/stock/migrations/19990301T000000Z_squash.json
        changed modules/stock/migrations/chain.txt
        removed modules/stock/migrations/19990101T000000Z_create.json
        removed modules/stock/migrations/19990201T000000Z_price.json
        removed modules/stock/migrations/19990301T000000Z_weight.json
            create table `item` with key (id) and fields id, name, price, weight
        hint: sdk-cli check
        $ sdk-cli check
        ok   stock: 1 table, 1 migration
        ok   1 module checked
        ");
}

#[test]
fn another_module_that_came_in_between_decides_where_it_stands() {
    let terminal = grown("");
    terminal.quietly("new module sale");
    let operation = r#"{ "create_table": { "name": "offer", "key": ["id"], "fields": [
        { "name": "id", "type": "id" },
        { "name": "item", "type": "id", "references": { "table": "stock.item" } }
    ] } }"#;
    terminal.quietly("new table sale Offer item:stock::Item");
    write(
        &terminal,
        "sale",
        "19990115T000000Z_create_offer",
        operation,
    );
    terminal.quietly("chain sale");
    terminal.quietly(&format!("squash stock --until {THIRD}"));
    assert_eq!(stems(&terminal), [format!("{FIRST}_squash")]);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   sale: 1 table, 1 migration
    ok   stock: 1 table, 1 migration
    ok   2 modules checked
    ");
}

#[test]
fn what_is_in_the_way_is_named_with_what_would_do() {
    let terminal = grown(r#", { "rename_table": { "from": "item", "to": "thing" } }"#);
    for file in ["modules/stock/src/lib.rs", "modules/stock/src/tables.rs"] {
        terminal.edit(file, "Item", "Thing");
    }
    terminal.quietly("new module sale");
    let operation = r#"{ "create_table": { "name": "offer", "key": ["id"], "fields": [
        { "name": "id", "type": "id" },
        { "name": "item", "type": "id", "references": { "table": "stock.item" } }
    ] } }"#;
    terminal.quietly("new table sale Offer item:stock::Thing");
    write(
        &terminal,
        "sale",
        "19990215T000000Z_create_offer",
        operation,
    );
    terminal.quietly("chain sale");
    terminal.quietly("new migration sale follow_the_rename");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines(&format!("squash stock --until {THIRD}")), @"
    $ sdk-cli squash stock --until 19990301T000000Z
    with the stamp 19990301T000000Z: migration `sale/19990215T000000Z_create_offer` refers to `stock.item`, which would not be there
    with the stamp 19990101T000000Z: migration `sale/19990215T000000Z_create_offer` refers to `stock.item`, which would not be there
    error: no migration can stand for all of `stock` up to 19990301T000000Z; nothing was written
    hint: sdk-cli squash stock --until 19990201T000000Z
    exit code 1
    ");
    insta::assert_snapshot!(terminal.type_lines("squash stock --until 19990202T000000Z"), @"
    $ sdk-cli squash stock --until 19990202T000000Z
    error: no migration of module `stock` has the stamp 19990202T000000Z; the last one before it is `stock/19990201T000000Z_price`
    hint: sdk-cli squash stock --until 19990201T000000Z
    exit code 1
    ");
    insta::assert_snapshot!(terminal.type_lines("squash stock --until yesterday"), @"
    $ sdk-cli squash stock --until yesterday
    error: invalid value 'yesterday' for '--until <STAMP>': `yesterday` is not a stamp: expected a UTC second such as [STAMP]

    For more information, try '--help'.
    exit code 2
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_branch_that_still_has_the_replaced_ones_merges() {
    let terminal = grown("");
    terminal.git("init --quiet --initial-branch main");
    commit(&terminal);
    terminal.git("switch --quiet --create more");
    write(&terminal, "stock", "19990401T000000Z_more", "");
    terminal.quietly("chain stock");
    commit(&terminal);
    terminal.git("switch --quiet main");
    terminal.quietly(&format!("squash stock --until {THIRD}"));
    commit(&terminal);
    let said = terminal.git_refuses("merge more");
    assert!(
        said.contains("Merge conflict in modules/stock/migrations/chain.txt"),
        "{said}"
    );
    terminal.quietly("chain stock");
    terminal.quietly("check");
    assert_eq!(
        stems(&terminal),
        [
            format!("{THIRD}_squash"),
            "19990401T000000Z_more".to_owned()
        ]
    );
}

fn commit(terminal: &Terminal) {
    terminal.git("add .");
    terminal.git("commit --quiet --message work");
}
