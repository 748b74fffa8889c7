//! Some fields of the rows of a scan.

use std::marker::PhantomData;

use super::{FieldRef, Positions, ScanRow, StoreError, StoredTable};
use crate::store::{error::DecodeError, query::require, row::RowReader, value::FieldValue};

/// One field of `T`, or a tuple of up to four: what a scan reads of a row.
pub trait Selection<T> {
    /// The value of the field; a tuple of values when there are several.
    type Value;

    /// The names of the fields.
    #[doc(hidden)]
    fn names(self) -> impl AsRef<[&'static str]>;

    /// Reads the fields, which stand in the reader in their order.
    #[doc(hidden)]
    fn read(row: &RowReader<'_>) -> Result<Self::Value, DecodeError>;
}

/// The fields `F` of the rows of `T`, in place of the rows.
#[derive(Debug)]
pub struct Selected<T, F>(PhantomData<fn() -> (T, F)>);

impl<T, F: Selection<T>> ScanRow for Selected<T, F> {
    type Item = F::Value;

    fn read(row: &RowReader<'_>) -> Result<F::Value, DecodeError> {
        F::read(row)
    }
}

impl<T, V: FieldValue> Selection<T> for FieldRef<T, V> {
    type Value = V;

    fn names(self) -> impl AsRef<[&'static str]> {
        [self.name()]
    }

    fn read(row: &RowReader<'_>) -> Result<V, DecodeError> {
        row.field(0, V::decode)
    }
}

macro_rules! tuple {
    ($(($value:ident, $index:tt)),*) => {
        impl<T, $($value: FieldValue),*> Selection<T> for ($(FieldRef<T, $value>,)*) {
            type Value = ($($value,)*);

            fn names(self) -> impl AsRef<[&'static str]> {
                [$(self.$index.name()),*]
            }

            fn read(row: &RowReader<'_>) -> Result<Self::Value, DecodeError> {
                Ok(($(row.field($index, $value::decode)?,)*))
            }
        }
    };
}
tuple!((A, 0), (B, 1));
tuple!((A, 0), (B, 1), (C, 2));
tuple!((A, 0), (B, 1), (C, 2), (D, 3));

/// The positions of the fields of these names.
pub(super) fn positions(table: &StoredTable, names: &[&str]) -> Result<Positions, StoreError> {
    names.iter().map(|name| require(table, name)).collect()
}
