//! The ends of the ranges that scans take.

use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use sdk_schema::{FieldType, Value};

use super::{KeyFor, KeyWriter, StoreError, StoredTable, dynamic};
use crate::store::query::Ends;

/// A range of values of a field of type `V`: `lo..hi`, `lo..`, `..=hi`, `..` or
/// a pair of [`Bound`]s.
pub trait ValueRange<V> {
    /// The encoded values of both ends.
    #[doc(hidden)]
    fn ends(self) -> Ends;
}

/// A list that can be searched by its elements: `Vec<V>` and `Option<Vec<V>>`.
pub trait List {
    /// The type of its elements.
    type Element;
}

impl<V> List for Vec<V> {
    type Element = V;
}

impl<V> List for Option<Vec<V>> {
    type Element = V;
}

/// Text that can be searched by its beginning: `String` and `Option<String>`.
pub trait Text {}

impl Text for String {}
impl Text for Option<String> {}

impl<V> ValueRange<V> for RangeFull {
    fn ends(self) -> Ends {
        (Bound::Unbounded, Bound::Unbounded)
    }
}

macro_rules! ranges {
    ($($range:ty),*) => {$(
        impl<V, K: KeyFor<V>> ValueRange<V> for $range {
            fn ends(self) -> Ends {
                let encode = |value: &K| {
                    let mut out = KeyWriter::new();
                    value.encode_for(&mut out);
                    out.into_bytes()
                };
                (self.start_bound().map(encode), self.end_bound().map(encode))
            }
        }
    )*};
}
ranges!(
    Range<K>,
    RangeFrom<K>,
    RangeInclusive<K>,
    RangeTo<K>,
    RangeToInclusive<K>,
    (Bound<K>, Bound<K>)
);

/// Writes the value of a field, or an element of a list, as a part of a key.
pub(super) fn encode(
    table: &StoredTable,
    field: &str,
    value: &Value,
) -> Result<KeyWriter, StoreError> {
    let mut out = KeyWriter::new();
    // A name that is not a field's is reported by the query.
    if let Some(declared) = table.schema().field(field) {
        // So is a type without order.
        if !declared.ty.is_indexable() {
            return Ok(out);
        }
        dynamic::encode(declared, value, &mut out)
            .map_err(|error| refuse(table, field, error.expected, error.found))?;
    }
    Ok(out)
}

pub(super) fn encode_range(
    table: &StoredTable,
    field: &str,
    range: &impl RangeBounds<Value>,
) -> Result<Ends, StoreError> {
    let end = |bound: Bound<&Value>| -> Result<_, StoreError> {
        let encode = |value| encode(table, field, value).map(KeyWriter::into_bytes);
        Ok(match bound {
            Bound::Unbounded => Bound::Unbounded,
            Bound::Included(value) => Bound::Included(encode(value)?),
            Bound::Excluded(value) => Bound::Excluded(encode(value)?),
        })
    };
    Ok((end(range.start_bound())?, end(range.end_bound())?))
}

pub(super) fn check_text(table: &StoredTable, field: &str) -> Result<(), StoreError> {
    match table.schema().field(field) {
        Some(declared) if declared.ty != FieldType::String => Err(refuse(
            table,
            field,
            FieldType::String.to_string(),
            declared.ty.to_string(),
        )),
        _ => Ok(()),
    }
}

fn refuse(table: &StoredTable, field: &str, expected: String, found: String) -> StoreError {
    StoreError::Value {
        table: table.name().to_string(),
        field: field.to_owned(),
        expected,
        found,
    }
}
