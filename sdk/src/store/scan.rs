//! Scans: rows in the order of the key or of an index.

use std::{fmt, marker::PhantomData, ops::RangeBounds, str::FromStr};

use super::{
    error::StoreError,
    key::KeyFor,
    table::{FieldRef, Fields, Table},
};

/// Where a page ended, as an opaque text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Cursor {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// Some rows, and where the next ones begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where to go on; none after the last row.
    pub next: Option<Cursor>,
}

/// A scan of rows of `T`.
#[derive(Debug)]
#[must_use = "a scan reads nothing until it is collected"]
pub struct Scan<'a, T> {
    _t: PhantomData<(&'a (), fn() -> T)>,
}

impl<'a, T: Table> Scan<'a, T> {
    /// Only rows whose fields have these values.
    pub fn by<F: Fields<T>>(self, _fields: F, _values: impl KeyFor<F::Value>) -> Self {
        todo!()
    }

    /// Only rows whose field is in the range; they come in its order.
    pub fn range<V, K: KeyFor<V>>(self, _field: FieldRef<T, V>, _range: impl RangeBounds<K>) -> Self {
        todo!()
    }

    /// Only rows whose field begins so; they come in its order.
    pub fn starts_with<V>(self, _field: FieldRef<T, V>, _prefix: &str) -> Self {
        todo!()
    }

    /// From the last row to the first.
    pub fn rev(self) -> Self {
        todo!()
    }

    /// Goes on where a page ended.
    pub fn after(self, _cursor: impl Into<Option<Cursor>>) -> Self {
        todo!()
    }

    /// At most so many rows.
    pub fn limit(self, _rows: usize) -> Self {
        todo!()
    }

    /// Reads the rows.
    pub async fn collect(self) -> Result<Page<T>, StoreError> {
        todo!()
    }

    /// Reads the first row.
    pub async fn first(self) -> Result<Option<T>, StoreError> {
        todo!()
    }

    /// Counts the rows without reading them.
    pub async fn count(self) -> Result<u64, StoreError> {
        todo!()
    }

    /// Reads the rows one after the other.
    pub fn rows(self) -> Result<Rows<'a, T>, StoreError> {
        todo!()
    }
}

/// Rows that are read one after the other.
#[derive(Debug)]
pub struct Rows<'a, T> {
    _t: PhantomData<(&'a (), fn() -> T)>,
}

impl<T: Table> Rows<'_, T> {
    /// The next row.
    pub async fn next(&mut self) -> Result<Option<T>, StoreError> {
        todo!()
    }
}
