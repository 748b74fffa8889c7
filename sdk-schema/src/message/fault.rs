//! What can be wrong with one message.

use super::{ArgumentKind, MAX_BRACES};

/// Why a text is not a message, or not one that this version can show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageFault {
    /// It is not ICU `MessageFormat`.
    #[error("not an ICU message at character {at}: {detail}")]
    Syntax {
        /// The place in the message, counted in characters from 1.
        at: usize,
        /// What the parser says.
        detail: String,
    },
    /// It has more braces than any readable message.
    #[error("{found} opening braces, expected at most {MAX_BRACES}")]
    TooManyBraces {
        /// How many there are.
        found: usize,
    },
    /// The name of an argument cannot be one in Rust.
    #[error(
        "argument `{found}` has no usable name: expected a letter, then letters, digits and `_`"
    )]
    ArgumentName {
        /// The name.
        found: String,
    },
    /// An argument is used as two kinds of things.
    #[error("argument `{name}` is used as {first} and as {second}, expected one kind")]
    ArgumentKinds {
        /// The argument.
        name: String,
        /// What it is used as first.
        first: ArgumentKind,
        /// What it is used as later.
        second: ArgumentKind,
    },
    /// A type of argument is ICU, but not supported.
    #[error(
        "argument `{name}` is formatted as `{found}`, which is not supported: expected number, date, plural, selectordinal or select"
    )]
    Format {
        /// The argument.
        name: String,
        /// The type.
        found: String,
    },
    /// A style of a number or date is ICU, but not supported.
    #[error(
        "argument `{name}` has the style `{found}`, which is not supported: expected {expected}"
    )]
    Style {
        /// The argument.
        name: String,
        /// The style.
        found: String,
        /// What is supported.
        expected: &'static str,
    },
    /// A choice has no `other`.
    #[error("`{name}` has no arm `other`")]
    OtherMissing {
        /// The argument.
        name: String,
    },
    /// An arm stands twice.
    #[error("`{name}` has two arms `{arm}`")]
    ArmTwice {
        /// The argument.
        name: String,
        /// The arm.
        arm: String,
    },
    /// The arm of a plural is not a category.
    #[error(
        "plural `{name}` has an arm `{found}`: expected `zero`, `one`, `two`, `few`, `many`, `other` or an exact number such as `=0`"
    )]
    Category {
        /// The argument.
        name: String,
        /// The arm.
        found: String,
    },
    /// The arm of a plural is never chosen in the locale.
    #[error(
        "plural `{name}` has an arm `{found}`, which `{locale}` never uses: expected {expected} or an exact number such as `=0`"
    )]
    CategoryUnused {
        /// The argument.
        name: String,
        /// The arm.
        found: &'static str,
        /// The locale.
        locale: String,
        /// The categories of the locale.
        expected: String,
    },
}

impl MessageFault {
    /// A fault that the parser met at the byte `offset` of `text`.
    pub(super) fn syntax(text: &str, offset: usize, detail: &str) -> Self {
        let at = text.char_indices().take_while(|(start, _)| *start < offset);
        Self::Syntax {
            at: at.count() + 1,
            detail: lower_first(detail),
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
