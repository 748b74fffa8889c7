//! `sdk.v1.MigrationService`.

mod convert;

use std::sync::Arc;

use sdk_schema::{MigrationId, Stamp};
use tonic::{Request, Response, Status};

pub(crate) use convert::{Told, apply_report, plan_of, progress, status_of, told};

use crate::{
    host::{Host, StartError, StartOptions, StartStep},
    migrate::{self, Event, Mark},
    proto::sdk::v1::{
        ApplyReport, ApplyRequest, ApplyResponse, CheckCompatibleRequest, CheckCompatibleResponse,
        DownReport, DownRequest, DownResponse, GetLedgerRequest, GetLedgerResponse, GetPlanRequest,
        GetPlanResponse, GetStatusRequest, GetStatusResponse, MarkAs, MarkRequest, MarkResponse,
        MigrationCheck, MigrationService, VerifyRequest, VerifyResponse,
    },
    rpc::{Failure, Outlet, Replies, replies},
};

pub(super) struct Migrations {
    host: Arc<Host>,
}

impl Migrations {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self {
            host: Arc::clone(host),
        }
    }

    async fn status(&self) -> Result<GetStatusResponse, Failure> {
        Ok(status_of(&self.host.migrator()?.status().await?))
    }

    async fn plan(&self, request: &GetPlanRequest) -> Result<GetPlanResponse, Failure> {
        let allow_late = ids(&request.allow_late)?;
        let migrator = self.host.migrator()?;
        let plan = migrator.plan(&allow_late).await?;
        Ok(plan_of(&migrator.preview(&plan).await?))
    }

    async fn verify(&self) -> Result<VerifyResponse, Failure> {
        let verification = self.host.migrator()?.verify().await?;
        let checks = verification.checks.into_iter().map(|it| MigrationCheck {
            check: it.check.to_owned(),
            holds: it.holds,
            found: it.found,
        });
        Ok(VerifyResponse {
            checks: checks.collect(),
        })
    }

    async fn mark(&self, request: MarkRequest) -> Result<MarkResponse, Failure> {
        let mark = match request.r#as() {
            MarkAs::Applied => Mark::Applied,
            MarkAs::Pending => Mark::Pending,
            MarkAs::Accepted => Mark::Accepted,
            MarkAs::Unspecified => {
                let detail = "expected what is so: applied, pending or accepted";
                return Err(Failure::invalid("MARK_MISSING", detail).violation("as", detail));
            }
        };
        let id = migration("migration", &request.migration)?;
        let migrator = self.host.migrator()?;
        let marked = migrator.mark(&id, mark, &request.reason).await?;
        Ok(MarkResponse {
            migration: marked.migration.to_string(),
            action: convert::action(marked.action).into(),
            before: marked.before,
        })
    }

    async fn ledger(&self) -> Result<GetLedgerResponse, Failure> {
        let moment = self.host.migrator()?.moment().await?;
        let events = migrate::events(self.host.store()).await?;
        convert::ledger(&moment, &events)
    }

    fn compatible(&self, release: &str) -> Result<CheckCompatibleResponse, Failure> {
        let previous = serde_json::from_str(release).map_err(|error| {
            Failure::invalid("RELEASE_INVALID", &error).violation("release", error.to_string())
        })?;
        let application = self.host.linked().application()?;
        Ok(convert::compatibility(
            &application.compatibility(&previous),
        ))
    }
}

/// Applies what is pending. When a migration fails, those before it are told.
async fn apply(
    host: Arc<Host>,
    allow_late: Vec<MigrationId>,
    out: Outlet<ApplyResponse>,
) -> Result<(), Status> {
    let options = StartOptions {
        allow_late: &allow_late,
        ..StartOptions::default()
    };
    let mut so_far = Told::default();
    let mut tell = |step: StartStep<'_>| {
        if let StartStep::Migrating(event) = step
            && let Some(message) = progress(&mut so_far, &event)
        {
            out.offer(message);
        }
    };
    let applied = host.migrate_watched(&options, &mut tell).await;
    match applied {
        Ok(report) => out.send(end(apply_report(&report))).await,
        Err(StartError::Apply(failure)) => {
            if !failure.report.applied.is_empty() {
                out.send(end(apply_report(&failure.report))).await?;
            }
            Err(Failure::from(failure).into())
        }
        Err(error) => Err(Failure::from(error).into()),
    }
}

fn end(report: ApplyReport) -> ApplyResponse {
    let done = report.applied.len() as u64;
    ApplyResponse {
        done,
        total: done,
        report: Some(report),
        ..ApplyResponse::default()
    }
}

async fn down(host: Arc<Host>, to: Stamp, out: Outlet<DownResponse>) -> Result<(), Status> {
    let mut so_far = Told::default();
    let mut tell = |event: Event<'_>| {
        if let Some(message) = progress(&mut so_far, &event) {
            out.offer(DownResponse {
                done: message.done,
                total: message.total,
                label: message.label,
                counts_rows: message.counts_rows,
                report: None,
            });
        }
    };
    let (report, snapshot) = host
        .migrate_down(to, &mut tell)
        .await
        .map_err(Failure::from)?;
    let taken_back: Vec<_> = report.taken_back.iter().map(ToString::to_string).collect();
    let done = taken_back.len() as u64;
    let report = DownReport {
        taken_back,
        snapshot: snapshot.map(|path| path.display().to_string()),
    };
    let end = DownResponse {
        done,
        total: done,
        report: Some(report),
        ..DownResponse::default()
    };
    out.send(end).await
}

fn ids(texts: &[String]) -> Result<Vec<MigrationId>, Failure> {
    let numbered = texts.iter().enumerate();
    numbered
        .map(|(at, text)| migration(&format!("allow_late[{at}]"), text))
        .collect()
}

fn migration(place: &str, text: &str) -> Result<MigrationId, Failure> {
    text.parse().map_err(|error| {
        let detail = format!("`{text}`: {error}");
        Failure::invalid("MIGRATION_INVALID", &detail).violation(place, detail)
    })
}

#[tonic::async_trait]
impl MigrationService for Migrations {
    type ApplyStream = Replies<ApplyResponse>;
    type DownStream = Replies<DownResponse>;

    async fn get_status(
        &self,
        _: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        Ok(Response::new(self.status().await?))
    }

    async fn get_plan(
        &self,
        request: Request<GetPlanRequest>,
    ) -> Result<Response<GetPlanResponse>, Status> {
        Ok(Response::new(self.plan(request.get_ref()).await?))
    }

    async fn apply(
        &self,
        request: Request<ApplyRequest>,
    ) -> Result<Response<Self::ApplyStream>, Status> {
        let allow_late = ids(&request.get_ref().allow_late)?;
        let host = Arc::clone(&self.host);
        Ok(replies(move |out| apply(host, allow_late, out)))
    }

    async fn down(
        &self,
        request: Request<DownRequest>,
    ) -> Result<Response<Self::DownStream>, Status> {
        let text = &request.get_ref().to;
        let to = text.parse().map_err(|error| {
            let detail = format!("{error}");
            Failure::invalid("STAMP_INVALID", &detail).violation("to", detail)
        })?;
        let host = Arc::clone(&self.host);
        Ok(replies(move |out| down(host, to, out)))
    }

    async fn verify(&self, _: Request<VerifyRequest>) -> Result<Response<VerifyResponse>, Status> {
        Ok(Response::new(self.verify().await?))
    }

    async fn mark(&self, request: Request<MarkRequest>) -> Result<Response<MarkResponse>, Status> {
        Ok(Response::new(self.mark(request.into_inner()).await?))
    }

    async fn get_ledger(
        &self,
        _: Request<GetLedgerRequest>,
    ) -> Result<Response<GetLedgerResponse>, Status> {
        Ok(Response::new(self.ledger().await?))
    }

    async fn check_compatible(
        &self,
        request: Request<CheckCompatibleRequest>,
    ) -> Result<Response<CheckCompatibleResponse>, Status> {
        Ok(Response::new(self.compatible(&request.get_ref().release)?))
    }
}
