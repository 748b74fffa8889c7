//! Dynamic values in a row.

use sdk_schema::{Field, FieldType, Value, ValueError};

use super::{FieldWriter, RawField};
use crate::store::{
    error::DecodeError,
    scalar,
    value::{FieldValue, Json},
};

/// Writes the value of a field.
pub(crate) fn encode(
    field: &Field,
    value: &Value,
    out: &mut FieldWriter<'_>,
) -> Result<(), ValueError> {
    if field.nullable && *value == Value::Null {
        out.null();
        return Ok(());
    }
    put(&field.ty, value, out).ok_or_else(|| ValueError::new(&field.ty, &value.to_json()))
}

fn put(ty: &FieldType, value: &Value, out: &mut FieldWriter<'_>) -> Option<()> {
    match (ty, value) {
        (FieldType::Json, Value::Json(json)) => {
            json.encode(out);
            Some(())
        }
        (FieldType::Vec(element), Value::Vec(items)) => {
            let mut fits = true;
            out.list(items, |item, out| {
                fits &= put(element, item, out).is_some();
            });
            fits.then_some(())
        }
        _ => scalar::put(ty, value, out),
    }
}

/// Reads the value of a field.
pub(crate) fn decode(mut field: RawField<'_>) -> Result<Value, DecodeError> {
    if field.is_null() {
        return Ok(Value::Null);
    }
    match field.ty() {
        FieldType::Json => Json::decode(field).map(Value::Json),
        FieldType::Vec(_) => {
            let items: Result<_, _> = field.elements()?.map(|item| decode(item?)).collect();
            items.map(Value::Vec)
        }
        FieldType::Enum(_) => scalar::variant(field.ty(), field.text()?),
        ty => scalar::take(ty, &mut field),
    }
}
