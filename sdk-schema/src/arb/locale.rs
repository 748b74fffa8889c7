//! Names of languages: BCP 47 in its canonical spelling.

use std::{fmt, ops::Deref};

/// A validated locale such as `de`, `pt-PT`, `zh-Hant` or `ca-ES-valencia`:
/// language, script, region, variants. Extensions are not part of it.
///
/// ```
/// use sdk_schema::Locale;
/// assert_eq!(Locale::new("zh-Hant").unwrap().language(), "zh");
/// assert!(Locale::new("pt_pt").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(String);

/// Why a text is not a [`Locale`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a locale: expected BCP 47 in its usual spelling, such as {example}")]
pub struct LocaleError {
    /// The refused text.
    pub found: String,
    /// The text in the right spelling, or a sample.
    pub example: String,
}

impl Locale {
    /// Checks `text` and makes it a locale.
    pub fn new(text: &str) -> Result<Self, LocaleError> {
        let canonical = canonical(text);
        if canonical.as_deref() == Some(text) {
            return Ok(Self(text.to_owned()));
        }
        let example = canonical.or_else(|| canonical_of_other_spelling(text));
        Err(LocaleError {
            found: text.to_owned(),
            example: example.map_or("`de`, `pt-PT` or `zh-Hant`".to_owned(), |text| {
                format!("`{text}`")
            }),
        })
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone, such as `zh` of `zh-Hant`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

/// Other systems write `pt_PT` or `pt_PT.UTF-8`.
fn canonical_of_other_spelling(text: &str) -> Option<String> {
    canonical(&text.split('.').next()?.replace('_', "-"))
}

/// The usual spelling of `text`, if its parts are what a locale is made of.
fn canonical(text: &str) -> Option<String> {
    let mut parts = text.split('-').peekable();
    let language = parts.next().filter(|part| is_language(part))?;
    let mut canonical = language.to_ascii_lowercase();
    let mut push = |part: String| {
        canonical.push('-');
        canonical.push_str(&part);
    };
    if let Some(script) = parts.next_if(|part| is_script(part)) {
        push(title_case(script));
    }
    if let Some(region) = parts.next_if(|part| is_region(part)) {
        push(region.to_ascii_uppercase());
    }
    for variant in parts {
        push(
            Some(variant)
                .filter(|part| is_variant(part))?
                .to_ascii_lowercase(),
        );
    }
    Some(canonical)
}

fn is_language(part: &str) -> bool {
    matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_script(part: &str) -> bool {
    part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_region(part: &str) -> bool {
    let all = |test: fn(&u8) -> bool| part.as_bytes().iter().all(test);
    (part.len() == 2 && all(u8::is_ascii_alphabetic))
        || (part.len() == 3 && all(u8::is_ascii_digit))
}

fn is_variant(part: &str) -> bool {
    let starts_with_digit = part.starts_with(|c: char| c.is_ascii_digit());
    (matches!(part.len(), 5..=8) || (part.len() == 4 && starts_with_digit))
        && part.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn title_case(part: &str) -> String {
    let (first, rest) = part.split_at(1);
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

impl Deref for Locale {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl std::borrow::Borrow<str> for Locale {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Locale {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Locale {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl std::str::FromStr for Locale {
    type Err = LocaleError;
    fn from_str(text: &str) -> Result<Self, LocaleError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expect: &str) {
        match Locale::new(input) {
            Ok(locale) => assert_eq!(locale, expect),
            Err(error) => assert_eq!(error.to_string(), expect),
        }
    }

    #[test]
    fn accepts_languages_scripts_regions_and_variants() {
        for text in [
            "de",
            "fil",
            "pt-PT",
            "es-419",
            "zh-Hant",
            "zh-Hant-HK",
            "ca-ES-valencia",
            "de-1996",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn names_the_right_spelling_of_a_wrong_one() {
        let refusal = |found: &str, right: &str| {
            format!(
                "`{found}` is not a locale: expected BCP 47 in its usual spelling, such as `{right}`"
            )
        };
        check("de-at", &refusal("de-at", "de-AT"));
        check("ZH-hANT", &refusal("ZH-hANT", "zh-Hant"));
        check("pt_BR", &refusal("pt_BR", "pt-BR"));
        check("en_US.UTF-8", &refusal("en_US.UTF-8", "en-US"));
    }

    #[test]
    fn refuses_what_is_no_locale() {
        for text in [
            "",
            "-",
            "d",
            "deutsch",
            "de-",
            "de-DE-x",
            "de-DE-u-nu-latn",
            "dé",
            "12",
        ] {
            assert!(Locale::new(text).is_err(), "{text}");
        }
    }
}
