//! Protos that nobody would write, and somebody will.

use std::fmt::Write;

use prost_reflect::DescriptorPool;
use sdk_client::Calls;

use crate::descriptors::compile;

fn pool(text: &str) -> DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("odd.proto"), text).unwrap();
    compile(&[folder.path()], "odd.proto")
}

/// All words that call something, one method a line.
fn words(pool: DescriptorPool) -> String {
    fn below(command: &clap::Command, before: &str, words: &mut String) {
        let mut subcommands = command.get_subcommands().peekable();
        if subcommands.peek().is_none() {
            let _ = writeln!(words, "{before}");
        }
        for command in subcommands {
            below(command, &format!("{before} {}", command.get_name()), words);
        }
    }
    let command = Calls::new(pool).command("call");
    command.clone().debug_assert();
    let mut words = String::new();
    below(&command, "call", &mut words);
    words
}

#[test]
fn words_that_are_taken_give_way_to_full_names() {
    insta::assert_snapshot!(words(pool(
        r#"syntax = "proto3"; package geo.v1;
        message M {}
        service Geo { rpc Search(M) returns (M); rpc SEARCH(M) returns (M); rpc Help(M) returns (M); }
        service GeoService { rpc Search(M) returns (M); rpc Other(M) returns (M); }
        service Search { rpc Go(M) returns (M); }
        service Service { rpc Go(M) returns (M); }"#
    )), @"
    call geo geo.v1.Geo.SEARCH
    call geo geo.v1.GeoService.Search
    call geo geo.v1.Search go
    call geo help
    call geo other
    call geo search
    call geo service go
    ");
}

#[test]
fn a_service_without_a_package_is_its_own_module() {
    insta::assert_snapshot!(words(pool(
        r#"syntax = "proto3"; message M {} service FooBarService { rpc GoOn(M) returns (M); }"#
    )), @"call foo-bar go-on");
}

#[test]
fn flags_of_all_fields_are_different() {
    let command = Calls::new(pool(
        r#"syntax = "proto3"; package odd.v1;
        service Odd { rpc Go(M) returns (M); }
        message M {
            string help = 1; string request = 2; string json = 3; string timeout = 4; N requests = 5;
            string field = 6; string a_b = 7; string cB = 8; string version = 9; string call = 10; string odd = 11;
        }
        message N { string json = 1; string request = 2; }"#,
    ))
    .command("call");
    command.clone().debug_assert();
    let words = "call odd go --request.help a --version b --request.requests.json c";
    command.try_get_matches_from(words.split(' ')).unwrap();
}

#[test]
fn messages_with_very_many_fields_are_typed_as_json() {
    let mut text = String::from(
        "syntax = \"proto3\"; package odd.v1; service Odd { rpc Go(M0) returns (M0); }",
    );
    for level in 0..5 {
        let _ = write!(text, "message M{level} {{");
        for field in 1..=40 {
            let _ = match level {
                4 => write!(text, "string f{field} = {field};"),
                level => write!(text, "M{} f{field} = {field};", level + 1),
            };
        }
        text.push('}');
    }
    let command = Calls::new(pool(&text)).command("call");
    let method = command
        .find_subcommand("odd")
        .unwrap()
        .find_subcommand("go")
        .unwrap();
    assert!(method.get_arguments().count() < 60);
}

#[test]
fn values_of_an_enum_that_differ_in_case_only_keep_their_names() {
    let command = Calls::new(pool(
        r#"syntax = "proto3"; package odd.v1;
        service Odd { rpc Go(M) returns (M); }
        message M { E e = 1; }
        enum E { E_A = 0; e_a = 1; E_1 = 2; B = 3; }"#,
    ))
    .command("call");
    insta::assert_snapshot!(
        command.try_get_matches_from("call odd go -h".split(' ')).unwrap_err().to_string(),
        @"
    Call `odd.v1.Odd.Go`

    Usage: call odd go [OPTIONS]

    Options:
          --e <VALUE>  [possible values: a, e-a, e-1, b]
      -h, --help       Print help (see more with '--help')

    Calling:
          --request <JSON|@FILE>  The whole request as JSON, from a file, or with @- from standard input; flags override it
          --timeout <DURATION>    How long it may take, such as 5s
          --json                  Print JSON instead of text
    "
    );
}
