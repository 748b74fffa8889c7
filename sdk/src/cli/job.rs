//! `job list`, `job run`, `job history`, `job set`, `job reset`.

use sdk_schema::Timestamp;

use super::{
    CommandError, Output, Session,
    document::{document, documents},
    output::{moment, one_line, shown},
};
use crate::proto::sdk::v1::{
    JobRun, JobStatus, ListJobsRequest, ListRunsRequest, ResetJobRequest, RunJobRequest, RunState,
    SetJobRequest,
};

/// Lists all jobs.
pub(super) async fn list(session: &Session<'_>, out: &mut Output<'_>) -> Result<(), CommandError> {
    let jobs = session.jobs().list_jobs(ListJobsRequest {}).await?;
    let jobs = jobs.into_inner().jobs;
    Ok(out.either(&documents(&jobs), |out| write_jobs(&jobs, out))?)
}

fn write_jobs(jobs: &[JobStatus], out: &mut Output<'_>) -> std::io::Result<()> {
    let rows: Vec<_> = jobs.iter().map(row).collect();
    let titles = ["JOB", "SCHEDULE", "TIME ZONE", "NEXT RUN", "LAST RUN"];
    out.columns(&titles, &rows, "no module has jobs")
}

fn row(job: &JobStatus) -> Vec<String> {
    let last = job.last.as_ref().map(|run| state(run.state()));
    let next = job.next.as_ref().and_then(super::output::instant);
    vec![
        job.job.clone(),
        job.schedule.clone(),
        job.tz.clone(),
        when(job.problem.as_deref(), next, job.enabled),
        last.unwrap_or_default().to_owned(),
    ]
}

/// When a job runs next, or why it does not.
pub(crate) fn when(problem: Option<&str>, next: Option<Timestamp>, enabled: bool) -> String {
    match (problem, next) {
        (Some(problem), _) => problem.to_owned(),
        (None, Some(next)) => moment(next),
        (None, None) if enabled => "never".to_owned(),
        (None, None) => "off".to_owned(),
    }
}

/// The word of a state, as it is stored.
fn state(state: RunState) -> &'static str {
    match state {
        RunState::Unspecified => "unknown",
        RunState::Running => "running",
        RunState::Done => "done",
        RunState::Failed => "failed",
        RunState::TimedOut => "timed_out",
        RunState::Cancelled => "cancelled",
        RunState::Interrupted => "interrupted",
        RunState::Skipped => "skipped",
    }
}

/// Runs a job now and waits for its end.
pub(super) async fn run(
    session: &Session<'_>,
    job: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = RunJobRequest {
        job: job.to_owned(),
    };
    let answer = session.jobs().run_job(request).await?.into_inner();
    let run = answer.run.unwrap_or_default();
    out.either(&document(&run), |out| {
        write_runs(std::slice::from_ref(&run), out)
    })?;
    if run.state() == RunState::Done {
        return Ok(());
    }
    let reason = one_line(run.error.as_deref().unwrap_or(state(run.state())));
    Err(CommandError::failed(anyhow::anyhow!("{job}: {reason}")))
}

/// Lists past runs, the newest first.
pub(super) async fn history(
    session: &Session<'_>,
    job: Option<&str>,
    limit: usize,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = ListRunsRequest {
        job: job.map(str::to_owned),
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
    };
    let runs = session.jobs().list_runs(request).await?.into_inner().runs;
    Ok(out.either(&documents(&runs), |out| write_runs(&runs, out))?)
}

fn write_runs(runs: &[JobRun], out: &mut Output<'_>) -> std::io::Result<()> {
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            vec![
                shown(run.due.as_ref()),
                run.job.clone(),
                state(run.state()).to_owned(),
                run.attempt.to_string(),
                shown(run.started_at.as_ref()),
                run.error.clone().unwrap_or_default(),
            ]
        })
        .collect();
    out.columns(
        &["DUE", "JOB", "STATE", "ATTEMPT", "STARTED", "ERROR"],
        &rows,
        "no runs yet",
    )
}

/// Sets something otherwise than the code declares.
pub(super) async fn set(
    session: &Session<'_>,
    job: &str,
    schedule: Option<&str>,
    tz: Option<&str>,
    enabled: bool,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = SetJobRequest {
        job: job.to_owned(),
        schedule: schedule.map(str::to_owned),
        tz: tz.map(str::to_owned),
        enabled: Some(enabled),
    };
    let answer = session.jobs().set_job(request).await?.into_inner();
    write_one(&answer.job.unwrap_or_default(), out)
}

/// Goes back to what the code declares.
pub(super) async fn reset(
    session: &Session<'_>,
    job: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = ResetJobRequest {
        job: job.to_owned(),
    };
    let answer = session.jobs().reset_job(request).await?.into_inner();
    write_one(&answer.job.unwrap_or_default(), out)
}

fn write_one(job: &JobStatus, out: &mut Output<'_>) -> Result<(), CommandError> {
    Ok(out.either(&document(job), |out| {
        write_jobs(std::slice::from_ref(job), out)
    })?)
}
