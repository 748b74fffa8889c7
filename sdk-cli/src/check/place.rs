//! Where an operation begins in the text of a migration.
//!
//! The text has been read as JSON before, so it is walked and not checked.

use sdk_schema::Place;

/// The place of an operation, counted from 1.
pub(super) fn of_operation(text: &str, operation: usize) -> Option<Place> {
    let mut walk = Walk::new(text);
    walk.find_operations()?;
    for _ in 1..operation {
        walk.skip_value()?;
        walk.expect(b',')?;
    }
    walk.skip_space();
    let before = text.get(..walk.at)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Some(Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    })
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    /// Goes to where the first operation begins.
    fn find_operations(&mut self) -> Option<()> {
        self.expect(b'{')?;
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            if key == b"operations" {
                return self.expect(b'[');
            }
            self.skip_value()?;
            self.expect(b',')?;
        }
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_space();
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => self.skip_word(),
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// A number, or one of the three words.
    fn skip_word(&mut self) {
        let ends = |byte: &u8| b",:]}".contains(byte) || byte.is_ascii_whitespace();
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let text = self.bytes.get(start..self.at);
        self.at += 1;
        text
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, operation: usize, expect: Option<(usize, usize)>) {
        let place = of_operation(text, operation).map(|place| (place.line, place.column));
        assert_eq!(place, expect, "{text}");
    }

    #[test]
    fn an_operation_is_found_by_its_number() {
        let text = "{\n  \"format\": 1,\n  \"description\": \"ä \\\" [ { operations\", \"after\": [\"a\"],\n  \"operations\": [\n    { \"a\": [1, { }] },\n    {\"b\": \"]\"}, { } ]\n}";
        check(text, 1, Some((5, 5)));
        check(text, 2, Some((6, 5)));
        check(text, 3, Some((6, 17)));
    }

    #[test]
    fn what_is_not_there_has_no_place() {
        check("{ \"operations\": [{}] }", 2, None);
        for text in ["", "{", "{ \"a", "{ \"a\": [", "{ \"a\\", "{}", "[]"] {
            check(text, 1, None);
        }
    }
}
