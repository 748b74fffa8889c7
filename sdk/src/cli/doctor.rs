//! `doctor`: whether this host can do its work, check by check.
//!
//! Every check says `ok`, `warn` or `fail`, what was found, and what to do.
//! The command fails when a check does.

use serde::Serialize;

use super::{CommandError, Output};
use crate::{host::Host, migrate};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
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
    #[serde(skip_serializing_if = "Option::is_none")]
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
    let findings = [
        modules(host),
        store(host).await,
        migrations(host).await,
        schema(host),
        jobs(host).await,
        translations(host),
    ];
    out.either(&findings, |out| {
        for finding in &findings {
            let verdict = match finding.verdict {
                Verdict::Ok => "ok  ",
                Verdict::Warn => "warn",
                Verdict::Fail => "FAIL",
            };
            out.line(format_args!(
                "{verdict}  {:<13} {}",
                finding.check, finding.found
            ))?;
            if let Some(hint) = &finding.hint {
                out.line(format_args!("      hint: {hint}"))?;
            }
        }
        Ok(())
    })?;
    match findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
        .count()
    {
        0 => Ok(()),
        failed => Err(CommandError::failed(anyhow::anyhow!(
            "{failed} checks failed"
        ))),
    }
}

/// A host that does not link is not open, so this says only what is linked.
fn modules(host: &Host) -> Finding {
    let modules = &host.linked().application().modules;
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

async fn migrations(host: &Host) -> Finding {
    let name = host.linked().name();
    match migrate::plan(host.store(), host.linked().application(), &[]).await {
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
        Err(error) => Finding::fail(
            "migrations",
            error.to_string(),
            format!("`{name} migrate status` shows each of them"),
        ),
    }
}

/// Whether the store has what the modules declare; pending migrations explain a difference.
fn schema(host: &Host) -> Finding {
    let found = host.store().schema().schema();
    match migrate::compare(host.linked().application(), &found) {
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

fn translations(host: &Host) -> Finding {
    let locales = host.linked().catalogues().locales().count();
    Finding::ok("translations", format!("{locales} locales"))
}
