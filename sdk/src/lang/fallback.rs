//! From a locale to the locales that stand in for it, by CLDR's rules.

use icu_locale_core::{DataLocale, LanguageIdentifier};
use icu_locale_fallback::{LocaleFallbackConfig, LocaleFallbacker};

/// `locale` in its usual spelling, then its parents, nearest first, without
/// the root: `zh-TW`, `zh-Hant`. Empty if it is not a locale.
pub(super) fn chain(locale: &str) -> Vec<String> {
    let Ok(parsed) = LanguageIdentifier::try_from_str(locale) else {
        return Vec::new();
    };
    let mut chain = vec![parsed.to_string()];
    let fallbacker = LocaleFallbacker::new();
    let with_config = fallbacker.for_config(LocaleFallbackConfig::default());
    let mut parents = with_config.fallback_for(DataLocale::from(&parsed));
    while !parents.get().is_unknown() {
        let parent = parents.get().to_string();
        if !chain.contains(&parent) {
            chain.push(parent);
        }
        parents.step();
    }
    chain
}

/// `locale` without what its language implies: `zh-Hans` is `zh`.
pub(super) fn shortest(locale: &str) -> String {
    let Ok(parsed) = LanguageIdentifier::try_from_str(locale) else {
        return locale.to_owned();
    };
    let fallbacker = LocaleFallbacker::new();
    let with_config = fallbacker.for_config(LocaleFallbackConfig::default());
    with_config
        .fallback_for(DataLocale::from(&parsed))
        .get()
        .to_string()
}

/// Whether two locales are of one language.
pub(super) fn same_language(one: &str, other: &str) -> bool {
    one.split('-').next() == other.split('-').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(locale: &str, expect: &[&str]) {
        assert_eq!(chain(locale), expect);
    }

    #[test]
    fn parents_of_a_region_and_of_its_group() {
        check("de-AT", &["de-AT", "de"]);
        check("es-MX", &["es-MX", "es-419", "es"]);
        check("pt-AO", &["pt-AO", "pt-PT", "pt"]);
    }

    #[test]
    fn another_script_is_another_language() {
        check("zh-Hant-TW", &["zh-Hant-TW", "zh-TW", "zh-Hant"]);
        check("zh-TW", &["zh-TW", "zh-Hant"]);
        check("sr-Latn", &["sr-Latn"]);
        check("zh-Hans", &["zh-Hans", "zh"]);
    }

    #[test]
    fn spelling_does_not_matter_and_nonsense_has_no_parents() {
        check("DE-at", &["de-AT", "de"]);
        check("no locale", &[]);
    }
}
