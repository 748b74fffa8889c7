//! Slugs: names for URLs, made from names for people.

use std::collections::BTreeSet;

/// What a name becomes that has no letter or digit.
const NAMELESS: &str = "organisation";

/// Makes a slug: letters and digits in lower case, of any script, in words
/// joined by hyphens.
pub(crate) fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<_> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return NAMELESS.to_owned();
    }
    words.join("-")
}

/// Makes a slug that is not among those `taken`, by a number at its end, and
/// adds it to them.
pub(crate) fn free_slug(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = slug(name);
    let numbered = (2..).map(|number: u64| format!("{plain}-{number}"));
    let free = std::iter::once(plain.clone())
        .chain(numbered)
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or(plain);
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: &str) {
        assert_eq!(slug(name), expect);
    }

    #[test]
    fn keeps_letters_and_digits_of_any_script() {
        check("Brunnen für alle", "brunnen-für-alle");
        check("  4 Paws -- & more! ", "4-paws-more");
        check("مدرسة في كل قرية", "مدرسة-في-كل-قرية");
    }

    #[test]
    fn gives_a_name_without_letters_a_slug() {
        check("***", NAMELESS);
        check("", NAMELESS);
    }

    #[test]
    fn numbers_slugs_that_are_taken() {
        let mut taken = BTreeSet::from(["ozero-2".to_owned()]);
        let made: Vec<_> = ["Ozero", "ozero", "OZERO!"]
            .iter()
            .map(|name| free_slug(name, &mut taken))
            .collect();
        assert_eq!(made, ["ozero", "ozero-3", "ozero-4"]);
    }
}
