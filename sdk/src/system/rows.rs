//! Rows as `google.protobuf.Struct`, and back, by the fields of their table.
//!
//! A number of a `Struct` is an `f64`, which holds no integer beyond 2^53 for
//! certain: such integers are strings, in both directions. A field of type `json`
//! is its text, because a document may hold such numbers as well. So is nothing
//! lost: what a row becomes and what that becomes are equal.

use std::collections::BTreeMap;

use prost_types::{ListValue, Struct, Value as Wire, value::Kind};
use sdk_schema::{FieldType, Row, RowError, Table, Value, ValueError};
use serde_json::Value as Json;

/// The largest integer up to which all are an `f64`.
const MAX_EXACT: u64 = 1 << 53;

/// A row as it travels.
pub(crate) fn to_struct(row: &Row) -> Struct {
    let fields = row.iter();
    let fields = fields.map(|(name, value)| (name.to_string(), to_wire(value)));
    Struct {
        fields: fields.collect(),
    }
}

pub(super) fn to_wire(value: &Value) -> Wire {
    match value {
        Value::Json(json) => wire(Kind::StringValue(json.to_string())),
        Value::Vec(items) => list(items.iter().map(to_wire).collect()),
        other => json_to_wire(&other.to_json()),
    }
}

/// JSON as it travels; integers that an `f64` may not hold become strings.
pub(crate) fn json_to_wire(json: &Json) -> Wire {
    match json {
        Json::Null => wire(Kind::NullValue(0)),
        Json::Bool(value) => wire(Kind::BoolValue(*value)),
        Json::Number(number) => wire(number_to_wire(number)),
        Json::String(text) => wire(Kind::StringValue(text.clone())),
        Json::Array(items) => list(items.iter().map(json_to_wire).collect()),
        Json::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), json_to_wire(value)));
            wire(Kind::StructValue(Struct {
                fields: fields.collect::<BTreeMap<_, _>>(),
            }))
        }
    }
}

fn number_to_wire(number: &serde_json::Number) -> Kind {
    let integer = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
    match (integer, number.as_f64()) {
        (Some(integer), _) if integer > MAX_EXACT => Kind::StringValue(number.to_string()),
        (_, Some(value)) => Kind::NumberValue(value),
        (_, None) => Kind::StringValue(number.to_string()),
    }
}

fn wire(kind: Kind) -> Wire {
    Wire { kind: Some(kind) }
}

fn list(values: Vec<Wire>) -> Wire {
    wire(Kind::ListValue(ListValue { values }))
}

/// What travelled, as JSON. Numbers without a fraction are integers again.
pub(crate) fn wire_to_json(value: &Wire) -> Json {
    match &value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => Json::Bool(*value),
        Some(Kind::NumberValue(number)) => number_to_json(*number),
        Some(Kind::StringValue(text)) => Json::String(text.clone()),
        Some(Kind::ListValue(list)) => list.values.iter().map(wire_to_json).collect(),
        Some(Kind::StructValue(object)) => struct_to_json(object),
    }
}

/// An object that travelled, as JSON.
pub(crate) fn struct_to_json(object: &Struct) -> Json {
    let fields = object.fields.iter();
    let fields = fields.map(|(name, value)| (name.clone(), wire_to_json(value)));
    Json::Object(fields.collect())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "it has no fraction and is small enough"
)]
fn number_to_json(number: f64) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "2^53 is an f64")]
    let exact = MAX_EXACT as f64;
    let is_negative_zero = number == 0.0 && number.is_sign_negative();
    if number.fract() == 0.0 && number.abs() <= exact && !is_negative_zero {
        return Json::from(number as i64);
    }
    Json::from(number)
}

/// A row that travelled; fields that it does not name get their defaults.
///
/// # Errors
/// As [`Table::row_from_json`].
pub(crate) fn from_struct(table: &Table, object: &Struct) -> Result<Row, RowError> {
    let mut row = table.row_from_json(&struct_to_json(object))?;
    // A field of type `json` came as text.
    for field in &table.fields {
        let Some(value) = object.fields.get(field.name.as_str()) else {
            continue;
        };
        if !holds_json(&field.ty) || (field.nullable && is_null(value)) {
            continue;
        }
        let read = from_wire(&field.ty, value).map_err(|source| RowError::Value {
            table: table.name.clone(),
            field: field.name.clone(),
            source,
        })?;
        row.set(field.name.clone(), read);
    }
    Ok(row)
}

fn holds_json(ty: &FieldType) -> bool {
    *ty == FieldType::Json || ty.element().is_some_and(holds_json)
}

fn is_null(value: &Wire) -> bool {
    matches!(value.kind, None | Some(Kind::NullValue(_)))
}

pub(super) fn from_wire(ty: &FieldType, value: &Wire) -> Result<Value, ValueError> {
    match (ty, &value.kind) {
        (FieldType::Json, Some(Kind::StringValue(text))) => {
            let json = serde_json::from_str(text);
            let json = json.map_err(|_| ValueError::new("json as text", &wire_to_json(value)))?;
            Ok(Value::Json(json))
        }
        (FieldType::Vec(element), Some(Kind::ListValue(list))) => {
            let items = list.values.iter().map(|item| from_wire(element, item));
            Ok(Value::Vec(items.collect::<Result<_, _>>()?))
        }
        _ => Value::from_json(ty, &wire_to_json(value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sdk_schema::{Field, Name};
    use serde_json::json;

    use super::*;

    fn table(fields: &[(FieldType, bool)]) -> Table {
        let fields = fields.iter().enumerate().map(|(at, (ty, nullable))| Field {
            nullable: *nullable,
            ..Field::new(name(at), ty.clone())
        });
        Table {
            name: "thing".parse().unwrap(),
            key: vec![name(0)],
            fields: fields.collect(),
            indexes: Vec::new(),
            feed: true,
        }
    }

    fn name(at: usize) -> Name {
        format!("f{at}").parse().unwrap()
    }

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            (-1e300_f64..1e300).prop_map(Json::from),
            ".*".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map("[a-z]{0,3}", inner, 0..4)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    fn scalar() -> impl Strategy<Value = (FieldType, Value)> {
        use FieldType as T;
        prop_oneof![
            any::<bool>().prop_map(|it| (T::Bool, Value::Bool(it))),
            any::<i64>().prop_map(|it| (T::I64, Value::Int(it.into()))),
            any::<i128>().prop_map(|it| (T::I128, Value::Int(it))),
            any::<i32>().prop_map(|it| (T::I32, Value::Int(it.into()))),
            any::<u64>().prop_map(|it| (T::U64, Value::Uint(it.into()))),
            any::<u128>().prop_map(|it| (T::U128, Value::Uint(it))),
            any::<f32>().prop_map(|it| (T::F32, Value::F32(it))),
            any::<f64>().prop_map(|it| (T::F64, Value::F64(it))),
            ".*".prop_map(|it| (T::String, Value::String(it))),
            any::<Vec<u8>>().prop_map(|it| (T::Bytes, Value::Bytes(it))),
            json().prop_map(|it| (T::Json, Value::Json(it))),
        ]
    }

    fn value() -> impl Strategy<Value = ((FieldType, bool), Value)> {
        prop_oneof![
            4 => (scalar(), any::<bool>()).prop_map(|((ty, value), null)| ((ty, null), value)),
            1 => scalar().prop_map(|(ty, _)| ((ty, true), Value::Null)),
            1 => scalar().prop_map(|(ty, value)| {
                ((FieldType::Vec(Box::new(ty)), false), Value::Vec(vec![value.clone(), value]))
            }),
        ]
    }

    /// Equal, as far as bits go: `NaN` is not equal to itself.
    fn same(one: &Row, other: &Row) -> bool {
        format!("{one:?}") == format!("{other:?}")
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_was(fields in prop::collection::vec(value(), 1..8)) {
            let types: Vec<_> = fields.iter().map(|(ty, _)| ty.clone()).collect();
            let values = fields.into_iter().map(|(_, value)| value);
            let row: Row = values.enumerate().map(|(at, it)| (name(at), it)).collect();
            let back = from_struct(&table(&types), &to_struct(&row)).unwrap();
            prop_assert!(same(&back, &row), "{back:?} {row:?}");
        }
    }

    #[test]
    fn numbers_travel_as_text_from_where_an_f64_would_round() {
        let check = |json: Json, kind: Kind| assert_eq!(json_to_wire(&json), wire(kind));
        check(
            json!(9_007_199_254_740_992_u64),
            Kind::NumberValue(9_007_199_254_740_992.0),
        );
        let text = "9007199254740993";
        check(
            json!(9_007_199_254_740_993_u64),
            Kind::StringValue(text.to_owned()),
        );
        check(
            json!(-9_007_199_254_740_993_i64),
            Kind::StringValue(format!("-{text}")),
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_field() {
        let table = table(&[(FieldType::I64, false), (FieldType::Json, true)]);
        let refuse = |json: Json| {
            let Some(Kind::StructValue(object)) = json_to_wire(&json).kind else {
                panic!("expected an object");
            };
            from_struct(&table, &object).unwrap_err().to_string()
        };
        insta::assert_snapshot!(refuse(json!({"f0": 1.5})), @"field `f0` of `thing`: expected i64, found 1.5");
        insta::assert_snapshot!(refuse(json!({"f0": 1, "f1": "{"})), @r#"field `f1` of `thing`: expected json as text, found "{""#);
        insta::assert_snapshot!(refuse(json!({"f1": null})), @"field `f0` of `thing` is missing; it has no default and is not nullable");
    }
}
