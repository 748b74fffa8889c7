//! `doctor`: whether this host can do its work, check by check.
//!
//! The command fails when a check does. It is what one asks when nothing else
//! works, so that it needs neither a store nor modules that go together.

use super::{CommandError, Output, Session, document::documents};
use crate::{
    host::{LinkError, Linked},
    proto::sdk::v1::{ExamineRequest, Finding, Verdict},
    system,
};

/// Runs every check on a host.
pub(super) async fn doctor(
    session: &Session<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let answer = session.doctor().examine(ExamineRequest {}).await?;
    report(&answer.into_inner().findings, out)
}

/// Runs the checks that need no store; `verdict` and `error` are about the store.
pub(crate) fn doctor_without_store(
    linked: &Linked,
    verdict: Verdict,
    error: &CommandError,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let hint = error.advice().map(str::to_owned);
    let store = system::unopened(verdict, error.message(), hint);
    let findings = [
        system::examine_modules(linked),
        store,
        system::examine_translations(linked),
    ];
    report(&findings, out)
}

/// Says why modules do not make an application.
pub(crate) fn doctor_unlinked(error: &LinkError, out: &mut Output<'_>) -> Result<(), CommandError> {
    report(&[system::unlinked(error)], out)
}

fn report(findings: &[Finding], out: &mut Output<'_>) -> Result<(), CommandError> {
    out.either(&documents(findings), |out| {
        findings
            .iter()
            .try_for_each(|finding| write_finding(finding, out))
    })?;
    let failed = findings.iter().filter(|it| it.verdict() == Verdict::Fail);
    match failed.count() {
        0 => Ok(()),
        1 => Err(CommandError::failed(anyhow::anyhow!("1 check failed"))),
        failed => Err(CommandError::failed(anyhow::anyhow!(
            "{failed} checks failed"
        ))),
    }
}

fn write_finding(finding: &Finding, out: &mut Output<'_>) -> std::io::Result<()> {
    let verdict = match finding.verdict() {
        Verdict::Ok => "ok  ",
        Verdict::Warn | Verdict::Unspecified => "warn",
        Verdict::Fail => "FAIL",
    };
    let found = finding.found.replace('\n', "\n                     ");
    out.line(format_args!("{verdict}  {:<13} {found}", finding.check))?;
    match &finding.hint {
        Some(hint) => out.line(format_args!("      hint: {hint}")),
        None => Ok(()),
    }
}
