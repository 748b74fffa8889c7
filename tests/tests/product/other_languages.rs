//! Programs in another language speak to a host: by stubs made from the exported
//! protos, and by reflection with nothing but its address.
//!
//! They are in Python, in `tests/python`, and need packages that Python does not
//! come with: `SDK_TEST_PYTHON` names a Python that has them, and without it the test
//! is skipped. `.ci/run` makes one.

use std::{fs, io::Write};

use product_tests::{Finished, Serving, Session, workspace_root};
use serde_json::Value;

/// Runs one of the programs of `tests/python` beside a host and reads what it was told.
fn run(python: &str, program: &str, session: &Session, host: &Serving, more: &str) -> Value {
    let program = workspace_root().join("tests/python").join(program);
    let (program, addr) = (program.display(), host.addr());
    let line = format!("\"{python}\" \"{program}\" {addr} data/owner.token {more}");
    let mut command = session.command(&line);
    // The tree of the sources stays as it is.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Finished::of(&mut command).json()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("it was JSON before")
}

#[test]
fn python_speaks_to_a_host_by_stubs_and_by_reflection() {
    let Ok(python) = std::env::var("SDK_TEST_PYTHON") else {
        // Not by `eprintln!`, which is shown only when a test fails.
        let skipped = "skipped: SDK_TEST_PYTHON names no Python that has gRPC\n";
        std::io::stderr()
            .write_all(skipped.as_bytes())
            .expect("a line");
        return;
    };
    let session = Session::new(&["acme", "sdk-cli"]);
    let host = session.serve("acme");
    let addr = host.addr();
    let exported = session.run(&format!(
        "sdk-cli --server http://{addr} export proto protos"
    ));
    insta::assert_snapshot!(exported.success(), @"");
    fs::create_dir(session.path().join("stubs")).expect("a folder");

    let by_stubs = run(&python, "stubs.py", &session, &host, "protos stubs");
    let by_reflection = run(&python, "reflection.py", &session, &host, "");
    assert_eq!(by_reflection["told"], by_stubs);
    insta::assert_snapshot!(pretty(&by_stubs), @"");
    insta::assert_snapshot!(pretty(&by_reflection["services"]), @"");
    insta::assert_snapshot!(pretty(&by_reflection["policies"]), @"");
    host.stop();
}
