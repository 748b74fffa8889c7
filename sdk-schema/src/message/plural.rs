//! Plural categories, and which of them a language has.

use super::{MessageFault, Part};

/// Whether a plural counts things or ranks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PluralKind {
    /// One file, two files.
    Cardinal,
    /// The first, the second.
    Ordinal,
}

/// The categories of CLDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are all there is to say")]
pub enum PluralCategory {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

impl PluralCategory {
    /// The category that messages call `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "zero" => Self::Zero,
            "one" => Self::One,
            "two" => Self::Two,
            "few" => Self::Few,
            "many" => Self::Many,
            "other" => Self::Other,
            _ => return None,
        })
    }

    /// What messages call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }
}

/// The categories of the language of `locale`; none if it is not known.
pub fn categories(_locale: &str, _kind: PluralKind) -> Option<Vec<PluralCategory>> {
    None
}

/// Collects the arms in `parts` whose category `locale` does not have.
pub(super) fn unreachable(parts: &[Part], locale: &str, faults: &mut Vec<MessageFault>) {
    let _ = (parts, locale, faults);
}
