//! `sdk.v1.DoctorService`: whether this host can do its work, check by check.
//!
//! Every check says ok, warn or fail, what was found, and what to do. What
//! keeps a store from being opened is for the command line to say.

use std::sync::Arc;

use sdk_schema::Application;
use tonic::{Request, Response, Status};

use super::{hint, row_counts};
use crate::{
    host::{Host, LinkError, Linked},
    migrate,
    proto::sdk::v1::{DoctorService, ExamineRequest, ExamineResponse, Finding, Verdict},
};

pub(super) struct Doctor {
    host: Arc<Host>,
}

impl Doctor {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self {
            host: Arc::clone(host),
        }
    }
}

#[tonic::async_trait]
impl DoctorService for Doctor {
    async fn examine(
        &self,
        _: Request<ExamineRequest>,
    ) -> Result<Response<ExamineResponse>, Status> {
        let host = &*self.host;
        let mut findings = vec![modules(host.linked()), store(host).await];
        if let Ok(application) = host.linked().application() {
            findings.push(migrations(host, application).await);
        }
        findings.extend([schema(host), jobs(host).await, translations(host.linked())]);
        Ok(Response::new(ExamineResponse { findings }))
    }
}

fn finding(check: &str, verdict: Verdict, found: String, hint: Option<String>) -> Finding {
    Finding {
        check: check.to_owned(),
        verdict: verdict.into(),
        found,
        hint,
    }
}

fn ok(check: &str, found: impl Into<String>) -> Finding {
    finding(check, Verdict::Ok, found.into(), None)
}

fn warn(check: &str, found: impl Into<String>, hint: impl Into<String>) -> Finding {
    finding(check, Verdict::Warn, found.into(), Some(hint.into()))
}

fn fail(check: &str, found: impl Into<String>, hint: impl Into<String>) -> Finding {
    finding(check, Verdict::Fail, found.into(), Some(hint.into()))
}

/// What modules lack that do not make an application.
pub(crate) fn unlinked(error: &LinkError) -> Finding {
    let hints = hint::of_link(error);
    let hint = (!hints.is_empty()).then(|| hints.join("\n"));
    finding("modules", Verdict::Fail, error.to_string(), hint)
}

/// What keeps the store from being opened.
pub(crate) fn unopened(verdict: Verdict, found: String, hint: Option<String>) -> Finding {
    finding("store", verdict, found, hint)
}

/// Whether the modules go together.
pub(crate) fn modules(linked: &Linked) -> Finding {
    let modules = match linked.application() {
        Ok(application) => &application.modules,
        Err(error) => return unlinked(&error),
    };
    let names: Vec<_> = modules.iter().map(|module| module.name.as_str()).collect();
    ok(
        "modules",
        format!("{} linked: {}", modules.len(), names.join(", ")),
    )
}

async fn store(host: &Host) -> Finding {
    match row_counts(host).await {
        Ok(counts) => {
            let rows: u64 = counts.iter().map(|(_, rows)| rows).sum();
            ok("store", format!("{} tables, {rows} rows", counts.len()))
        }
        Err(error) => fail(
            "store",
            error.to_string(),
            "keep a copy of the data folder, then restore it from a backup",
        ),
    }
}

async fn migrations(host: &Host, application: &Application) -> Finding {
    let name = host.linked().name();
    match migrate::plan(host.store(), application, &[]).await {
        Ok(plan) if !plan.pending.is_empty() => warn(
            "migrations",
            format!("{} pending", plan.pending.len()),
            format!("`{name} migrate apply` applies them, and so does `{name} serve`"),
        ),
        Ok(plan) if !plan.orphaned.is_empty() => warn(
            "migrations",
            format!("{} of modules that are not linked", plan.orphaned.len()),
            "link the module again, or leave its tables as they are",
        ),
        Ok(_) => ok("migrations", "all applied"),
        Err(error) => {
            let hints = hint::of_migrate(&error);
            let status = || format!("`{name} migrate status` shows each of them");
            let hint = if hints.is_empty() {
                status()
            } else {
                hints.join("\n")
            };
            fail("migrations", error.to_string(), hint)
        }
    }
}

/// Whether the store has what the modules declare; pending migrations explain a difference.
fn schema(host: &Host) -> Finding {
    let found = host.store().schema().schema();
    match migrate::compare(host.linked().frame(), &found) {
        Ok(()) => ok("schema", "the store has what the modules declare"),
        Err(differences) => warn(
            "schema",
            differences.to_string(),
            "apply the pending migrations",
        ),
    }
}

async fn jobs(host: &Host) -> Finding {
    match host.scheduler().list().await {
        Ok(jobs) => {
            let failing: Vec<_> = jobs
                .iter()
                .filter(|job| job.is_failing())
                .map(|job| job.job.as_str())
                .collect();
            if failing.is_empty() {
                return ok("jobs", format!("{} known", jobs.len()));
            }
            warn(
                "jobs",
                format!("the last run failed: {}", failing.join(", ")),
                format!("`{} job history JOB` shows why", host.linked().name()),
            )
        }
        // Before the first start there is no table of jobs.
        Err(error) => warn("jobs", error.to_string(), "apply the pending migrations"),
    }
}

/// Whether the translations can be read.
pub(crate) fn translations(linked: &Linked) -> Finding {
    match linked.catalogues() {
        Ok(catalogues) => ok(
            "translations",
            format!("{} locales", catalogues.locales().count()),
        ),
        Err(error) => fail(
            "translations",
            error.to_string(),
            "mend these files and build the host again",
        ),
    }
}
