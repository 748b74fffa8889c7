//! `new translation`.

use crate::terminal::Terminal;

#[test]
fn the_first_one_brings_the_source() {
    let terminal = Terminal::with_module();
    insta::assert_snapshot!(terminal.type_lines("new translation stock de"), @"
    $ sdk-cli new translation stock de
    created modules/stock/translations/en.arb
    created modules/stock/translations/de.arb
    hint: translate the texts in modules/stock/translations/de.arb
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/translations/en.arb"), @r#"
    {
      "@@locale": "en",
      "title": "Stock",
      "@title": {
        "description": "What people call the module"
      }
    }
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/translations/de.arb"), @r#"
    {
      "@@locale": "de",
      "title": "Stock"
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 2 translations
    ok   1 module checked
    ");
}

#[test]
fn the_texts_of_the_source_are_copied() {
    let terminal = Terminal::with_module();
    terminal.write(
        "modules/stock/translations/en.arb",
        r#"{
  "@@locale": "en",
  "hello": "Hello {name}",
  "@hello": { "description": "Said at the door" },
  "items": "{count, plural, one {# item} other {# items}}"
}"#,
    );
    insta::assert_snapshot!(terminal.type_lines("new translation stock ar\nnew translation stock ja"), @"
    $ sdk-cli new translation stock ar
    created modules/stock/translations/ar.arb
    hint: translate the texts in modules/stock/translations/ar.arb
    $ sdk-cli new translation stock ja
    created modules/stock/translations/ja.arb
        left out `items`: plural `count` has an arm `one`, which `ja` never uses: expected `other` or an exact number such as `=0`
    hint: translate the texts in modules/stock/translations/ja.arb
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/translations/ar.arb"), @r#"
    {
      "@@locale": "ar",
      "hello": "Hello {name}",
      "items": "{count, plural, one {# item} other {# items}}"
    }
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/translations/ja.arb"), @r#"
    {
      "@@locale": "ja",
      "hello": "Hello {name}"
    }
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 3 translations
    ok   1 module checked
    ");
}

#[test]
fn the_source_alone_can_be_asked_for() {
    let terminal = Terminal::with_module();
    terminal.edit(
        "modules/stock/src/lib.rs",
        "name = \"stock\"",
        "name = \"stock\", locale = \"de\"",
    );
    insta::assert_snapshot!(terminal.type_lines("new translation stock de\nnew translation stock de"), @"
    $ sdk-cli new translation stock de
    created modules/stock/translations/de.arb
    hint: translate the texts in modules/stock/translations/de.arb
    $ sdk-cli new translation stock de
    error: modules/stock/translations/de.arb is there already; nothing was written
    exit code 1
    ");
}

#[test]
fn a_translation_is_never_written_over() {
    let terminal = Terminal::with_module();
    terminal.quietly("new translation stock pt-BR");
    let before = terminal.snapshot();
    insta::assert_snapshot!(terminal.type_lines("new translation stock pt-BR\nnew translation stock pt_BR"), @"
    $ sdk-cli new translation stock pt-BR
    error: modules/stock/translations/pt-BR.arb is there already; nothing was written
    exit code 1
    $ sdk-cli new translation stock pt_BR
    error: invalid value 'pt_BR' for '<LOCALE>': `pt_BR` is not a locale: expected BCP 47 in its usual spelling, such as `pt-BR`

    For more information, try '--help'.
    exit code 2
    ");
    assert_eq!(terminal.snapshot(), before);
}

#[test]
fn a_broken_source_is_reported() {
    let terminal = Terminal::with_module();
    terminal.write(
        "modules/stock/translations/en.arb",
        "{\n  \"@@locale\": \"en\",\n  \"a\": \"{b\"\n}",
    );
    insta::assert_snapshot!(terminal.type_lines("new translation stock de"), @"
    $ sdk-cli new translation stock de
    modules/stock/translations/en.arb:3:3: message `a`: not an ICU message at character 3: expected ','
    error: module `stock` cannot be read; nothing was written
    exit code 1
    ");
}
