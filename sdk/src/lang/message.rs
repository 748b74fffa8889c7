//! Messages: a key and the values of its arguments, not yet in any language.

use std::{borrow::Cow, fmt};

use chrono::NaiveDate;
use sdk_schema::Timestamp;

use super::Number;

/// What shall be said, before it is known in which language.
///
/// Modules get theirs from the functions that `sdk::include_module!` brings,
/// one for each message of the source locale: a wrong key or a missing argument
/// does not compile. [`Catalogue::format`](super::Catalogue::format) puts it
/// into words.
///
/// ```
/// use sdk::lang::Message;
/// let message = Message::new("blog.greeting").arg("name", "Ada").arg("count", 3);
/// assert_eq!(message.key(), "blog.greeting");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    key: Cow<'static, str>,
    arguments: Vec<(Cow<'static, str>, ArgumentValue)>,
}

/// The value of one argument of a [`Message`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ArgumentValue {
    /// Shown as it is, or the key of a `select`.
    Text(String),
    /// Shown as the locale writes numbers, or what a `plural` counts.
    Number(Number),
    /// Shown as `2026-11-20`.
    Date(Day),
}

/// A day for a message, shown as `2026-11-20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

/// The day in UTC.
impl From<Timestamp> for Day {
    fn from(instant: Timestamp) -> Self {
        Self(instant.to_chrono().date_naive())
    }
}

impl Message {
    /// The message `module.key` without arguments.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self {
            key: key.into(),
            arguments: Vec::new(),
        }
    }

    /// Gives the argument `name` its value.
    #[must_use]
    pub fn arg(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<ArgumentValue>,
    ) -> Self {
        self.arguments.push((name.into(), value.into()));
        self
    }

    /// The full key, `module.key`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value given to the argument `name`.
    pub fn argument(&self, name: &str) -> Option<&ArgumentValue> {
        let (_, value) = self.arguments.iter().find(|(found, _)| found == name)?;
        Some(value)
    }
}

impl From<&str> for ArgumentValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for ArgumentValue {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for ArgumentValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Lets everything that is a number or a day be an argument.
macro_rules! arguments {
    ($variant:ident: $($value:ty),*) => {$(
        impl From<$value> for ArgumentValue {
            fn from(value: $value) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

arguments!(Number: Number, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64);
arguments!(Date: Day, NaiveDate, Timestamp);
