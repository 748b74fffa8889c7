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
    check_exported(&exported.success());
    fs::create_dir(session.path().join("stubs")).expect("a folder");

    let by_stubs = run(&python, "stubs.py", &session, &host, "protos stubs");
    let by_reflection = run(&python, "reflection.py", &session, &host, "");
    assert_eq!(by_reflection["told"], by_stubs);
    check_told(&by_stubs);
    check_described(&by_reflection);
    host.stop();
}
