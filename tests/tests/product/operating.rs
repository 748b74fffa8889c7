//! A host in the hands of an operator: signals, pipes, wrong folders, wrong
//! words, and what can be asked before there is anything.

use product_tests::{Finished, Session, get, signal};

fn acme() -> Session {
    Session::new(&["acme"])
}

/// Runs a script in which `acme` is the host.
#[cfg(unix)]
fn script(session: &Session, text: &str) -> Finished {
    let program = product_tests::build("acme");
    let text = format!(
        "acme() {{ {:?} \"$@\"; }}\n{text}",
        program.display().to_string()
    );
    let mut command = session.command("bash");
    Finished::of(command.args(["-c", &text]))
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let session = acme();
    session.run("acme migrate apply").success();
    session.run("acme seed real").success();
    let finished = script(
        &session,
        "set -o pipefail; acme data export | head -n 1; echo exit code $?",
    );
    assert_eq!(finished.stderr, "");
    assert!(
        finished.stdout.starts_with("{\"table\":"),
        "{}",
        finished.stdout
    );
    assert!(
        finished.stdout.ends_with("exit code 0\n"),
        "{}",
        finished.stdout
    );
}

#[cfg(unix)]
#[test]
fn a_word_that_is_no_text_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let session = acme();
    let mut command = session.command("acme data get geo.country");
    command.arg(OsStr::from_bytes(b"\xff\xfe"));
    let complaint = Finished::of(&mut command).failure(2);
    insta::assert_snapshot!(complaint, @"error: argument 4, `��`, is not UTF-8");
}

#[test]
fn a_data_folder_that_is_a_file_is_refused() {
    let session = acme();
    session.write("notes", "");
    for line in ["data list", "migrate apply", "serve"] {
        let complaint = session.run(&format!("acme {line} --data notes")).failure(1);
        assert!(
            complaint.starts_with("error: notes is not a folder\nhint: "),
            "{complaint}"
        );
    }
}

#[test]
fn a_command_line_that_is_wrong_makes_nothing() {
    let session = acme();
    for line in [
        "migrate apply --allow-late nonsense",
        "data list geo.country --limit 0",
        "data list geo.country --after nonsense",
        "data list --reverse",
        "serve --addr nonsense",
        "serve --json",
    ] {
        let complaint = session.run(&format!("acme {line}")).failure(2);
        assert!(complaint.starts_with("error: "), "{line}: {complaint}");
        assert!(!session.path().join("data").exists(), "{line}");
    }
}

#[test]
fn what_needs_no_store_is_answered_without_one() {
    let session = acme();
    session.run("acme schema").success();
    session.run("acme version").success();
    assert_eq!(
        session.run("acme lang show de geo.country_JP").success(),
        "Japan\n"
    );
    insta::assert_snapshot!(session.run("acme doctor").success(), @r"
    ok    modules       3 linked: sdk, geo, campaign
    warn  store         there is no data in ./data
          hint: `acme serve` or `acme migrate apply` make it
    ok    translations  67 locales
    ");
    assert!(!session.path().join("data").exists());
}

#[test]
fn the_doctor_says_what_is_wrong_with_a_store_that_cannot_be_opened() {
    let session = acme();
    session.write("data/store.redb", "my shopping list".repeat(1_000));
    let examined = session.run("acme doctor");
    assert!(
        examined.stdout.contains("FAIL  store"),
        "{}",
        examined.stdout
    );
    assert!(
        examined.stdout.contains("is not a store"),
        "{}",
        examined.stdout
    );
    assert_eq!(examined.failure(1), "error: 1 check failed\n");
}

#[test]
fn an_import_names_every_line_that_does_not_fit() {
    let session = acme();
    session.run("acme migrate apply").success();
    session.write(
        "rows.jsonl",
        concat!(
            r#"{"table":"geo.region","row":{"code":"X1","name":"one"}}"#,
            "\n\nnonsense\n",
            r#"{"table":"geo.region","row":{"code":"X2","nome":"two"}}"#,
            "\n",
            r#"{"table":"geo.region","row":{"code":"X1","name":"one"}}"#,
            "\n",
            r#"{"table":"geo.planet","row":{}}"#,
            "\n[]\n",
        ),
    );
    insta::assert_snapshot!(session.run("acme data import rows.jsonl").failure(1), @r#"
    error: rows.jsonl, line 3, column 2: expected ident
    error: rows.jsonl, line 4: `region` has no field `nome`; it has code, name, parent, grouping
    error: rows.jsonl, line 5: key ["X1"] of `geo.region` stands in line 1 already
    error: rows.jsonl, line 6: the store has no table `geo.planet`
    error: rows.jsonl, line 7, column 2: invalid length 0, expected an object with the keys `table` and `row`
    hint: nothing was imported
    "#);
    session.write(
        "rows.jsonl",
        r#"{"table":"geo.region","row":{"code":"X1","name":"one","parent":"X2"}}"#,
    );
    insta::assert_snapshot!(session.run("acme data import rows.jsonl").failure(1), @r#"
    error: rows.jsonl, line 1: field `parent` of `geo.region` refers to "X2", which `geo.region` does not have
    hint: nothing was imported
    "#);
    assert!(
        session
            .run("acme data list geo.region")
            .success()
            .contains("no rows")
    );
}

#[cfg(unix)]
#[test]
fn a_signal_during_the_start_stops_it_cleanly() {
    let session = acme();
    let mut host = session.start("acme serve --addr 127.0.0.1:0");
    host.line_with("to apply");
    signal(host.id(), "INT");
    let stopped = host.finish();
    assert_eq!(stopped.code, 0, "{}", stopped.stderr);
    assert!(stopped.stdout.ends_with("stopped\n"), "{}", stopped.stdout);
    // The next start goes on from there.
    session.serve("acme").stop();
    assert!(session.run("acme doctor").success().contains("all applied"));
}

#[cfg(unix)]
#[test]
fn a_host_that_was_killed_leaves_nothing_in_the_way() {
    let session = acme();
    drop(session.serve("acme"));
    assert!(session.path().join("data/host.sock").exists());
    session.run("acme data get geo.country DE").success();
    let host = session.serve("acme");
    session.run("acme data get geo.country DE").success();
    host.stop();
    assert!(!session.path().join("data/host.sock").exists());
}

#[cfg(unix)]
#[test]
fn a_client_that_is_slow_does_not_hold_up_the_stop() {
    use std::{io::Write, net::TcpStream, os::unix::net::UnixStream};

    let session = acme();
    let host = session.serve("acme");
    let mut browser = TcpStream::connect(host.addr()).unwrap();
    browser.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let mut silent = UnixStream::connect(session.path().join("data/host.sock")).unwrap();
    silent.write_all(b"{\"words\":").unwrap();
    assert_eq!(get(host.addr(), "/healthz", &[]).status, 200);
    // The grace is 10 s, the test's patience is not: a host that waits for a
    // client would never end here.
    assert!(host.stop().ends_with("stopped\n"));
    drop((browser, silent));
}

#[cfg(unix)]
#[test]
fn a_folder_whose_socket_would_be_too_long_is_served_without_one() {
    let session = acme();
    let long = "x".repeat(120);
    let mut host = session.start(&format!("acme serve --addr 127.0.0.1:0 --data {long}"));
    host.line_with("ready");
    let refused = session
        .run(&format!("acme data list --data {long}"))
        .failure(1);
    assert!(
        refused.contains("is in use") && refused.contains("SUN_LEN"),
        "{refused}"
    );
    signal(host.id(), "TERM");
    let stopped = host.finish();
    assert!(
        stopped.stderr.contains("no command socket"),
        "{}",
        stopped.stderr
    );
}

#[test]
fn the_store_is_kept_in_order_while_the_host_runs() {
    let session = acme();
    let host = session.serve("acme");
    let checked = session.run("acme data check --repair --json").json();
    assert_eq!(checked["faults"], serde_json::json!([]));
    let rewritten = session.run("acme data rewrite --all --json").json();
    assert!(
        rewritten.as_array().is_some_and(|tables| tables.len() > 6),
        "{rewritten}"
    );
    let compacted = session.run("acme data compact --json").json();
    assert!(
        compacted["bytes_after"].as_u64() < compacted["bytes_before"].as_u64(),
        "{compacted}"
    );
    assert_eq!(checked["pages"], "verified");
    // The path is meant from here, wherever the host was started.
    session.write("elsewhere/note", "");
    let mut command = session.command("acme data snapshot copy.redb --data ../data");
    command.current_dir(session.path().join("elsewhere"));
    Finished::of(&mut command).success();
    let dumped = session.run("acme data dump geo.region").success();
    let rows = dumped.lines().filter(|line| line.contains(r#""tree":"r"#));
    assert_eq!(rows.count(), 31);
    let exported = session.run("acme data export").success();
    host.stop();

    // The copy is a store and has everything.
    std::fs::create_dir(session.path().join("copy")).unwrap();
    let copy = session.path().join("copy/store.redb");
    std::fs::rename(session.path().join("elsewhere/copy.redb"), copy).unwrap();
    session.run("acme data check --data copy").success();
    let copied = session.run("acme data export --data copy").success();
    assert!(copied == exported, "the copy has other rows");
}
