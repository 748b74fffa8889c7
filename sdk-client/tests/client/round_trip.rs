//! Any message survives being typed: as flags, and as JSON.

use proptest::prelude::*;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, SerializeOptions, Value,
    prost::{Message, bytes::Bytes},
};
use serde_json::Value as Json;

use crate::descriptors::{Memory, calls, message};

/// Random bytes that decide what a message has; when they are used up, it has
/// nothing more.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    fn number(&mut self) -> u64 {
        // Small numbers and large ones.
        let bytes = usize::from(self.byte() % 9);
        (0..bytes).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    fn text(&mut self) -> String {
        const LETTERS: [char; 12] = [
            'a', 'Z', '0', ' ', '=', '@', '-', '"', 'ä', '\n', '\u{9b}', '🦀',
        ];
        let length = self.byte() % 5;
        let letters = (0..length).map(|_| LETTERS[usize::from(self.byte()) % LETTERS.len()]);
        letters.collect()
    }

    fn message(&mut self, desc: &MessageDescriptor, depth: u8) -> DynamicMessage {
        let mut message = DynamicMessage::new(desc.clone());
        match desc.full_name() {
            "google.protobuf.Timestamp" => {
                let seconds = self.number() % 253_402_300_799;
                message.set_field_by_name("seconds", Value::I64(seconds.cast_signed()));
                let nanos = i32::from(self.byte()) * 1_000;
                message.set_field_by_name("nanos", Value::I32(nanos));
            }
            "google.protobuf.Duration" => {
                let sign = if self.byte() < 128 { 1 } else { -1 };
                let seconds = (self.number() % 315_576_000_000).cast_signed();
                message.set_field_by_name("seconds", Value::I64(sign * seconds));
                let nanos = i32::from(self.byte()) * 1_000;
                let sign = if sign < 0 { -1 } else { 1 };
                message.set_field_by_name("nanos", Value::I32(sign * nanos));
            }
            "google.protobuf.FieldMask" => {
                let paths = ["name", "at.latitude"].map(|path| Value::String(path.to_owned()));
                message.set_field_by_name("paths", Value::List(paths.into()));
            }
            // As JSON: these have rules of their own.
            "google.protobuf.Struct" => {
                let json = serde_json::json!({ "a": [self.byte(), null, self.text()] });
                return DynamicMessage::deserialize(desc.clone(), json).unwrap();
            }
            "google.protobuf.Value" => {
                let json = Json::from(self.text());
                return DynamicMessage::deserialize(desc.clone(), json).unwrap();
            }
            "google.protobuf.Any" => {
                let json = serde_json::json!({
                    "@type": "type.googleapis.com/shop.v1.Point", "latitude": self.byte(),
                });
                return DynamicMessage::deserialize(desc.clone(), json).unwrap();
            }
            _ => self.fields(&mut message, depth),
        }
        message
    }

    fn fields(&mut self, message: &mut DynamicMessage, depth: u8) {
        for field in message.descriptor_fields() {
            let wanted = self.byte() % 3 == 1;
            if wanted && depth > 0 {
                let value = self.field(&field, depth - 1);
                message.set_field(&field, value);
            }
        }
    }

    fn field(&mut self, field: &FieldDescriptor, depth: u8) -> Value {
        let length = usize::from(1 + self.byte() % 3);
        match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                let [key, value] = [entry.map_entry_key_field(), entry.map_entry_value_field()];
                let pairs = (0..length).map(|_| {
                    let key = match self.value(&key.kind(), depth) {
                        // What is before the `=` is the key.
                        Value::String(key) => MapKey::String(key.replace('=', "")),
                        other => other.into_map_key().unwrap(),
                    };
                    (key, self.value(&value.kind(), depth))
                });
                Value::Map(pairs.collect())
            }
            kind if field.is_list() => {
                Value::List((0..length).map(|_| self.value(&kind, depth)).collect())
            }
            kind => self.value(&kind, depth),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "any number will do"
    )]
    fn value(&mut self, kind: &Kind, depth: u8) -> Value {
        let number = self.number();
        match kind {
            Kind::Double => {
                Value::F64([number as f64 / 7.0, f64::INFINITY, -0.5][number as usize % 3])
            }
            Kind::Float => {
                Value::F32([number as f32 / 7.0, f32::NEG_INFINITY, 0.1][number as usize % 3])
            }
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(number as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(number.cast_signed()),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(number as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(number),
            Kind::Bool => Value::Bool(number % 2 == 1),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes(Bytes::from(self.text())),
            Kind::Enum(desc) => {
                let values: Vec<_> = desc.values().collect();
                Value::EnumNumber(values[number as usize % values.len()].number())
            }
            Kind::Message(desc) => Value::Message(self.message(desc, depth)),
        }
    }
}

/// The fields of a message, apart from it.
trait Fields {
    fn descriptor_fields(&self) -> Vec<FieldDescriptor>;
}

impl Fields for DynamicMessage {
    fn descriptor_fields(&self) -> Vec<FieldDescriptor> {
        prost_reflect::ReflectMessage::descriptor(self)
            .fields()
            .collect()
    }
}

fn json_of(message: &DynamicMessage) -> Json {
    let options = SerializeOptions::new().use_proto_field_name(true);
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        .unwrap()
}

/// The words that a person would type for a message.
fn typed(message: &DynamicMessage, above: &str, words: &mut Vec<String>) {
    for field in message.descriptor_fields() {
        if !message.has_field(&field) {
            continue;
        }
        let name = field.name().replace('_', "-");
        let flag = match (above, name.as_str()) {
            ("", "json") => "request.json".to_owned(),
            ("", name) => name.to_owned(),
            (above, name) => format!("{above}.{name}"),
        };
        let value = message.get_field(&field);
        match &*value {
            Value::List(values) => {
                words.extend(
                    values
                        .iter()
                        .map(|value| format!("--{flag}={}", text(value, &field.kind()))),
                );
            }
            Value::Map(map) => {
                let Kind::Message(entry) = field.kind() else {
                    unreachable!()
                };
                let kind = entry.map_entry_value_field().kind();
                words.extend(map.iter().map(|(key, value)| {
                    let key = text(
                        &Value::from(key.clone()),
                        &entry.map_entry_key_field().kind(),
                    );
                    format!("--{flag}={key}={}", text(value, &kind))
                }));
            }
            Value::Message(inner) if has_flags(inner, &field) => {
                typed(inner, &flag, words);
            }
            value => words.push(format!("--{flag}={}", text(value, &field.kind()))),
        }
    }
}

/// Whether the fields of a message have flags, rather than the message itself.
fn has_flags(inner: &DynamicMessage, field: &FieldDescriptor) -> bool {
    let Kind::Message(desc) = field.kind() else {
        return false;
    };
    let contains_itself = desc == *field.parent_message();
    let known = desc.full_name().starts_with("google.protobuf.");
    !contains_itself && !known && !inner.descriptor_fields().is_empty()
}

/// A value as it is typed.
fn text(value: &Value, kind: &Kind) -> String {
    // An `@` at the beginning would name a file.
    let escaped = |text: &str| match text.strip_prefix('@') {
        Some(_) => format!("@{text}"),
        None => text.to_owned(),
    };
    match (value, kind) {
        (Value::Bytes(bytes), _) => escaped(std::str::from_utf8(bytes).unwrap()),
        (Value::EnumNumber(number), Kind::Enum(desc)) => {
            desc.get_value(*number).unwrap().name().to_owned()
        }
        (Value::Message(message), Kind::Message(desc)) => {
            let json = json_of(message);
            match desc.full_name() {
                "google.protobuf.BytesValue" => {
                    let value = message.get_field_by_name("value").unwrap();
                    escaped(std::str::from_utf8(value.as_bytes().unwrap()).unwrap())
                }
                "google.protobuf.Empty" => "true".to_owned(),
                "google.protobuf.Value" | "google.protobuf.Struct" | "google.protobuf.Any" => {
                    json.to_string()
                }
                "google.protobuf.FieldMask" => "name,at.latitude".to_owned(),
                _ => json
                    .as_str()
                    .map_or_else(|| json.to_string(), str::to_owned),
            }
        }
        (Value::String(text), _) => text.clone(),
        (Value::Bool(value), _) => value.to_string(),
        (Value::I32(value), _) => value.to_string(),
        (Value::I64(value), _) => value.to_string(),
        (Value::U32(value), _) => value.to_string(),
        (Value::U64(value), _) => value.to_string(),
        (Value::F32(value), _) => value.to_string(),
        (Value::F64(value), _) => value.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Takes away what flags cannot say: a message in it without any field.
fn without_empty(message: &mut DynamicMessage) {
    for field in message.descriptor_fields() {
        let mut value = message.get_field(&field).into_owned();
        if let Value::Message(inner) = &mut value
            && has_flags(inner, &field)
            && message.has_field(&field)
        {
            without_empty(inner);
            if inner.encoded_len() == 0 {
                message.clear_field(&field);
            } else {
                message.set_field(&field, value);
            }
        }
    }
}

fn parsed(words: &[String]) -> DynamicMessage {
    let calls = calls();
    let all = ["call", "shop", "staff", "echo"].map(str::to_owned);
    let matches = calls
        .command("call")
        .try_get_matches_from(all.iter().chain(words));
    let matches = matches.unwrap_or_else(|error| panic!("{error}"));
    let call = calls.parse(&matches, &Memory::default());
    call.unwrap_or_else(|error| panic!("{error}"))
        .request()
        .unwrap()
        .clone()
}

fn any_message() -> impl Strategy<Value = DynamicMessage> {
    prop::collection::vec(any::<u8>(), 0..400)
        .prop_map(|bytes| Choices(&bytes).message(&message("Everything"), 3))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_typed_as_flags_is_the_message(message in any_message()) {
        let mut message = message;
        without_empty(&mut message);
        let mut words = Vec::new();
        typed(&message, "", &mut words);
        prop_assert_eq!(json_of(&parsed(&words)), json_of(&message), "{:?}", words);
    }

    #[test]
    fn what_is_typed_as_json_is_the_message(message in any_message()) {
        let json = json_of(&message);
        let words = ["--request".to_owned(), json.to_string()];
        prop_assert_eq!(json_of(&parsed(&words)), json);
    }
}
