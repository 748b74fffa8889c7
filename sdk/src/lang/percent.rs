//! Where a locale puts the percent sign, and which sign it uses.
//!
//! From `percentFormats` of CLDR's `numbers.json`; `icu_decimal` has no such
//! data. Locales that are not listed write `12%`, or do as their parents.

use super::fallback::chain;

/// Patterns with `0` for the number, and the locales that use them.
const PATTERNS: [(&str, &str); 5] = [
    (
        "0\u{a0}%",
        "bas be br bua ca ce ckb cs cv da de dsb dua dz en-AT en-DE en-DK en-FI en-NO en-SE es fi \
         fo fr gl gsw hr hsb kl ksh lb lt mk nb nds nn no qu rn ro ru se sk sl smn sv tk tt zgh",
    ),
    ("%\u{a0}0", "blo eu"),
    ("0%", "de-CH de-LI es-419 fr-CH"),
    ("%0", "ku tr"),
    ("0\u{202f}%", "oc"),
];

/// Puts the percent sign of `locale` beside `digits`.
pub(super) fn surround(locale: &str, digits: &str) -> String {
    let pattern = pattern(locale).replace('%', sign(locale, digits));
    pattern.replacen('0', digits, 1)
}

fn pattern(locale: &str) -> &'static str {
    let of = |locale: &String| {
        let mut rows = PATTERNS.iter();
        rows.find(|(_, locales)| locales.split(' ').any(|listed| listed == locale))
    };
    let found = chain(locale).iter().find_map(of);
    found.map_or("0%", |(pattern, _)| pattern)
}

fn sign(locale: &str, digits: &str) -> &'static str {
    let arabic_language = locale.split('-').next() == Some("ar");
    let is_arabic = |c: char| ('\u{660}'..='\u{669}').contains(&c);
    let is_persian = |c: char| ('\u{6f0}'..='\u{6f9}').contains(&c);
    if arabic_language && !digits.contains(is_arabic) {
        "\u{200e}%\u{200e}"
    } else if digits.contains(is_arabic) {
        "\u{66a}\u{61c}"
    } else if digits.contains(is_persian) {
        "\u{66a}"
    } else {
        "%"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(locale: &str, digits: &str, expect: &str) {
        assert_eq!(surround(locale, digits), expect);
    }

    #[test]
    fn the_sign_stands_where_the_locale_puts_it() {
        check("en", "12", "12%");
        check("de-AT", "12", "12\u{a0}%");
        check("de-CH", "10", "10%");
        check("es-MX", "12", "12%");
        check("tr", "100", "%100");
        check("eu", "12", "%\u{a0}12");
    }

    #[test]
    fn arabic_digits_take_an_arabic_sign() {
        check("ar", "12", "12\u{200e}%\u{200e}");
        check("ar-EG", "١٢", "١٢٪\u{61c}");
        check("fa", "۱۲", "۱۲٪");
    }
}
