//! The one place that pairs a dynamic [`Value`] with the Rust type of its field.
//!
//! Rows and keys both go through it, so that typed and dynamic rows, and their
//! keys, are the same bytes: whatever a value is written to is a [`Sink`],
//! whatever it is read from an [`Origin`].

use chrono::NaiveDate;
use sdk_schema::{FieldType, Timestamp, Value};

use super::{
    error::DecodeError,
    id::Id,
    key::{KeyReader, KeyValue, KeyWriter},
    row::{FieldWriter, RawField},
    value::{FieldValue, utf8},
};

/// Takes values of the Rust types that can be a field and a key.
pub(crate) trait Sink {
    fn put<V: FieldValue + KeyValue>(&mut self, value: &V);
    fn put_text(&mut self, text: &str);
}

impl Sink for FieldWriter<'_> {
    fn put<V: FieldValue + KeyValue>(&mut self, value: &V) {
        value.encode(self);
    }

    fn put_text(&mut self, text: &str) {
        self.variable(text.as_bytes());
    }
}

impl Sink for KeyWriter {
    fn put<V: FieldValue + KeyValue>(&mut self, value: &V) {
        value.encode_key(self);
    }

    fn put_text(&mut self, text: &str) {
        self.terminated(text.as_bytes());
    }
}

/// Gives values of the Rust types that can be a field and a key.
pub(crate) trait Origin {
    fn take<V: FieldValue + KeyValue>(&mut self) -> Result<V, DecodeError>;
}

impl Origin for RawField<'_> {
    fn take<V: FieldValue + KeyValue>(&mut self) -> Result<V, DecodeError> {
        V::decode(*self)
    }
}

impl Origin for KeyReader<'_> {
    fn take<V: FieldValue + KeyValue>(&mut self) -> Result<V, DecodeError> {
        V::decode_key(self)
    }
}

/// Writes a value of type `ty`. `None` when it is not of that type, or when the
/// type is `json` or `vec`, which are no scalars.
pub(crate) fn put(ty: &FieldType, value: &Value, sink: &mut impl Sink) -> Option<()> {
    match (ty, value) {
        (FieldType::Bool, Value::Bool(value)) => sink.put(value),
        (FieldType::I8, Value::Int(value)) => sink.put(&i8::try_from(*value).ok()?),
        (FieldType::I16, Value::Int(value)) => sink.put(&i16::try_from(*value).ok()?),
        (FieldType::I32, Value::Int(value)) => sink.put(&i32::try_from(*value).ok()?),
        (FieldType::I64, Value::Int(value)) => sink.put(&i64::try_from(*value).ok()?),
        (FieldType::I128, Value::Int(value)) => sink.put(value),
        (FieldType::U8, Value::Uint(value)) => sink.put(&u8::try_from(*value).ok()?),
        (FieldType::U16, Value::Uint(value)) => sink.put(&u16::try_from(*value).ok()?),
        (FieldType::U32, Value::Uint(value)) => sink.put(&u32::try_from(*value).ok()?),
        (FieldType::U64, Value::Uint(value)) => sink.put(&u64::try_from(*value).ok()?),
        (FieldType::U128, Value::Uint(value)) => sink.put(value),
        (FieldType::F32, Value::F32(value)) => sink.put(value),
        (FieldType::F64, Value::F64(value)) => sink.put(value),
        (FieldType::String, Value::String(value)) => sink.put(value),
        (FieldType::Bytes, Value::Bytes(value)) => sink.put(value),
        (FieldType::Id, Value::Id(value)) => sink.put(&Id::<()>::from_uuid(*value)),
        (FieldType::Timestamp, Value::Timestamp(value)) => sink.put(value),
        (FieldType::Date, Value::Date(value)) => sink.put(value),
        (FieldType::Enum(variants), Value::Enum(value)) if variants.contains(value) => {
            sink.put_text(value);
        }
        _ => return None,
    }
    Some(())
}

/// Reads a value of type `ty`.
pub(crate) fn take(ty: &FieldType, origin: &mut impl Origin) -> Result<Value, DecodeError> {
    Ok(match ty {
        FieldType::Bool => Value::Bool(origin.take()?),
        FieldType::I8 => Value::Int(origin.take::<i8>()?.into()),
        FieldType::I16 => Value::Int(origin.take::<i16>()?.into()),
        FieldType::I32 => Value::Int(origin.take::<i32>()?.into()),
        FieldType::I64 => Value::Int(origin.take::<i64>()?.into()),
        FieldType::I128 => Value::Int(origin.take()?),
        FieldType::U8 => Value::Uint(origin.take::<u8>()?.into()),
        FieldType::U16 => Value::Uint(origin.take::<u16>()?.into()),
        FieldType::U32 => Value::Uint(origin.take::<u32>()?.into()),
        FieldType::U64 => Value::Uint(origin.take::<u64>()?.into()),
        FieldType::U128 => Value::Uint(origin.take()?),
        FieldType::F32 => Value::F32(origin.take()?),
        FieldType::F64 => Value::F64(origin.take()?),
        FieldType::String => Value::String(origin.take()?),
        FieldType::Bytes => Value::Bytes(origin.take()?),
        FieldType::Id => Value::Id(origin.take::<Id<()>>()?.uuid()),
        FieldType::Timestamp => Value::Timestamp(origin.take::<Timestamp>()?),
        FieldType::Date => Value::Date(origin.take::<NaiveDate>()?),
        FieldType::Enum(_) => variant(ty, utf8(&origin.take::<Vec<u8>>()?)?)?,
        FieldType::Json | FieldType::Vec(_) => return Err(DecodeError::value(&"a scalar", &ty)),
    })
}

/// The variant of that name.
pub(crate) fn variant(ty: &FieldType, name: &str) -> Result<Value, DecodeError> {
    let FieldType::Enum(variants) = ty else {
        return Err(DecodeError::value(&"enum", &ty));
    };
    match variants.iter().find(|variant| **variant == *name) {
        Some(variant) => Ok(Value::Enum(variant.clone())),
        None => Err(DecodeError::value(&ty, &name)),
    }
}
