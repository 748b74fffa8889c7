//! What messages look like.

use super::*;

#[track_caller]
fn check(text: &str, arguments: &[(&'static str, ArgumentValue)], expect: &str) {
    assert_eq!(show("en", text, arguments), expect);
}

#[test]
fn text_and_arguments() {
    check("Hello {name}!", &[("name", "Ada".into())], "Hello Ada!");
    check("{a}{b}{a}", &[("a", 1.into()), ("b", "x".into())], "1x1");
    check(
        "on {day, date}",
        &[("day", chrono::NaiveDate::MAX.into())],
        "on +262142-12-31",
    );
}

#[test]
fn apostrophes_quote_as_in_icu() {
    check("It's {name}'s", &[("name", "Ada".into())], "It's Ada's");
    check("It''s '{name}' '' '{''}'", &[], "It's {name} ' {'}");
    check(
        "{n, plural, other {'#' is #}}",
        &[("n", 3.into())],
        "# is 3",
    );
    check("'#'", &[], "'#'");
}

#[test]
fn plurals_with_exact_numbers_and_offset() {
    let text = "{n, plural, offset:1 =0 {nobody} =1 {you} one {you and # more} other {you and # more people}}";
    check(text, &[("n", 0.into())], "nobody");
    check(text, &[("n", 1.into())], "you");
    check(text, &[("n", 2.into())], "you and 1 more");
    check(text, &[("n", 1235.into())], "you and 1,234 more people");
    check(
        "{n, plural, =1 {one} other {#}}",
        &[("n", "1.0".into())],
        "one",
    );
}

#[test]
fn choices_in_choices() {
    let text = "{who, select, f {{n, plural, one {her file} other {her # files}}} other {{n, plural, one {their file} other {their # {kind, select, other {files}}}}}}";
    check(text, &[("who", "f".into()), ("n", 1.into())], "her file");
    check(text, &[("who", "f".into()), ("n", 2.into())], "her 2 files");
    check(
        text,
        &[("who", "x".into()), ("n", 2.into()), ("kind", "".into())],
        "their 2 files",
    );
    check(
        "{n, plural, other {{k, select, other {#}}}}",
        &[("n", 5.into()), ("k", "".into())],
        "5",
    );
    check(
        "{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}",
        &[("n", 22.into())],
        "22nd",
    );
}

#[test]
fn numbers_in_styles() {
    check(
        "{n, number}",
        &[("n", 1_234_567.891_23.into())],
        "1,234,567.891",
    );
    check("{n, number, integer}", &[("n", 2.5.into())], "2");
    check("{n, number, percent}", &[("n", 0.126.into())], "13%");
    check("{n}", &[("n", 0.1_f32.into())], "0.1");
    check("{n}", &[("n", (-0.000_4).into())], "0");
    check("{n} {n, number}", &[("n", f64::INFINITY.into())], "∞ ∞");
}

#[test]
fn numbers_of_other_locales() {
    let number = [("n", 1_234_567.5.into())];
    let check = |locale, expect| assert_eq!(show(locale, "{n}", &number), expect, "{locale}");
    check("de", "1.234.567,5");
    check("de-CH", "1'234'567.5");
    check("fr", "1\u{202f}234\u{202f}567,5");
    check("hi", "12,34,567.5");
    check("ar-EG", "١٬٢٣٤٬٥٦٧٫٥");
    check("fa", "۱٬۲۳۴٬۵۶۷٫۵");
    check("my", "၁,၂၃၄,၅၆၇.၅");
}

#[test]
fn what_is_missing_shows_its_name() {
    check("Hello {name}!", &[], "Hello {name}!");
    check(
        "{n, number} {n, plural, one {x} other {# files}}",
        &[],
        "{n} {n} files",
    );
    check("{who, select, f {her} other {their}}", &[], "their");
    check(
        "{n, plural, other {# files}}",
        &[("n", "many".into())],
        "many files",
    );
}
