//! The scheduler on a clock that the tests move.

use std::time::Duration;

use sdk::{
    clock::Clock,
    jobs::{
        JobChange, JobContext, JobDeclaration, JobFuture, JobOverride, JobRun, JobsError, RunState,
        Scheduler,
    },
    lang::{CatalogueSource, Catalogues, Message},
    module::{self, Declaration},
    rpc::Clients,
    store::{Id, StoreError},
};
use sdk_schema::{Arb, Manifest, Missed, Name, Overlap, Timestamp};

use crate::bench::{Bench, module, text};

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Ends at once.
fn quick(_: &JobContext) -> JobFuture<'_> {
    Box::pin(async { Ok(()) })
}

/// Fails twice, then succeeds.
fn flaky(cx: &JobContext) -> JobFuture<'_> {
    Box::pin(async move {
        anyhow::ensure!(cx.attempt() > 2, "attempt {} fails", cx.attempt());
        Ok(())
    })
}

fn panicking(_: &JobContext) -> JobFuture<'_> {
    Box::pin(async { panic!("out of paper") })
}

/// Ends when it is told to.
fn polite(cx: &JobContext) -> JobFuture<'_> {
    Box::pin(async move {
        cx.cancelled().await;
        anyhow::bail!("told to end")
    })
}

/// Ends well if it can put a message into words.
fn speaking(cx: &JobContext) -> JobFuture<'_> {
    Box::pin(async move {
        let words = cx
            .lang("de")?
            .format(&Message::new("office.done").arg("count", 2));
        anyhow::ensure!(words == "2 erledigt", "{words}");
        Ok(())
    })
}

/// The texts of the office.
fn texts() -> CatalogueSource {
    let parse = |file: &str, text: &str| Arb::parse(file, text).expect("an ARB file");
    let mut office = Manifest::new(Name::new("office").expect("a name"), "1.0.0");
    office.catalogues = vec![
        parse(
            "en.arb",
            r#"{ "@@locale": "en", "done": "{count, number} done" }"#,
        ),
        parse(
            "de.arb",
            r#"{ "@@locale": "de", "done": "{count, number} erledigt" }"#,
        ),
    ];
    Catalogues::new(&[office]).into()
}

/// Never ends.
fn deaf(_: &JobContext) -> JobFuture<'_> {
    Box::pin(std::future::pending())
}

/// A job that is due every full hour.
fn hourly(run: sdk::jobs::JobFn) -> JobDeclaration {
    JobDeclaration {
        name: "work",
        description: "Works",
        schedule: "0 * * * *",
        tz: "UTC",
        missed: Missed::Skip,
        overlap: Overlap::Forbid,
        timeout: 10 * MINUTE,
        retry: 0,
        run,
    }
}

fn office(job: JobDeclaration) -> Vec<Declaration> {
    vec![Declaration {
        jobs: vec![job],
        ..module("office")
    }]
}

/// A scheduler on a migrated store; the clock shows 12:00 and the job is new.
struct Office {
    bench: Bench,
    scheduler: Scheduler,
}

impl Office {
    async fn open(job: JobDeclaration) -> Self {
        let bench = Bench::migrated(&office(job)).await;
        Self::reopen(bench, job).await
    }

    /// A host that starts on the store of another.
    async fn reopen(bench: Bench, job: JobDeclaration) -> Self {
        let jobs = module::jobs(&office(job));
        let scheduler = Scheduler::new(
            bench.store.clone(),
            bench.clock.clone(),
            texts(),
            Clients::default(),
            jobs,
        );
        scheduler.refresh().await.unwrap();
        Self { bench, scheduler }
    }

    fn clock(&self) -> &Clock {
        &self.bench.clock
    }

    /// The runs so far, the oldest first: `13:00 done 1`.
    async fn runs(&self) -> Vec<String> {
        let mut runs = self
            .scheduler
            .history(Some("office.work"), 1000)
            .await
            .unwrap();
        runs.reverse();
        runs.iter().map(line).collect()
    }

    /// Waits until the runs are these.
    async fn until(&self, expect: &[&str]) {
        let mut changes = self.scheduler.changes();
        let reached = async {
            while self.runs().await != expect {
                changes.changed().await.unwrap();
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), reached)
            .await
            .is_err()
        {
            assert_eq!(self.runs().await, expect);
        }
    }
}

/// Due time, state, attempt, and what went wrong.
fn line(run: &JobRun) -> String {
    let due = run.due.to_chrono().format("%H:%M");
    let error = run
        .error
        .as_ref()
        .map_or_else(String::new, |error| format!(": {error}"));
    format!("{due} {} {}{error}", run.state, run.attempt)
}

/// Time that passes whenever nothing else can go on.
async fn passing_time(clock: &Clock) -> ! {
    loop {
        tokio::task::yield_now().await;
        clock.advance(Duration::from_millis(100));
    }
}

/// What becomes of `work` while time passes.
async fn while_time_passes<T>(clock: &Clock, work: impl Future<Output = T>) -> T {
    tokio::select! {
        done = work => done,
        never = passing_time(clock) => never,
    }
}

fn noon(hours: u32, minutes: u32) -> Timestamp {
    format!("2026-11-20T{:02}:{minutes:02}:00Z", 12 + hours)
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_job_runs_when_it_is_due() {
    let office = Office::open(hourly(quick)).await;
    let running = office.scheduler.spawn();
    office.clock().set(noon(1, 0));
    office.until(&["13:00 done 1"]).await;
    office.clock().set(noon(2, 0));
    office.until(&["13:00 done 1", "14:00 done 1"]).await;
    running.stop(MINUTE).await;
    let next = office.scheduler.list().await.unwrap()[0].next;
    assert_eq!(next, Some(noon(3, 0)));
}

/// A host ran once at 13:00, was down from then on, and starts at 16:30. The
/// last of the runs is that of 17:00.
async fn after_a_break(missed: Missed, expect: &[&str]) {
    let job = JobDeclaration {
        missed,
        ..hourly(quick)
    };
    let office = Office::open(job).await;
    let running = office.scheduler.spawn();
    office.clock().set(noon(1, 0));
    office.until(&["13:00 done 1"]).await;
    running.stop(MINUTE).await;
    office.clock().set(noon(4, 30));
    let office = Office::reopen(office.bench, job).await;
    let running = office.scheduler.spawn();
    office.until(&expect[..expect.len() - 1]).await;
    office.clock().set(noon(5, 0));
    office.until(expect).await;
    running.stop(MINUTE).await;
}

#[tokio::test]
async fn runs_that_were_missed_are_skipped() {
    after_a_break(Missed::Skip, &["13:00 done 1", "17:00 done 1"]).await;
}

#[tokio::test]
async fn one_run_makes_up_for_all_that_were_missed() {
    after_a_break(
        Missed::Once,
        &["13:00 done 1", "16:00 done 1", "17:00 done 1"],
    )
    .await;
}

#[tokio::test]
async fn every_run_that_was_missed_is_made_up_for() {
    let all = [
        "13:00 done 1",
        "14:00 done 1",
        "15:00 done 1",
        "16:00 done 1",
        "17:00 done 1",
    ];
    after_a_break(Missed::All, &all).await;
}

#[tokio::test]
async fn a_host_that_is_restarted_all_the_time_still_runs_what_is_due() {
    let job = JobDeclaration {
        missed: Missed::Once,
        ..hourly(quick)
    };
    let mut office = Office::open(job).await;
    for _ in 0..3 {
        let running = office.scheduler.spawn();
        running.stop(MINUTE).await;
        office.clock().advance(25 * MINUTE);
        office = Office::reopen(office.bench, job).await;
    }
    let running = office.scheduler.spawn();
    office.until(&["13:00 done 1"]).await;
    running.stop(MINUTE).await;
}

/// Asks for a run of `job` and lets time pass until it has ended.
async fn run_now(job: JobDeclaration) -> String {
    let office = Office::open(job).await;
    let run = office.scheduler.run_now("office.work");
    let run = while_time_passes(office.clock(), run).await.unwrap();
    assert!(run.asked && run.finished_at.is_some());
    assert_eq!(office.runs().await, [line(&run)]);
    line(&run)
}

#[tokio::test]
async fn a_job_can_be_run_now() {
    assert_eq!(run_now(hourly(quick)).await, "12:00 done 1");
}

#[tokio::test]
async fn a_failed_run_is_tried_again_as_often_as_declared() {
    let retry = |retry| JobDeclaration {
        retry,
        ..hourly(flaky)
    };
    assert_eq!(run_now(retry(1)).await, "12:00 failed 2: attempt 2 fails");
    assert_eq!(run_now(retry(2)).await, "12:00 done 3");
}

#[tokio::test]
async fn a_panic_ends_the_run_and_nothing_else() {
    assert_eq!(
        run_now(hourly(panicking)).await,
        "12:00 failed 1: panicked: out of paper"
    );
}

#[tokio::test]
async fn a_job_puts_messages_into_words() {
    assert_eq!(run_now(hourly(speaking)).await, "12:00 done 1");
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_aborted() {
    assert_eq!(
        run_now(hourly(deaf)).await,
        "12:00 timed_out 1: took longer than 600s"
    );
}

/// Starts a run at 13:00 and stops the scheduler while it is going on.
async fn stopped(job: JobDeclaration, expect: &str) {
    let office = Office::open(job).await;
    let running = office.scheduler.spawn();
    office.clock().set(noon(1, 0));
    office.until(&["13:00 running 1"]).await;
    while_time_passes(office.clock(), running.stop(MINUTE)).await;
    assert_eq!(office.runs().await, [expect]);
    let refused = office.scheduler.run_now("office.work").await.unwrap_err();
    insta::allow_duplicates! {
        insta::assert_snapshot!(refused, @"job `office.work` is not started: the host is stopping");
    }
}

#[tokio::test]
async fn a_stop_tells_runs_to_end_and_waits_for_them() {
    stopped(hourly(polite), "13:00 cancelled 1: told to end").await;
}

#[tokio::test]
async fn a_run_that_does_not_end_in_the_grace_period_is_aborted() {
    stopped(hourly(deaf), "13:00 cancelled 1").await;
}

/// Starts a run at 13:00 that is still going on at 14:00, and stops.
async fn overlapping(overlap: Overlap, at_two: &[&str]) {
    let timeout = 3 * HOUR;
    let office = Office::open(JobDeclaration {
        overlap,
        timeout,
        ..hourly(polite)
    })
    .await;
    let running = office.scheduler.spawn();
    office.clock().set(noon(1, 0));
    office.until(&["13:00 running 1"]).await;
    office.clock().set(noon(2, 0));
    office.until(at_two).await;
    running.stop(MINUTE).await;
}

#[tokio::test]
async fn a_run_is_left_out_while_the_one_before_goes_on() {
    let skipped = "14:00 skipped 0: the run before it was still going on";
    overlapping(Overlap::Forbid, &["13:00 running 1", skipped]).await;
}

#[tokio::test]
async fn runs_may_overlap() {
    overlapping(Overlap::Allow, &["13:00 running 1", "14:00 running 1"]).await;
}

#[tokio::test]
async fn a_new_run_replaces_the_one_before() {
    let replaced = "13:00 cancelled 1: told to end";
    overlapping(Overlap::Replace, &[replaced, "14:00 running 1"]).await;
}

#[tokio::test]
async fn a_run_is_refused_while_another_goes_on() {
    let office = Office::open(hourly(polite)).await;
    let running = office.scheduler.spawn();
    office.clock().set(noon(1, 0));
    office.until(&["13:00 running 1"]).await;
    let error = office.scheduler.run_now("office.work").await.unwrap_err();
    insta::assert_snapshot!(error, @"job `office.work` is running, and its runs must not overlap");
    running.stop(MINUTE).await;
}

#[tokio::test]
async fn what_a_dead_host_has_left_running_is_marked() {
    let office = Office::open(hourly(deaf)).await;
    let host = tokio::spawn({
        let scheduler = office.scheduler.clone();
        async move { scheduler.run_now("office.work").await }
    });
    office.until(&["12:00 running 1"]).await;
    host.abort();
    let _ = host.await;
    let office = Office::reopen(office.bench, hourly(deaf)).await;
    assert_eq!(office.runs().await, ["12:00 interrupted 1"]);
    assert!(office.scheduler.list().await.unwrap()[0].is_failing());
}

#[tokio::test]
async fn an_operators_schedule_holds_at_once_survives_deploys_and_can_be_reset() {
    let office = Office::open(hourly(quick)).await;
    let running = office.scheduler.spawn();
    let half_past = JobChange {
        schedule: Some("30 * * * *".to_owned()),
        ..JobChange::default()
    };
    office
        .scheduler
        .set_override("office.work", half_past)
        .await
        .unwrap();
    office.clock().set(noon(0, 30));
    office.until(&["12:30 done 1"]).await;
    running.stop(MINUTE).await;

    let daily = JobDeclaration {
        schedule: "0 0 * * *",
        ..hourly(quick)
    };
    let office = Office::reopen(office.bench, daily).await;
    let status = office.scheduler.list().await.unwrap().remove(0);
    assert_eq!(
        (status.schedule.as_str(), status.overridden),
        ("30 * * * *", true)
    );

    office.clock().set(noon(5, 0));
    office
        .scheduler
        .reset_override("office.work")
        .await
        .unwrap();
    let status = office.scheduler.list().await.unwrap().remove(0);
    assert_eq!(
        (status.schedule.as_str(), status.overridden),
        ("0 0 * * *", false)
    );
    let running = office.scheduler.spawn();
    office.clock().set(noon(5, 30));
    running.stop(MINUTE).await;
    assert_eq!(office.runs().await, ["12:30 done 1"]);
}

#[tokio::test]
async fn a_job_that_is_switched_off_runs_only_when_asked() {
    let office = Office::open(hourly(quick)).await;
    let off = JobChange {
        enabled: false,
        ..JobChange::default()
    };
    office
        .scheduler
        .set_override("office.work", off)
        .await
        .unwrap();
    let running = office.scheduler.spawn();
    office.clock().set(noon(1, 30));
    office.scheduler.run_now("office.work").await.unwrap();
    running.stop(MINUTE).await;
    assert_eq!(office.runs().await, ["13:30 done 1"]);
    assert_eq!(office.scheduler.list().await.unwrap()[0].next, None);
}

#[tokio::test]
async fn an_impossible_schedule_is_refused_when_it_is_saved() {
    let office = Office::open(hourly(quick)).await;
    let never = JobChange {
        schedule: Some("0 0 31 2 *".to_owned()),
        ..JobChange::default()
    };
    let error = office
        .scheduler
        .set_override("office.work", never)
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"job `office.work`: the schedule `0 0 31 2 *` is never due: no date fits it");
    assert!(!office.scheduler.list().await.unwrap()[0].overridden);
}

#[tokio::test]
async fn an_unknown_job_is_named_beside_those_that_exist() {
    let office = Office::open(hourly(quick)).await;
    let error = office.scheduler.run_now("office.rest").await.unwrap_err();
    assert!(matches!(error, JobsError::UnknownJob { .. }));
    insta::assert_snapshot!(error, @"there is no job `office.rest`; there are: office.work");
}

#[tokio::test]
async fn a_job_that_is_no_longer_declared_is_marked() {
    let office = Office::open(hourly(quick)).await;
    let other = JobDeclaration {
        name: "other",
        ..hourly(quick)
    };
    let office = Office::reopen(office.bench, other).await;
    let rows = office.bench.all("sdk.job").await;
    let declared: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.get("id").unwrap().to_string(),
                row.get("declared").unwrap().to_string(),
            )
        })
        .collect();
    assert_eq!(
        declared,
        [
            ("office.other".into(), "true".into()),
            ("office.work".into(), "false".into())
        ]
    );
}

#[tokio::test]
async fn a_due_time_that_another_host_has_claimed_is_left_to_it() {
    let job = JobDeclaration {
        missed: Missed::All,
        ..hourly(quick)
    };
    let office = Office::open(job).await;
    let claimed = JobRun {
        id: Id::new(),
        job: "office.work".to_owned(),
        due: noon(1, 0),
        asked: false,
        state: RunState::Running,
        attempt: 1,
        started_at: Some(noon(1, 0)),
        finished_at: None,
        error: None,
    };
    let store = &office.bench.store;
    store
        .write(async |tx| tx.insert(&claimed).await)
        .await
        .unwrap();
    let running = office.scheduler.spawn();
    office.clock().set(noon(2, 0));
    office.until(&["13:00 running 1", "14:00 done 1"]).await;
    running.stop(MINUTE).await;
}

#[tokio::test]
async fn the_oldest_runs_are_forgotten() {
    let office = Office::open(hourly(quick)).await;
    let old = |number: i64| JobRun {
        id: Id::new(),
        job: "office.work".to_owned(),
        due: Timestamp::from_micros(number).unwrap(),
        asked: true,
        state: RunState::Done,
        attempt: 1,
        started_at: None,
        finished_at: None,
        error: None,
    };
    let insert = office.bench.store.write(async |tx| {
        for number in 0..1_005 {
            tx.insert(&old(number)).await?;
        }
        Ok::<_, StoreError>(())
    });
    insert.await.unwrap();
    office.scheduler.run_now("office.work").await.unwrap();
    let runs = office
        .scheduler
        .history(Some("office.work"), 2_000)
        .await
        .unwrap();
    assert_eq!(runs.len(), 1_000);
    assert_eq!(runs.last().unwrap().due.as_micros(), 6);
    assert_eq!(runs.first().unwrap().due, noon(0, 0));
}

#[tokio::test]
async fn a_schedule_that_was_spoiled_by_hand_is_reported_and_the_declared_one_holds() {
    let office = Office::open(hourly(quick)).await;
    office
        .scheduler
        .set_override("office.work", JobChange::default())
        .await
        .unwrap();
    let spoiled = text("at teatime");
    office
        .bench
        .edit("sdk.job_override", text("office.work"), "schedule", spoiled)
        .await;
    let status = office.scheduler.list().await.unwrap().remove(0);
    assert!(status.is_failing());
    assert!(status.problem.unwrap().contains("at teatime"));
    assert_eq!(status.next, Some(noon(1, 0)));
}

/// Leaves a trace of what it was told about itself.
fn writing(cx: &JobContext) -> JobFuture<'_> {
    Box::pin(async move {
        let job = format!(
            "{}.{} {} {}",
            cx.module(),
            cx.name(),
            cx.due(),
            cx.attempt()
        );
        let enabled = !cx.is_cancelled();
        let set_at = cx.clock().now();
        let trace = JobOverride {
            job,
            schedule: None,
            tz: None,
            enabled,
            set_at,
        };
        Ok(cx.store().write(async |tx| tx.insert(&trace).await).await?)
    })
}

#[tokio::test]
async fn a_job_knows_which_run_it_is_and_writes_to_the_store() {
    let office = Office::open(hourly(writing)).await;
    office.scheduler.run_now("office.work").await.unwrap();
    insta::assert_snapshot!(office.bench.rows("sdk.job_override").await, @r#"{"job":"office.work 2026-11-20T12:00:00.000000Z 1","schedule":null,"tz":null,"enabled":true,"set_at":"2026-11-20T12:00:00.000000Z"}"#);
}
