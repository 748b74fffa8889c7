//! [`Table`], which `#[derive(Table)]` implements, and the handles of its fields.

use std::{fmt, marker::PhantomData};

use sdk_schema::Fake;

use super::{
    error::DecodeError,
    key::{KeyFor, KeyValue, TableKey},
    row::{FieldWriter, RowReader},
};

/// A Rust type whose values are the rows of a table. Derived: `#[derive(Table)]`.
pub trait Table: Sized + Clone + Send + Sync + 'static {
    /// The full name, `module.table`.
    const TABLE_NAME: &'static str;

    /// The type of the key field; a tuple of types when the key has several.
    type Key: TableKey + KeyFor<Self::Key>;

    /// What the type declares: fields, key and indexes.
    fn table() -> &'static sdk_schema::Table;

    /// The fields that say how invented rows fill them.
    fn fakes() -> &'static [(&'static str, Fake)];

    /// A copy of the row's key.
    fn key(&self) -> Self::Key;

    /// Writes the field at `index`, in the order of declaration.
    fn encode_field(&self, index: usize, out: &mut FieldWriter<'_>);

    /// Reads a row.
    fn decode(row: &RowReader<'_>) -> Result<Self, DecodeError>;
}

/// The handle of a field: of type `V` in table `T`.
///
/// The derive makes one for each field: `Post::AUTHOR`.
pub struct FieldRef<T, V> {
    name: &'static str,
    types: PhantomData<fn() -> (T, V)>,
}

impl<T, V> FieldRef<T, V> {
    /// The handle of the field of that name.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            types: PhantomData,
        }
    }

    /// The name of the field.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<T, V> Clone for FieldRef<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for FieldRef<T, V> {}

impl<T, V> fmt::Debug for FieldRef<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)
    }
}

/// One field of `T`, or a tuple of up to four: what a scan goes by.
pub trait Fields<T> {
    /// The type of the field; a tuple of types when there are several.
    type Value;

    /// The names of the fields.
    #[doc(hidden)]
    fn names(self) -> impl AsRef<[&'static str]>;
}

impl<T, V: KeyValue> Fields<T> for FieldRef<T, V> {
    type Value = V;

    fn names(self) -> impl AsRef<[&'static str]> {
        [self.name]
    }
}

macro_rules! tuple {
    ($(($value:ident, $index:tt)),*) => {
        impl<T, $($value: KeyValue),*> Fields<T> for ($(FieldRef<T, $value>,)*) {
            type Value = ($($value,)*);

            fn names(self) -> impl AsRef<[&'static str]> {
                [$(self.$index.name),*]
            }
        }
    };
}
tuple!((A, 0), (B, 1));
tuple!((A, 0), (B, 1), (C, 2));
tuple!((A, 0), (B, 1), (C, 2), (D, 3));

/// Compiles only when the key of `T` is a `K`, which a field that refers to `T` must hold.
pub const fn reference_key<T: Table<Key = K>, K>() {}
