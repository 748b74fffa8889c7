//! A value of a field from what was typed.

use prost_reflect::{
    DynamicMessage, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, Kind, MapKey,
    MessageDescriptor, Value, prost::bytes::Bytes,
};

use crate::{human, json};

/// How a field's value is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `true` or `false`, or nothing behind the flag.
    Bool,
    /// A number, whose name says which.
    Number(&'static str),
    /// As it stands.
    Text,
    /// As it stands, or from a file.
    Bytes,
    /// One of the enum's values.
    Enum,
    /// RFC 3339.
    Timestamp,
    /// `1h30m`.
    Duration,
    /// Names of fields with commas between.
    FieldMask,
    /// The flag alone: the message has no fields.
    Empty,
    /// As JSON, or from a file.
    Json,
}

impl Form {
    /// The form of values of a kind.
    pub(crate) fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool,
            Kind::Double | Kind::Float => Self::Number("NUMBER"),
            Kind::Int32
            | Kind::Int64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Sfixed32
            | Kind::Sfixed64 => Self::Number("INTEGER"),
            Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => Self::Number("COUNT"),
            Kind::String => Self::Text,
            Kind::Bytes => Self::Bytes,
            Kind::Enum(_) => Self::Enum,
            Kind::Message(message) => Self::of_message(message),
        }
    }

    fn of_message(message: &MessageDescriptor) -> Self {
        match message.full_name() {
            "google.protobuf.Timestamp" => Self::Timestamp,
            "google.protobuf.Duration" => Self::Duration,
            "google.protobuf.FieldMask" => Self::FieldMask,
            _ if message.fields().len() == 0 => Self::Empty,
            _ => wrapped(message).map_or(Self::Json, |field| Self::of(&field.kind())),
        }
    }

    /// What help calls such a value.
    pub(crate) fn value_name(self) -> &'static str {
        match self {
            Self::Bool | Self::Empty => "BOOL",
            Self::Number(name) => name,
            Self::Text => "TEXT",
            Self::Bytes => "TEXT|@FILE",
            Self::Enum => "VALUE",
            Self::Timestamp => "TIME",
            Self::Duration => "DURATION",
            Self::FieldMask => "FIELDS",
            Self::Json => "JSON|@FILE",
        }
    }
}

/// The only field of a wrapper such as `google.protobuf.Int64Value`.
pub(crate) fn wrapped(message: &MessageDescriptor) -> Option<FieldDescriptor> {
    let name = message.full_name().strip_prefix("google.protobuf.")?;
    let base = name.strip_suffix("Value").filter(|base| {
        let known = [
            "Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes",
        ];
        known.contains(base)
    });
    base.and_then(|_| message.get_field(1))
}

/// The messages that have a form of their own instead of flags for their fields.
pub(crate) fn is_well_known(message: &MessageDescriptor) -> bool {
    message.full_name().starts_with("google.protobuf.")
}

/// Reads a value; `@` has been resolved.
///
/// # Errors
/// Says what was expected and found.
pub(crate) fn parse(kind: &Kind, bytes: Vec<u8>) -> Result<Value, String> {
    if let Kind::Bytes = kind {
        return Ok(Value::Bytes(Bytes::from(bytes)));
    }
    if let Kind::Message(desc) = kind
        && let Some(field) = wrapped(desc)
        && field.kind() == Kind::Bytes
    {
        return wrap(desc, &field, Value::Bytes(Bytes::from(bytes))).map(Value::Message);
    }
    let text = String::from_utf8(bytes).map_err(|_| "expected text in UTF-8".to_owned())?;
    scalar(kind, &text)
}

fn scalar(kind: &Kind, text: &str) -> Result<Value, String> {
    Ok(match kind {
        Kind::Double => Value::F64(number(text, "a number")?),
        Kind::Float => Value::F32(number(text, "a number")?),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            Value::I32(number(text, "a whole number from -2^31 to 2^31-1")?)
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            Value::I64(number(text, "a whole number from -2^63 to 2^63-1")?)
        }
        Kind::Uint32 | Kind::Fixed32 => {
            Value::U32(number(text, "a whole number from 0 to 2^32-1")?)
        }
        Kind::Uint64 | Kind::Fixed64 => {
            Value::U64(number(text, "a whole number from 0 to 2^64-1")?)
        }
        Kind::Bool => Value::Bool(number(text, "true or false")?),
        Kind::String => Value::String(text.to_owned()),
        Kind::Bytes => Value::Bytes(Bytes::from(text.as_bytes().to_vec())),
        Kind::Enum(desc) => Value::EnumNumber(enum_value(desc, text)?.number()),
        Kind::Message(desc) => Value::Message(message(desc, text)?),
    })
}

fn number<T: std::str::FromStr>(text: &str, expected: &str) -> Result<T, String> {
    let parsed = text.parse();
    parsed.map_err(|_| format!("expected {expected}, found `{text}`"))
}

fn message(desc: &MessageDescriptor, text: &str) -> Result<DynamicMessage, String> {
    match Form::of_message(desc) {
        Form::Timestamp => {
            let at: prost_types::Timestamp = number(text, "a time such as 2026-05-01T12:00:00Z")?;
            span(desc, (at.seconds, at.nanos))
        }
        Form::Duration => span(desc, human::parse_duration(text)?),
        Form::FieldMask => field_mask(desc, text),
        Form::Empty => match text {
            "true" => Ok(DynamicMessage::new(desc.clone())),
            _ => Err(format!("expected no value, found `{text}`")),
        },
        Form::Json => json::read(desc, text.as_bytes()),
        _ => match wrapped(desc) {
            Some(field) => wrap(desc, &field, scalar(&field.kind(), text)?),
            None => json::read(desc, text.as_bytes()),
        },
    }
}

/// A timestamp or a duration.
fn span(desc: &MessageDescriptor, (seconds, nanos): human::Span) -> Result<DynamicMessage, String> {
    let mut message = DynamicMessage::new(desc.clone());
    let parts = [
        ("seconds", Value::I64(seconds)),
        ("nanos", Value::I32(nanos)),
    ];
    for (field, value) in parts {
        message
            .try_set_field_by_name(field, value)
            .map_err(|_| format!("`{}` has no field `{field}`", desc.full_name()))?;
    }
    Ok(message)
}

fn field_mask(desc: &MessageDescriptor, text: &str) -> Result<DynamicMessage, String> {
    let paths = text
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty());
    let paths = paths.map(|path| Value::String(path.to_owned())).collect();
    let mut message = DynamicMessage::new(desc.clone());
    message
        .try_set_field_by_name("paths", Value::List(paths))
        .map_err(|_| format!("`{}` has no field `paths`", desc.full_name()))?;
    Ok(message)
}

fn wrap(
    desc: &MessageDescriptor,
    field: &FieldDescriptor,
    value: Value,
) -> Result<DynamicMessage, String> {
    let mut message = DynamicMessage::new(desc.clone());
    message
        .try_set_field(field, value)
        .map_err(|error| error.to_string())?;
    Ok(message)
}

/// A key of a map.
///
/// # Errors
/// Says what was expected and found.
pub(crate) fn map_key(kind: &Kind, text: &str) -> Result<MapKey, String> {
    let key = scalar(kind, text)?.into_map_key();
    key.ok_or_else(|| format!("`{text}` is no key of a map"))
}

/// The words for the values of an enum: each in kebab-case and without the name
/// of the enum, and its full name.
pub(crate) fn enum_words(desc: &EnumDescriptor) -> Vec<(String, EnumValueDescriptor)> {
    use heck::ToShoutySnakeCase;
    let prefix = desc.name().to_shouty_snake_case() + "_";
    let word = |value: EnumValueDescriptor| {
        let name = value.name();
        let short = name
            .strip_prefix(&prefix)
            .filter(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()));
        let word = short.unwrap_or(name).to_lowercase().replace('_', "-");
        (word, value)
    };
    let mut words: Vec<_> = desc.values().map(word).collect();
    // Words that differ in nothing but their case are none.
    let all: Vec<String> = words.iter().map(|(word, _)| word.clone()).collect();
    for (word, value) in &mut words {
        if all.iter().filter(|other| *other == word).count() > 1 {
            value.name().clone_into(word);
        }
    }
    words
}

fn enum_value(desc: &EnumDescriptor, text: &str) -> Result<EnumValueDescriptor, String> {
    let words = enum_words(desc);
    let found = words
        .iter()
        .find(|(word, value)| word == text || value.name() == text);
    found.map(|(_, value)| value.clone()).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| word.as_str()).collect();
        let words = words.join(", ");
        format!("expected one of {words}, found `{text}`")
    })
}
