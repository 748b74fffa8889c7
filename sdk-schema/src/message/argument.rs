//! Arguments: what a message needs to be told.

use std::fmt;

/// One argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, an identifier.
    pub name: String,
    /// What values it takes.
    pub kind: ArgumentKind,
}

/// What values an argument takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentKind {
    /// A text, shown as it is.
    Text,
    /// A number.
    Number,
    /// One of these texts; any other text counts as `other`.
    Select(Vec<String>),
    /// A date.
    Date,
}

impl fmt::Display for ArgumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Select(_) => "a choice of texts",
            Self::Date => "a date",
        })
    }
}
