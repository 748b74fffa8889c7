//! What a fuzzer calls: the row decoder, the key codec and the cursor, each with
//! bytes that anybody may have made.
//!
//! Each function panics when the code under it does, or when what was decoded
//! does not survive being encoded and decoded again. The tests run them on
//! mutated encodings for a fixed count; `make fuzz` runs them under libFuzzer
//! for as long as one likes.

pub(super) mod samples;

use std::sync::{Arc, LazyLock};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sdk_schema::{Field, FieldType, Row, Value};
use serde_json::{Value as Json, json};

use super::{
    catalogue::{Binding, StoredTable, raw::RawTable},
    cursor::Cursor,
    encode,
    key::{KeyReader, KeyWriter, after_prefix, dynamic as key_part},
    layout::Layout,
    query::Query,
    row::{FieldWriter, RowReader, RowView, dynamic},
    trees::TreeId,
};

/// Reads bytes as a row.
///
/// # Panics
/// When the decoder does, or what it read is another row once it is written.
pub fn row(bytes: &[u8]) {
    let table = &*TABLE;
    let Ok(view) = table.view(bytes) else { return };
    for position in 0..view.layout().fields.len() {
        let _ = view.field(position).and_then(dynamic::decode);
    }
    for index in table.indexes() {
        let _ = table.entries(index, b"key", &view);
    }
    let _ = table.key_of(&view);
    if let Ok(row) = read(table, view) {
        check_round_trip(table, &row);
    }
}

fn read(table: &StoredTable, row: RowView<'_>) -> Result<Row, super::DecodeError> {
    RowReader::new(row, table.plan(&row), table.fields()).dynamic()
}

fn check_round_trip(table: &Arc<StoredTable>, row: &Row) {
    let encode = |row: &Row| {
        let values: Vec<_> = row.iter().map(|(_, value)| value.clone()).collect();
        encode::values(table, &values).expect("what was read fits its table")
    };
    let written = encode(row);
    let again: Row = Binding::of_table(table)
        .read::<Row>(b"key", &written)
        .expect("what was written is read");
    // As text, of which a NaN is equal to itself.
    assert_eq!(again.to_json().to_string(), row.to_json().to_string());
    assert_eq!(encode(&again), written);
}

/// Reads bytes as the values of each type in a key, and as keys and entries.
///
/// # Panics
/// When the codec does, or what it read is another value once it is written.
pub fn key(bytes: &[u8]) {
    let table = &*TABLE;
    for field in table
        .fields()
        .iter()
        .filter(|field| field.ty.is_orderable())
    {
        check_key_part(field, bytes);
    }
    let _ = table.key_values(bytes);
    let _ = table.key_text(bytes);
    for index in table.indexes() {
        let _ = table.key_of_entry(index, bytes, bytes);
    }
    if let Some(after) = after_prefix(bytes) {
        let longest = [bytes, &[u8::MAX; 4]].concat();
        assert!(
            after.as_slice() > longest.as_slice(),
            "{after:02x?} is not after {longest:02x?}"
        );
    }
}

fn check_key_part(field: &Field, bytes: &[u8]) {
    let (mut reader, mut skipper) = (KeyReader::new(bytes), KeyReader::new(bytes));
    let value = key_part::decode(field, &mut reader);
    let passed = key_part::skip(field, &mut skipper);
    let Ok(value) = value else { return };
    passed.expect("what can be read can be passed over");
    assert_eq!(reader.rest(), skipper.rest(), "{field:?}");
    let mut out = KeyWriter::new();
    key_part::encode(field, &value, &mut out).expect("what was read fits its field");
    let written = out.into_bytes();
    let used = &bytes[..bytes.len() - reader.rest().len()];
    // Of floats there are bytes that the writer does not write: other NaNs, a
    // second zero.
    let is_float = matches!(field.ty, FieldType::F32 | FieldType::F64);
    assert!(
        is_float || *written == *used,
        "{field:?}: {written:02x?} of {used:02x?}"
    );
    let again = key_part::decode(field, &mut KeyReader::new(&written));
    let again = again.expect("what was written is read");
    let mut out = KeyWriter::new();
    key_part::encode(field, &again, &mut out).expect("what was read fits its field");
    assert_eq!(out.into_bytes(), written, "{field:?}");
}

/// Reads bytes as a cursor, as text and as what the text stands for, and goes on
/// from it.
///
/// # Panics
/// When that does, or the cursor is another one once it is written.
pub fn cursor(bytes: &[u8]) {
    let texts = [
        String::from_utf8_lossy(bytes).into_owned(),
        BASE64_URL_SAFE_NO_PAD.encode(bytes),
    ];
    for cursor in texts.iter().filter_map(|text| text.parse::<Cursor>().ok()) {
        let again = cursor.to_string().parse();
        assert_eq!(again.as_ref(), Ok(&cursor));
        for reverse in [false, true] {
            let mut query = Query::default();
            query.after = Some(cursor.clone());
            query.reverse = reverse;
            let range = query
                .access(&TABLE)
                .and_then(|access| query.key_range(&TABLE, access));
            let _ = range.map(|range| range.is_empty());
        }
    }
}

/// Encodings to begin with: rows of both layouts, keys, cursors.
pub fn seeds() -> Vec<Vec<u8>> {
    let table = &*TABLE;
    let layouts = table.raw().layouts.iter().cloned();
    let layouts = (0..)
        .zip(layouts)
        .map(|(number, fields)| Layout::new(number, fields));
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for layout in layouts {
        seeds.extend((0..8).map(|choice| seed_row(&layout, choice)));
    }
    for field in table
        .fields()
        .iter()
        .filter(|field| field.ty.is_orderable())
    {
        for value in samples::values(&field.ty) {
            let mut out = KeyWriter::new();
            key_part::encode(field, &value, &mut out).expect("a value of the type");
            let key = out.into_bytes().to_vec();
            seeds.push(Cursor::new(TreeId::Rows(1), &key).to_string().into_bytes());
            seeds.push(key);
        }
    }
    seeds
}

/// A row in which each field has another one of its values.
fn seed_row(layout: &Layout, choice: usize) -> Vec<u8> {
    let mut out = FieldWriter::new(layout, Vec::new());
    for (position, stored) in layout.fields.iter().enumerate() {
        out.at(position);
        let mut field = Field::new(stored.name.clone(), stored.ty.clone());
        field.nullable = stored.nullable;
        let mut values = samples::values(&field.ty);
        values.extend(field.nullable.then_some(Value::Null));
        let value = &values[(choice + position) % values.len()];
        dynamic::encode(&field, value, &mut out).expect("a value of the type");
    }
    out.finish().expect("a row")
}

/// The table whose rows are read: every type, not null and nullable, in two
/// layouts, the older one of which lacks a field, has one that was dropped, and
/// has narrower types.
static TABLE: LazyLock<Arc<StoredTable>> = LazyLock::new(|| Arc::new(table()));

fn table() -> StoredTable {
    let mut fields = vec![json!({ "number": 1, "name": "key", "type": "u16" })];
    for ty in samples::types() {
        for nullable in [false, true] {
            let number = fields.len() + 1;
            let name = format!("f{number}");
            fields
                .push(json!({ "number": number, "name": name, "type": ty, "nullable": nullable }));
        }
    }
    let old = older(&fields);
    let newest = fields.clone();
    let late = json!({ "name": "late", "type": "string", "default": "then" });
    let late_number = fields.len() + 2;
    fields.push(late);
    let mut numbers: Vec<_> = (1..fields.len()).collect();
    numbers.push(late_number);
    let declared: Vec<_> = fields.iter().cloned().map(without_number).collect();
    let [text, maybe_text, whole, small] = [("string", 0), ("string", 1), ("i64", 0), ("bool", 1)]
        .map(|(ty, nullable)| numbered(&fields, ty, nullable));
    let mut newest = newest;
    newest.push(json!({ "number": late_number, "name": "late", "type": "string" }));
    let raw = json!({
        "id": 1,
        "module": "fuzz",
        "folded": {
            "table": {
                "name": "every",
                "key": ["key", format!("f{text}")],
                "fields": declared,
                "indexes": [],
            },
            "numbers": numbers,
            "next_number": late_number + 1,
        },
        "layouts": [old, newest],
        "absent": { late_number.to_string(): "then" },
        "indexes": [
            { "id": 2, "fields": [text, maybe_text], "unique": true },
            { "id": 3, "fields": [whole, small] },
        ],
    });
    let raw: RawTable = serde_json::from_value(raw).expect("a table of the catalogue");
    StoredTable::new(raw).expect("its parts fit each other")
}

/// A layout with narrower types, and with a field that the table has no more.
fn older(fields: &[Json]) -> Vec<Json> {
    let narrowed = fields.iter().map(|field| {
        let mut field = field.clone();
        let narrower = match field["type"].as_str() {
            Some("i128") => "u64",
            Some("i64") => "i8",
            Some("u128") => "u8",
            Some("f64") => "f32",
            _ => return field,
        };
        field["type"] = narrower.into();
        field
    });
    let mut old: Vec<_> = narrowed.collect();
    let number = old.len() + 1;
    old.push(json!({ "number": number, "name": "gone", "type": "string", "nullable": true }));
    old
}

/// The number of the field of a type; the nullable one follows the other.
fn numbered(fields: &[Json], ty: &str, further: usize) -> usize {
    let position = fields.iter().position(|field| field["type"] == ty);
    position.map_or(1, |position| position + 1 + further)
}

fn without_number(mut field: Json) -> Json {
    if let Some(field) = field.as_object_mut() {
        field.remove("number");
    }
    field
}
