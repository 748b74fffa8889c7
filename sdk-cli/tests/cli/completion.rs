//! Completion in shells: what a script gets when it asks. The product tests press the
//! key in real shells.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::{host, terminal::Terminal};

#[test]
fn there_is_a_script_for_each_shell() {
    let terminal = Terminal::new();
    for (shell, mark) in [
        (
            "bash",
            "complete -F _sdk_cli_complete -o bashdefault -o default sdk-cli",
        ),
        ("zsh", "#compdef sdk-cli"),
        ("fish", "complete -c sdk-cli"),
    ] {
        let script = terminal.type_lines(&format!("completion {shell}"));
        assert!(script.contains(mark), "{script}");
        assert!(
            script.contains(&format!(" __complete {shell} ")),
            "{script}"
        );
    }
    insta::assert_snapshot!(terminal.type_lines("completion powershell"), @"
    $ sdk-cli completion powershell
    error: invalid value 'powershell' for '<SHELL>'
      [possible values: bash, zsh, fish]

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn the_words_of_the_tool_are_its_own() {
    insta::assert_snapshot!(Terminal::new().type_lines(
        "__complete fish prof
         __complete bash new app shop --sh
         __complete zsh new app shop --shape d
         __complete bash call --tok
         __complete bash call --server"
    ), @r"
    $ sdk-cli __complete fish prof
    profile	Keep how servers are reached
    $ sdk-cli __complete bash new app shop --sh
    --shape
    $ sdk-cli __complete zsh new app shop --shape d
    dual
    $ sdk-cli __complete bash call --tok
    --token-file
    $ sdk-cli __complete bash call --server
    --server
    ");
}

#[test]
fn what_follows_call_comes_from_the_host() {
    let url = host::start();
    let terminal = Terminal::new();
    let complete =
        |words: &str| terminal.type_lines(&format!("__complete bash --server {url} call {words}"));
    insta::assert_snapshot!(complete("grpc health c").replace(&url, "URL"), @"
    $ sdk-cli __complete bash --server URL call grpc health c
    check
    ");
    insta::assert_snapshot!(complete("grpc health check --s").replace(&url, "URL"), @"
    $ sdk-cli __complete bash --server URL call grpc health check --s
    --service
    ");
    // Nobody is there, and nothing is said.
    insta::assert_snapshot!(terminal.type_lines(
        "__complete bash --server unix:none.sock call gr
         __complete bash call gr
         __complete csh call gr
         __complete"
    ), @"
    $ sdk-cli __complete bash --server unix:none.sock call gr
    $ sdk-cli __complete bash call gr
    $ sdk-cli __complete csh call gr
    $ sdk-cli __complete
    ");
}

#[test]
fn bash_reads_its_script() {
    let script = Terminal::new().type_lines("completion bash");
    let (_, script) = script.split_once('\n').unwrap();
    let bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn();
    // Not every machine has it.
    let Ok(mut bash) = bash else { return };
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
}
