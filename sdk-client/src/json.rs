//! Messages as JSON: the canonical mapping of proto3, with the fields' names as
//! the proto spells them, and 64-bit numbers as text.
//!
//! Reading accepts both spellings of names. Writing never fails: what has no
//! canonical form (a time out of range, an `Any` of an unknown type) is written
//! field by field.

use base64::{Engine, prelude::BASE64_STANDARD};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage,
    SerializeOptions, Value,
};
use serde_json::{Map, Value as Json};

use crate::{options, value};

/// What stands for a secret.
const SECRET: &str = "(secret)";

/// From here on, not every whole number is a double: 2^53.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Which fields are written, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether fields at their default are written, too.
    pub(crate) defaults: bool,
    /// Whether secrets are.
    pub(crate) secrets: bool,
    /// Whether values of enums are the words that flags take, rather than their names.
    pub(crate) words: bool,
    /// How many messages of any type are looked into, one inside of the other:
    /// each is decoded anew, so that no decoder counts them.
    pub(crate) depth: u8,
}

impl Style {
    /// All that there is to know, for programs.
    pub(crate) const DOCUMENT: Self = Self {
        defaults: true,
        secrets: true,
        words: false,
        depth: 16,
    };

    /// What is worth knowing, for people.
    pub(crate) const SHOWN: Self = Self {
        defaults: false,
        secrets: false,
        words: true,
        depth: 16,
    };
}

/// Reads a message.
///
/// # Errors
/// Says where it is none of that type.
pub(crate) fn read(desc: &MessageDescriptor, bytes: &[u8]) -> Result<DynamicMessage, String> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let message = DynamicMessage::deserialize(desc.clone(), &mut json);
    let message = message.and_then(|message| json.end().map(|()| message));
    message.map_err(|error| format!("expected JSON of a `{}`: {error}", desc.full_name()))
}

/// A message as a value.
pub(crate) fn of_message(message: &DynamicMessage, style: Style) -> Json {
    let desc = message.descriptor();
    if desc.full_name() == "google.protobuf.Any" {
        return any(message, style);
    }
    if value::is_well_known(&desc)
        && let Some(json) = canonical(message)
    {
        return json;
    }
    Json::Object(fields(message, style))
}

/// The fields of a message by their names.
fn fields(message: &DynamicMessage, style: Style) -> Map<String, Json> {
    let desc = message.descriptor();
    let shown = desc.fields().filter(|field| {
        let has_default = !field.supports_presence() && style.defaults;
        message.has_field(field) || has_default
    });
    let pairs = shown.map(|field| {
        (
            field.name().to_owned(),
            of_any_field(message, &field, style),
        )
    });
    pairs.collect()
}

/// The value of one field, if it is set.
pub(crate) fn field(
    message: &DynamicMessage,
    field: &FieldDescriptor,
    style: Style,
) -> Option<Json> {
    let is_set = message.has_field(field);
    is_set.then(|| of_any_field(message, field, style))
}

fn of_any_field(message: &DynamicMessage, field: &FieldDescriptor, style: Style) -> Json {
    if !style.secrets && options::is_secret(field) {
        return Json::from(SECRET);
    }
    let is_sent = message.has_field(field) || field.supports_presence();
    if !is_sent && matches!(field.kind(), Kind::Double | Kind::Float) && !field.is_list() {
        // It may be a zero below zero, which encoders take for the default.
        return Json::from(0);
    }
    of_field(&message.get_field(field), &field.kind(), style)
}

/// The value of a field of that kind.
fn of_field(found: &Value, kind: &Kind, style: Style) -> Json {
    match (found, kind) {
        (Value::List(values), _) => {
            let values = values.iter().map(|value| scalar(value, kind, style));
            values.collect()
        }
        (Value::Map(map), Kind::Message(entry)) if entry.is_map_entry() => {
            let kind = entry.map_entry_value_field().kind();
            let pair = |(key, value)| (map_key(key), scalar(value, &kind, style));
            let mut pairs: Vec<_> = map.iter().map(pair).collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            Json::Object(pairs.into_iter().collect())
        }
        (value, kind) => scalar(value, kind, style),
    }
}

fn scalar(found: &Value, kind: &Kind, style: Style) -> Json {
    match found {
        Value::Bool(value) => Json::from(*value),
        Value::I32(value) => Json::from(*value),
        Value::U32(value) => Json::from(*value),
        Value::I64(value) => Json::from(value.to_string()),
        Value::U64(value) => Json::from(value.to_string()),
        // By its own shortest digits, not by those of the nearest double.
        Value::F32(value) => float(value.to_string().parse().unwrap_or(f64::from(*value))),
        Value::F64(value) => float(*value),
        Value::String(value) => Json::from(value.as_str()),
        Value::Bytes(value) => Json::from(BASE64_STANDARD.encode(value)),
        Value::EnumNumber(number) => enum_value(*number, kind, style),
        Value::Message(message) => of_message(message, style),
        // These stand in no list and no map.
        Value::List(_) | Value::Map(_) => Json::Null,
    }
}

fn float(value: f64) -> Json {
    if value.is_nan() {
        return Json::from("NaN");
    }
    if value.is_infinite() {
        return Json::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    whole(value).map_or_else(|| Json::from(value), Json::from)
}

/// A number without a fraction, as people and most programs write it: `3`, not `3.0`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it has no fraction, and a double holds each whole number of that size"
)]
fn whole(value: f64) -> Option<i64> {
    let is_whole = value.fract() == 0.0 && value.abs() < MAX_WHOLE;
    // A zero below zero has its sign in its fraction alone.
    let is_whole = is_whole && !(value == 0.0 && value.is_sign_negative());
    is_whole.then_some(value as i64)
}

fn enum_value(number: i32, kind: &Kind, style: Style) -> Json {
    match kind {
        Kind::Enum(desc) if desc.full_name() == "google.protobuf.NullValue" => Json::Null,
        Kind::Enum(desc) if style.words => {
            let words = value::enum_words(desc).into_iter();
            let mut words = words.filter(|(_, value)| value.number() == number);
            words
                .next()
                .map_or(Json::from(number), |(word, _)| Json::from(word))
        }
        Kind::Enum(desc) => desc
            .get_value(number)
            .map_or(Json::from(number), |value| Json::from(value.name())),
        _ => Json::from(number),
    }
}

fn map_key(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

/// One of the types of `google.protobuf` that have a form of their own.
fn canonical(message: &DynamicMessage) -> Option<Json> {
    let options = SerializeOptions::new().use_proto_field_name(true);
    let json = message.serialize_with_options(serde_json::value::Serializer, &options);
    let json = json.ok().map(without_fractions)?;
    let is_mask = message.descriptor().full_name() == "google.protobuf.FieldMask";
    (!is_mask || is_of(&json, message)).then_some(json)
}

/// Whether a message is what is read from its JSON. A mask has one text for all its paths,
/// from which a path that is empty cannot be told.
fn is_of(json: &Json, message: &DynamicMessage) -> bool {
    let read = DynamicMessage::deserialize(message.descriptor(), json);
    read.is_ok_and(|read| read == *message)
}

/// What has no fraction, without one.
fn without_fractions(json: Json) -> Json {
    match json {
        Json::Number(number) if number.is_f64() => number
            .as_f64()
            .map_or_else(|| Json::Number(number.clone()), float),
        Json::Array(list) => list.into_iter().map(without_fractions).collect(),
        Json::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (name, without_fractions(value)));
            Json::Object(fields.collect())
        }
        other => other,
    }
}

/// A message of any type, by its fields where the type is known.
fn any(message: &DynamicMessage, style: Style) -> Json {
    let text = |field| {
        let value = message.get_field_by_name(field)?;
        value.as_str().map(str::to_owned)
    };
    let url = text("type_url").unwrap_or_default();
    let value = message.get_field_by_name("value");
    let bytes = value.as_ref().and_then(|value| value.as_bytes());
    let bytes = bytes.map(AsRef::as_ref).unwrap_or_default();
    let mut pairs = Map::new();
    if url.is_empty() && bytes.is_empty() {
        return Json::Object(pairs);
    }
    let name = url.rsplit('/').next().unwrap_or_default();
    let desc = message.descriptor();
    let known = desc.parent_pool().get_message_by_name(name);
    let known = known.filter(|_| style.depth > 0);
    let style = Style {
        depth: style.depth.saturating_sub(1),
        ..style
    };
    let inner = known.and_then(|desc| DynamicMessage::decode(desc, bytes).ok());
    pairs.insert("@type".to_owned(), Json::from(url));
    match inner.map(|inner| (value::is_well_known(&inner.descriptor()), inner)) {
        Some((false, inner)) => pairs.extend(fields(&inner, style)),
        Some((true, inner)) => {
            pairs.insert("value".to_owned(), of_message(&inner, style));
        }
        None => {
            // No field has this name, so that nobody takes it for one.
            let bytes = BASE64_STANDARD.encode(bytes);
            pairs.insert("@value".to_owned(), Json::from(bytes));
        }
    }
    Json::Object(pairs)
}

/// The text of a document, in which nothing steers a terminal.
pub(crate) fn text(json: &Json, indented: bool) -> String {
    let text = if indented {
        format!("{json:#}")
    } else {
        json.to_string()
    };
    if !text.contains(is_loose) {
        return text;
    }
    // They stand inside of strings: JSON escapes all others itself.
    let escape = |letter: char| {
        let code = u32::from(letter);
        if is_loose(letter) {
            format!("\\u{code:04x}")
        } else {
            letter.to_string()
        }
    };
    text.chars().map(escape).collect()
}

fn is_loose(letter: char) -> bool {
    letter.is_control() && letter != '\n'
}
