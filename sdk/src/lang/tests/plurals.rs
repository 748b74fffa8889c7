//! Plural categories against facts of CLDR.

use PluralCategory::{Few, Many, One, Other, Two, Zero};
use PluralKind::{Cardinal, Ordinal};
use sdk_schema::message::{PluralCategory, PluralKind, categories};

use super::*;

/// Each category of `locale` with numbers that CLDR gives as its samples.
#[track_caller]
fn check(kind: PluralKind, locale: &str, expect: &[(PluralCategory, &str)]) {
    let rules = Rules::new(locale);
    for (category, samples) in expect {
        for sample in samples.split(' ') {
            let number = sample.parse().unwrap();
            assert_eq!(rules.category(kind, number), *category, "{locale} {sample}");
        }
    }
}

#[test]
fn languages_that_count_one_and_many() {
    check(Cardinal, "en", &[(One, "1"), (Other, "0 2 11 1.0 1.5 0.5")]);
    check(Cardinal, "de", &[(One, "1"), (Other, "0 2 1.0 1.5")]);
    check(
        Cardinal,
        "fr",
        &[
            (One, "0 1 1.0 1.5 0.5"),
            (Many, "1000000"),
            (Other, "2 2.0 17"),
        ],
    );
    check(Cardinal, "pt", &[(One, "0 1 1.5"), (Other, "2 100")]);
    check(Cardinal, "pt-PT", &[(One, "1"), (Other, "0 2 1.5")]);
    check(
        Cardinal,
        "he",
        &[(One, "1 0.5"), (Two, "2"), (Other, "3 10 20 2.5")],
    );
    check(Cardinal, "ja", &[(Other, "0 1 2 1.5")]);
}

#[test]
fn slavic_and_baltic_languages() {
    check(
        Cardinal,
        "ru",
        &[
            (One, "1 21 101"),
            (Few, "2 4 22"),
            (Many, "0 5 11 12 14 100"),
            (Other, "1.0 1.5"),
        ],
    );
    check(
        Cardinal,
        "pl",
        &[
            (One, "1"),
            (Few, "2 4 22"),
            (Many, "0 5 12 21 25"),
            (Other, "1.5"),
        ],
    );
    check(
        Cardinal,
        "lt",
        &[
            (One, "1 21"),
            (Few, "2 9 22"),
            (Many, "0.1 1.5"),
            (Other, "0 10 11 20"),
        ],
    );
    check(
        Cardinal,
        "sl",
        &[
            (One, "1 101"),
            (Two, "2 102"),
            (Few, "3 4 103 1.0 1.5"),
            (Other, "0 5 100"),
        ],
    );
}

#[test]
fn languages_with_all_six() {
    check(
        Cardinal,
        "ar",
        &[
            (Zero, "0"),
            (One, "1"),
            (Two, "2"),
            (Few, "3 10 103"),
            (Many, "11 26 111"),
            (Other, "100 102 0.1"),
        ],
    );
    check(
        Cardinal,
        "cy",
        &[
            (Zero, "0"),
            (One, "1"),
            (Two, "2"),
            (Few, "3"),
            (Many, "6"),
            (Other, "4 5 7 100 0.1"),
        ],
    );
}

#[test]
fn ranks() {
    check(
        Ordinal,
        "en",
        &[
            (One, "1 21 101"),
            (Two, "2 22"),
            (Few, "3 23"),
            (Other, "0 4 11 12 13 111"),
        ],
    );
    check(Ordinal, "fr", &[(One, "1"), (Other, "0 2 21")]);
    check(
        Ordinal,
        "cy",
        &[
            (Zero, "0 7 9"),
            (One, "1"),
            (Two, "2"),
            (Few, "3 4"),
            (Many, "5 6"),
            (Other, "10 11"),
        ],
    );
    check(Ordinal, "de", &[(Other, "1 2 3")]);
}

#[test]
fn sign_and_size_do_not_matter() {
    check(
        Cardinal,
        "en",
        &[(One, "-1"), (Other, "-2 99999999999999999999")],
    );
}

#[test]
fn what_is_not_shown_does_not_count() {
    let category = |float: f64| Rules::new("en").category(Cardinal, float.into());
    assert_eq!(category(1.0), One);
    assert_eq!(category(1.0001), One);
    assert_eq!(category(1.001), Other);
    assert_eq!(category(f64::NAN), Other);
}

/// The build checks plural arms by a small table of its own.
#[test]
fn the_table_of_the_build_agrees_with_the_rules_for_every_language() {
    let letters = || (b'a'..=b'z').map(char::from);
    let two = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
    let three = two
        .clone()
        .flat_map(|ab| letters().map(move |c| format!("{ab}{c}")));
    let mut known = 0;
    for language in two.chain(three) {
        let rules = Rules::new(&language);
        for kind in [Cardinal, Ordinal] {
            let table = categories(&language, kind);
            known += usize::from(table.is_some());
            assert_eq!(
                table.unwrap_or(&[Other]),
                rules.categories(kind),
                "{language}"
            );
        }
    }
    assert!(known > 200, "the table knows {known} languages");
}
