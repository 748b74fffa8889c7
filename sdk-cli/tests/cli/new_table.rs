//! `new table`.

use crate::terminal::Terminal;

#[test]
fn writes_a_struct_and_lists_it() {
    let terminal = Terminal::with_module();
    insta::assert_snapshot!(
        terminal.type_lines("new table stock Item name:String sku:String price:i64 --unique sku --index name"),
        @"
    $ sdk-cli new table stock Item name:String sku:String price:i64 --unique sku --index name
    changed modules/stock/src/lib.rs
    created modules/stock/src/tables.rs
    hint: sdk-cli new migration stock
    "
    );
    insta::assert_snapshot!(terminal.read("modules/stock/src/tables.rs"), @"
    //! The tables of the module `stock`.

    use sdk::prelude::*;

    /// A row of `stock.item`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct Item {
        #[key]
        pub id: Id<Item>,
        #[index]
        pub name: String,
        #[unique]
        pub sku: String,
        pub price: i64,
    }
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod tables;

    use sdk::prelude::*;
    pub use tables::Item;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", tables(Item))]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    modules/stock/src/tables.rs:7:12: table `item`: it is not in the migrations; write one with: sdk-cli new migration stock
    error: 1 fault in 1 module
    exit code 1
    ");
}

#[test]
fn a_second_table_stands_beside_the_first() {
    let terminal = Terminal::with_table();
    terminal
        .quietly("new table stock OrderLine item:Item count:u32=1 note:String? parent:OrderLine?");
    insta::assert_snapshot!(terminal.read("modules/stock/src/tables.rs"), @"
    //! The tables of the module `stock`.

    use sdk::prelude::*;

    /// A row of `stock.item`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct Item {
        #[key]
        pub id: Id<Item>,
        #[index]
        pub name: String,
        #[unique]
        pub sku: String,
        pub price: i64,
    }

    /// A row of `stock.order_line`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct OrderLine {
        #[key]
        pub id: Id<OrderLine>,
        #[references(Item)]
        pub item: Id<Item>,
        #[default(1)]
        pub count: u32,
        pub note: Option<String>,
        #[references(OrderLine)]
        pub parent: Option<Id<OrderLine>>,
    }
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod tables;

    use sdk::prelude::*;
    pub use tables::{Item, OrderLine};

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", tables(Item, OrderLine))]
    pub struct Stock;
    "#);
}

#[test]
fn every_type_and_every_kind_of_default_can_be_asked_for() {
    let terminal = Terminal::with_module();
    terminal.quietly(
        "new table stock Everything a:bool=true b:i8=-1 c:u128 d:f64=0.5 e:String=new f:Vec<u8>=ab \
         g:Id<Everything> h:Timestamp=2026-01-01T00:00:00Z i:Date=2026-01-01 j:Json={} k:Option<String> \
         l:Vec<String>=[] type:String",
    );
    insta::assert_snapshot!(terminal.read("modules/stock/src/tables.rs"), @r#"
    //! The tables of the module `stock`.

    use sdk::prelude::*;

    /// A row of `stock.everything`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct Everything {
        #[key]
        pub id: Id<Everything>,
        #[default(true)]
        pub a: bool,
        #[default(-1)]
        pub b: i8,
        pub c: u128,
        #[default(0.5)]
        pub d: f64,
        #[default("new")]
        pub e: String,
        #[default(b"ab")]
        pub f: Vec<u8>,
        pub g: Id<Everything>,
        #[default("2026-01-01T00:00:00Z")]
        pub h: Timestamp,
        #[default("2026-01-01")]
        pub i: Date,
        #[default("{}")]
        pub j: Json,
        pub k: Option<String>,
        #[default([])]
        pub l: Vec<String>,
        pub r#type: String,
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("schema"), @r#"
    $ sdk-cli schema
    stock.everything
        id                   id, key
        a                    bool, default true
        b                    i8, default -1
        c                    u128
        d                    f64, default 0.5
        e                    string, default "new"
        f                    bytes, default "YWI="
        g                    id
        h                    timestamp, default "2026-01-01T00:00:00.000000Z"
        i                    date, default "2026-01-01"
        j                    json, default {}
        k                    string, nullable
        l                    vec of string, default []
        type                 string
    "#);
}

#[test]
fn keys_and_indexes_may_have_several_fields() {
    let terminal = Terminal::with_module();
    terminal.quietly(
        "new table stock Price sku:String country:String amount:i64 day:Date \
         --key sku,country --unique country,day --index day --index amount,day --index sku,amount",
    );
    insta::assert_snapshot!(terminal.read("modules/stock/src/tables.rs"), @"
    //! The tables of the module `stock`.

    use sdk::prelude::*;

    /// A row of `stock.price`.
    #[derive(Table, Debug, Clone, PartialEq)]
    #[table(key(sku, country), unique(country, day), index((amount, day), (sku, amount)))]
    pub struct Price {
        pub sku: String,
        pub country: String,
        pub amount: i64,
        #[index]
        pub day: Date,
    }
    ");
}

#[test]
fn a_reference_to_another_module_is_required_and_depended_on() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module geo");
    terminal.quietly("new table geo Country code:String name:String --key code");
    insta::assert_snapshot!(
        terminal.type_lines("new table stock Depot country:geo::Country second:geo::Country? --index country"),
        @"
    $ sdk-cli new table stock Depot country:geo::Country second:geo::Country? --index country
    changed modules/stock/Cargo.toml
    changed modules/stock/src/lib.rs
    created modules/stock/src/tables.rs
    hint: sdk-cli new migration stock
    "
    );
    insta::assert_snapshot!(terminal.read("modules/stock/src/tables.rs"), @"
    //! The tables of the module `stock`.

    use sdk::prelude::*;

    /// A row of `stock.depot`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct Depot {
        #[key]
        pub id: Id<Depot>,
        #[index]
        #[references(geo::Country)]
        pub country: String,
        #[references(geo::Country)]
        pub second: Option<String>,
    }
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod tables;

    use sdk::prelude::*;
    pub use tables::Depot;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", requires(geo::Geo), tables(Depot))]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/Cargo.toml"), @r#"
    [package]
    name = "stock"
    version = "0.1.0"
    edition = "2024"
    publish = false

    [dependencies]
    sdk.workspace = true
    geo = { path = "../geo" }

    [build-dependencies]
    sdk-build.workspace = true
    "#);
    insta::assert_snapshot!(terminal.type_lines("new table geo City depot:stock::Depot"), @"
    $ sdk-cli new table geo City depot:stock::Depot
    error: `stock::Depot`: module `stock` builds on `geo`, and modules cannot require each other in a circle
    exit code 1
    ");
}

#[test]
fn a_table_may_refer_to_itself_by_any_key() {
    let terminal = Terminal::with_module();
    terminal.quietly("new table stock Category code:String parent:Option<Category> --key code");
    insta::assert_snapshot!(terminal.type_lines("schema"), @"
    $ sdk-cli schema
    stock.category
        code                 string, key
        parent               string, nullable, references `stock.category`
    ");
}

#[test]
fn an_enum_of_the_module_is_a_type() {
    let terminal = Terminal::with_table();
    let kind = "\n/// What it is.\n#[derive(TableEnum, Debug, Clone, Copy, PartialEq)]\npub enum Kind {\n    Big,\n    Small,\n}\n";
    let tables = terminal.read("modules/stock/src/tables.rs");
    terminal.write("modules/stock/src/tables.rs", &(tables + kind));
    terminal.quietly("new table stock Box kind:Kind=Small others:Vec<Kind>=[]");
    insta::assert_snapshot!(terminal.type_lines("schema"), @r#"
    $ sdk-cli schema
    stock.box
        id                   id, key
        kind                 enum of big, small, default "small"
        others               vec of enum of big, small, default []
    stock.item
        id                   id, key
        name                 string
        sku                  string
        price                i64
        index (name)
        unique index (sku)
    "#);
    insta::assert_snapshot!(terminal.type_lines("new table stock Bag kind:Sort\nnew table stock Bag kind:Kind=small"), @"
    $ sdk-cli new table stock Bag kind:Sort
    error: field `kind`: `Sort` is no type of a field: no enum of this crate with `#[derive(TableEnum)]` has that name; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
    exit code 1
    $ sdk-cli new table stock Bag kind:Kind=small
    error: field `kind`: there is no variant `Kind::small`: expected `Kind::Big` or `Kind::Small`; did you mean `Kind::Small`?
    exit code 1
    ");
}

#[test]
fn what_the_build_would_refuse_is_refused_and_nothing_is_written() {
    let terminal = Terminal::with_table();
    let before = terminal.snapshot();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new table stock Item name:String
             new table stock Stock name:String
             new table stock Tag id:String
             new table stock Tag name:String name:i64
             new table stock Tag name:String --index nam
             new table stock Tag name:usize
             new table stock Tag name:String? --key name
             new table stock Tag name:Json --index name
             new table stock Tag name:i64=many other:Date=today
             new table stock Tag crate:String
             new table stock Tag country:geo::Country
             new table stock Tag code:String day:Date parent:Tag? --key code,day
             new table nope Tag name:String"
        ),
        @r#"
    $ sdk-cli new table stock Item name:String
    error: module `stock` has a table `item` already
    exit code 1
    $ sdk-cli new table stock Stock name:String
    error: `Stock` is the type of the module itself
    exit code 1
    $ sdk-cli new table stock Tag id:String
    error: field `id` is the key and comes by itself
    hint: name another key with --key FIELDS
    exit code 1
    $ sdk-cli new table stock Tag name:String name:i64
    error: field `name` is given twice
    exit code 1
    $ sdk-cli new table stock Tag name:String --index nam
    error: --index: no field `nam`; the table has id, name
    exit code 1
    $ sdk-cli new table stock Tag name:usize
    error: field `name`: a field cannot be `usize`: use u64 or u32, which are the same on all machines; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
    exit code 1
    $ sdk-cli new table stock Tag name:String? --key name
    error: the key field `name` cannot be null: expected no Option
    exit code 1
    $ sdk-cli new table stock Tag name:Json --index name
    error: `name` cannot be indexed: `Json` has no order
    exit code 1
    $ sdk-cli new table stock Tag name:i64=many other:Date=today
    field `name`: expected a default of type i64, found `many`
    field `other`: expected a default of type date, found `"today"`
    error: a build would refuse this; nothing was written
    exit code 1
    $ sdk-cli new table stock Tag crate:String
    error: field `crate`: `crate` is a word of the Rust language
    exit code 1
    $ sdk-cli new table stock Tag country:geo::Country
    error: no module `geo` in this workspace; it has stock
    hint: sdk-cli new module geo
    exit code 1
    $ sdk-cli new table stock Tag code:String day:Date parent:Tag? --key code,day
    error: `Tag` cannot be referred to: its key has several fields
    exit code 1
    $ sdk-cli new table nope Tag name:String
    error: no module `nope` in this workspace; it has stock
    hint: sdk-cli new module nope
    exit code 1
    "#
    );
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn words_that_cannot_be_right_are_a_matter_of_usage() {
    let terminal = Terminal::with_module();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new table stock item name:String
             new table stock Item
             new table stock Item name
             new table stock Item Name:String
             new table stock Item name:Vec<
             new table stock Item name:String --index Name
             new table Stock Item name:String"
        ),
        @"
    $ sdk-cli new table stock item name:String
    error: invalid value 'item' for '<TYPE>': `item` does not name a type: expected upper camel case such as `Item`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new table stock Item
    error: the following required arguments were not provided:
      <FIELD:TYPE>...

    Usage: sdk-cli new table <MODULE> <TYPE> <FIELD:TYPE>...

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new table stock Item name
    error: invalid value 'name' for '<FIELD:TYPE>...': `name` is not a field: expected NAME:TYPE such as `price:i64`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new table stock Item Name:String
    error: invalid value 'Name:String' for '<FIELD:TYPE>...': `Name` is not a name: expected lower snake case, a letter first, at most 63 bytes

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new table stock Item name:Vec<
    error: invalid value 'name:Vec<' for '<FIELD:TYPE>...': `Vec<` is not a type: expected one such as `i64` or `Option<String>`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new table stock Item name:String --index Name
    error: invalid value 'Name' for '--index <FIELDS>': `Name` is not a name: expected lower snake case, a letter first, at most 63 bytes

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new table Stock Item name:String
    error: invalid value 'Stock' for '<MODULE>': `Stock` is not a name: expected lower snake case, a letter first, at most 63 bytes

    For more information, try '--help'.
    exit code 2
    "
    );
}

#[test]
fn source_that_cannot_be_read_is_reported_and_left_alone() {
    let terminal = Terminal::with_table();
    terminal.edit(
        "modules/stock/src/tables.rs",
        "pub price: i64,",
        "pub price i64,",
    );
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new table stock Tag name:String"), @"
    $ sdk-cli new table stock Tag name:String
    modules/stock/src/tables.rs:14:15: is not Rust: expected `:`
    error: module `stock` cannot be read; nothing was written
    exit code 1
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn not_every_key_can_be_referred_to() {
    let terminal = Terminal::with_table();
    terminal.quietly("new table stock Price sku:String country:String --key sku,country");
    terminal.quietly("new table stock Detail item:Item --key item");
    insta::assert_snapshot!(
        terminal.type_lines("new table stock Tag price:Price\nnew table stock Tag detail:Detail"),
        @"
    $ sdk-cli new table stock Tag price:Price
    error: `Price` cannot be referred to: its key has several fields
    exit code 1
    $ sdk-cli new table stock Tag detail:Detail
    error: `Detail` cannot be referred to: its key is itself a reference, whose type the source alone does not tell
    exit code 1
    "
    );
}

#[test]
fn the_layout_of_a_long_manifest_stays() {
    let terminal = Terminal::with_table();
    terminal.edit(
        "modules/stock/src/lib.rs",
        "#[module(name = \"stock\", tables(Item))]",
        "#[module(\n    name = \"stock\", // ours\n    tables(\n        Item, // sold\n    ),\n    locale = \"en\",\n)]",
    );
    terminal.quietly("new table stock Tag name:String");
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod tables;

    use sdk::prelude::*;
    pub use tables::{Item, Tag};

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(
        name = "stock", // ours
        tables(
            Item, // sold
            Tag,
        ),
        locale = "en",
    )]
    pub struct Stock;
    "#);
}

#[test]
fn a_table_goes_where_the_module_keeps_its_tables() {
    let terminal = Terminal::with_module();
    let lib = "modules/stock/src/lib.rs";
    terminal.edit(lib, "use sdk", "mod tables;\n\nuse sdk");
    terminal.write(
        "modules/stock/src/tables/mod.rs",
        "//! Tables.\n\nmod deep;\n",
    );
    terminal.write("modules/stock/src/tables/deep.rs", "");
    insta::assert_snapshot!(terminal.type_lines("new table stock Item name:String"), @"
    $ sdk-cli new table stock Item name:String
    changed modules/stock/src/lib.rs
    changed modules/stock/src/tables/mod.rs
    hint: sdk-cli new migration stock
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/src/tables/mod.rs"), @"
    //! Tables.

    mod deep;

    use sdk::prelude::*;

    /// A row of `stock.item`.
    #[derive(Table, Debug, Clone, PartialEq)]
    pub struct Item {
        #[key]
        pub id: Id<Item>,
        pub name: String,
    }
    ");
}

#[test]
fn a_table_is_refused_where_its_name_or_its_place_is_taken() {
    let terminal = Terminal::with_module();
    let lib = "modules/stock/src/lib.rs";
    terminal.edit(lib, "use sdk", "struct Item;\n\nmod tables {}\n\nuse sdk");
    let before = terminal.snapshot();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new table stock Item name:String
             new table stock Tag name:String
             new table stock Tag name:String --key id
             new job stock tables --schedule @daily"
        ),
        @"
        $ sdk-cli new table stock Item name:String
        error: modules/stock/src/lib.rs has a `Item` already
        exit code 1
        $ sdk-cli new table stock Tag name:String
        error: modules/stock/src/lib.rs: `mod tables { … }` stands there with its content: move that to src/tables.rs
        exit code 1
        $ sdk-cli new table stock Tag name:String --key id
        error: --key: no field `id`; the table has name
        hint: leave --key away: the key `id` comes by itself
        exit code 1
        $ sdk-cli new job stock tables --schedule @daily
        error: invalid value 'tables' for '<NAME>': `tables` is taken: a part of every module's crate has that name

        For more information, try '--help'.
        exit code 2
        "
    );
    assert_eq!(terminal.snapshot(), before);
}
