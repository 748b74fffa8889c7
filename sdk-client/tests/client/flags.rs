//! From flags to requests.

use prost_reflect::{DynamicMessage, SerializeOptions};
use sdk_client::{Call, UsageError};

use crate::descriptors::{Memory, calls, from_json};

fn parse(words: &[&str], files: &Memory) -> Result<Call, UsageError> {
    let calls = calls();
    let words = ["call"].into_iter().chain(words.iter().copied());
    let matches = calls.command("call").try_get_matches_from(words);
    let matches = matches.unwrap_or_else(|error| panic!("{error}"));
    calls.parse(&matches, files)
}

/// The request as JSON, without what is at its default.
#[track_caller]
fn request(words: &str, files: &Memory) -> String {
    let words: Vec<_> = words.split_whitespace().collect();
    let call = parse(&words, files).unwrap_or_else(|error| panic!("{error}"));
    json(call.request().unwrap())
}

fn json(message: &DynamicMessage) -> String {
    let options = SerializeOptions::new().use_proto_field_name(true);
    let json = message.serialize_with_options(serde_json::value::Serializer, &options);
    json.unwrap().to_string()
}

#[track_caller]
fn check(words: &str, expect: &str) {
    assert_eq!(request(words, &Memory::default()), expect, "{words}");
}

#[track_caller]
fn check_fault(words: &str, expect: &[&str]) {
    let words: Vec<_> = words.split_whitespace().collect();
    let error = parse(&words, &Memory::default()).unwrap_err();
    assert_eq!(error.faults, expect);
}

#[test]
fn words_and_flags_give_the_same_request() {
    check("shop search tea", r#"{"query":"tea"}"#);
    check(
        "shop search --query tea --page-size 3",
        r#"{"query":"tea","page_size":3}"#,
    );
    check("shop get-item 7", r#"{"id":"7"}"#);
}

#[test]
fn fields_of_messages_are_reached_by_dots() {
    check(
        "shop search --near.latitude -1.5",
        r#"{"near":{"latitude":-1.5}}"#,
    );
    check(
        "shop staff echo --nested.name a",
        r#"{"nested":{"name":"a"}}"#,
    );
    check(
        r#"shop staff echo --nested.child {"name":"b"}"#,
        r#"{"nested":{"child":{"name":"b"}}}"#,
    );
}

#[test]
fn a_flag_that_is_not_given_is_not_set() {
    check("shop search", "{}");
    check("shop search --sold-out", r#"{"sold_out":true}"#);
    check("shop search --sold-out=false", r#"{"sold_out":false}"#);
    check("shop staff echo --maybe-number 0", r#"{"maybe_number":0}"#);
    check("shop staff echo --wrapped-bool", r#"{"wrapped_bool":true}"#);
    check(
        "shop staff echo --wrapped-number=-1",
        r#"{"wrapped_number":"-1"}"#,
    );
}

#[test]
fn values_of_enums_are_words_or_their_full_names() {
    check("shop search --kind book", r#"{"kind":"KIND_BOOK"}"#);
    check(
        "shop search --kind fresh-food",
        r#"{"kind":"KIND_FRESH_FOOD"}"#,
    );
    check("shop search --kind KIND_BOOK", r#"{"kind":"KIND_BOOK"}"#);
}

#[test]
fn lists_and_maps_are_given_several_times() {
    check("shop watch --items 1 --items 2", r#"{"items":["1","2"]}"#);
    check(
        "shop staff echo --counts a=1 --names=-2=b=c --bools true --bools false",
        r#"{"bools":[true,false],"counts":{"a":"1"},"names":{"-2":"b=c"}}"#,
    );
    check(
        r#"shop staff echo --points {"latitude":1} --places x={}"#,
        r#"{"points":[{"latitude":1.0}],"places":{"x":{}}}"#,
    );
}

#[test]
fn times_and_durations_are_typed_as_people_write_them() {
    check(
        "shop staff echo --timestamp 2026-05-01T12:00:00+02:00 --duration 1h30m",
        r#"{"timestamp":"2026-05-01T10:00:00Z","duration":"5400s"}"#,
    );
    check(
        "shop staff echo --duration=-2.5s",
        r#"{"duration":"-2.500s"}"#,
    );
}

#[test]
fn types_without_fields_of_their_own_are_typed_as_json() {
    check(
        r#"shop staff echo --struct {"a":[1,null]} --value "b" --mask name,at.latitude"#,
        r#"{"struct":{"a":[1.0,null]},"value":"b","mask":"name,at.latitude"}"#,
    );
    check(
        "shop staff echo --chosen-nothing",
        r#"{"chosen_nothing":{}}"#,
    );
}

#[test]
fn a_flag_of_the_command_line_itself_leaves_its_name_to_the_field_below_request() {
    check("shop staff echo --request.json x", r#"{"json":"x"}"#);
}

#[test]
fn bytes_and_secrets_come_from_files() {
    let files = Memory::default()
        .with("key.bin", [0xff, 0])
        .with("-", "from below")
        .with("word", "sesame\n");
    let check = |words: &str, expect: &str| assert_eq!(request(words, &files), expect, "{words}");
    check(
        "shop staff echo --bytes-value @key.bin",
        r#"{"bytes_value":"/wA="}"#,
    );
    check(
        "shop staff echo --wrapped-bytes @key.bin",
        r#"{"wrapped_bytes":"/wA="}"#,
    );
    check(
        "shop staff echo --bytes-value @@key.bin",
        r#"{"bytes_value":"QGtleS5iaW4="}"#,
    );
    check(
        "shop staff echo --bytes-value @-",
        r#"{"bytes_value":"ZnJvbSBiZWxvdw=="}"#,
    );
    check(
        "shop sign-in ann --password @word",
        r#"{"name":"ann","password":"sesame"}"#,
    );
    check(
        "shop sign-in ann --password plain",
        r#"{"name":"ann","password":"plain"}"#,
    );
    // Other texts begin as they like.
    check("shop sign-in @ann", r#"{"name":"@ann"}"#);
}

#[test]
fn flags_override_the_whole_request() {
    let files = Memory::default().with(
        "request.json",
        r#"{"query": "tea", "near": {"latitude": 1}}"#,
    );
    let check = |words: &str, expect: &str| assert_eq!(request(words, &files), expect, "{words}");
    check(
        "shop search --request @request.json coffee",
        r#"{"query":"coffee","near":{"latitude":1.0}}"#,
    );
    check(
        "shop search --request @request.json --near.longitude 2",
        r#"{"query":"tea","near":{"latitude":1.0,"longitude":2.0}}"#,
    );
    check(
        "shop search --request @request.json --town Wien",
        r#"{"query":"tea","town":"Wien"}"#,
    );
    check(
        r#"shop search --request {"soldOut":true}"#,
        r#"{"sold_out":true}"#,
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    check_fault(
        "shop staff echo --int32-value 3000000000 --counts a --duration soon --bytes-value @none --timeout 0s",
        &[
            "`--timeout`: expected a time limit above zero, found `0s`",
            "`--int32-value`: expected a whole number from -2^31 to 2^31-1, found `3000000000`",
            "`--bytes-value`: none cannot be read: entity not found",
            "`--counts`: expected KEY=VALUE, found `a`",
            "`--duration`: expected a duration such as 5m, 1h30m or 2.5s, found `soon`",
        ],
    );
    check_fault(
        r#"shop search --request {"colour":"red"}"#,
        &[
            "`--request`: expected JSON of a `shop.v1.SearchRequest`: unrecognized field name 'colour' at line 1 column 9",
        ],
    );
}

#[test]
fn standard_input_is_read_for_one_value() {
    let files = Memory::default().with("-", "{}");
    let words = [
        "shop",
        "staff",
        "echo",
        "--request",
        "@-",
        "--bytes-value",
        "@-",
    ];
    let error = parse(&words, &files).unwrap_err();
    assert_eq!(
        error.faults,
        ["`--bytes-value`: standard input can be read for one value only"]
    );
}

#[test]
fn a_secret_that_does_not_fit_is_not_shown() {
    let files = Memory::default().with("word", [0xff, b'x']);
    let words = ["shop", "sign-in", "ann", "--password", "@word"];
    let error = parse(&words, &files).unwrap_err();
    assert_eq!(error.faults, ["`--password`: is not of its type"]);
}

#[test]
fn a_secret_is_asked_for_where_somebody_can_be_asked() {
    let asked = Memory::default().answering("PROMPT!");
    let check = |words: &str, files: &Memory, expect: &str| {
        assert_eq!(request(words, files), expect, "{words}");
    };
    let with_secret = r#"{"name":"ann","password":"password!"}"#;
    check("shop sign-in ann", &asked, with_secret);
    check("shop sign-in ann --password -", &asked, with_secret);
    check("shop sign-in ann --password=-", &asked, with_secret);
    check(
        "shop sign-in ann --password @word",
        &asked.clone().with("word", "file"),
        r#"{"name":"ann","password":"file"}"#,
    );
    // A whole request has all that it is to have.
    check(
        r#"shop sign-in --request {"name":"ann"}"#,
        &asked,
        r#"{"name":"ann"}"#,
    );
    // Who says nothing has none.
    check(
        "shop sign-in ann",
        &Memory::default().answering(""),
        r#"{"name":"ann"}"#,
    );
    // Nobody can be asked.
    let script = Memory::default().with("-", "from below\nand more\n");
    check("shop sign-in ann", &script, r#"{"name":"ann"}"#);
    check(
        "shop sign-in ann --password -",
        &script,
        r#"{"name":"ann","password":"from below"}"#,
    );
}

#[test]
fn a_secret_that_can_be_left_out_is_not_asked_for() {
    let asked = Memory::default().answering("PROMPT!");
    let check = |words: &str, expect: &str| assert_eq!(request(words, &asked), expect, "{words}");
    check("shop change-password", r#"{"next":"next!"}"#);
    check(
        "shop change-password --former -",
        r#"{"former":"former!","next":"next!"}"#,
    );
}

#[test]
fn fields_of_one_oneof_exclude_each_other() {
    let command = calls().command("call");
    let words = "call shop search --near.latitude 1 --town Wien".split(' ');
    let error = command.try_get_matches_from(words).unwrap_err();
    assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict);
    // Two fields of the same message are no choice.
    check(
        "shop search --near.latitude 1 --near.longitude 2",
        r#"{"near":{"latitude":1.0,"longitude":2.0}}"#,
    );
}

#[test]
fn flags_that_the_caller_has_are_left_to_it() {
    let calls = calls().reserve(["name"]);
    let command = calls.command("call");
    let words = "call shop sign-in --request.name ann".split(' ');
    let matches = command.try_get_matches_from(words).unwrap();
    let call = calls.parse(&matches, &Memory::default()).unwrap();
    assert_eq!(
        call.request(),
        Some(&from_json("SignInRequest", r#"{"name":"ann"}"#))
    );
}
