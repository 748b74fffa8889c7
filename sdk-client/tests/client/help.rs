//! Help, as it is read.

use crate::descriptors::calls;

/// What is shown when these words are typed.
fn shown(words: &str) -> String {
    let command = calls().command("call").term_width(100);
    let words = ["call"].into_iter().chain(words.split_whitespace());
    command.try_get_matches_from(words).unwrap_err().to_string()
}

#[test]
fn every_command_passes_the_checks_of_clap() {
    calls().command("call").debug_assert();
}

#[test]
fn help_lists_modules_services_and_methods() {
    insta::assert_snapshot!(shown("--help"), @"");
    insta::assert_snapshot!(shown("shop -h"), @"");
    insta::assert_snapshot!(shown("shop staff -h"), @"");
}

#[test]
fn help_of_a_method_comes_from_the_comments_of_its_proto() {
    insta::assert_snapshot!(shown("shop search -h"), @"");
    insta::assert_snapshot!(shown("shop search --help"), @"");
}

#[test]
fn help_says_what_streams() {
    insta::assert_snapshot!(shown("shop watch --help"), @"");
    insta::assert_snapshot!(shown("shop import -h"), @"");
}

#[test]
fn help_names_the_form_of_each_value() {
    insta::assert_snapshot!(shown("shop staff echo -h"), @"");
}
