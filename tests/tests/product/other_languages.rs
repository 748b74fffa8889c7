//! Programs in another language speak to a host: by stubs made from the exported
//! protos, and by reflection with nothing but its address.
//!
//! They are in Python, in `tests/python`, and need packages that Python does not
//! come with: `SDK_TEST_PYTHON` names a Python that has them, and without it the test
//! is skipped. `.ci/run` makes one. So it is with `SDK_TEST_BUF`, the path of `buf`.

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

/// No file of gRPC itself is among them.
fn check_exported(created: &str) {
    insta::assert_snapshot!(created, @r#"
    created protos/buf.yaml
    created protos/campaign/v1/campaign.proto
    created protos/geo/v1/geo.proto
    created protos/sdk/v1/catalogues.proto
    created protos/sdk/v1/data.proto
    created protos/sdk/v1/doctor.proto
    created protos/sdk/v1/jobs.proto
    created protos/sdk/v1/migrations.proto
    created protos/sdk/v1/modules.proto
    created protos/sdk/v1/options.proto
    created protos/sdk/v1/schema.proto
    created protos/sdk/v1/seeds.proto
    "#);
}

/// Answers, streams in both directions, and errors with their details.
fn check_told(told: &Value) {
    insta::assert_snapshot!(pretty(told), @r#"
    {
      "place": {
        "code": "AT",
        "name": "オーストリア",
        "matched": "Österreich"
      },
      "modules": [
        "campaign",
        "geo",
        "sdk"
      ],
      "campaign": {
        "imported": 1,
        "goal": 100000,
        "totals": [
          0,
          1500,
          4000
        ]
      },
      "not signed in": {
        "code": "UNAUTHENTICATED",
        "message": "ListModules wants signed in, and nobody has signed in",
        "reason": "NOT_SIGNED_IN",
        "domain": "sdk",
        "hint": "send a token in the header `authorization`, as `Bearer TOKEN`"
      },
      "wrong token": {
        "code": "UNAUTHENTICATED",
        "message": "the token is not one of this host's",
        "reason": "TOKEN_UNKNOWN",
        "domain": "sdk",
        "hint": null
      },
      "no query": {
        "code": "INVALID_ARGUMENT",
        "message": "there is nothing to search for",
        "reason": "QUERY_EMPTY",
        "domain": "geo",
        "hint": null,
        "fields": [
          "query"
        ]
      },
      "wrong locale": {
        "code": "INVALID_ARGUMENT",
        "message": "there are no names in `tlh`",
        "reason": "LOCALE_UNKNOWN",
        "domain": "geo",
        "hint": null,
        "fields": [
          "locale"
        ]
      }
    }
    "#);
}

/// What reflection says of services and of the options of methods.
fn check_described(described: &Value) {
    insta::assert_snapshot!(pretty(&described["services"]), @r#"
    [
      "campaign.v1.Campaign",
      "geo.v1.Geo",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "sdk.v1.CatalogueService",
      "sdk.v1.DataService",
      "sdk.v1.DoctorService",
      "sdk.v1.JobService",
      "sdk.v1.MigrationService",
      "sdk.v1.ModuleService",
      "sdk.v1.SchemaService",
      "sdk.v1.SeedService"
    ]
    "#);
    insta::assert_snapshot!(pretty(&described["policies"]), @r#"
    {
      "CreateProject": "permission: \"campaign.project.write\"",
      "GetProject": "public: true",
      "Pledge": "signed_in: true",
      "WatchTotal": "public: true"
    }
    "#);
}

/// The program that a variable names; says that the test is skipped when there is none.
fn program_of(variable: &str, what: &str) -> Option<String> {
    let program = std::env::var(variable).ok();
    if program.is_none() {
        // Not by `eprintln!`, which is shown only when a test fails.
        let skipped = format!("skipped: {variable} names no {what}\n");
        std::io::stderr()
            .write_all(skipped.as_bytes())
            .expect("a line");
    }
    program
}

/// What `buf` says of the protos in a folder; it keeps its cache beside them.
fn check_by_buf(buf: &str, session: &Session, folder: &str) {
    for what in ["build", "lint"] {
        let mut command = session.command(&format!("\"{buf}\" {what} {folder}"));
        command.env("BUF_CACHE_DIR", session.path().join("cache"));
        assert_eq!(Finished::of(&mut command).success(), "", "buf {what}");
    }
}

#[test]
fn buf_takes_the_exported_protos_and_has_nothing_to_say_of_their_style() {
    let Some(buf) = program_of("SDK_TEST_BUF", "buf") else {
        return;
    };
    let session = Session::new(&["acme", "sdk-cli"]);
    let host = session.serve("acme");
    let addr = host.addr();
    let line = format!("sdk-cli --server http://{addr} export proto told");
    session.run(&line).success();
    host.stop();
    check_by_buf(&buf, &session, "told");
    // As they were written, from the sources of the examples and of the SDK.
    let written = session.path().join("written");
    let mut command = session.command("sdk-cli export proto");
    command.arg(written).current_dir(workspace_root());
    Finished::of(&mut command).success();
    check_by_buf(&buf, &session, "written");
}

#[test]
fn python_speaks_to_a_host_by_stubs_and_by_reflection() {
    let Some(python) = program_of("SDK_TEST_PYTHON", "Python that has gRPC") else {
        return;
    };
    let session = Session::new(&["acme", "sdk-cli"]);
    let host = session.serve("acme");
    let addr = host.addr();
    let exported = session.run(&format!(
        "sdk-cli --server http://{addr} export proto protos"
    ));
    check_exported(&exported.success());
    fs::create_dir(session.path().join("stubs")).expect("a folder");

    let by_stubs = run(&python, "stubs.py", &session, &host, "protos stubs");
    let by_reflection = run(&python, "reflection.py", &session, &host, "");
    assert_eq!(by_reflection["told"], by_stubs);
    check_told(&by_stubs);
    check_described(&by_reflection);
    host.stop();
}
