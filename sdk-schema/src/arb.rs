//! Translations: one ARB file for each locale of a module.
//!
//! `translations/zh-Hant.arb` is a JSON object: `@@locale` and other keys with
//! `@@` speak of the file, a plain key is a **message** in ICU `MessageFormat`,
//! and the same key with one `@` in front describes that message. The
//! **source** is the file of the module's source locale; all others translate
//! it. `docs/format-translation.md` has the whole format.
//!
//! Invariants: an [`Arb`] that exists is valid: its locale is that of its file
//! name, each key is an identifier that occurs once, each message parses, and
//! its plural categories exist in the locale. Faults are reported all at once,
//! each with its place in the file.

mod fault;
mod file;
mod locale;
mod translation;

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::message::{Argument, ArgumentKind, MessagePattern};

pub use fault::{ArbFault, ArbFaultKind, ArbFaults, Place};
pub use locale::{Locale, LocaleError};
pub use translation::check_translation;

/// The messages of one module in one locale.
#[derive(Debug, Clone, PartialEq)]
pub struct Arb {
    /// The language of the messages.
    pub locale: Locale,
    /// What the file says of itself, such as `@@author`, without `@@locale`.
    pub metadata: Map<String, Json>,
    /// The messages by key, in the order of the file.
    pub messages: IndexMap<String, ArbMessage>,
}

/// One message and what its author wrote about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArbMessage {
    /// The message in ICU `MessageFormat`.
    pub text: String,
    /// What translators should know.
    pub description: Option<String>,
    /// The placeholders that the author described, in the order of the file.
    pub placeholders: IndexMap<String, Placeholder>,
    /// What else stands in the description, such as `context`.
    pub attributes: Map<String, Json>,
    /// Where the key stands in the file it was read from.
    pub place: Option<Place>,
}

/// What an author wrote about one placeholder of a message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Placeholder {
    /// The type of the values that will stand there.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PlaceholderType>,
    /// A value for translators to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// What else stands there, such as `format`.
    #[serde(flatten)]
    pub attributes: Map<String, Json>,
}

/// The types that ARB gives to placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlaceholderType {
    /// A text.
    String,
    /// A whole number.
    #[serde(rename = "int")]
    Int,
    /// Any number.
    #[serde(rename = "num")]
    Num,
    /// Any number.
    #[serde(rename = "double")]
    Double,
    /// A date.
    DateTime,
}

impl fmt::Display for PlaceholderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "String",
            Self::Int => "int",
            Self::Num => "num",
            Self::Double => "double",
            Self::DateTime => "DateTime",
        })
    }
}

impl Arb {
    /// A file without messages.
    pub fn new(locale: Locale) -> Self {
        Self {
            locale,
            metadata: Map::new(),
            messages: IndexMap::new(),
        }
    }

    /// Reads the file `file_name`, such as `de.arb`.
    ///
    /// # Errors
    /// All that is wrong with the file, at once.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, ArbFaults> {
        file::parse(file_name, text)
    }

    /// The text of the file, indented by two spaces, with a line feed at its end.
    pub fn to_text(&self) -> String {
        file::to_text(self)
    }

    /// The name of the file in the folder of translations.
    pub fn file_name(&self) -> String {
        format!("{}.arb", self.locale)
    }

    /// The arguments of the message `key`, by first appearance; none if there
    /// is no such message.
    pub fn arguments(&self, key: &str) -> Vec<Argument> {
        let Some(message) = self.messages.get(key) else {
            return Vec::new();
        };
        MessagePattern::parse(&message.text)
            .ok()
            .and_then(|pattern| message.arguments_of(&pattern).ok())
            .unwrap_or_default()
    }
}

impl ArbMessage {
    /// The arguments of `pattern`, which is this message's, with what their
    /// descriptions add: `{count}` is a number if it is described as an `int`.
    fn arguments_of(&self, pattern: &MessagePattern) -> Result<Vec<Argument>, Vec<ArbFaultKind>> {
        let mut arguments = pattern.arguments().to_vec();
        let mut faults = Vec::new();
        for (name, placeholder) in &self.placeholders {
            let argument = arguments.iter_mut().find(|found| found.name == *name);
            match (argument, placeholder.kind) {
                (None, _) => faults.push(ArbFaultKind::PlaceholderUnused { name: name.clone() }),
                (Some(argument), Some(described)) => {
                    faults.extend(describe(argument, described).err());
                }
                (Some(_), None) => {}
            }
        }
        if faults.is_empty() {
            Ok(arguments)
        } else {
            Err(faults)
        }
    }
}

fn describe(argument: &mut Argument, described: PlaceholderType) -> Result<(), ArbFaultKind> {
    let kind = match described {
        PlaceholderType::String => ArgumentKind::Text,
        PlaceholderType::Int | PlaceholderType::Num | PlaceholderType::Double => {
            ArgumentKind::Number
        }
        PlaceholderType::DateTime => ArgumentKind::Date,
    };
    match (&argument.kind, kind) {
        (ArgumentKind::Text, kind) => argument.kind = kind,
        (ArgumentKind::Select(_), ArgumentKind::Text)
        | (ArgumentKind::Number, ArgumentKind::Number)
        | (ArgumentKind::Date, ArgumentKind::Date) => {}
        (used, _) => {
            return Err(ArbFaultKind::PlaceholderType {
                name: argument.name.clone(),
                described,
                used: used.clone(),
            });
        }
    }
    Ok(())
}

/// Whether `text` is a letter followed by letters, digits and `_`, all ASCII.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests;
