//! Keys of dynamic values, and of the fields of a stored row.

use sdk_schema::{Field, FieldType, Value, ValueError};

use super::{KeyReader, KeyWriter};
use crate::store::{
    error::DecodeError,
    layout::fixed_width,
    row::RawField,
    scalar::{self, Origin, Sink},
};

/// What stands in a key for a field, and whether it may be null: of a list, which
/// is in no key but in indexes, one of its elements.
fn part(field: &Field) -> (&FieldType, bool) {
    match field.ty.element() {
        Some(element) => (element, false),
        None => (&field.ty, field.nullable),
    }
}

/// Writes the value of a field, or an element of a list, as a part of a key.
pub(crate) fn encode(field: &Field, value: &Value, out: &mut KeyWriter) -> Result<(), ValueError> {
    let (ty, nullable) = part(field);
    match value {
        Value::Null if nullable => {
            out.null();
            return Ok(());
        }
        _ if nullable => out.present(),
        _ => {}
    }
    scalar::put(ty, value, out).ok_or_else(|| ValueError::new(ty, &value.to_json()))
}

/// Reads the value of a field, or an element of a list, from a key.
pub(crate) fn decode(field: &Field, key: &mut KeyReader<'_>) -> Result<Value, DecodeError> {
    let (ty, nullable) = part(field);
    if nullable && !key.is_present()? {
        return Ok(Value::Null);
    }
    scalar::take(ty, key)
}

/// Passes over the value of a field, or an element of a list, in a key.
pub(crate) fn skip(field: &Field, key: &mut KeyReader<'_>) -> Result<(), DecodeError> {
    let (ty, nullable) = part(field);
    if nullable && !key.is_present()? {
        return Ok(());
    }
    match fixed_width(ty) {
        Some(width) => key.take(width).map(drop),
        None => key.skip_terminated(),
    }
}

/// Writes a stored value that is not null as a part of a key.
pub(crate) fn transcode(mut raw: RawField<'_>, out: &mut KeyWriter) -> Result<(), DecodeError> {
    match raw.ty() {
        FieldType::String | FieldType::Bytes | FieldType::Enum(_) => out.terminated(raw.bytes()?),
        FieldType::Bool => pass::<bool>(&mut raw, out)?,
        FieldType::I8 => pass::<i8>(&mut raw, out)?,
        FieldType::I16 => pass::<i16>(&mut raw, out)?,
        FieldType::I32 | FieldType::Date => pass::<i32>(&mut raw, out)?,
        FieldType::I64 | FieldType::Timestamp => pass::<i64>(&mut raw, out)?,
        FieldType::I128 => pass::<i128>(&mut raw, out)?,
        FieldType::U8 => pass::<u8>(&mut raw, out)?,
        FieldType::U16 => pass::<u16>(&mut raw, out)?,
        FieldType::U32 => pass::<u32>(&mut raw, out)?,
        FieldType::U64 => pass::<u64>(&mut raw, out)?,
        FieldType::U128 => pass::<u128>(&mut raw, out)?,
        FieldType::F32 => pass::<f32>(&mut raw, out)?,
        FieldType::F64 => pass::<f64>(&mut raw, out)?,
        FieldType::Id => out.raw(&raw.fixed::<16>()?),
        FieldType::Json | FieldType::Vec(_) => {
            return Err(DecodeError::value(&"a type with an order", &raw.ty()));
        }
    }
    Ok(())
}

fn pass<V>(from: &mut impl Origin, to: &mut impl Sink) -> Result<(), DecodeError>
where
    V: crate::store::value::FieldValue + super::KeyValue,
{
    from.take::<V>().map(|value| to.put(&value))
}
