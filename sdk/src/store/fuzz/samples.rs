//! Every field type, and values of each that have been trouble elsewhere: ends
//! of ranges, NUL bytes, prefixes of each other, floats that are not numbers.

use sdk_schema::{FieldType, Value};
use serde_json::{Value as Json, json};

/// The types of values that stand by themselves, and of lists of them.
pub(in crate::store) fn types() -> Vec<FieldType> {
    let mut types = orderable();
    types.push(FieldType::Json);
    let lists = types.iter().map(|ty| FieldType::Vec(Box::new(ty.clone())));
    let lists: Vec<_> = lists.collect();
    types.extend(lists);
    types
}

/// The types that can be in a key.
pub(in crate::store) fn orderable() -> Vec<FieldType> {
    let words = FieldType::words().filter_map(FieldType::from_word);
    let mut types: Vec<_> = words.filter(FieldType::is_orderable).collect();
    types.push(FieldType::Enum(
        ["calm", "angry", "asleep"]
            .map(|name| name.parse().expect("a name"))
            .into(),
    ));
    types
}

/// Some values of a type, none of them null.
pub(in crate::store) fn values(ty: &FieldType) -> Vec<Value> {
    if let FieldType::Vec(element) = ty {
        let all = values(element);
        let lists = [vec![], all[..1].to_vec(), all];
        return lists.map(Value::Vec).into();
    }
    let value = |json: &Json| Value::from_json(ty, json).expect("a value of the type");
    spelled(ty).iter().map(value).collect()
}

fn spelled(ty: &FieldType) -> Vec<Json> {
    match ty {
        FieldType::Bool => vec![json!(false), json!(true)],
        FieldType::I8 => vec![
            json!(i8::MIN),
            json!(-1),
            json!(0),
            json!(1),
            json!(i8::MAX),
        ],
        FieldType::I16 => vec![json!(i16::MIN), json!(-1), json!(0), json!(i16::MAX)],
        FieldType::I32 => vec![json!(i32::MIN), json!(-1), json!(0), json!(i32::MAX)],
        FieldType::I64 => vec![json!(i64::MIN), json!(-1), json!(0), json!(i64::MAX)],
        FieldType::I128 => vec![
            json!(i128::MIN.to_string()),
            json!(-1),
            json!(0),
            json!(i128::MAX.to_string()),
        ],
        FieldType::U8 => vec![json!(0), json!(1), json!(u8::MAX)],
        FieldType::U16 => vec![json!(0), json!(255), json!(256), json!(u16::MAX)],
        FieldType::U32 => vec![json!(0), json!(65_536), json!(u32::MAX)],
        FieldType::U64 => vec![json!(0), json!(1), json!(u64::MAX)],
        FieldType::U128 => vec![json!(0), json!(1), json!(u128::MAX.to_string())],
        FieldType::F32 | FieldType::F64 => vec![
            json!("-Infinity"),
            json!(-1.5),
            json!(-0.0),
            json!(0.0),
            json!(1e-30),
            json!(2.5),
            json!("Infinity"),
            json!("NaN"),
        ],
        FieldType::String => vec![
            json!(""),
            json!("\0"),
            json!("a"),
            json!("a\0"),
            json!("a\0b"),
            json!("a\u{1}"),
            json!("ab"),
            json!("\u{10ffff}"),
        ],
        // The bytes 00, 00 ff, 00 ff 00, ff, ff ff and none.
        FieldType::Bytes => ["", "AA==", "AP8=", "AP8A", "/w==", "//8="]
            .map(Json::from)
            .into(),
        FieldType::Id => vec![
            json!("00000000-0000-0000-0000-000000000000"),
            json!("019aa1b0-5c00-7000-8000-000000000001"),
            json!("ffffffff-ffff-ffff-ffff-ffffffffffff"),
        ],
        FieldType::Timestamp => vec![
            json!("0001-01-01T00:00:00Z"),
            json!("1969-12-31T23:59:59.999999Z"),
            json!("2026-11-27T12:00:00.123456Z"),
            json!("9999-12-31T23:59:59.999999Z"),
        ],
        FieldType::Date => vec![
            json!("0001-01-01"),
            json!("1969-12-31"),
            json!("9999-12-31"),
        ],
        FieldType::Enum(variants) => variants.iter().map(|name| json!(name)).collect(),
        FieldType::Json => vec![
            json!({ "z": [1, null], "a": "\0" }),
            json!([]),
            json!("text"),
        ],
        FieldType::Vec(_) => Vec::new(),
    }
}
