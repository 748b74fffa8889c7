//! How well a name fits what somebody typed.

/// A text without case, accents and marks between words: what people type.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match without_accent(letter) {
            Some(letters) => plain.push_str(letters),
            None if letter.is_alphanumeric() => plain.push(letter),
            // Combining marks belong to the letter before.
            None if ('\u{300}'..='\u{36f}').contains(&letter) => {}
            None if !plain.ends_with(' ') => plain.push(' '),
            None => {}
        }
    }
    plain.trim().to_owned()
}

/// The letters for which people type others, of the Latin scripts of Europe.
fn without_accent(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// How well a name fits; the smaller, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is what was typed.
    Whole,
    /// It begins so.
    Beginning,
    /// One of its words begins so.
    Word,
    /// It holds that somewhere.
    Within,
}

/// How well a plain name fits a plain query, if it does.
pub(super) fn fit(name: &str, query: &str) -> Option<Fit> {
    let at = name.find(query)?;
    Some(match at {
        0 if name.len() == query.len() => Fit::Whole,
        0 => Fit::Beginning,
        at if name[..at].ends_with(' ') => Fit::Word,
        _ if name.contains(&format!(" {query}")) => Fit::Word,
        _ => Fit::Within,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_found_in_what_is_written() {
        for (written, typed) in [
            ("Österreich", "osterreich"),
            ("Côte d’Ivoire", "cote d ivoire"),
            ("São Tomé und Príncipe", "sao tome und principe"),
            ("Großbritannien", "grossbritannien"),
            ("مصر", "مصر"),
            ("日本", "日本"),
        ] {
            assert_eq!(plain(written), typed);
        }
    }

    #[test]
    fn a_name_that_is_typed_whole_fits_best() {
        assert_eq!(fit("niger", "niger"), Some(Fit::Whole));
        assert_eq!(fit("nigeria", "niger"), Some(Fit::Beginning));
        assert_eq!(fit("south africa", "africa"), Some(Fit::Word));
        assert_eq!(fit("guatemala", "mala"), Some(Fit::Within));
        assert_eq!(fit("chad", "mala"), None);
        assert!(Fit::Whole < Fit::Beginning && Fit::Word < Fit::Within);
    }
}
