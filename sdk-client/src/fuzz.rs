//! What a fuzzer calls: requests as JSON that anybody may have typed, and messages
//! that any server may have sent.
//!
//! Each function panics when the code under it does, or when a message does not
//! survive being written as JSON and read again. The tests run them on mutated
//! inputs for a fixed count; `make fuzz` runs them under libFuzzer for as long as
//! one likes.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage};

use crate::{
    json::{self, Style},
    render,
};

/// A message with a field of each kind, and messages that contain themselves.
static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let known = prost_types::FileDescriptorProto::default().descriptor();
    let mut pool = known.parent_pool().clone();
    let file = json::read(&known, FILE.as_bytes()).expect("the file is one");
    let file = file.encode_to_vec();
    pool.decode_file_descriptor_proto(file.as_slice())
        .expect("the file is sound");
    pool
});

/// The types that inputs are read as; the first byte of an input says which.
const TYPES: [&str; 6] = [
    "fuzz.Everything",
    "google.protobuf.FileDescriptorProto",
    "google.protobuf.Struct",
    "google.protobuf.Any",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
];

/// Reads bytes as JSON of a message.
///
/// # Panics
/// When the reader or the writer does, or what was read is another message once it
/// is written.
pub fn json(bytes: &[u8]) {
    let Some((desc, text)) = input(bytes) else {
        return;
    };
    if let Ok(message) = json::read(&desc, text) {
        let binary = message.encode_to_vec();
        let decoded = DynamicMessage::decode(desc, binary.as_slice());
        let decoded = decoded.expect("what was encoded is decoded");
        // As text, of which a NaN is equal to itself.
        assert_eq!(document(&decoded), document(&message));
        check(&message);
    }
}

/// Reads bytes as a reply.
///
/// # Panics
/// When what shows it does, or shows what steers a terminal.
pub fn reply(bytes: &[u8]) {
    let Some((desc, bytes)) = input(bytes) else {
        return;
    };
    if let Ok(message) = DynamicMessage::decode(desc, bytes) {
        check(&message);
    }
}

fn input(bytes: &[u8]) -> Option<(MessageDescriptor, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let name = TYPES[usize::from(*first) % TYPES.len()];
    Some((POOL.get_message_by_name(name)?, rest))
}

fn check(message: &DynamicMessage) {
    for text in [
        render::text(message),
        render::streamed(message, false),
        render::streamed(message, true),
        document(message),
    ] {
        assert!(
            !text.contains(|letter: char| letter.is_control() && letter != '\n'),
            "{text:?}"
        );
    }
    let written = document(message);
    // What has no canonical form need not be read again.
    if let Ok(again) = json::read(&message.descriptor(), written.as_bytes()) {
        assert_eq!(document(&again), written);
    }
}

fn document(message: &DynamicMessage) -> String {
    json::text(&json::of_message(message, Style::DOCUMENT), true)
}

/// Inputs that a fuzzer begins with.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        (0, EVERYTHING),
        (1, FILE),
        (2, r#"{"a": [1, null, "x", {"b": true}], "c": -1.5e300}"#),
        (
            3,
            r#"{"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1.5s"}"#,
        ),
        (3, r#"{"@type": "x/fuzz.Everything", "text": "a"}"#),
        (4, r#""2026-05-01T12:00:00.5+02:00""#),
        (5, r#""-315576000000.999s""#),
    ];
    let json = texts
        .iter()
        .map(|(first, text)| seed(*first, text.as_bytes()));
    let binary = texts.iter().filter_map(|(first, text)| {
        let desc = POOL.get_message_by_name(TYPES[usize::from(*first)])?;
        let message = json::read(&desc, text.as_bytes()).ok()?;
        Some(seed(*first, &message.encode_to_vec()))
    });
    json.chain(binary).collect()
}

fn seed(first: u8, rest: &[u8]) -> Vec<u8> {
    [&[first], rest].concat()
}

const EVERYTHING: &str = r#"{
    "double": "NaN", "float": 0.1, "int32": -1, "int64": "-9223372036854775808", "uint64": "18446744073709551615",
    "bool": true, "text": "\u001b[2J", "data": "/wA=", "kind": "KIND_ONE", "inner": {"text": "a", "inner": {}},
    "many": [{}, {"text": "b"}], "numbers": [1, 2], "map": {"k": {"text": "v"}}, "maybe": 0,
    "any": {"@type": "x/google.protobuf.Timestamp", "value": "2026-05-01T12:00:00Z"},
    "time": "2026-05-01T12:00:00Z", "took": "3600s", "struct": {"a": 1}, "value": null, "mask": "a,bC.d",
    "wrapped": "7"
}"#;

const FILE: &str = r#"{
    "name": "fuzz.proto", "package": "fuzz", "syntax": "proto3",
    "dependency": ["google/protobuf/any.proto", "google/protobuf/timestamp.proto",
        "google/protobuf/duration.proto", "google/protobuf/struct.proto",
        "google/protobuf/field_mask.proto", "google/protobuf/wrappers.proto"],
    "enumType": [{"name": "Kind", "value": [{"name": "KIND_NONE", "number": 0}, {"name": "KIND_ONE", "number": 1}]}],
    "messageType": [{
        "name": "Everything",
        "field": [
            {"name": "double", "number": 1, "label": "LABEL_OPTIONAL", "type": "TYPE_DOUBLE"},
            {"name": "float", "number": 2, "label": "LABEL_OPTIONAL", "type": "TYPE_FLOAT"},
            {"name": "int32", "number": 3, "label": "LABEL_OPTIONAL", "type": "TYPE_INT32"},
            {"name": "int64", "number": 4, "label": "LABEL_OPTIONAL", "type": "TYPE_SINT64"},
            {"name": "uint64", "number": 5, "label": "LABEL_OPTIONAL", "type": "TYPE_UINT64"},
            {"name": "bool", "number": 6, "label": "LABEL_OPTIONAL", "type": "TYPE_BOOL"},
            {"name": "text", "number": 7, "label": "LABEL_OPTIONAL", "type": "TYPE_STRING"},
            {"name": "data", "number": 8, "label": "LABEL_OPTIONAL", "type": "TYPE_BYTES"},
            {"name": "kind", "number": 9, "label": "LABEL_OPTIONAL", "type": "TYPE_ENUM", "typeName": ".fuzz.Kind"},
            {"name": "inner", "number": 10, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".fuzz.Everything"},
            {"name": "many", "number": 11, "label": "LABEL_REPEATED", "type": "TYPE_MESSAGE", "typeName": ".fuzz.Everything"},
            {"name": "numbers", "number": 12, "label": "LABEL_REPEATED", "type": "TYPE_FIXED32"},
            {"name": "map", "number": 13, "label": "LABEL_REPEATED", "type": "TYPE_MESSAGE", "typeName": ".fuzz.Everything.MapEntry"},
            {"name": "maybe", "number": 14, "label": "LABEL_OPTIONAL", "type": "TYPE_INT32", "oneofIndex": 0, "proto3Optional": true},
            {"name": "any", "number": 15, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.Any"},
            {"name": "time", "number": 16, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.Timestamp"},
            {"name": "took", "number": 17, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.Duration"},
            {"name": "struct", "number": 18, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.Struct"},
            {"name": "value", "number": 19, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.Value"},
            {"name": "mask", "number": 20, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.FieldMask"},
            {"name": "wrapped", "number": 21, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".google.protobuf.Int64Value"}
        ],
        "nestedType": [{
            "name": "MapEntry",
            "field": [
                {"name": "key", "number": 1, "label": "LABEL_OPTIONAL", "type": "TYPE_STRING"},
                {"name": "value", "number": 2, "label": "LABEL_OPTIONAL", "type": "TYPE_MESSAGE", "typeName": ".fuzz.Everything"}
            ],
            "options": {"mapEntry": true}
        }],
        "oneofDecl": [{"name": "_maybe"}]
    }]
}"#;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seeds_are_read() {
        for (at, seed) in seeds().iter().enumerate() {
            let (desc, rest) = input(seed).unwrap();
            let json = json::read(&desc, rest);
            let binary = DynamicMessage::decode(desc, rest);
            assert!(json.is_ok() || binary.is_ok(), "{at}: {json:?}");
            super::json(seed);
            reply(seed);
        }
        assert_eq!(seeds().len(), 14);
    }

    /// It was written as a field `value` once, which the type may have itself.
    #[test]
    fn what_is_not_of_the_type_that_it_says_is_not_taken_for_a_field() {
        let bytes = seed(3, b"\x0a\x11x/fuzz.Everything\x12\x01\xff");
        reply(&bytes);
        let (desc, rest) = input(&bytes).unwrap();
        let message = DynamicMessage::decode(desc, rest).unwrap();
        let json = json::of_message(&message, Style::DOCUMENT);
        assert_eq!(
            json.to_string(),
            r#"{"@type":"x/fuzz.Everything","@value":"/w=="}"#
        );
    }

    /// It was shown as it was read, but it is not sent: encoders take it for the default.
    #[test]
    fn a_zero_below_zero_is_shown_as_what_is_sent() {
        super::json(&seed(0, br#"{"double": -0, "float": -0.0}"#));
    }

    /// They were written as one text, of which the empty one got lost.
    #[test]
    fn a_mask_of_which_a_path_is_empty_is_written_by_its_fields() {
        let mask = [&b"\x0a\x01a"[..], b"\x0a\x00", b"\x0a\x01b"].concat();
        let length = u8::try_from(mask.len()).unwrap();
        let bytes = seed(0, &[&[0xa2, 0x01, length][..], &mask].concat());
        reply(&bytes);
        let (desc, rest) = input(&bytes).unwrap();
        let message = DynamicMessage::decode(desc, rest).unwrap();
        let json = json::of_message(&message, Style::SHOWN);
        assert_eq!(json.to_string(), r#"{"mask":{"paths":["a","","b"]}}"#);
    }

    /// A seed that was changed a little.
    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let seed = proptest::sample::select(seeds());
        let changes =
            prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8, any::<u8>()), 1..4);
        (seed, changes).prop_map(|(mut bytes, changes)| {
            for (at, how, byte) in changes {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes[at] ^= 1 << (byte % 8),
                    2 => bytes.insert(at, byte),
                    3 if bytes.len() > 1 => drop(bytes.remove(at)),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_json_makes_the_reader_panic(bytes in mutated()) {
            json(&bytes);
        }

        #[test]
        fn no_reply_makes_what_shows_it_panic(bytes in mutated()) {
            reply(&bytes);
        }
    }
}
