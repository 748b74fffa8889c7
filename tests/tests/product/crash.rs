//! Hosts that end in the middle of their work, by accident and as asked.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use product_tests::{NewApp, Running, Session, signal};
use serde_json::{Value, json};

const SERVE: &str = "acme serve --addr 127.0.0.1:0";

/// Kills a program once it has written `writes` times to `file`, unless `work`
/// ends before that. Returns what `work` does.
fn kill_at_write<T>(id: u32, file: &Path, writes: usize, work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    let modified = || fs::metadata(file).and_then(|it| it.modified()).ok();
    let watch = || {
        let mut last = modified();
        let mut seen = 0;
        while !over.load(Ordering::Relaxed) {
            let now = modified();
            if now != last {
                (last, seen) = (now, seen + 1);
            }
            if seen == writes {
                return signal(id, "KILL");
            }
            thread::yield_now();
        }
    };
    thread::scope(|scope| {
        scope.spawn(watch);
        let result = work();
        over.store(true, Ordering::Relaxed);
        result
    })
}

/// Reads what a starting host prints until it is ready; false if it ends before that.
fn becomes_ready(host: &mut Running) -> bool {
    while let Some(line) = host.line() {
        if line == "ready" {
            return true;
        }
    }
    false
}

/// The migrations that the store has, as a start names them.
fn applied(session: &Session) -> BTreeSet<String> {
    let status = session.run("acme migrate status --json").json();
    let rows = status.as_array().expect("an array").iter();
    let applied = rows.filter(|row| row["state"] == "applied");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    applied
        .map(|row| {
            let [module, stamp, name] = ["module", "stamp", "name"].map(|key| text(&row[key]));
            format!("{module}/{stamp}_{name}")
        })
        .collect()
}

#[test]
fn a_start_that_is_killed_is_finished_by_the_next_one() {
    let whole = Session::new(&["acme"]);
    whole.serve("acme").stop();
    let expected = whole.run("acme data export").success();
    let mut killed = 0;
    for round in 0..10 {
        let session = Session::new(&["acme"]);
        let store = session.path().join("data/store.redb");
        let mut host = session.start(SERVE);
        let writes = 10 + 60 * round;
        let ready = kill_at_write(host.id(), &store, writes, || becomes_ready(&mut host));
        killed += usize::from(!ready);
        let said = host.printed().to_owned();
        drop(host);
        let applied = applied(&session);
        let mut said = said
            .lines()
            .filter_map(|line| line.strip_prefix("applied "));
        assert!(said.all(|id| applied.contains(id)), "{applied:?}");
        session.serve("acme").stop();
        let found = session.run("acme data export").success();
        assert!(found == expected, "round {round}: {writes} writes");
    }
    assert!(killed > 0, "no start was killed");
}

/// Regions that no seed has, as the lines of an import.
fn regions(codes: impl Iterator<Item = String>) -> String {
    let line = |code| {
        let row = json!({ "code": code, "name": "Somewhere" });
        json!({ "table": "geo.region", "row": row }).to_string()
    };
    codes.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_the_rest_is_all_or_nothing() {
    const ROWS: usize = 1_000;

    let session = Session::new(&["acme"]);
    let store = session.path().join("data/store.redb");
    let import = |rows: &str| session.run_with_input("acme data import -", rows);
    for round in 0..10 {
        let mut host = session.start(SERVE);
        assert!(becomes_ready(&mut host), "{}", host.printed());
        let one = regions([format!("one {round}")].into_iter());
        import(&one).success();
        let many = regions((0..ROWS).map(|row| format!("many {round} {row}")));
        let many = kill_at_write(host.id(), &store, 1 + round % 5, || import(&many));
        drop(host);
        let exported = session.run("acme data export geo.region").success();
        let count = |code: &str| exported.matches(&format!("\"code\":\"{code}")).count();
        assert_eq!(count("one "), round + 1);
        match count(&format!("many {round} ")) {
            0 => assert_ne!(many.code, 0, "it was acknowledged"),
            rows => assert_eq!(rows, ROWS, "a part of it is there"),
        }
    }
}

/// An application with a job that begins, waits until it shall end, and then
/// writes a row.
fn patient_app() -> NewApp {
    let lines = [
        "new module stock",
        "new table stock Item name:String",
        "new migration stock",
        "new job stock restock --schedule \"0 3 * * *\"",
    ];
    let app = NewApp::made_by("patient_app", &lines);
    app.edit(
        "modules/stock/src/jobs.rs",
        "(_cx: &JobContext) -> Result<()> {\n",
        r#"(cx: &JobContext) -> Result<()> {
    println!("restocking");
    cx.cancelled().await;
    let item = crate::Item { id: Id::new(), name: "last".to_owned() };
    cx.store().write(async |tx| tx.insert(&item).await).await?;
"#,
    );
    app.run("cargo build").success();
    app
}

#[test]
fn a_job_that_runs_when_the_host_is_stopped_may_finish() {
    let app = patient_app();
    let mut host = Running::start(&mut app.command("patient_app serve --addr 127.0.0.1:0"));
    assert!(becomes_ready(&mut host), "{}", host.printed());
    let asked = Running::start(&mut app.command("patient_app job run stock.restock --json"));
    host.line_with("restocking");
    signal(host.id(), "TERM");
    let printed = host.finish().success();
    assert!(
        printed.ends_with("stopping: running jobs get 10 s\nstopped\n"),
        "{printed}"
    );
    assert_eq!(asked.finish().json()["state"], "done");
    let rows = app.run("patient_app data list stock.item --json").json();
    assert_eq!(rows["rows"][0]["name"], "last");
    let history = app
        .run("patient_app job history stock.restock --json")
        .json();
    assert_eq!(history[0]["state"], "done", "{history}");
}
