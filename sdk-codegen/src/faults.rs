//! Faults: all that is wrong with a piece of source, each at its narrowest token.
//!
//! Reading goes on after a fault wherever it can, so that one mistake hides no
//! other. The same faults become `compile_error!`s in a derive and lines with
//! file, line and column in a build script.

use std::fmt;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The faults found so far.
#[derive(Debug, Clone, Default)]
pub struct Faults(Vec<syn::Error>);

/// One fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// How many characters of that line are at fault, at least 1.
    pub width: usize,
    /// What is wrong: the thing, what was found, what was expected.
    pub message: String,
}

impl Faults {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault at all of `tokens`.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl fmt::Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Adds the faults of a failed reading.
    pub fn add(&mut self, faults: impl Into<Self>) {
        self.0.extend(faults.into().0);
    }

    /// The value of a reading that succeeded; the faults of one that failed are added.
    pub fn keep<T, E: Into<Self>>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|faults| self.add(faults)).ok()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults with their places.
    pub fn iter(&self) -> impl Iterator<Item = Fault> {
        self.0.iter().map(Fault::new)
    }

    /// Ends a reading: its value, or all faults, in the order of the source, if there were any.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => {
                self.0.sort_by_key(|error| error.span().start());
                Err(self)
            }
        }
    }

    /// One `compile_error!` for each fault, at its place.
    pub fn to_compile_error(&self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Fault {
    fn new(error: &syn::Error) -> Self {
        let (start, end) = (error.span().start(), error.span().end());
        let width = if end.line == start.line {
            end.column.saturating_sub(start.column)
        } else {
            1
        };
        Self {
            line: start.line,
            column: start.column + 1,
            width: width.max(1),
            message: error.to_string(),
        }
    }
}

/// Keeps the single messages of an error that combines several.
impl From<syn::Error> for Faults {
    fn from(error: syn::Error) -> Self {
        Self(error.into_iter().collect())
    }
}

/// One line for each fault: `12:5: message`.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, fault) in self.iter().enumerate() {
            let line_feed = if nth == 0 { "" } else { "\n" };
            write!(f, "{line_feed}{fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for Faults {}
