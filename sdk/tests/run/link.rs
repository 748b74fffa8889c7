//! What a declaration that was made by hand can get wrong.

use sdk::module::{Declaration, Embedded, TableDeclaration};

use crate::bench::{files, module};

#[derive(sdk::Table, Debug, Clone)]
#[table(module = "shop")]
pub(crate) struct Item {
    #[key]
    pub(crate) sku: String,
}

#[test]
fn every_fault_of_a_module_is_reported_at_once() {
    let declaration = Declaration {
        requires: &["No Module"],
        tables: vec![TableDeclaration::of::<Item>()],
        embedded: Embedded {
            migrations: files([
                ("2026_create.json", "{}"),
                ("20260101T000000Z_create.json", "{"),
            ]),
            seeds_real: files([("a.json", r#"{"format":9,"table":"post","rows":[]}"#)]),
            seeds_test: files([("b.json", "[")]),
            translations: files([("de.arb", r#"{"@@locale":"de","hi":"{"}"#)]),
            mail: files([("welcome.doc", "")]),
            ..Embedded::NONE
        },
        ..module("blog")
    };
    insta::assert_snapshot!(declaration.manifest().unwrap_err(), @r"
    module `blog` cannot be linked:
      `No Module` is not a name: expected lower snake case, a letter first, at most 63 bytes
      table `shop.item` is not one of this module: its crate was built as another one
      migrations/2026_create.json: `2026` is not a stamp: expected a UTC second such as 20261120T101530Z
      migrations/20260101T000000Z_create.json: EOF while parsing an object at line 1 column 1
      seeds/real/a.json: format 9 is not known to this version, which reads format 1
      seeds/test/b.json: EOF while parsing a list at line 1 column 1
      mail/welcome.doc is not the name of a mail template: expected welcome.html, welcome.txt, or with a locale welcome.de.html
      translations/de.arb:1:18: message `hi`: not an ICU message at character 2: expected ICU identifier
    ");
}

#[test]
fn the_name_of_a_module_is_checked_first() {
    let error = module("My Blog").manifest().unwrap_err();
    insta::assert_snapshot!(error, @r"
    module `My Blog` cannot be linked:
      `My Blog` is not a name: expected lower snake case, a letter first, at most 63 bytes
    ");
}
