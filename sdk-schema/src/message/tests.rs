//! What is a message, and what its faults say.

use proptest::prelude::*;

use super::*;

/// Each line of `expect` is one fault.
#[track_caller]
fn refuses(text: &str, expect: &str) {
    let faults = MessagePattern::parse(text).unwrap_err();
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.join("\n"), expect);
}

/// The arguments as `name: kind`, with a comma between them.
#[track_caller]
fn check(text: &str, expect: &str) {
    let pattern = MessagePattern::parse(text).unwrap();
    let arguments = pattern.arguments().iter();
    let shown = arguments.map(|Argument { name, kind }| format!("{name}: {kind}"));
    assert_eq!(shown.collect::<Vec<_>>().join(", "), expect);
}

#[test]
fn arguments_come_in_order_with_their_most_special_kind() {
    check("Hello", "");
    check("{b} {a} {b}", "b: a text, a: a text");
    check("{n} of {n, number}", "n: a number");
    check(
        "{n, plural, one {{a}} other {# {b}}} {c, date}",
        "n: a number, a: a text, b: a text, c: a date",
    );
    check(
        "{g, select, f {her {x}} other {their}}",
        "g: a choice of texts, x: a text",
    );
}

#[test]
fn a_choice_knows_the_keys_of_all_its_places() {
    let pattern =
        MessagePattern::parse("{g, select, f {} other {}}{g, select, m {} f {} other {}}").unwrap();
    let keys = vec!["f".to_owned(), "m".to_owned()];
    assert_eq!(pattern.arguments()[0].kind, ArgumentKind::Select(keys));
}

#[test]
fn apostrophes_and_angle_brackets_are_text() {
    let text = |text: &str| vec![Part::Text(text.to_owned())];
    let parts = |text| MessagePattern::parse(text).unwrap().parts().to_vec();
    assert_eq!(parts("Côte d'Ivoire"), text("Côte d'Ivoire"));
    assert_eq!(parts("<b>it''s</i> 1 < 2"), text("<b>it's</i> 1 < 2"));
    assert_eq!(parts("'{n}'"), text("{n}"));
}

#[test]
fn says_where_the_syntax_is_wrong() {
    refuses(
        "Hello {name",
        "not an ICU message at character 12: expected ','",
    );
    refuses(
        "l'été {",
        "not an ICU message at character 8: expected ICU identifier",
    );
    refuses(
        "a } b",
        "not an ICU message at character 3: unexpected trailing input",
    );
    refuses(
        "'{a",
        "not an ICU message at character 1: unterminated apostrophe escape",
    );
    refuses(
        "{n, plurals, other {}}",
        "not an ICU message at character 12: unsupported ICU argument type",
    );
}

#[test]
fn reports_all_faults_beyond_the_syntax_at_once() {
    refuses(
        "{0} {n, plural, ones {} one {} one {}} {t, time, short} {g, select, a {} other {}} {g, number, currency}",
        "argument `0` has no usable name: expected a letter, then letters, digits and `_`\n\
         `n` has two arms `one`\n\
         `n` has no arm `other`\n\
         plural `n` has an arm `ones`: expected `zero`, `one`, `two`, `few`, `many`, `other` or an exact number such as `=0`\n\
         argument `t` is formatted as `time`, which is not supported: expected number, date, plural, selectordinal or select\n\
         argument `g` is used as a choice of texts and as a number, expected one kind\n\
         argument `g` has the style `currency`, which is not supported: expected none, `integer` or `percent`",
    );
    refuses(
        "{d, date, short}",
        "argument `d` has the style `short`, which is not supported: expected none",
    );
    refuses(
        "{self}",
        "argument `self` has no usable name: expected a letter, then letters, digits and `_`",
    );
}

#[test]
fn refuses_what_nests_too_deep() {
    let deep = "{n, plural, other {".repeat(50_000) + &"}}".repeat(50_000);
    refuses(&deep, "100000 opening braces, expected at most 200");
    let deepest = "{n, plural, other {".repeat(100) + &"}}".repeat(100);
    check(&deepest, "n: a number");
}

#[test]
fn names_the_categories_that_a_language_has() {
    let check = |locale, expect: &[&str]| {
        let text = "{n, plural, zero {} one {{m, selectordinal, one {} other {}}} other {}}";
        let faults = MessagePattern::parse(text)
            .unwrap()
            .unreachable_plurals(locale);
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, expect, "{locale}");
    };
    check(
        "ar",
        &[
            "plural `m` has an arm `one`, which `ar` never uses: expected `other` or an exact number such as `=0`",
        ],
    );
    check("cy", &[]);
    check(
        "en",
        &[
            "plural `n` has an arm `zero`, which `en` never uses: expected `one`, `other` or an exact number such as `=0`",
        ],
    );
    check("tlh", &[]);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in ".{0,60}") {
        let _ = MessagePattern::parse(&text);
    }

    #[test]
    fn no_mix_of_signs_is_too_strange(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "'", "''", "#", "n", "é", "=1", "other", ",", " ", "plural", "select", "offset:",
            "number", "<", "</", "99999999999", "{n, plural, other {", "}}",
        ]), 0..40)
    ) {
        let _ = MessagePattern::parse(&pieces.concat());
    }

    #[test]
    fn text_without_signs_stays_as_it_is(text in "[^{}']{1,40}") {
        let pattern = MessagePattern::parse(&text).unwrap();
        prop_assert_eq!(pattern.parts(), [Part::Text(text)]);
    }
}
