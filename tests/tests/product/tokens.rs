//! Tokens from their making to their end, beside a host that runs all the while.

use product_tests::{Finished, Serving, Session};

/// Calls a method that wants `sdk.data.read`, with the token in `file`.
fn list_tables(session: &Session, host: &Serving, file: &str) -> Finished {
    let addr = host.addr();
    session.run(&format!(
        "sdk-cli --server http://{addr} --token-file {file} call sdk data list-tables"
    ))
}

#[test]
fn a_running_host_takes_a_token_when_it_is_made_and_refuses_it_when_it_is_removed() {
    let session = Session::new(&["acme", "sdk-cli"]);
    let host = session.serve("acme");
    let made = session.run("acme token new ci --permission sdk.data.read --expires 90d");
    assert!(made.stderr.starts_with("made `ci` in ./data/tokens.json"));
    let token = made.success();
    session.write("token", &token);
    let listed = list_tables(&session, &host, "token").success();
    assert!(listed.contains("geo.country"), "{listed}");

    // It may do no more than it says.
    let made = session.run("acme token new guest --permission geo.*");
    session.write("guest", made.success());
    let refused = list_tables(&session, &host, "guest").failure(107);
    assert!(refused.contains("sdk.data.read"), "{refused}");

    session.run("acme token remove ci").success();
    list_tables(&session, &host, "token").failure(116);
    let tokens = session.run("acme token list --json").json();
    assert_eq!(tokens[0]["name"], "guest");
    assert_eq!(tokens.as_array().map(Vec::len), Some(1));

    let Finished { stderr, .. } = host.finish();
    let secret = token.trim();
    assert!(!stderr.contains(secret), "the log has the token");
    let kept = std::fs::read_to_string(session.path().join("data/tokens.json")).unwrap();
    assert!(!kept.contains(secret), "the file has the token");
}

#[test]
fn a_token_can_be_made_before_the_first_start_and_elsewhere() {
    let session = Session::new(&["acme", "sdk-cli"]);
    session.write(
        "token",
        session
            .run("acme token new early --role operator")
            .success(),
    );
    let elsewhere = session.run("acme token new other --tokens others.json");
    assert!(elsewhere.stderr.starts_with("made `other` in others.json"));
    let host = session.serve("acme");
    let addr = host.addr();
    let modules = format!("--server http://{addr} --token-file token call sdk module list");
    session.run(&format!("sdk-cli {modules}")).success();
    host.stop();
    let missing = session.run("acme serve --addr 127.0.0.1:0 --tokens none.json");
    insta::assert_snapshot!(missing.failure(1), @r"
    error: none.json: No such file or directory (os error 2)
    hint: `token new NAME --tokens none.json` makes it
    ");
}
