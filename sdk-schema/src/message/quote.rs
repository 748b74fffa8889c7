//! Apostrophes as ICU reads them.
//!
//! In ICU an apostrophe quotes only in front of a brace, or of `#` inside a
//! plural; anywhere else it is an apostrophe: "Côte d'Ivoire". The parser
//! wants each of those doubled. [`Quoted`] doubles them, and finds back the
//! place that an offset of the parser had in the text as it was written.
//! <https://unicode-org.github.io/icu/userguide/format_parse/messages/#quotingescaping>

/// A message with its plain apostrophes doubled.
pub(super) struct Quoted {
    text: String,
    /// Where, in `text`, an apostrophe was added.
    added: Vec<usize>,
}

/// What the text at a place is part of.
#[derive(Clone, Copy)]
enum Around {
    /// A message; whether `#` stands for a number in it.
    Message { counts: bool },
    /// An argument between its braces; whether `#` stands for a number in its arms.
    Argument { counts: bool },
}

impl Quoted {
    pub(super) fn new(original: &str) -> Self {
        let mut quoted = Self {
            text: String::with_capacity(original.len()),
            added: Vec::new(),
        };
        let mut around = vec![Around::Message { counts: false }];
        let mut rest = original;
        while let Some(first) = rest.chars().next() {
            let taken = if let ('\'', Some(Around::Message { counts })) = (first, around.last()) {
                quoted.apostrophe(rest, *counts)
            } else {
                enter_or_leave(&mut around, rest, first);
                quoted.text.push(first);
                first.len_utf8()
            };
            rest = &rest[taken..];
        }
        quoted
    }

    /// The text for the parser.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where the byte at `offset` stood before anything was added.
    pub(super) fn original_offset(&self, offset: usize) -> usize {
        offset - self.added.partition_point(|added| *added < offset)
    }

    /// Takes an apostrophe, and what it quotes, off the front of `rest`;
    /// returns the number of bytes.
    fn apostrophe(&mut self, rest: &str, counts: bool) -> usize {
        match rest.as_bytes().get(1) {
            Some(b'\'') => {
                self.text.push_str("''");
                2
            }
            Some(b'{' | b'}') => self.quotation(rest),
            Some(b'#') if counts => self.quotation(rest),
            _ => {
                self.added.push(self.text.len());
                self.text.push_str("''");
                1
            }
        }
    }

    /// Takes a quotation with both its apostrophes; without the second one it
    /// goes to the end, where the parser complains.
    fn quotation(&mut self, rest: &str) -> usize {
        let mut bytes = rest.bytes().enumerate().skip(1).peekable();
        let mut end = rest.len();
        while let Some((index, byte)) = bytes.next() {
            if byte == b'\'' && bytes.next_if(|(_, next)| *next == b'\'').is_none() {
                end = index + 1;
                break;
            }
        }
        self.text.push_str(&rest[..end]);
        end
    }
}

fn enter_or_leave(around: &mut Vec<Around>, rest: &str, first: char) {
    match (first, around.last().copied()) {
        ('{', Some(Around::Message { counts })) => around.push(Around::Argument {
            counts: counts || is_plural(rest),
        }),
        ('{', Some(Around::Argument { counts })) => around.push(Around::Message { counts }),
        ('}', _) if around.len() > 1 => {
            around.pop();
        }
        _ => {}
    }
}

/// Whether the argument that `rest` begins with is a choice by number.
fn is_plural(rest: &str) -> bool {
    let kind = rest.split(',').nth(1).map(str::trim_start);
    kind.is_some_and(|kind| kind.starts_with("plural") || kind.starts_with("selectordinal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(original: &str, expect: &str) {
        assert_eq!(Quoted::new(original).text(), expect);
    }

    #[test]
    fn doubles_apostrophes_that_quote_nothing() {
        check("Côte d'Ivoire", "Côte d''Ivoire");
        check("it''s", "it''s");
        check("'", "''");
        check("'#1'", "''#1''");
    }

    #[test]
    fn leaves_quotations_alone() {
        check("'{name}' isn't", "'{name}' isn''t");
        check("'{it''s}' '}'", "'{it''s}' '}'");
        check("'{open", "'{open");
    }

    #[test]
    fn a_number_sign_is_quoted_in_plurals_only() {
        check(
            "{n, plural, other {'#' d'or}}",
            "{n, plural, other {'#' d''or}}",
        );
        check(
            "{g, select, other {'#' d'or}}",
            "{g, select, other {''#'' d''or}}",
        );
    }

    #[test]
    fn finds_offsets_back() {
        let original = "l'un d'eux {";
        let quoted = Quoted::new(original);
        let brace = quoted.text().find('{').unwrap();
        assert_eq!(quoted.original_offset(brace), original.find('{').unwrap());
        assert_eq!(quoted.original_offset(0), 0);
    }
}
