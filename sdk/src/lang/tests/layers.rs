//! Which text is found, and in which catalogue.

use super::*;

fn catalogues() -> Catalogues {
    let blog = module(
        "blog",
        &[
            (
                "en",
                r#""a": "a en", "b": "b en", "n": "{n, plural, one {# x} other {# xs}}""#,
            ),
            (
                "de",
                r#""a": "a de", "n": "{n, plural, one {# y} other {# ys}}""#,
            ),
            ("de-AT", r#""b": "b at""#),
            ("zh-Hant", r#""a": "a hant""#),
            ("zh-Hans", r#""b": "b hans""#),
        ],
    );
    let shop = module(
        "shop",
        &[("fr", r#""a": "a fr""#), ("pt-PT", r#""a": "a pt""#)],
    );
    Catalogues::new([&blog, &shop])
}

#[track_caller]
fn check(locale: &str, keys: &str, expect: &str) {
    let catalogue = catalogues().get(locale);
    let texts: Vec<_> = keys.split(' ').map(|key| catalogue.text(key)).collect();
    assert_eq!(texts.join(", "), expect);
}

#[test]
fn a_text_comes_from_the_locale_then_its_parents_then_the_source() {
    check("de-AT", "blog.a blog.b shop.a", "a de, b at, a fr");
    check("de", "blog.a blog.b shop.a", "a de, b en, a fr");
}

#[test]
fn another_script_is_no_parent() {
    check("zh-Hant-TW", "blog.a blog.b", "a hant, b en");
    check("zh-TW", "blog.a blog.b", "a hant, b en");
    check("zh-CN", "blog.a blog.b", "a en, b hans");
}

#[test]
fn finds_the_nearest_locale_that_is_there() {
    let catalogues = catalogues();
    let name = |locale: &str| {
        catalogues
            .find(locale)
            .map(|found| found.locale().to_string())
    };
    assert_eq!(name("de-CH").as_deref(), Some("de"));
    assert_eq!(name("de_at").as_deref(), Some("de-AT"));
    assert_eq!(name("zh").as_deref(), Some("zh-Hans"));
    assert_eq!(name("pt").as_deref(), Some("pt-PT"));
    assert_eq!(name("ja"), None);
    assert_eq!(name("../etc"), None);
    assert_eq!(catalogues.get("ja").locale(), &"en");
}

#[test]
fn accepts_lists_of_languages() {
    let catalogues = catalogues();
    let accept = |list: &str| catalogues.accept(list).locale().to_string();
    assert_eq!(accept("ja, de;q=0.5, fr;q=0.9, *;q=0.1"), "fr");
    assert_eq!(accept("de-CH,de;q=0.9"), "de");
    assert_eq!(accept("fr;q=0, ja"), "en");
    assert_eq!(accept(""), "en");
    assert_eq!(accept(";;q=x,,-"), "en");
}

#[test]
fn a_fallback_text_keeps_the_plurals_and_numbers_of_its_language() {
    let message = |n: i64| Message::new("blog.n").arg("n", n);
    let catalogues = catalogues();
    assert_eq!(catalogues.get("fr").format(&message(0)), "0 xs");
    assert_eq!(catalogues.get("fr").format(&message(1234)), "1,234 xs");
    assert_eq!(
        catalogues.get("de-AT").format(&message(1234)),
        "1\u{a0}234 ys"
    );
}

#[test]
fn a_key_that_nobody_has_is_shown() {
    check(
        "de",
        "blog.zzz nothing.at no_dot",
        "blog.zzz, nothing.at, no_dot",
    );
}

#[test]
fn merges_all_modules_into_one_document() {
    let catalogue = catalogues().get("de");
    insta::assert_snapshot!(format!("{:#}", catalogue.merged_arb()), @r#"
    {
      "@@locale": "de",
      "blog.a": "a de",
      "blog.b": "b en",
      "blog.n": "{n, plural, one {# y} other {# ys}}",
      "shop.a": "a fr"
    }
    "#);
    assert_eq!(catalogue.merged_text(), catalogue.merged_arb().to_string());
}

#[test]
fn the_tag_changes_with_the_text_only() {
    let catalogues = catalogues();
    let tag = catalogues.get("de").etag().to_owned();
    assert_eq!(tag, self::catalogues().get("de").etag());
    assert_ne!(tag, catalogues.get("en").etag());
    assert_eq!(tag.len(), 64);
}

#[test]
fn no_modules_have_nothing_to_say() {
    let catalogues = Catalogues::new([]);
    assert_eq!(catalogues.locales().count(), 0);
    assert_eq!(catalogues.get("de").merged_text(), r#"{"@@locale":"en"}"#);
}
