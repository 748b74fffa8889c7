//! Keys of Rust types.

use chrono::NaiveDate;
use sdk_schema::Timestamp;
use uuid::Uuid;

use super::{KeyReader, KeyWriter, f32_from_order, f32_order, f64_from_order, f64_order};
use crate::store::{
    error::DecodeError,
    id::Id,
    value::{date_from_days, timestamp_from_micros, utf8},
};

/// A field value that has an order, so that it can be a key or be indexed.
///
/// JSON documents and lists are none. [`sdk::TableEnum`](crate::store::TableEnum)'s derive implements it.
pub trait KeyValue: Sized {
    /// Writes the value so that the bytes sort as the values do and end themselves.
    fn encode_key(&self, out: &mut KeyWriter);

    /// Reads what [`KeyValue::encode_key`] wrote.
    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError>;
}

/// The key of a table: one value, or a tuple of up to four.
pub trait TableKey: Sized + Clone + Send + Sync + 'static {
    /// Reads a whole key.
    fn decode(key: &mut KeyReader<'_>) -> Result<Self, DecodeError>;
}

/// A value that can be looked up where `V` is stored: `V` itself, `&V`, `&str`
/// for a `String`, the bare value for an `Option`, and tuples of these.
pub trait KeyFor<V> {
    /// Writes the value as `V` would be written.
    fn encode_for(&self, out: &mut KeyWriter);
}

impl<V: KeyValue> KeyFor<V> for V {
    fn encode_for(&self, out: &mut KeyWriter) {
        self.encode_key(out);
    }
}

impl<V: KeyValue> KeyFor<V> for &V {
    fn encode_for(&self, out: &mut KeyWriter) {
        self.encode_key(out);
    }
}

impl<V: KeyValue> KeyFor<Option<V>> for V {
    fn encode_for(&self, out: &mut KeyWriter) {
        out.present();
        self.encode_key(out);
    }
}

impl<V: KeyValue> KeyFor<Option<V>> for &V {
    fn encode_for(&self, out: &mut KeyWriter) {
        out.present();
        self.encode_key(out);
    }
}

impl KeyFor<String> for &str {
    fn encode_for(&self, out: &mut KeyWriter) {
        out.terminated(self.as_bytes());
    }
}

impl KeyFor<Option<String>> for &str {
    fn encode_for(&self, out: &mut KeyWriter) {
        out.present();
        out.terminated(self.as_bytes());
    }
}

impl KeyFor<Vec<u8>> for &[u8] {
    fn encode_for(&self, out: &mut KeyWriter) {
        out.terminated(self);
    }
}

impl KeyFor<Option<Vec<u8>>> for &[u8] {
    fn encode_for(&self, out: &mut KeyWriter) {
        out.present();
        out.terminated(self);
    }
}

impl<V: KeyValue> KeyValue for Option<V> {
    fn encode_key(&self, out: &mut KeyWriter) {
        match self {
            None => out.null(),
            Some(value) => {
                out.present();
                value.encode_key(out);
            }
        }
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        key.is_present()?.then(|| V::decode_key(key)).transpose()
    }
}

impl KeyValue for bool {
    fn encode_key(&self, out: &mut KeyWriter) {
        out.raw(&[u8::from(*self)]);
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        match key.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(DecodeError::value(&"bool", &other)),
        }
    }
}

macro_rules! unsigned {
    ($($ty:ty),*) => {$(
        impl KeyValue for $ty {
            fn encode_key(&self, out: &mut KeyWriter) {
                out.raw(&self.to_be_bytes());
            }

            fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
                key.array().map(Self::from_be_bytes)
            }
        }
    )*};
}
unsigned!(u8, u16, u32, u64, u128);

// With its sign bit flipped a signed number sorts as an unsigned one.
macro_rules! signed {
    ($($ty:ty),*) => {$(
        impl KeyValue for $ty {
            fn encode_key(&self, out: &mut KeyWriter) {
                out.raw(&(*self ^ <$ty>::MIN).to_be_bytes());
            }

            fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
                key.array().map(|bytes| Self::from_be_bytes(bytes) ^ <$ty>::MIN)
            }
        }
    )*};
}
signed!(i8, i16, i32, i64, i128);

impl KeyValue for f32 {
    fn encode_key(&self, out: &mut KeyWriter) {
        f32_order(*self).encode_key(out);
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        u32::decode_key(key).map(f32_from_order)
    }
}

impl KeyValue for f64 {
    fn encode_key(&self, out: &mut KeyWriter) {
        f64_order(*self).encode_key(out);
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        u64::decode_key(key).map(f64_from_order)
    }
}

impl KeyValue for String {
    fn encode_key(&self, out: &mut KeyWriter) {
        out.terminated(self.as_bytes());
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        let bytes = key.terminated()?;
        utf8(&bytes).map(str::to_owned)
    }
}

impl KeyValue for Vec<u8> {
    fn encode_key(&self, out: &mut KeyWriter) {
        out.terminated(self);
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        key.terminated()
    }
}

impl<T> KeyValue for Id<T> {
    fn encode_key(&self, out: &mut KeyWriter) {
        out.raw(self.uuid().as_bytes());
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        key.array().map(Uuid::from_bytes).map(Self::from_uuid)
    }
}

impl KeyValue for Timestamp {
    fn encode_key(&self, out: &mut KeyWriter) {
        self.as_micros().encode_key(out);
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        i64::decode_key(key).and_then(timestamp_from_micros)
    }
}

impl KeyValue for NaiveDate {
    fn encode_key(&self, out: &mut KeyWriter) {
        self.to_epoch_days().encode_key(out);
    }

    fn decode_key(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        i32::decode_key(key).and_then(date_from_days)
    }
}

impl<V: KeyValue + Clone + Send + Sync + 'static> TableKey for V {
    fn decode(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        V::decode_key(key)
    }
}

macro_rules! tuple {
    ($(($field:ident, $given:ident, $index:tt)),*) => {
        impl<$($field,)* $($given: KeyFor<$field>,)*> KeyFor<($($field,)*)> for ($($given,)*) {
            fn encode_for(&self, out: &mut KeyWriter) {
                $(self.$index.encode_for(out);)*
            }
        }

        impl<$($field: KeyValue),*> KeyFor<($($field,)*)> for &($($field,)*) {
            fn encode_for(&self, out: &mut KeyWriter) {
                $(self.$index.encode_key(out);)*
            }
        }

        impl<$($field: KeyValue + Clone + Send + Sync + 'static),*> TableKey for ($($field,)*) {
            fn decode(key: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
                Ok(($($field::decode_key(key)?,)*))
            }
        }
    };
}
tuple!((A, X, 0), (B, Y, 1));
tuple!((A, X, 0), (B, Y, 1), (C, Z, 2));
tuple!((A, X, 0), (B, Y, 1), (C, Z, 2), (D, W, 3));
