//! Completion in shells.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::terminal::Terminal;

#[test]
fn there_is_a_script_for_each_shell() {
    let terminal = Terminal::new();
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef sdk-cli"),
        ("fish", "complete -c sdk-cli"),
    ] {
        let script = terminal.type_lines(&format!("completion {shell}"));
        assert!(script.contains(mark), "{script}");
        assert!(script.contains("profile"), "{script}");
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
