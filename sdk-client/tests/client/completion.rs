//! What a word becomes when the tabulator key is pressed.

use clap::{Arg, Command};
use sdk_client::completion::{Question, Shell, candidates, words_behind};

use crate::descriptors::calls;

#[track_caller]
fn check(words: &[&str], expect: &[&str]) {
    let found = calls().complete(words);
    let found: Vec<_> = found.iter().map(|it| it.word.as_str()).collect();
    assert_eq!(found, expect, "{words:?}");
}

#[test]
fn words_become_commands() {
    check(&[], &["shop"]);
    check(&["sh"], &["shop"]);
    check(&["shop", "s"], &["search", "sign-in", "staff"]);
    check(&["shop", "staff", ""], &["count-stock", "echo"]);
    check(&["shop", "nothing"], &[]);
    // It is hidden.
    check(&["shop", "pi"], &[]);
}

#[test]
fn words_become_flags_and_their_values() {
    check(
        &["shop", "search", "--page"],
        &["--page-size", "--page-token"],
    );
    check(
        &["shop", "sign-in", ""],
        &[
            "--name",
            "--password",
            "--request",
            "--timeout",
            "--json",
            "--help",
        ],
    );
    check(&["shop", "search", "--kind", ""], &["book", "fresh-food"]);
    check(&["shop", "search", "--kind", "b"], &["book"]);
    check(&["shop", "search", "--query", ""], &[]);
    check(&["shop", "search", "--sold-out", "--to"], &["--town"]);
    check(&["-"], &["--help"]);
}

/// A program that has a bit of everything.
fn program() -> Command {
    let value = |name: &'static str| Arg::new(name).long(name);
    Command::new("acme")
        .arg(value("data").short('d').global(true))
        .arg(value("level").value_parser(["low", "high"]))
        .subcommand(Command::new("call").arg(Arg::new("words").num_args(0..)))
        .subcommand(
            Command::new("show")
                .about("Shows it:\nall of it")
                .arg(
                    Arg::new("what")
                        .required(true)
                        .value_parser(["rows", "tables"]),
                )
                .arg(Arg::new("file").required(true)),
        )
}

#[test]
fn the_words_of_any_command_are_found() {
    let check = |line: &str, expect: &[&str]| {
        let words: Vec<_> = line.split(' ').collect();
        let found = candidates(&program(), &words);
        let found: Vec<_> = found.iter().map(|it| it.word.as_str()).collect();
        assert_eq!(found, expect, "{line}");
    };
    check("", &["call", "show", "help"]);
    check("sh", &["show"]);
    check("--l", &["--level"]);
    check("--level ", &["low", "high"]);
    check("--level=h", &["--level=high"]);
    check("--data ", &[]);
    check("--data show sh", &["show"]);
    check("-d show sh", &["show"]);
    check("show ", &["rows", "tables"]);
    check("show --da", &["--data"]);
    check("show -- --da", &[]);
    // The name of a file, which a shell knows better.
    check("show rows ", &[]);
    check("show rows file --", &["--data", "--help"]);
    check("nothing ", &[]);
}

#[test]
fn what_follows_a_command_is_told_from_what_stands_before() {
    let check = |line: &str, expect: Option<&str>| {
        let words: Vec<_> = line.split(' ').collect();
        let found = words_behind(&program(), &words, "call").map(|words| words.join(" "));
        assert_eq!(found.as_deref(), expect, "{line}");
    };
    check("call geo se", Some("geo se"));
    check("--data call call ", Some(""));
    check("--data call", None);
    // It is still being typed.
    check("call", None);
    check("show call ", None);
}

#[test]
fn each_shell_is_answered_in_its_own_way() {
    let answer = |shell: &str| {
        let question = Question::new([shell, "'sh'"]).unwrap();
        // Only bash hands words over as they were typed.
        let expected = if shell == "bash" { "sh" } else { "'sh'" };
        assert_eq!(question.words, [expected]);
        question.answer(&candidates(&program(), &["sh"]))
    };
    assert_eq!(answer("bash"), "show\n");
    assert_eq!(answer("zsh"), "show:Shows it:\n");
    assert_eq!(answer("fish"), "show\tShows it:\n");
    assert_eq!(Question::new(["csh", "sh"]), None);
    assert_eq!(Question::new([""; 0]), None);
    assert_eq!(
        Question::new(["fish"]).map(|it| it.shell),
        Some(Shell::Fish)
    );
}
