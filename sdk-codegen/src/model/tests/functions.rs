//! `#[job]` and `#[step]`.

use std::time::Duration;

use insta::assert_snapshot;

use crate::{
    model::{Item, Job},
    ui::faults,
};

fn job(source: &str) -> Job {
    match Item::read(&syn::parse_str(source).unwrap()) {
        Some(Ok(Item::Job(job))) => job,
        other => panic!("expected a job, found {other:?}"),
    }
}

/// The faults of a job with these arguments.
fn job_faults(arguments: &str) -> String {
    faults(&format!(
        "#[job({arguments})]\nasync fn digest(cx: &JobContext) -> Result<()> {{ Ok(()) }}"
    ))
}

#[test]
fn reads_all_settings_of_a_job() {
    let job = job(r#"
        /// Mails each author
        /// what happened.
        ///
        /// Not on Sundays.
        #[job(schedule = "0 7 * * MON-FRI", tz = "Europe/Berlin", missed = "once", overlap = "forbid", timeout = "2h", retry = 5)]
        async fn digest(cx: &JobContext) -> Result<()> { Ok(()) }
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&job.job).unwrap(), @r#"
        {
          "name": "digest",
          "description": "Mails each author what happened.",
          "schedule": "0 7 * * MON-FRI",
          "tz": "Europe/Berlin",
          "missed": "once",
          "overlap": "forbid",
          "timeout": {
            "secs": 7200,
            "nanos": 0
          },
          "retry": 5
        }
    "#);
}

#[test]
fn a_job_needs_no_more_than_a_schedule() {
    let job = job(
        "#[job(schedule = \"@daily\")] async fn tidy(cx: &JobContext) -> Result<()> { Ok(()) }",
    );
    assert_eq!((job.job.tz.as_str(), job.job.retry), ("UTC", 0));
    assert_eq!(job.job.timeout, Duration::from_mins(5));
    assert_eq!(job.job.description, "");
}

#[test]
fn reads_durations_with_their_unit() {
    for (written, seconds) in [("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86_400)] {
        let job = job(&format!(
            "#[job(schedule = \"@daily\", timeout = \"{written}\")] async fn tidy(cx: &JobContext) -> Result<()> {{ Ok(()) }}"
        ));
        assert_eq!(job.job.timeout, Duration::from_secs(seconds), "{written}");
    }
}

#[test]
fn refuses_a_schedule_that_is_none_or_never_due() {
    assert_snapshot!(job_faults(""), @r#"
        2:10: a job lacks its `schedule = "…"`, such as "0 7 * * MON-FRI"
          | async fn digest(cx: &JobContext) -> Result<()> { Ok(()) }
          |          ^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"0 7 * *\""), @r#"
        1:18: `0 7 * *` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; found 4 fields
          | #[job(schedule = "0 7 * *")]
          |                  ^^^^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"0 0 31 2 *\""), @r#"
        1:18: the schedule `0 0 31 2 *` is never due: no date fits it
          | #[job(schedule = "0 0 31 2 *")]
          |                  ^^^^^^^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", tz = \"Europe/Bonn\""), @r#"
        1:33: `Europe/Bonn` is not a time zone: expected an IANA name such as Europe/Berlin
          | #[job(schedule = "@daily", tz = "Europe/Bonn")]
          |                                 ^^^^^^^^^^^^^
    "#);
}

#[test]
fn refuses_settings_that_are_not_known() {
    assert_snapshot!(job_faults("schedule = \"@daily\", timezone = \"UTC\""), @r#"
        1:28: `#[job]` has no key `timezone`: expected `schedule`, `tz`, `missed`, `overlap`, `timeout` or `retry`
          | #[job(schedule = "@daily", timezone = "UTC")]
          |                            ^^^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", missed = \"never\", overlap = \"alow\""), @r#"
        1:37: `missed` cannot be `never`: expected `skip`, `once` or `all`
          | #[job(schedule = "@daily", missed = "never", overlap = "alow")]
          |                                     ^^^^^^^
        1:56: `overlap` cannot be `alow`: expected `allow`, `forbid` or `replace`; did you mean `allow`?
          | #[job(schedule = "@daily", missed = "never", overlap = "alow")]
          |                                                        ^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", timeout = \"5 minutes\""), @r#"
        1:38: expected a duration such as "90s", "5m", "2h" or "1d", found `"5 minutes"`
          | #[job(schedule = "@daily", timeout = "5 minutes")]
          |                                      ^^^^^^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", timeout = \"0s\""), @r#"
        1:38: expected a duration such as "90s", "5m", "2h" or "1d", found `"0s"`
          | #[job(schedule = "@daily", timeout = "0s")]
          |                                      ^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", retry = -1"), @r#"
        1:36: expected a u32, found `-1`
          | #[job(schedule = "@daily", retry = -1)]
          |                                    ^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", retry = 5000000000"), @r#"
        1:36: expected a u32, found `5000000000`
          | #[job(schedule = "@daily", retry = 5000000000)]
          |                                    ^^^^^^^^^^
    "#);
    assert_snapshot!(job_faults("schedule = \"@daily\", schedule = \"@daily\""), @r#"
        1:28: `schedule` is given twice
          | #[job(schedule = "@daily", schedule = "@daily")]
          |                            ^^^^^^^^
    "#);
}

#[test]
fn refuses_a_function_that_is_not_shaped_as_a_job() {
    assert_snapshot!(faults("#[job(schedule = \"@daily\")] fn tidy(cx: JobContext) {}"), @r#"
        1:29: a job is async: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] fn tidy(cx: JobContext) {}
          |                             ^^
        1:32: a job returns a Result: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] fn tidy(cx: JobContext) {}
          |                                ^^^^
        1:41: a job takes a reference: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] fn tidy(cx: JobContext) {}
          |                                         ^^^^^^^^^^
    "#);
    assert_snapshot!(faults("#[job(schedule = \"@daily\")] async fn tidy() -> Result<()> {}"), @r#"
        1:38: a job takes one argument: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] async fn tidy() -> Result<()> {}
          |                                      ^^^^
    "#);
    assert_snapshot!(faults("#[job(schedule = \"@daily\")] async fn tidy(cx: &mut JobContext) -> Result<()> {}"), @r#"
        1:47: a job takes a reference: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] async fn tidy(cx: &mut JobContext) -> Result<()> {}
          |                                               ^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(faults("#[job(schedule = \"@daily\")] async fn tidy(cx: &JobContext, n: u8) -> Result<()> {}"), @r#"
        1:60: a job takes one argument: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] async fn tidy(cx: &JobContext, n: u8) -> Result<()> {}
          |                                                            ^^^^^
    "#);
    assert_snapshot!(faults("#[job(schedule = \"@daily\")] async fn tidy(&self) -> Result<()> {}"), @r#"
        1:43: a job is not a method: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] async fn tidy(&self) -> Result<()> {}
          |                                           ^^^^^
    "#);
    assert_snapshot!(faults("#[job(schedule = \"@daily\")] async unsafe fn tidy<T>(cx: &JobContext) -> Result<()> {}"), @r#"
        1:35: a job is not unsafe: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] async unsafe fn tidy<T>(cx: &JobContext) -> Result<()> {}
          |                                   ^^^^^^
        1:50: a job is not generic: expected `async fn name(cx: &JobContext) -> Result<()>`
          | #[job(schedule = "@daily")] async unsafe fn tidy<T>(cx: &JobContext) -> Result<()> {}
          |                                                  ^
    "#);
}

#[test]
fn a_step_is_revision_one_unless_it_says_otherwise() {
    for (arguments, revision) in [
        ("#[step]", 1),
        ("#[step()]", 1),
        ("#[sdk::step(revision = 3)]", 3),
    ] {
        let source =
            format!("{arguments} async fn count(tx: &mut WriteTx<'_>) -> Result<()> {{ Ok(()) }}");
        match Item::read(&syn::parse_str(&source).unwrap()) {
            Some(Ok(Item::Step(step))) => assert_eq!(step.step.revision, revision),
            other => panic!("expected a step, found {other:?}"),
        }
    }
}

#[test]
fn a_step_with_a_row_is_called_for_each() {
    for (arguments, batch) in [("#[step]", None), ("#[step(batch = 500)]", Some(500))] {
        let source = format!(
            "{arguments} async fn shorten(tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {{ Ok(()) }}"
        );
        match Item::read(&syn::parse_str(&source).unwrap()) {
            Some(Ok(Item::Step(step))) => assert_eq!((step.step.rows, step.batch), (true, batch)),
            other => panic!("expected a step, found {other:?}"),
        }
    }
}

#[test]
fn refuses_a_step_for_each_row_that_is_not_shaped_as_one() {
    assert_snapshot!(faults("#[step(batch = 0)] async fn count(tx: &mut WriteTx<'_>, row: Row) -> Result<()> {}"), @"
    1:8: a batch has at least one row, found `batch = 0`
      | #[step(batch = 0)] async fn count(tx: &mut WriteTx<'_>, row: Row) -> Result<()> {}
      |        ^^^^^^^^^
    1:62: a step for each row takes references: expected `async fn name(tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()>`
      | #[step(batch = 0)] async fn count(tx: &mut WriteTx<'_>, row: Row) -> Result<()> {}
      |                                                              ^^^
    ");
    assert_snapshot!(faults("#[step] async fn count(tx: &mut WriteTx<'_>, row: &mut Row, n: u8) -> Result<()> {}"), @"
    1:61: a step for each row takes two arguments: expected `async fn name(tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()>`
      | #[step] async fn count(tx: &mut WriteTx<'_>, row: &mut Row, n: u8) -> Result<()> {}
      |                                                             ^^^^^
    ");
    assert_snapshot!(faults("#[step(batch = 9)] async fn count(tx: &mut WriteTx<'_>) -> Result<()> {}"), @"
    1:8: `batch` is for a step that is called for each row: expected `async fn name(tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()>`
      | #[step(batch = 9)] async fn count(tx: &mut WriteTx<'_>) -> Result<()> {}
      |        ^^^^^
    ");
}

#[test]
fn refuses_a_step_that_is_not_shaped_as_one() {
    assert_snapshot!(faults("#[step(version = 1)] async fn count(tx: &WriteTx<'_>) -> Result<()> {}"), @"
    1:8: `#[step]` has no key `version`: expected `revision` or `batch`
      | #[step(version = 1)] async fn count(tx: &WriteTx<'_>) -> Result<()> {}
      |        ^^^^^^^
    1:41: a step takes a reference: expected `async fn name(tx: &mut WriteTx<'_>) -> Result<()>`
      | #[step(version = 1)] async fn count(tx: &WriteTx<'_>) -> Result<()> {}
      |                                         ^^^^^^^^^^^^
    ");
    assert_snapshot!(faults("#[step(revision = \"1\")] async fn count(tx: &mut WriteTx<'_>) -> Result<()> {}"), @r#"
        1:19: expected `revision = 1` or another whole number, found `"1"`
          | #[step(revision = "1")] async fn count(tx: &mut WriteTx<'_>) -> Result<()> {}
          |                   ^^^
    "#);
}

#[test]
fn other_functions_declare_nothing() {
    assert!(
        Item::read(&syn::parse_quote!(
            #[test]
            fn count() {}
        ))
        .is_none()
    );
}
