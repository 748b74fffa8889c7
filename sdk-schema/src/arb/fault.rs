//! What can be wrong with a file of translations, and where.

use std::fmt;

use crate::{
    ArgumentKind, MessageFault,
    arb::{LocaleError, PlaceholderType},
};

/// All that is wrong with a file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArbFaults(pub Vec<ArbFault>);

impl fmt::Display for ArbFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ArbFaults {}

/// A place in a file, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One thing that is wrong, shown as `de.arb:3:5: message ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArbFault {
    /// The name of the file.
    pub file: String,
    /// Where in the file, as far as that is known.
    pub place: Option<Place>,
    /// The key of the message, if it is about one.
    pub key: Option<String>,
    /// What is wrong.
    pub kind: ArbFaultKind,
}

impl fmt::Display for ArbFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(Place { line, column }) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.detail())
    }
}

impl std::error::Error for ArbFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.kind)
    }
}

impl ArbFault {
    /// What is wrong and with which message, without the place.
    pub fn detail(&self) -> String {
        match &self.key {
            Some(key) => format!("message `{key}`: {}", self.kind),
            None => self.kind.to_string(),
        }
    }
}

/// What is wrong with a file of translations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArbFaultKind {
    /// The name of the file is not a locale with `.arb`.
    #[error("expected a file name such as `de.arb` or `zh-Hant.arb`: {0}")]
    FileName(LocaleError),
    /// The name of the file does not end as it should.
    #[error("expected a file name that ends in `.arb`")]
    Extension,
    /// The text is not a JSON object.
    #[error("not a JSON object: {0}")]
    Json(String),
    /// There is no `@@locale`.
    #[error("`@@locale` is missing, expected \"@@locale\": \"{expected}\"")]
    LocaleMissing {
        /// The locale of the file's name.
        expected: String,
    },
    /// `@@locale` is another one than that of the file's name.
    #[error("`@@locale` is {found}, expected \"{expected}\" as in the name of the file")]
    LocaleOther {
        /// What stands there, as JSON.
        found: String,
        /// The locale of the file's name.
        expected: String,
    },
    /// A key occurs twice.
    #[error("the key stands in the file twice, first in line {first_line}")]
    Duplicate {
        /// The line where it stands first.
        first_line: usize,
    },
    /// A key cannot be the name of a message.
    #[error("the key is not an identifier: expected a letter, then letters, digits and `_`")]
    Key,
    /// A message is not a text.
    #[error("expected a text, found {found}")]
    NotText {
        /// What stands there, as JSON, shortened.
        found: String,
    },
    /// There is a description of a message that does not exist.
    #[error("`@{key}` describes a message that is not in the file")]
    Undescribed {
        /// The key without its `@`.
        key: String,
    },
    /// The description of a message has the wrong shape.
    #[error("its description `@…` cannot be read: {0}")]
    Description(String),
    /// A described placeholder does not occur in the message.
    #[error("placeholder `{name}` is described but does not occur in the message")]
    PlaceholderUnused {
        /// The placeholder.
        name: String,
    },
    /// A placeholder is used as something else than it is described as.
    #[error("placeholder `{name}` is described as {described}, but the message uses it as {used}")]
    PlaceholderType {
        /// The placeholder.
        name: String,
        /// Its `type`.
        described: PlaceholderType,
        /// What the message needs.
        used: ArgumentKind,
    },
    /// The message is not one.
    #[error(transparent)]
    Message(#[from] MessageFault),
    /// The source has no such message.
    #[error("`{source_locale}` has no such message, and a translation cannot add one")]
    Unknown {
        /// The source's locale.
        source_locale: String,
    },
    /// A placeholder of the source is not in the translation.
    #[error("placeholder `{{{name}}}` of `{source_locale}` is missing")]
    PlaceholderMissing {
        /// The placeholder.
        name: String,
        /// The source's locale.
        source_locale: String,
    },
    /// A placeholder of the translation is not in the source.
    #[error("placeholder `{{{name}}}` is not in `{source_locale}`, which has {known}")]
    PlaceholderExtra {
        /// The placeholder.
        name: String,
        /// The source's locale.
        source_locale: String,
        /// The placeholders of the source.
        known: String,
    },
    /// A placeholder is another kind of thing than in the source.
    #[error("placeholder `{{{name}}}` is {source_kind} in `{source_locale}`, but {kind} here")]
    KindOther {
        /// The placeholder.
        name: String,
        /// The source's locale.
        source_locale: String,
        /// What it is in the source.
        source_kind: ArgumentKind,
        /// What it is in the translation.
        kind: ArgumentKind,
    },
    /// A `select` has a key that the source does not know, so it is never chosen.
    #[error("select `{name}` has a key `{found}`, but `{source_locale}` knows only {known}")]
    SelectKey {
        /// The argument.
        name: String,
        /// The key.
        found: String,
        /// The source's locale.
        source_locale: String,
        /// The keys of the source.
        known: String,
    },
}
