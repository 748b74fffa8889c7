//! The document of a message: what `--json` prints.
//!
//! Its keys are the message's fields, all of them, in their order; what is not
//! set is null. Enums are words in lower case without the name of their type; times are
//! as everywhere in JSON.

use std::sync::OnceLock;

use prost::{Message, Name};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value,
};
use serde_json::Value as Json;

use crate::{
    rpc::time,
    system::rows::{struct_to_json, wire_to_json},
};

/// The document of a message of `sdk.v1`.
pub(super) fn document<M: Message + Name>(message: &M) -> Json {
    let descriptor = pool().and_then(|pool| pool.get_message_by_name(&M::full_name()));
    let bytes = message.encode_to_vec();
    let read = descriptor.map(|it| DynamicMessage::decode(it, bytes.as_slice()));
    match read {
        Some(Ok(message)) => object(&message),
        // The descriptors are those from which the types were made.
        _ => Json::Null,
    }
}

/// The documents of several messages.
pub(super) fn documents<M: Message + Name>(messages: &[M]) -> Json {
    messages.iter().map(document).collect()
}

fn pool() -> Option<&'static DescriptorPool> {
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    let read = || DescriptorPool::decode(crate::__sdk_proto::DESCRIPTORS).ok();
    POOL.get_or_init(read).as_ref()
}

fn object(message: &DynamicMessage) -> Json {
    let descriptor = message.descriptor();
    match descriptor.full_name() {
        "google.protobuf.Timestamp" => {
            let at = message.transcode_to::<prost_types::Timestamp>().ok();
            let at = at.and_then(|at| time::from_message("at", &at).ok());
            at.map_or(Json::Null, |at| Json::String(at.to_string()))
        }
        "google.protobuf.Struct" => {
            let object = message.transcode_to::<prost_types::Struct>();
            object.map_or(Json::Null, |object| struct_to_json(&object))
        }
        "google.protobuf.Value" => {
            let value = message.transcode_to::<prost_types::Value>();
            value.map_or(Json::Null, |value| wire_to_json(&value))
        }
        _ => {
            let fields = descriptor.fields();
            let fields = fields.map(|field| (field.name().to_owned(), member(message, &field)));
            Json::Object(fields.collect())
        }
    }
}

fn member(message: &DynamicMessage, field: &FieldDescriptor) -> Json {
    if field.supports_presence() && !message.has_field(field) {
        return Json::Null;
    }
    value(&message.get_field(field), field)
}

fn value(found: &Value, field: &FieldDescriptor) -> Json {
    match found {
        Value::Bool(value) => (*value).into(),
        Value::I32(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::U32(value) => (*value).into(),
        Value::U64(value) => (*value).into(),
        Value::F32(value) => (*value).into(),
        Value::F64(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::Bytes(bytes) => hex(bytes).into(),
        Value::EnumNumber(number) => word(*number, field),
        Value::Message(message) => object(message),
        Value::List(items) => items.iter().map(|item| value(item, field)).collect(),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, found)| (key_text(key), value(found, field)))
                .collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Json::Object(entries.into_iter().collect())
        }
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::String(text) => text.clone(),
        MapKey::Bool(value) => value.to_string(),
        MapKey::I32(value) => value.to_string(),
        MapKey::I64(value) => value.to_string(),
        MapKey::U32(value) => value.to_string(),
        MapKey::U64(value) => value.to_string(),
    }
}

fn word(number: i32, field: &FieldDescriptor) -> Json {
    let Kind::Enum(descriptor) = field.kind() else {
        return number.into();
    };
    match descriptor.get_value(number) {
        Some(value) => lower_case(value.name(), descriptor.name()).into(),
        None => number.into(),
    }
}

/// `RUN_STATE_TIMED_OUT` of `RunState` as `timed_out`.
fn lower_case(value: &str, name: &str) -> String {
    let value = value.to_ascii_lowercase();
    let mut prefix = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !prefix.is_empty() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_lowercase());
    }
    prefix.push('_');
    value.strip_prefix(&prefix).unwrap_or(&value).to_owned()
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)] as char);
    bytes.iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdk::v1::{JobRun, RunState};

    #[test]
    fn every_field_is_there_and_what_is_not_set_is_null() {
        let run = JobRun {
            id: "1".to_owned(),
            due: Some(prost_types::Timestamp {
                seconds: 1_764_239_400,
                nanos: 0,
            }),
            state: RunState::TimedOut.into(),
            ..JobRun::default()
        };
        insta::assert_snapshot!(document(&run), @r#"{"id":"1","job":"","due":"2025-11-27T10:30:00.000000Z","asked":false,"state":"timed_out","attempt":0,"started_at":null,"finished_at":null,"error":null}"#);
    }
}
