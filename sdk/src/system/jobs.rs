//! `sdk.v1.JobService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::refuse_pending;
use crate::{
    host::Host,
    jobs::{self, JobChange, JobsError},
    proto::sdk::v1::{
        self as wire, JobService, ListJobsRequest, ListJobsResponse, ListRunsRequest,
        ListRunsResponse, ResetJobRequest, ResetJobResponse, RunJobRequest, RunJobResponse,
        SetJobRequest, SetJobResponse,
    },
    rpc::{Failure, time},
};

/// How many runs are listed when nothing is said.
const RUNS: u32 = 20;

/// The most runs that are listed.
const MAX_RUNS: u32 = 1_000;

pub(super) struct Jobs {
    host: Arc<Host>,
}

impl Jobs {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self {
            host: Arc::clone(host),
        }
    }

    async fn list(&self) -> Result<Vec<wire::JobStatus>, Failure> {
        refuse_pending(&self.host).await?;
        let jobs = self.host.scheduler().list().await?;
        Ok(jobs.iter().map(job_status).collect())
    }

    /// The run belongs to the host: it goes on when whoever asked for it is gone.
    async fn run(&self, job: String) -> Result<RunJobResponse, Failure> {
        refuse_pending(&self.host).await?;
        let scheduler = self.host.scheduler().clone();
        let run = tokio::spawn(async move { scheduler.run_now(&job).await });
        let run = run.await.map_err(Failure::internal)??;
        Ok(RunJobResponse {
            run: Some(job_run(&run)),
        })
    }

    async fn runs(&self, request: ListRunsRequest) -> Result<ListRunsResponse, Failure> {
        refuse_pending(&self.host).await?;
        let limit = match request.limit {
            0 => RUNS,
            limit => limit.min(MAX_RUNS),
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let scheduler = self.host.scheduler();
        let runs = scheduler.history(request.job.as_deref(), limit).await?;
        Ok(ListRunsResponse {
            runs: runs.iter().map(job_run).collect(),
        })
    }

    async fn set(&self, request: SetJobRequest) -> Result<SetJobResponse, Failure> {
        refuse_pending(&self.host).await?;
        let change = JobChange {
            schedule: request.schedule,
            tz: request.tz,
            enabled: request.enabled.unwrap_or(true),
        };
        let scheduler = self.host.scheduler();
        scheduler.set_override(&request.job, change).await?;
        Ok(SetJobResponse {
            job: Some(self.one(&request.job).await?),
        })
    }

    async fn reset(&self, job: &str) -> Result<ResetJobResponse, Failure> {
        refuse_pending(&self.host).await?;
        self.host.scheduler().reset_override(job).await?;
        Ok(ResetJobResponse {
            job: Some(self.one(job).await?),
        })
    }

    async fn one(&self, job: &str) -> Result<wire::JobStatus, Failure> {
        let jobs = self.list().await?;
        let known: Vec<_> = jobs.iter().map(|it| it.job.clone()).collect();
        let found = jobs.into_iter().find(|it| it.job == job);
        Ok(found.ok_or_else(|| JobsError::UnknownJob {
            job: job.to_owned(),
            known: known.join(", "),
        })?)
    }
}

fn job_status(job: &jobs::JobStatus) -> wire::JobStatus {
    wire::JobStatus {
        job: job.job.clone(),
        description: job.description.clone(),
        schedule: job.schedule.clone(),
        tz: job.tz.clone(),
        enabled: job.enabled,
        overridden: job.overridden,
        problem: job.problem.clone(),
        next: job.next.map(time::to_message),
        last: job.last.as_ref().map(job_run),
    }
}

fn job_run(run: &jobs::JobRun) -> wire::JobRun {
    wire::JobRun {
        id: run.id.to_string(),
        job: run.job.clone(),
        due: Some(time::to_message(run.due)),
        asked: run.asked,
        state: run_state(run.state).into(),
        attempt: run.attempt,
        started_at: run.started_at.map(time::to_message),
        finished_at: run.finished_at.map(time::to_message),
        error: run.error.clone(),
    }
}

fn run_state(state: jobs::RunState) -> wire::RunState {
    use jobs::RunState;
    match state {
        RunState::Running => wire::RunState::Running,
        RunState::Done => wire::RunState::Done,
        RunState::Failed => wire::RunState::Failed,
        RunState::TimedOut => wire::RunState::TimedOut,
        RunState::Cancelled => wire::RunState::Cancelled,
        RunState::Interrupted => wire::RunState::Interrupted,
        RunState::Skipped => wire::RunState::Skipped,
    }
}

#[tonic::async_trait]
impl JobService for Jobs {
    async fn list_jobs(
        &self,
        _: Request<ListJobsRequest>,
    ) -> Result<Response<ListJobsResponse>, Status> {
        let jobs = self.list().await?;
        Ok(Response::new(ListJobsResponse { jobs }))
    }

    async fn run_job(
        &self,
        request: Request<RunJobRequest>,
    ) -> Result<Response<RunJobResponse>, Status> {
        Ok(Response::new(self.run(request.into_inner().job).await?))
    }

    async fn list_runs(
        &self,
        request: Request<ListRunsRequest>,
    ) -> Result<Response<ListRunsResponse>, Status> {
        Ok(Response::new(self.runs(request.into_inner()).await?))
    }

    async fn set_job(
        &self,
        request: Request<SetJobRequest>,
    ) -> Result<Response<SetJobResponse>, Status> {
        Ok(Response::new(self.set(request.into_inner()).await?))
    }

    async fn reset_job(
        &self,
        request: Request<ResetJobRequest>,
    ) -> Result<Response<ResetJobResponse>, Status> {
        Ok(Response::new(self.reset(&request.get_ref().job).await?))
    }
}
