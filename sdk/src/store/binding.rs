//! How a reader finds the fields it knows in a row of any layout.

use sdk_schema::FieldType;

use super::{error::DecodeError, row::RawField};

/// A value in the form it has in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredValue {
    bytes: Option<Vec<u8>>,
    ty: FieldType,
}

impl StoredValue {
    pub(crate) fn raw(&self) -> RawField<'_> {
        RawField::new(self.bytes.as_deref(), &self.ty)
    }
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// From a position of the layout.
    Stored(usize),
    /// From a position of the layout that held a narrower type.
    Widened(usize, Conversion),
    /// The row is older than the field.
    Absent(StoredValue),
}

/// From a narrower type to a wider one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conversion {
    to: FieldType,
}

impl Conversion {
    pub(crate) fn convert(&self, _stored: RawField<'_>) -> Result<StoredValue, DecodeError> {
        todo!()
    }
}
