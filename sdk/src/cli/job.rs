//! `job list`, `job run`, `job history`.

use super::{
    CommandError, Output,
    output::{moment, one_line},
    seed::refuse_pending,
};
use crate::{
    host::Host,
    jobs::{JobRun, JobStatus, RunState},
};

/// Lists all jobs.
pub(super) async fn list(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let jobs = host.scheduler().list().await?;
    Ok(out.either(&jobs, |out| {
        let rows: Vec<_> = jobs.iter().map(row).collect();
        let titles = ["JOB", "SCHEDULE", "TIME ZONE", "NEXT RUN", "LAST RUN"];
        out.columns(&titles, &rows, "no module has jobs")
    })?)
}

fn row(job: &JobStatus) -> Vec<String> {
    let last = job.last.as_ref().map(|run| run.state.to_string());
    vec![
        job.job.clone(),
        job.schedule.clone(),
        job.tz.clone(),
        next_run(job),
        last.unwrap_or_default(),
    ]
}

/// When a job runs next, or why it does not.
pub(crate) fn next_run(job: &JobStatus) -> String {
    match (&job.problem, job.next) {
        (Some(problem), _) => problem.clone(),
        (None, Some(next)) => moment(next),
        (None, None) if job.enabled => "never".to_owned(),
        (None, None) => "off".to_owned(),
    }
}

/// Runs a job now and waits for its end. The run belongs to the host: it goes
/// on when whoever asked for it is gone.
pub(super) async fn run(host: &Host, job: &str, out: &mut Output<'_>) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let (scheduler, name) = (host.scheduler().clone(), job.to_owned());
    let run = tokio::spawn(async move { scheduler.run_now(&name).await }).await??;
    out.either(&run, |out| write_runs(std::slice::from_ref(&run), out))?;
    if run.state == RunState::Done {
        return Ok(());
    }
    let state = run.state.to_string();
    let reason = one_line(run.error.as_deref().unwrap_or(&state));
    Err(CommandError::failed(anyhow::anyhow!("{job}: {reason}")))
}

/// Lists past runs, the newest first.
pub(super) async fn history(
    host: &Host,
    job: Option<&str>,
    limit: usize,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let runs = host.scheduler().history(job, limit).await?;
    Ok(out.either(&runs, |out| write_runs(&runs, out))?)
}

fn write_runs(runs: &[JobRun], out: &mut Output<'_>) -> std::io::Result<()> {
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            vec![
                moment(run.due),
                run.job.clone(),
                run.state.to_string(),
                run.attempt.to_string(),
                run.started_at.map(moment).unwrap_or_default(),
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
