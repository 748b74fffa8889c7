//! Options as they are written in protos.

use std::fmt::Write;

use prost_reflect::{DynamicMessage, Kind, MapKey, Value};

/// The options that are set, each with its name and its value.
pub(super) fn pairs(options: &DynamicMessage) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (field, found) in options.fields() {
        if field.name() == "uninterpreted_option" {
            continue;
        }
        let name = field.name().to_owned();
        pairs.extend(
            values(found, &field.kind())
                .into_iter()
                .map(|it| (name.clone(), it)),
        );
    }
    for (extension, found) in options.extensions() {
        let name = format!("({})", extension.full_name());
        let values = values(found, &extension.kind());
        pairs.extend(values.into_iter().map(|it| (name.clone(), it)));
    }
    pairs
}

/// One value, or each of a list.
fn values(found: &Value, kind: &Kind) -> Vec<String> {
    match found {
        Value::List(values) => values.iter().map(|value| text(value, kind)).collect(),
        value => vec![text(value, kind)],
    }
}

fn text(value: &Value, kind: &Kind) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F32(value) => float(f64::from(*value)),
        Value::F64(value) => float(*value),
        Value::String(value) => quoted(value.as_bytes()),
        Value::Bytes(value) => quoted(value),
        Value::EnumNumber(number) => match kind {
            Kind::Enum(desc) => desc
                .get_value(*number)
                .map_or_else(|| number.to_string(), |value| value.name().to_owned()),
            _ => number.to_string(),
        },
        Value::Message(message) => aggregate(message),
        // A list is written by its values, and an option is no map.
        Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// A message in braces.
fn aggregate(message: &DynamicMessage) -> String {
    let mut parts = Vec::new();
    for (field, found) in message.fields() {
        match (found, field.kind()) {
            (Value::Map(map), Kind::Message(entry)) => {
                let kind = entry.map_entry_value_field().kind();
                let mut entries: Vec<_> = map
                    .iter()
                    .map(|(key, value)| (map_key(key), text(value, &kind)))
                    .collect();
                entries.sort();
                parts.extend(entries.into_iter().map(|(key, value)| {
                    format!("{}: {{key: {key}, value: {value}}}", field.name())
                }));
            }
            (found, kind) => {
                let values = values(found, &kind).into_iter();
                parts.extend(values.map(|value| format!("{}: {value}", field.name())));
            }
        }
    }
    for (extension, found) in message.extensions() {
        let values = values(found, &extension.kind()).into_iter();
        parts.extend(values.map(|value| format!("[{}]: {value}", extension.full_name())));
    }
    format!("{{{}}}", parts.join(", "))
}

fn map_key(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => quoted(key.as_bytes()),
    }
}

fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    format!("{value:?}")
}

/// Bytes between quotes; what is no plain ASCII as octal escapes.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let escaped = bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "\\{byte:03o}");
            text
        });
        return format!("\"{escaped}\"");
    };
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '\n' => quoted.push_str("\\n"),
            letter if letter.is_control() => {
                for byte in letter.to_string().bytes() {
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
