//! Words as bash has them before it takes their quotes away.

/// The word without its quotes and backslashes (POSIX.1, 2.2). Quotes that are still
/// open end with the word; what a `$` stands for stays as it was typed.
pub fn unquoted(word: &str) -> String {
    let mut plain = String::new();
    let mut quote = None;
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            (None, '\\') => plain.extend(letters.next()),
            // Between double quotes it stands for itself before all but these.
            (Some('"'), '\\') => match letters.next_if(|next| "$`\"\\".contains(*next)) {
                Some(next) => plain.push(next),
                None => plain.push('\\'),
            },
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_taken_away_as_a_shell_does() {
        let check = |word: &str, expect: &str| assert_eq!(unquoted(word), expect, "{word}");
        check("plain", "plain");
        check(r#""my file"'s'"#, "my files");
        check(r"my\ file", "my file");
        check(r#""a\"b\c""#, r#"a"b\c"#);
        check(r"'a\b'", r"a\b");
        check(r#"{"query":"tea"}"#, "{query:tea}");
        check(r#"'{"query":"tea"}'"#, r#"{"query":"tea"}"#);
        check(r#""still op"#, "still op");
        check("\\", "");
        check("ä\\ö", "äö");
    }
}
