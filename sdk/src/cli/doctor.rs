//! `doctor`: whether this host can do its work, check by check.
//!
//! Every check says `ok`, `warn` or `fail`, what was found, and what to do.
//! The command fails when a check does. It is what one asks when nothing else
//! works, so that it needs neither a store nor modules that go together.

use sdk_schema::Application;
use serde::Serialize;

use super::{CommandError, Output};
use crate::{
    host::{Host, LinkError, Linked},
    migrate,
};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    hint: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Ok,
            found: found.into(),
            hint: None,
        }
    }

    fn warn(check: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warn,
            hint: Some(hint.into()),
            ..Self::ok(check, found)
        }
    }

    fn fail(check: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fail,
            ..Self::warn(check, found, hint)
        }
    }
}

/// Runs every check on an open host.
pub(super) async fn doctor(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let mut findings = vec![modules(host.linked()), store(host).await];
    if let Ok(application) = host.linked().application() {
        findings.push(migrations(host, application).await);
    }
    findings.extend([schema(host), jobs(host).await, translations(host.linked())]);
    report(&findings, out)
}

/// Runs the checks that need no store; `verdict` and `error` are about the store.
pub(crate) fn doctor_without_store(
    linked: &Linked,
    verdict: Verdict,
    error: &CommandError,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let store = Finding {
        check: "store",
        verdict,
        found: error.message(),
        hint: error.advice().map(str::to_owned),
    };
    report(&[modules(linked), store, translations(linked)], out)
}

/// Says why modules do not make an application.
pub(crate) fn doctor_unlinked(error: LinkError, out: &mut Output<'_>) -> Result<(), CommandError> {
    report(&[not_linked(&CommandError::failed(error))], out)
}

fn report(findings: &[Finding], out: &mut Output<'_>) -> Result<(), CommandError> {
    out.either(&findings, |out| {
        findings
            .iter()
            .try_for_each(|finding| write_finding(finding, out))
    })?;
    let failed = findings.iter().filter(|it| it.verdict == Verdict::Fail);
    match failed.count() {
        0 => Ok(()),
        1 => Err(CommandError::failed(anyhow::anyhow!("1 check failed"))),
        failed => Err(CommandError::failed(anyhow::anyhow!(
            "{failed} checks failed"
        ))),
    }
}

fn write_finding(finding: &Finding, out: &mut Output<'_>) -> std::io::Result<()> {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok  ",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    };
    let found = finding.found.replace('\n', "\n                     ");
    out.line(format_args!("{verdict}  {:<13} {found}", finding.check))?;
    match &finding.hint {
        Some(hint) => out.line(format_args!("      hint: {hint}")),
        None => Ok(()),
    }
}

fn not_linked(error: &CommandError) -> Finding {
    Finding {
        check: "modules",
        verdict: Verdict::Fail,
        found: error.message(),
        hint: error.advice().map(str::to_owned),
    }
}

fn modules(linked: &Linked) -> Finding {
    let modules = match linked.application() {
        Ok(application) => &application.modules,
        Err(error) => return not_linked(&CommandError::failed(error)),
    };
    let names: Vec<_> = modules.iter().map(|module| module.name.as_str()).collect();
    Finding::ok(
        "modules",
        format!("{} linked: {}", modules.len(), names.join(", ")),
    )
}

async fn store(host: &Host) -> Finding {
    match super::data::row_counts(host).await {
        Ok(counts) => {
            let rows: u64 = counts.iter().map(|(_, rows)| rows).sum();
            Finding::ok("store", format!("{} tables, {rows} rows", counts.len()))
        }
        Err(error) => Finding::fail(
            "store",
            error.to_string(),
            "keep a copy of the data folder, then restore it from a backup",
        ),
    }
}

async fn migrations(host: &Host, application: &Application) -> Finding {
    let name = host.linked().name();
    match migrate::plan(host.store(), application, &[]).await {
        Ok(plan) if !plan.pending.is_empty() => Finding::warn(
            "migrations",
            format!("{} pending", plan.pending.len()),
            format!("`{name} migrate apply` applies them, and so does `{name} serve`"),
        ),
        Ok(plan) if !plan.orphaned.is_empty() => Finding::warn(
            "migrations",
            format!("{} of modules that are not linked", plan.orphaned.len()),
            "link the module again, or leave its tables as they are",
        ),
        Ok(_) => Finding::ok("migrations", "all applied"),
        Err(error) => {
            let error = CommandError::failed(error);
            let status = || format!("`{name} migrate status` shows each of them");
            let hint = error.advice().map_or_else(status, str::to_owned);
            Finding::fail("migrations", error.message(), hint)
        }
    }
}

/// Whether the store has what the modules declare; pending migrations explain a difference.
fn schema(host: &Host) -> Finding {
    let found = host.store().schema().schema();
    match migrate::compare(host.linked().frame(), &found) {
        Ok(()) => Finding::ok("schema", "the store has what the modules declare"),
        Err(differences) => Finding::warn(
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
                return Finding::ok("jobs", format!("{} known", jobs.len()));
            }
            Finding::warn(
                "jobs",
                format!("the last run failed: {}", failing.join(", ")),
                format!("`{} job history JOB` shows why", host.linked().name()),
            )
        }
        // Before the first start there is no table of jobs.
        Err(error) => Finding::warn("jobs", error.to_string(), "apply the pending migrations"),
    }
}

fn translations(linked: &Linked) -> Finding {
    match linked.catalogues() {
        Ok(catalogues) => Finding::ok(
            "translations",
            format!("{} locales", catalogues.locales().count()),
        ),
        Err(error) => Finding::fail(
            "translations",
            error.to_string(),
            "mend these files and build the host again",
        ),
    }
}
