//! The example host on the example modules: the main job from end to end.

use product_tests::{Session, get};
use serde_json::Value;

fn acme() -> Session {
    Session::new(&["acme"])
}

/// A session whose store is migrated and seeded.
fn seeded() -> Session {
    let session = acme();
    session.run("acme migrate apply").success();
    session.run("acme seed real").success();
    session
}

fn stamps(status: &Value) -> Vec<(String, String)> {
    let rows = status.as_array().expect("an array").iter();
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    rows.map(|row| (text(row, "stamp"), text(row, "module")))
        .collect()
}

#[test]
fn serve_applies_the_merged_order_seeds_the_world_and_answers() {
    let session = acme();
    let host = session.serve("acme");
    for expected in [
        "listening on http://127.0.0.1:",
        "seeded geo.country: 249 inserted",
        "locales: ",
    ] {
        assert!(
            host.printed().contains(expected),
            "{expected} in:\n{}",
            host.printed()
        );
    }
    assert_eq!(get(host.addr(), "/healthz", &[]).body, "ok\n");
    assert_eq!(get(host.addr(), "/readyz", &[]).status, 200);

    let arabic = get(host.addr(), "/lang/ar", &[]);
    let catalogue: Value = serde_json::from_str(&arabic.body).unwrap();
    assert_eq!(catalogue["geo.country_DE"], "ألمانيا");
    let etag = format!("If-None-Match: {}", arabic.header("etag").expect("an ETag"));
    let again = get(host.addr(), "/lang/ar", &[&etag]);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(get(host.addr(), "/lang/tlh", &[]).status, 404);

    let page = get(host.addr(), "/", &[]).body;
    assert!(page.contains("<td>geo.country</td><td>249</td>"), "{page}");

    let germany = session.run("acme data get geo.country DE --json").json();
    assert_eq!(germany["alpha3"], "DEU");
    let refused = session.run("acme serve --addr 127.0.0.1:0").failure(1);
    assert!(
        refused.contains("in use") && refused.contains("hint: "),
        "{refused}"
    );

    assert!(host.stop().ends_with("stopped\n"));
    assert_eq!(
        session.run("acme data get geo.country DE --json").json(),
        germany
    );
}

#[test]
fn the_plan_is_in_global_order_and_interleaves_the_modules() {
    let session = acme();
    let status = session.run("acme migrate status --json").json();
    let order = stamps(&status);
    assert!(order.is_sorted_by_key(|(stamp, _)| stamp), "{order:?}");
    let modules: Vec<_> = order.iter().map(|(_, module)| module.as_str()).collect();
    let changes = modules.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(
        changes >= 6,
        "geo and campaign grew side by side: {modules:?}"
    );
    assert!(
        status
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["state"] == "pending")
    );
    assert!(
        !session.path().join("data").exists(),
        "status writes nothing"
    );

    let plan = session.run("acme migrate plan --json").json();
    assert_eq!(stamps(&plan["pending"]), order);

    let applied = session.run("acme migrate apply --json").json();
    assert_eq!(applied["applied"].as_array().unwrap().len(), order.len());
    let status = session.run("acme migrate status --json").json();
    assert!(
        status
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["state"] == "applied")
    );
    assert!(
        session
            .run("acme migrate apply")
            .success()
            .contains("nothing to apply")
    );
}

#[test]
fn an_operators_edit_survives_the_next_start() {
    let session = seeded();
    let mut row = session.run("acme data get geo.country AQ --json").json();
    row["alpha3"] = "XYZ".into();
    let line = serde_json::json!({ "table": "geo.country", "row": row }).to_string();
    session
        .run_with_input("acme data import -", &line)
        .success();

    session.serve("acme").stop();
    let after = session.run("acme data get geo.country AQ --json").json();
    assert_eq!(after["alpha3"], "XYZ");
}

#[test]
fn test_rows_are_equal_for_equal_numbers() {
    let export = |rng: u64| {
        let session = seeded();
        session
            .run(&format!("acme seed test --rows 12 --rng {rng}"))
            .success();
        session
            .run("acme data export campaign.supporter campaign.pledge")
            .success()
    };
    let first = export(7);
    assert!(first.lines().count() >= 24, "{first}");
    assert_eq!(first, export(7));
    assert_ne!(first, export(8));
}

#[test]
fn an_export_imported_elsewhere_is_the_same_content() {
    let origin = seeded();
    origin.run("acme seed test --rows 5").success();
    let exported = origin.run("acme data export").success();

    let copy = acme();
    copy.run("acme migrate apply").success();
    copy.write("rows.jsonl", &exported);
    copy.run("acme data import rows.jsonl").success();
    assert_eq!(copy.run("acme data export").success(), exported);
}

#[test]
fn an_import_is_all_or_nothing_and_names_the_line() {
    let session = seeded();
    let before = session.run("acme data export").success();
    let good = session.run("acme data get geo.country AQ --json").json();
    let good = serde_json::json!({ "table": "geo.country", "row": good }).to_string();
    let mut row = session.run("acme data get geo.country DE --json").json();
    row["region"] = "no such region".into();
    let bad = serde_json::json!({ "table": "geo.country", "row": row }).to_string();
    let refused = session.run_with_input("acme data import -", &format!("{good}\n{bad}\n"));
    let complaint = refused.failure(1);
    assert!(
        complaint.contains("line 2") && complaint.contains("geo.region"),
        "{complaint}"
    );
    assert_eq!(session.run("acme data export").success(), before);
}

#[test]
fn lists_are_paged_by_a_cursor() {
    let session = seeded();
    let mut codes = Vec::new();
    let mut after = String::new();
    loop {
        let line = format!("acme data list geo.country --limit 100 --json{after}");
        let page = session.run(&line).json();
        let rows = page["rows"].as_array().unwrap().iter();
        codes.extend(rows.map(|row| row["code"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(cursor) => after = format!(" --after {cursor}"),
            None => break,
        }
    }
    assert_eq!(codes.len(), 249);
    assert!(codes.is_sorted());
}

#[test]
fn a_job_runs_on_demand_and_leaves_its_history() {
    let session = seeded();
    let jobs = session.run("acme job list --json").json();
    let job = jobs[0]["job"]
        .as_str()
        .expect("campaign has jobs")
        .to_owned();
    let run = session.run(&format!("acme job run {job} --json")).json();
    assert_eq!(run["state"], "done", "{run}");
    let history = session
        .run(&format!("acme job history {job} --json"))
        .json();
    assert_eq!(history[0]["due"], run["due"]);
    let unknown = session.run("acme job run campaign.nothing").failure(1);
    assert!(
        unknown.contains("hint: `job list` shows the jobs"),
        "{unknown}"
    );
}

#[test]
fn a_job_runs_through_a_running_host() {
    let session = acme();
    let host = session.serve("acme");
    let jobs = session.run("acme job list --json").json();
    let job = jobs[0]["job"].as_str().unwrap();
    let run = session.run(&format!("acme job run {job} --json")).json();
    assert_eq!(run["state"], "done", "{run}");
    host.stop();
}

#[test]
fn texts_fall_back_to_the_source_locale() {
    let session = acme();
    session.run("acme migrate apply").success();
    let german = session.run("acme lang show de geo.country_JP").success();
    assert_eq!(german, "Japan\n");
    let hebrew = session.run("acme lang show he geo.country_JP").success();
    assert_eq!(hebrew, "יפן\n");
    let locales = session.run("acme lang show --json").json();
    assert!(locales.as_array().unwrap().len() >= 30, "{locales}");
}

#[test]
fn a_healthy_host_has_nothing_for_the_doctor() {
    let session = seeded();
    let findings = session.run("acme doctor --json").json();
    let findings = findings.as_array().unwrap();
    assert!(findings.len() >= 5);
    assert!(
        findings.iter().all(|finding| finding["verdict"] == "ok"),
        "{findings:?}"
    );
}

#[test]
fn exit_codes_tell_failure_from_misuse() {
    let session = acme();
    session.run("acme version").success();
    let nothing = session.run("acme data list").failure(1);
    insta::assert_snapshot!(nothing, @r"
    error: there is no data in ./data
    hint: `acme serve` or `acme migrate apply` make it
    ");
    session.run("acme data frobnicate").failure(2);
    session.run("acme migrate apply").success();
    let unknown = session.run("acme data get geo.country XX").failure(1);
    insta::assert_snapshot!(unknown, @r"
    error: `geo.country` has no row with key `XX`
    hint: `data list geo.country` shows its rows
    ");
    let composite = session
        .run("acme data get geo.country_language DE")
        .failure(2);
    insta::assert_snapshot!(composite, @"error: the key of `geo.country_language` is (country, language): expected 2 words, found 1");
}
