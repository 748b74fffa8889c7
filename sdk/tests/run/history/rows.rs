//! Rows for all tables, made up from the schema.
//!
//! Unlike those of `seed test`, they satisfy the unique indexes that are still
//! to come: whatever has an order of its own differs from row to row. Row `n` of
//! a table refers to row `n` of the other, or to the row before it of its own.

use sdk_schema::{Field, FieldType, Row, Schema, Table, TableName, Timestamp, Value};
use serde_json::json;

/// How many rows each table has.
const ROWS: u8 = 4;

/// The rows of all tables in an order in which they can be inserted. References
/// in a circle of tables are null where they may be.
pub(crate) fn all(schema: &Schema) -> Vec<(&TableName, Row)> {
    let mut made: Vec<&TableName> = Vec::new();
    let mut rows = Vec::new();
    while let Some((name, table)) = next(schema, &made) {
        for number in 0..ROWS {
            rows.push((name, row(name, table, &made, number)));
        }
        made.push(name);
    }
    rows
}

/// A table whose references all lead to tables that are there, or at least those
/// that may not be null.
fn next<'a>(schema: &'a Schema, made: &[&TableName]) -> Option<(&'a TableName, &'a Table)> {
    let missing = |name: &TableName, field: &Field| {
        let reference = field.references.as_ref();
        reference.is_some_and(|to| to.table != *name && !made.contains(&&to.table))
    };
    let mut open: Vec<_> = schema.tables.iter().collect();
    open.retain(|(name, _)| name.module != "sdk" && !made.contains(name));
    let whole = |(name, table): &&(&TableName, &Table)| {
        !table.fields.iter().any(|field| missing(name, field))
    };
    let fillable = |(name, table): &&(&TableName, &Table)| {
        let mut required = table.fields.iter().filter(|field| !field.nullable);
        !required.any(|field| missing(name, field))
    };
    let found = open
        .iter()
        .find(whole)
        .or_else(|| open.iter().find(fillable));
    assert!(found.is_some() || open.is_empty(), "no rows for {open:?}");
    found.copied()
}

fn row(name: &TableName, table: &Table, made: &[&TableName], number: u8) -> Row {
    let fields = table.fields.iter().zip(0_u8..);
    fields
        .map(|(field, place)| {
            let is_key = table.key.contains(&field.name);
            let is_null = field.nullable && (number + place).is_multiple_of(ROWS);
            let value = match &field.references {
                _ if is_null && !is_key => Value::Null,
                Some(to) if to.table == *name => earlier(field, number),
                Some(to) if !made.contains(&&to.table) => Value::Null,
                _ => counted(field, number),
            };
            (field.name.clone(), value)
        })
        .collect()
}

fn earlier(field: &Field, number: u8) -> Value {
    number
        .checked_sub(1)
        .map_or(Value::Null, |before| counted(field, before))
}

/// A value that the same field of no other row has, where the type allows it.
/// That of a key depends on nothing but the type and the number.
fn counted(field: &Field, number: u8) -> Value {
    value(&field.ty, number)
}

fn value(ty: &FieldType, number: u8) -> Value {
    let count = i64::from(number) + 1;
    match ty {
        FieldType::Bool => Value::Bool(number.is_multiple_of(2)),
        FieldType::I8 | FieldType::I16 | FieldType::I32 | FieldType::I64 | FieldType::I128 => {
            Value::Int(count.into())
        }
        FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 | FieldType::U128 => {
            Value::Uint(number.into())
        }
        FieldType::F32 => Value::F32(number.into()),
        FieldType::F64 => Value::F64(number.into()),
        FieldType::String => Value::String(format!("text {count}")),
        FieldType::Bytes => Value::Bytes(vec![number]),
        FieldType::Id => Value::Id(uuid::Uuid::from_u128(number.into())),
        // Late enough that no row expires.
        FieldType::Timestamp => {
            Value::Timestamp(Timestamp::from_micros(4_000_000_000_000_000 + count).unwrap())
        }
        FieldType::Json => Value::Json(json!({ "count": count })),
        FieldType::Date => Value::from_json(ty, &json!(format!("2020-01-0{count}"))).unwrap(),
        FieldType::Enum(variants) => {
            Value::Enum(variants[usize::from(number) % variants.len()].clone())
        }
        FieldType::Vec(element) => Value::Vec(vec![value(element, number)]),
    }
}
