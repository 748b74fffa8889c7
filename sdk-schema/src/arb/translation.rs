//! Whether a translation says what its source says.

use super::{Arb, ArbFault, ArbFaultKind};
use crate::{Argument, ArgumentKind};

/// Compares a translation with its source: no message that the source lacks,
/// the same placeholders in each message, used as the same kind of thing. A
/// message that is not translated is no fault; the source's is shown.
///
/// ```
/// use sdk_schema::{Arb, check_translation};
/// let source = Arb::parse("en.arb", r#"{"@@locale": "en", "hello": "Hello {name}"}"#).unwrap();
/// let german = Arb::parse("de.arb", r#"{"@@locale": "de", "hello": "Hallo"}"#).unwrap();
/// assert_eq!(
///     check_translation(&source, &german)[0].to_string(),
///     "de.arb:1:20: message `hello`: placeholder `{name}` of `en` is missing"
/// );
/// ```
pub fn check_translation(source: &Arb, other: &Arb) -> Vec<ArbFault> {
    let mut faults = Vec::new();
    for (key, message) in &other.messages {
        let comparison = Comparison { source, other, key };
        let kinds = comparison.faults();
        faults.extend(kinds.into_iter().map(|kind| ArbFault {
            file: other.file_name(),
            place: message.place,
            key: Some(key.clone()),
            kind,
        }));
    }
    faults
}

/// One message in two languages.
struct Comparison<'a> {
    source: &'a Arb,
    other: &'a Arb,
    key: &'a str,
}

impl Comparison<'_> {
    fn source_locale(&self) -> String {
        self.source.locale.to_string()
    }

    fn faults(&self) -> Vec<ArbFaultKind> {
        if !self.source.messages.contains_key(self.key) {
            return vec![ArbFaultKind::Unknown {
                source_locale: self.source_locale(),
            }];
        }
        let expected = self.source.arguments(self.key);
        let found = self.other.arguments(self.key);
        let missing = expected
            .iter()
            .filter(|argument| find(&found, argument).is_none());
        let missing = missing.map(|argument| ArbFaultKind::PlaceholderMissing {
            name: argument.name.clone(),
            source_locale: self.source_locale(),
        });
        let wrong = found
            .iter()
            .flat_map(|argument| match find(&expected, argument) {
                Some(expected) => self.kinds(expected, argument),
                None => vec![self.extra(argument, &expected)],
            });
        missing.chain(wrong).collect()
    }

    fn extra(&self, argument: &Argument, expected: &[Argument]) -> ArbFaultKind {
        let known = expected
            .iter()
            .map(|argument| format!("{{{}}}", argument.name));
        ArbFaultKind::PlaceholderExtra {
            name: argument.name.clone(),
            source_locale: self.source_locale(),
            known: list(known),
        }
    }

    /// A translation may show anything as a text, and may choose by a text.
    fn kinds(&self, expected: &Argument, found: &Argument) -> Vec<ArbFaultKind> {
        match (&expected.kind, &found.kind) {
            (_, ArgumentKind::Text)
            | (ArgumentKind::Text, ArgumentKind::Select(_))
            | (ArgumentKind::Number, ArgumentKind::Number)
            | (ArgumentKind::Date, ArgumentKind::Date) => Vec::new(),
            (ArgumentKind::Select(known), ArgumentKind::Select(keys)) => {
                let unknown = keys.iter().filter(|key| !known.contains(key));
                unknown
                    .map(|key| self.select_key(found, key, known))
                    .collect()
            }
            (source_kind, kind) => vec![ArbFaultKind::KindOther {
                name: found.name.clone(),
                source_locale: self.source_locale(),
                source_kind: source_kind.clone(),
                kind: kind.clone(),
            }],
        }
    }

    fn select_key(&self, argument: &Argument, key: &str, known: &[String]) -> ArbFaultKind {
        let known = known.iter().map(String::as_str).chain(["other"]);
        ArbFaultKind::SelectKey {
            name: argument.name.clone(),
            found: key.to_owned(),
            source_locale: self.source_locale(),
            known: list(known.map(|key| format!("`{key}`"))),
        }
    }
}

fn find<'a>(arguments: &'a [Argument], wanted: &Argument) -> Option<&'a Argument> {
    arguments
        .iter()
        .find(|argument| argument.name == wanted.name)
}

/// `a, b and c` in plain commas; `none` if there is nothing.
fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join(", ")
    }
}
