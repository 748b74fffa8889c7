//! Profiles: how servers are reached.

use std::fs;

use crate::{host, terminal::Terminal};

#[test]
fn the_first_profile_is_used_until_another_is() {
    let terminal = Terminal::new();
    let pin = "sha256".to_owned() + &":AB".repeat(32);
    insta::assert_snapshot!(terminal.type_lines(&format!(
        "profile list
         profile add local --server unix:data/host.sock
         profile add production --server https://geo.example.org --fingerprint {pin}
         profile list
         profile use production
         profile list
         profile remove production
         profile list"
    )), @"
    $ sdk-cli profile list
    no profiles
    hint: sdk-cli profile add NAME --server URL
    $ sdk-cli profile add local --server unix:data/host.sock
    added local
    $ sdk-cli profile add production --server https://geo.example.org --fingerprint sha256:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB
    added production
    $ sdk-cli profile list
    * local       unix:data/host.sock
      production  https://geo.example.org  pinned
    $ sdk-cli profile use production
    in use: production
    $ sdk-cli profile list
      local       unix:data/host.sock
    * production  https://geo.example.org  pinned
    $ sdk-cli profile remove production
    removed production
    $ sdk-cli profile list
      local  unix:data/host.sock
    ");
}

#[test]
fn a_profile_that_is_there_is_not_written_over() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines(
        "profile add local --server unix:one.sock
         profile add local --server unix:other.sock
         profile use other
         profile remove other
         profile add ../up --server unix:one.sock
         profile add bad --server geo.example.org"
    ), @"
    $ sdk-cli profile add local --server unix:one.sock
    added local
    $ sdk-cli profile add local --server unix:other.sock
    error: there is a profile `local` already
    hint: sdk-cli profile remove local
    exit code 1
    $ sdk-cli profile use other
    error: there is no profile `other`; there is local
    hint: sdk-cli profile list
    exit code 1
    $ sdk-cli profile remove other
    error: there is no profile `other`; there is local
    hint: sdk-cli profile list
    exit code 1
    $ sdk-cli profile add ../up --server unix:one.sock
    error: invalid value '../up' for '<NAME>': expected letters, digits, `-` and `_`, at most 63, such as `production`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli profile add bad --server geo.example.org
    error: `geo.example.org` is no address of a server: it has no scheme
    hint: expected https://HOST:PORT, http://HOST:PORT or unix:PATH
    exit code 1
    ");
}

#[test]
fn a_token_is_kept_and_never_shown() {
    let terminal = Terminal::new();
    terminal.write("token", "sesame\n");
    insta::assert_snapshot!(terminal.type_lines(
        "profile add one --server https://geo.example.org --token-file token
         profile add clear --server http://geo.example.org --token-file token
         profile add trusted --server http://geo.example.org --token-file token --plaintext
         profile list"
    ), @"
    $ sdk-cli profile add one --server https://geo.example.org --token-file token
    added one
    $ sdk-cli profile add clear --server http://geo.example.org --token-file token
    error: http://geo.example.org: the token would go over the network in plain text
    hint: use https://, or a profile with `plaintext = true` if the network is trusted
    exit code 1
    $ sdk-cli profile add trusted --server http://geo.example.org --token-file token --plaintext
    added trusted
    $ sdk-cli profile list
    * one      https://geo.example.org  token
      trusted  http://geo.example.org  token, plaintext
    ");
    insta::assert_snapshot!(terminal.type_with_input(
        "profile add two --server https://geo.example.org --token-stdin", "open\n"
    ), @"
    $ sdk-cli profile add two --server https://geo.example.org --token-stdin
    added two
    ");
    insta::assert_snapshot!(terminal.read("sdk/profiles.toml"), @r#"
    current = "one"

    [profile.one]
    server = "https://geo.example.org"
    token = "sesame"

    [profile.trusted]
    server = "http://geo.example.org"
    token = "sesame"
    plaintext = true

    [profile.two]
    server = "https://geo.example.org"
    token = "open"
    "#);
}

#[cfg(unix)]
#[test]
fn others_may_read_neither_the_file_nor_its_folder() {
    use std::os::unix::fs::PermissionsExt;
    let terminal = Terminal::new();
    terminal.quietly("profile add local --server unix:host.sock");
    let folder = terminal.at.join("sdk");
    let file = folder.join("profiles.toml");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    insta::assert_snapshot!(terminal.type_lines("profile list"), @"
    $ sdk-cli profile list
    error: [FOLDER]/sdk/profiles.toml may be read by others: its mode is 0640, expected 0600
    hint: chmod 600 [FOLDER]/sdk/profiles.toml
    exit code 1
    ");
}

#[test]
fn a_file_with_a_fault_is_named_and_its_line_is_not_shown() {
    let terminal = Terminal::new();
    terminal.quietly("profile add local --server unix:host.sock");
    terminal.edit("sdk/profiles.toml", "server = ", "token = 7 server = ");
    insta::assert_snapshot!(terminal.type_lines("profile list"), @"
    $ sdk-cli profile list
    error: [FOLDER]/sdk/profiles.toml: unexpected key or value, expected newline, `#`
    exit code 1
    ");
    terminal.edit(
        "sdk/profiles.toml",
        "token = 7 server = ",
        "token = 7\nserver = ",
    );
    insta::assert_snapshot!(terminal.type_lines("profile list\ncall geo search"), @"
    $ sdk-cli profile list
    * local  [FOLDER]/sdk/profiles.toml: profile `local`: `token`: expected a text
    $ sdk-cli call geo search
    error: [FOLDER]/sdk/profiles.toml: profile `local`: `token`: expected a text
    exit code 1
    ");
}

#[test]
fn what_a_person_wrote_stays() {
    let terminal = Terminal::new();
    terminal.quietly("profile add local --server unix:host.sock");
    terminal.edit(
        "sdk/profiles.toml",
        "[profile.local]",
        "# Mine.\n[profile.local]",
    );
    terminal.quietly("profile add other --server unix:other.sock");
    insta::assert_snapshot!(terminal.read("sdk/profiles.toml"), @r#"
    current = "local"

    # Mine.
    [profile.local]
    server = "unix:host.sock"

    [profile.other]
    server = "unix:other.sock"
    "#);
}

#[test]
fn calls_go_to_the_profile_in_use_or_to_the_one_that_is_named() {
    let terminal = Terminal::new();
    let url = host::start();
    terminal.quietly(&format!("profile add here --server {url}"));
    terminal.quietly("profile add nowhere --server unix:none.sock");
    insta::assert_snapshot!(terminal.type_lines(
        "call grpc health check
         --profile nowhere call grpc health check
         call --profile none grpc health check"
    ), @r"
    $ sdk-cli call grpc health check
    status  serving
    $ sdk-cli --profile nowhere call grpc health check
    error: unix:none.sock: there is no such socket
    hint: see whether the server is running, and whether the address is right
    exit code 114
    $ sdk-cli call --profile none grpc health check
    error: there is no profile `none`; there is here, nowhere
    hint: sdk-cli profile list
    exit code 1
    ");
}
