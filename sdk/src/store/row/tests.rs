//! The bytes of rows, good and bad.

use proptest::prelude::*;
use sdk_schema::{Field, FieldType, Name, Value};

use super::*;
use crate::store::layout::LayoutField;

fn field(name: &str, ty: FieldType, nullable: bool) -> Field {
    let mut field = Field::new(name.parse().expect("a name"), ty);
    field.nullable = nullable;
    field
}

fn layout(number: u16, fields: &[Field]) -> Layout {
    let field = |(number, field): (u16, &Field)| LayoutField {
        number,
        name: field.name.clone(),
        ty: field.ty.clone(),
        nullable: field.nullable,
    };
    Layout::new(number, (1..).zip(fields).map(field).collect())
}

fn encode(layout: &Layout, fields: &[Field], values: &[Value]) -> Vec<u8> {
    let mut out = FieldWriter::new(layout, Vec::new());
    for (position, (field, value)) in fields.iter().zip(values).enumerate() {
        out.at(position);
        dynamic::encode(field, value, &mut out).expect("a value of the field");
    }
    out.finish().expect("a row")
}

fn decode(layout: &Layout, row: &[u8]) -> Result<Vec<Value>, DecodeError> {
    let view = RowView::new(row, layout)?;
    let read = |position| view.field(position).and_then(dynamic::decode);
    (0..layout.fields.len()).map(read).collect()
}

/// A list of words, a word that may be null, a number that may be null, a number.
fn some_fields() -> Vec<Field> {
    vec![
        field("words", FieldType::Vec(Box::new(FieldType::String)), false),
        field("word", FieldType::String, true),
        field("small", FieldType::I16, true),
        field("large", FieldType::U64, false),
    ]
}

fn some_values() -> Vec<Value> {
    let text = |text: &str| Value::String(text.to_owned());
    vec![
        Value::Vec(vec![text("ab"), text(""), text("c")]),
        text("Z"),
        Value::Null,
        Value::Uint(258),
    ]
}

/// The bytes in groups, as the format page shows them.
fn hex(row: &[u8], groups: &[usize]) -> String {
    let mut rest = row;
    let mut lines = Vec::new();
    for group in groups {
        let (head, tail) = rest.split_at(*group);
        lines.push(
            head.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .join(" "),
        );
        rest = tail;
    }
    assert!(rest.is_empty(), "{rest:02x?}");
    lines.join("\n")
}

#[test]
fn a_row_has_the_bytes_of_the_format_page() {
    let fields = some_fields();
    let row = encode(&layout(3, &fields), &fields, &some_values());
    // layout, null bitmap, `small` and `large`, two ends; then the list: its
    // count, three ends, its words; then `word`.
    insta::assert_snapshot!(hex(&row, &[2, 1, 2, 8, 2, 2, 4, 4, 4, 4, 3, 1]), @"
    03 00
    02
    00 00
    02 01 00 00 00 00 00 00
    13 00
    14 00
    03 00 00 00
    02 00 00 00
    02 00 00 00
    03 00 00 00
    61 62 63
    5a
    ");
    assert_eq!(decode(&layout(3, &fields), &row).unwrap(), some_values());
}

#[test]
fn a_row_of_more_than_64_kib_has_wide_ends() {
    let fields = some_fields();
    let mut values = some_values();
    values[1] = Value::String("x".repeat(65_536));
    let row = encode(&layout(3, &fields), &fields, &values);
    insta::assert_snapshot!(hex(&row[..21], &[2, 1, 2, 8, 4, 4]), @"
    03 80
    02
    00 00
    02 01 00 00 00 00 00 00
    13 00 00 00
    13 00 01 00
    ");
    assert_eq!(layout_number(&row), Ok(3));
    assert_eq!(decode(&layout(3, &fields), &row).unwrap(), values);
}

fn check_refused(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let fields = some_fields();
    let mut row = encode(&layout(3, &fields), &fields, &some_values());
    change(&mut row);
    decode(&layout(3, &fields), &row).unwrap_err().to_string()
}

#[test]
fn lengths_that_lie_are_errors() {
    insta::assert_snapshot!(check_refused(|row| row.truncate(1)), @"1 bytes found where 2 are needed");
    insta::assert_snapshot!(check_refused(|row| row.truncate(10)), @"10 bytes found where 17 are needed");
    insta::assert_snapshot!(check_refused(|row| row.truncate(30)), @"13 bytes found where 20 are needed");
    insta::assert_snapshot!(check_refused(|row| row.push(0)), @"1 bytes follow the last value");
    insta::assert_snapshot!(check_refused(|row| row[13] = 200), @"the offset 200 is not between 0 and 20");
    insta::assert_snapshot!(check_refused(|row| row[17] = 200), @"15 bytes found where 800 are needed");
    insta::assert_snapshot!(check_refused(|row| row[21] = 3), @"the offset 2 is not between 3 and 3");
    insta::assert_snapshot!(check_refused(|row| row[33] = 0xff), @"invalid utf-8 sequence of 1 bytes from index 0 is not string");
}

#[test]
fn a_value_of_another_shape_than_its_field_is_refused() {
    let fields = some_fields();
    let layout = layout(0, &fields);
    let check = |position: usize, write: &dyn Fn(&mut FieldWriter<'_>)| {
        let mut out = FieldWriter::new(&layout, Vec::new());
        for (at, (field, value)) in fields.iter().zip(&some_values()).enumerate() {
            out.at(at);
            if at == position {
                write(&mut out);
            } else {
                dynamic::encode(field, value, &mut out).expect("a value of the field");
            }
        }
        assert_eq!(out.finish(), Err(EncodeFault::Shape { position }));
    };
    check(3, &|out| out.fixed([1, 2]));
    check(3, &|out| out.variable(b"text"));
    check(3, &|out| out.null());
    check(1, &|out| out.list(&[1_u8], |item, out| out.fixed([*item])));
    check(0, &|out| out.list(&[1_u8], |item, out| out.fixed([*item])));

    let unwritten = FieldWriter::new(&layout, Vec::new()).finish();
    assert!(matches!(unwritten, Err(EncodeFault::Shape { .. })));
}

/// A type of any kind, with a value of it.
fn a_value() -> impl Strategy<Value = (FieldType, Value)> {
    let name = |text: &str| -> Name { text.parse().expect("a name") };
    let colours = FieldType::Enum(vec![name("red"), name("blue")]);
    prop_oneof![
        any::<bool>().prop_map(|v| (FieldType::Bool, Value::Bool(v))),
        any::<i8>().prop_map(|v| (FieldType::I8, Value::Int(v.into()))),
        any::<i128>().prop_map(|v| (FieldType::I128, Value::Int(v))),
        any::<u32>().prop_map(|v| (FieldType::U32, Value::Uint(v.into()))),
        any::<i32>().prop_map(|v| (FieldType::F64, Value::F64(f64::from(v) / 8.0))),
        ".{0,9}".prop_map(|v| (FieldType::String, Value::String(v))),
        any::<Vec<u8>>().prop_map(|v| (FieldType::Bytes, Value::Bytes(v))),
        any::<u128>().prop_map(|v| (FieldType::Id, Value::Id(uuid::Uuid::from_u128(v)))),
        any::<bool>().prop_map(move |v| {
            let variant = if v { name("red") } else { name("blue") };
            (colours.clone(), Value::Enum(variant))
        }),
        prop::collection::vec(any::<i16>(), 0..4).prop_map(|v| {
            let items = v.into_iter().map(|v| Value::Int(v.into())).collect();
            (FieldType::Vec(Box::new(FieldType::I16)), Value::Vec(items))
        }),
        prop::collection::vec(".{0,3}", 0..4).prop_map(|v| {
            let items = v.into_iter().map(Value::String).collect();
            (
                FieldType::Vec(Box::new(FieldType::String)),
                Value::Vec(items),
            )
        }),
    ]
}

type Cells = Vec<((FieldType, Value), bool, bool)>;

/// Fields with their values; a nullable one may be null.
fn split(cells: &Cells) -> (Vec<Field>, Vec<Value>) {
    let cell =
        |(number, ((ty, value), nullable, null)): (usize, &((FieldType, Value), bool, bool))| {
            let field = field(&format!("f{number}"), ty.clone(), *nullable);
            let is_null = *nullable && *null;
            (field, if is_null { Value::Null } else { value.clone() })
        };
    cells.iter().enumerate().map(cell).unzip()
}

fn cells() -> impl Strategy<Value = Cells> {
    prop::collection::vec((a_value(), any::<bool>(), any::<bool>()), 1..12)
}

proptest! {
    #[test]
    fn what_is_written_is_read(cells in cells(), number in 0_u16..WIDE) {
        let (fields, values) = split(&cells);
        let layout = layout(number, &fields);
        let row = encode(&layout, &fields, &values);
        prop_assert_eq!(layout_number(&row), Ok(number));
        prop_assert_eq!(decode(&layout, &row).unwrap(), values);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(cells in cells(), row: Vec<u8>, at: usize, byte: u8, cut: usize) {
        let (fields, values) = split(&cells);
        let layout = layout(0, &fields);
        // Any result will do: only a panic fails.
        let _ = decode(&layout, &row);
        let mut changed = encode(&layout, &fields, &values);
        let length = changed.len();
        changed[at % length] = byte;
        let _ = decode(&layout, &changed);
        let _ = decode(&layout, &changed[..cut % length]);
    }
}
