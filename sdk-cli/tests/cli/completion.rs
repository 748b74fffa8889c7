//! Completion in shells.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::{host, terminal::Terminal};

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
fn what_follows_call_comes_from_the_host() {
    let url = host::start();
    let terminal = Terminal::new();
    let complete =
        |words: &str| terminal.type_lines(&format!("__complete --server {url} call {words}"));
    insta::assert_snapshot!(complete("grpc health c").replace(&url, "URL"), @"
    $ sdk-cli __complete --server URL call grpc health c
    check
    ");
    insta::assert_snapshot!(complete("grpc health check --s").replace(&url, "URL"), @"
    $ sdk-cli __complete --server URL call grpc health check --s
    --service
    ");
    // Nobody is there, and nothing is said.
    insta::assert_snapshot!(terminal.type_lines(
        "__complete --server unix:none.sock call gr
         __complete --server
         __complete call gr"
    ), @"
    $ sdk-cli __complete --server unix:none.sock call gr
    $ sdk-cli __complete --server
    $ sdk-cli __complete call gr
    ");
}

#[test]
fn in_zsh_the_words_after_call_are_asked_for() {
    let script = Terminal::new().type_lines("completion zsh");
    assert!(
        script.contains("says which there are:_sdk-cli_call'"),
        "{script}"
    );
    let defined = script.find("_sdk-cli_call() {").unwrap();
    assert!(defined < script.find("funcstack").unwrap());
}

#[test]
fn bash_asks_the_host_for_words_after_call() {
    let url = host::start();
    let script = Terminal::new().type_lines("completion bash");
    let (_, script) = script.split_once('\n').unwrap();
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_sdk-cli"));
    let typed = format!(
        "{script}
         COMP_WORDS=(sdk-cli --server {url} call grpc he); COMP_CWORD=5
         _sdk__cli_call sdk-cli he grpc
         echo \"${{COMPREPLY[@]}}\"
         COMP_WORDS=(sdk-cli prof); COMP_CWORD=1
         _sdk__cli_call sdk-cli prof sdk-cli
         echo \"${{COMPREPLY[@]}}\""
    );
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [tool.parent().unwrap().to_owned()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let bash = Command::new("bash")
        .arg("-c")
        .arg(typed)
        .env("PATH", std::env::join_paths(folders).unwrap())
        .output();
    // Not every machine has it.
    let Ok(bash) = bash else { return };
    assert_eq!(String::from_utf8_lossy(&bash.stdout), "health\nprofile\n");
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
