//! Messages: texts in ICU `MessageFormat`, checked and taken apart.
//!
//! The syntax is read by `ferrocat-icu`; a [`MessagePattern`] keeps of it what
//! this version can show, so that whoever shows one cannot fail: arguments
//! have identifiers for names and one kind each, every choice has an `other`,
//! no arm stands twice. What another program might understand, but this
//! version does not, is a fault when the module is built, never a surprise in
//! front of a reader.
//!
//! Three habits of `ferrocat-icu` are changed here: a lone apostrophe is an
//! apostrophe, as ICU has it (`quote`); `<` is a letter like any other; and
//! the number of braces is limited, because the parser is recursive.

mod argument;
mod fault;
mod plural;
mod quote;
mod read;

use ferrocat_icu::{IcuParserOptions, parse_icu_with_options};

pub use argument::{Argument, ArgumentKind};
pub use fault::MessageFault;
pub use plural::{PluralCategory, PluralKind, categories};

use quote::Quoted;
use read::Reader;

/// The most opening braces in one message; more would nest too deep to be read safely.
pub const MAX_BRACES: usize = 200;

/// A message that parses and that this version can show.
///
/// ```
/// use sdk_schema::MessagePattern;
/// let pattern = MessagePattern::parse("{count, plural, one {# file} other {# files}}").unwrap();
/// assert_eq!(pattern.arguments()[0].name, "count");
/// assert!(MessagePattern::parse("{count, plural, one {# file}}").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePattern {
    parts: Vec<Part>,
    arguments: Vec<Argument>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text that stands there as it is.
    Text(String),
    /// `{name}`: the value, as its type is usually shown.
    Argument(String),
    /// `{name, number}`: the value as a number.
    Number {
        /// The argument.
        name: String,
        /// How it is shown.
        style: NumberStyle,
    },
    /// `{name, date}`: the value as a date.
    Date(String),
    /// `{name, plural, …}` or `{name, selectordinal, …}`.
    Plural(Plural),
    /// `{name, select, …}`.
    Select(Select),
    /// `#`: the number of the closest plural around it, less the offset.
    Count,
}

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberStyle {
    /// With at most three digits after the point.
    Decimal,
    /// Rounded to a whole number.
    Integer,
    /// A hundred times itself, rounded, with the percent sign.
    Percent,
}

/// A choice by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plural {
    /// The argument.
    pub name: String,
    /// Whether it counts or ranks.
    pub kind: PluralKind,
    /// What is taken off the number before its category is looked up and `#` is shown.
    pub offset: u32,
    /// `=0 {…}`: arms for exactly that number, before any offset.
    pub exact: Vec<(u32, Vec<Part>)>,
    /// Arms for categories, without `other`.
    pub categories: Vec<(PluralCategory, Vec<Part>)>,
    /// The arm for all other numbers.
    pub other: Vec<Part>,
}

/// A choice by text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// The argument.
    pub name: String,
    /// Arms by key, without `other`.
    pub arms: Vec<(String, Vec<Part>)>,
    /// The arm for all other texts.
    pub other: Vec<Part>,
}

impl Part {
    /// The arms of a choice, `other` last; none for anything else.
    fn arms(&self) -> Vec<&[Part]> {
        match self {
            Self::Plural(plural) => {
                let exact = plural.exact.iter().map(|(_, arm)| arm);
                let categories = plural.categories.iter().map(|(_, arm)| arm);
                let all = exact.chain(categories).chain([&plural.other]);
                all.map(Vec::as_slice).collect()
            }
            Self::Select(select) => {
                let arms = select.arms.iter().map(|(_, arm)| arm);
                arms.chain([&select.other]).map(Vec::as_slice).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl MessagePattern {
    /// Reads a message.
    ///
    /// # Errors
    /// A single [`MessageFault::Syntax`], or all that is wrong beyond the syntax.
    pub fn parse(text: &str) -> Result<Self, Vec<MessageFault>> {
        let found = text.matches('{').count();
        if found > MAX_BRACES {
            return Err(vec![MessageFault::TooManyBraces { found }]);
        }
        let quoted = Quoted::new(text);
        let options = IcuParserOptions::default()
            .with_ignore_tag(true)
            .with_requires_other_clause(false);
        let message = parse_icu_with_options(quoted.text(), &options).map_err(|error| {
            let bytes = quoted.original_offset(error.position.offset);
            vec![MessageFault::syntax(text, bytes, &error.message)]
        })?;
        let (parts, arguments) = Reader::read(message)?;
        Ok(Self { parts, arguments })
    }

    /// The pieces in their order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The arguments by first appearance.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// The plural arms that can never be chosen, because the language of
    /// `locale` has no such category.
    pub fn unreachable_plurals(&self, locale: &str) -> Vec<MessageFault> {
        let mut faults = Vec::new();
        plural::unreachable(&self.parts, locale, &mut faults);
        faults
    }
}

#[cfg(test)]
mod tests;
