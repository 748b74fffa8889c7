//! Calls of a running host.

use std::net::TcpListener;

use crate::{host, terminal::Terminal};

/// What is on the screen after lines in which `URL` is the host's address.
fn session(lines: &str) -> String {
    let url = host::start();
    let screen = Terminal::new().type_lines(&lines.replace("URL", &url));
    screen.replace(&url, "URL")
}

#[test]
fn the_host_says_what_it_has() {
    insta::assert_snapshot!(session("--server URL call --help"), @"
    $ sdk-cli --server URL call --help
    Call a method

    Usage: sdk-cli call <COMMAND>

    Commands:
      grpc  Methods of `grpc`

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(session("call --server URL grpc health -h"), @"
    $ sdk-cli call --server URL grpc health -h
    Methods of `health`

    Usage: sdk-cli call grpc health <COMMAND>

    Commands:
      check  Call `grpc.health.v1.Health.Check`
      watch  Call `grpc.health.v1.Health.Watch` [stream]

    Options:
      -h, --help  Print help
    ");
}

#[test]
fn a_call_shows_its_reply_and_ends_with_its_code() {
    insta::assert_snapshot!(session(
        "--server URL call grpc health check
         --server URL call grpc health check --json
         --server URL call grpc health check --service geo.v1.Geo
         --server URL call grpc health check --request {\\}
         --server URL call grpc health chekc"
    ), @r#"
    $ sdk-cli --server URL call grpc health check
    status  serving
    $ sdk-cli --server URL call grpc health check --json
    {
      "status": "SERVING"
    }
    $ sdk-cli --server URL call grpc health check --service geo.v1.Geo
    error: service not registered
    exit code 105
    $ sdk-cli --server URL call grpc health check --request {\}
    error: `--request`: expected JSON of a `grpc.health.v1.HealthCheckRequest`: key must be a string at line 1 column 2
    exit code 2
    $ sdk-cli --server URL call grpc health chekc
    error: unrecognized subcommand 'chekc'

      tip: a similar subcommand exists: 'check'

    Usage: sdk-cli call grpc health <COMMAND>

    For more information, try '--help'.
    exit code 2
    "#);
}

#[test]
fn without_a_server_there_is_still_something_to_say() {
    let terminal = Terminal::new();
    insta::assert_snapshot!(terminal.type_lines("call --help"), @"
    $ sdk-cli call --help
    Call a method of a running host

    The host says what it has: `sdk-cli call --help`, and so on word by word. Its address stands before the first word. Exit codes: 100 and the number of the gRPC code where the host refused or failed.

    Usage: sdk-cli call [OPTIONS] [MODULE [SERVICE] METHOD]...

    Server:
          --server <URL>
              Where it is: https://HOST:PORT, http://HOST:PORT or unix:PATH

          --profile <NAME>
              The profile that says how it is reached [default: the one in use]

          --token-file <FILE>
              Sign in with the token in this file

          --ca <FILE>
              Trust the authorities in this PEM file

          --fingerprint <FINGERPRINT>
              Trust the certificate with this fingerprint alone, sha256:AB:CD:…

    Arguments:
      [MODULE [SERVICE] METHOD]...
              The method and its request; the host says which there are
    ");
    insta::assert_snapshot!(terminal.type_lines("call geo search"), @"
    $ sdk-cli call geo search
    error: no server is named, and no profile is in use
    hint: sdk-cli --server URL call …, or sdk-cli profile add NAME --server URL
    exit code 1
    ");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let screen = Terminal::new().type_lines(&format!("--server {url} call geo search"));
    insta::assert_snapshot!(screen.replace(&url, "URL"), @"
    $ sdk-cli --server URL call geo search
    error: URL: nothing listens there
    hint: see whether the server is running, and whether the address is right
    exit code 114
    ");
}

#[test]
fn what_is_no_server_is_refused() {
    let terminal = Terminal::new();
    terminal.write("token", "sesame\n");
    insta::assert_snapshot!(terminal.type_lines(
        "--server geo.example.org call geo search
         --server http://192.0.2.1 --token-file token call geo search
         --server http://192.0.2.1 --token-file none call geo search
         --server https://192.0.2.1 --ca token call geo search
         --server https://192.0.2.1 --fingerprint md5:AB call geo search
         --server https://192.0.2.1 --profile geo call geo search"
    ), @"
    $ sdk-cli --server geo.example.org call geo search
    error: `geo.example.org` is no address of a server: it has no scheme
    hint: expected https://HOST:PORT, http://HOST:PORT or unix:PATH
    exit code 1
    $ sdk-cli --server http://192.0.2.1 --token-file token call geo search
    error: http://192.0.2.1: the token would go over the network in plain text
    hint: use https://, or a profile with `plaintext = true` if the network is trusted
    exit code 1
    $ sdk-cli --server http://192.0.2.1 --token-file none call geo search
    error: none cannot be read: No such file or directory (os error 2)
    exit code 1
    $ sdk-cli --server https://192.0.2.1 --ca token call geo search
    error: token: expected PEM certificates: there is none
    exit code 1
    $ sdk-cli --server https://192.0.2.1 --fingerprint md5:AB call geo search
    error: invalid value 'md5:AB' for '--fingerprint <FINGERPRINT>': expected a fingerprint such as sha256:AB:CD:… with 32 bytes in hexadecimal, found `md5:AB`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli --server https://192.0.2.1 --profile geo call geo search
    error: the argument '--server <URL>' cannot be used with '--profile <NAME>'

    Usage: sdk-cli --server <URL> <COMMAND>

    For more information, try '--help'.
    exit code 2
    ");
}
