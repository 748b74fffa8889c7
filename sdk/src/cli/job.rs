//! `job list`, `job run`, `job history`.

use super::{CommandError, Output, seed::refuse_pending};
use crate::{
    host::Host,
    jobs::{JobRun, JobsError},
};

/// Lists all jobs.
pub(super) async fn list(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let jobs = host.scheduler().list().await?;
    Ok(out.either(&jobs, |out| {
        let rows: Vec<_> = jobs
            .iter()
            .map(|job| {
                vec![
                    job.job.clone(),
                    job.schedule.clone(),
                    job.tz.clone(),
                    job.next
                        .map_or_else(|| "never".to_owned(), |next| next.to_string()),
                    job.last
                        .as_ref()
                        .map_or_else(String::new, |run| run.state.to_string()),
                ]
            })
            .collect();
        let titles = ["JOB", "SCHEDULE", "TIME ZONE", "NEXT RUN", "LAST RUN"];
        out.columns(&titles, &rows, "no module has jobs")
    })?)
}

/// Runs a job now and waits for its end.
pub(super) async fn run(host: &Host, job: &str, out: &mut Output<'_>) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let run = host.scheduler().run_now(job).await.map_err(unknown_job)?;
    out.either(&run, |out| write_runs(std::slice::from_ref(&run), out))?;
    match &run.error {
        Some(error) => Err(CommandError::failed(anyhow::anyhow!("{job}: {error}"))),
        None => Ok(()),
    }
}

/// Lists past runs, the newest first.
pub(super) async fn history(
    host: &Host,
    job: Option<&str>,
    limit: usize,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    refuse_pending(host).await?;
    let runs = host
        .scheduler()
        .history(job, limit)
        .await
        .map_err(unknown_job)?;
    Ok(out.either(&runs, |out| write_runs(&runs, out))?)
}

fn unknown_job(error: JobsError) -> CommandError {
    let unknown = matches!(error, JobsError::UnknownJob { .. });
    let error = CommandError::failed(error);
    if unknown {
        error.hint("`job list` shows the jobs")
    } else {
        error
    }
}

fn write_runs(runs: &[JobRun], out: &mut Output<'_>) -> std::io::Result<()> {
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            let started = run.started_at.map_or_else(String::new, |at| at.to_string());
            vec![
                run.due.to_string(),
                run.job.clone(),
                run.state.to_string(),
                run.attempt.to_string(),
                started,
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
