//! All that a check found, and how it is shown: as lines, as JSON, as SARIF.

use sdk_build::Checked;
use sdk_schema::LintLevel;
use serde::Serialize;

use super::{
    document::{Counts, Document},
    finding::{Fault, Finding},
    sarif::Log,
};
use crate::{arguments::Check, failure::Failure, report::Report};

/// What a check found.
#[derive(Default)]
pub(super) struct Outcome {
    /// How many modules were looked at.
    pub(super) members: usize,
    /// The sound modules.
    pub(super) modules: Vec<Checked>,
    /// What a build or a start would refuse.
    pub(super) faults: Vec<Fault>,
    /// The lints of migrations.
    pub(super) findings: Vec<Finding>,
    /// What is worth a look and no fault.
    pub(super) notes: Vec<String>,
    report: Report,
    deny_warnings: bool,
}

impl Outcome {
    pub(super) fn new(deny_warnings: bool) -> Self {
        Self {
            deny_warnings,
            ..Self::default()
        }
    }

    /// Adds a line to what people read.
    pub(super) fn line(&mut self, line: String) {
        self.report.line(line);
    }

    /// Adds what is worth a look.
    pub(super) fn note(&mut self, note: String) {
        self.report.line(note.clone());
        self.notes.push(note);
    }

    /// Adds lints. Those that stop nothing are shown beside their module.
    pub(super) fn add(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let is_shown = finding.lint.allowed.is_none() && !self.stops(&finding);
            if is_shown {
                self.report.line(finding.to_string());
            }
            self.findings.push(finding);
        }
    }

    /// Whether nothing stops.
    pub(super) fn passed(&self) -> bool {
        self.faults.is_empty() && !self.findings.iter().any(|finding| self.stops(finding))
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts {
            modules: self.members,
            faults: self.faults.len(),
            ..Counts::default()
        };
        for lint in self.findings.iter().map(|finding| &finding.lint) {
            match lint.level() {
                _ if lint.allowed.is_some() => counts.allowed += 1,
                LintLevel::Error => counts.errors += 1,
                LintLevel::Warning => counts.warnings += 1,
            }
        }
        counts
    }

    /// Shows everything in the form that is wanted.
    pub(super) fn conclude(mut self, wanted: &Check) -> Result<Report, Failure> {
        let document = if wanted.json {
            Some(text(&Document::new(&self))?)
        } else if wanted.sarif {
            Some(text(&Log::new(&self))?)
        } else {
            None
        };
        if self.passed() {
            return Ok(document.map_or_else(|| self.praise(), Report::text));
        }
        let stopping = self.stopping();
        let modules = counted(self.members, "module");
        let message = format!("{} in {modules}", counted(stopping.len(), "fault"));
        Err(match document {
            Some(document) => Failure {
                report: Report::text(document),
                ..Failure::new(message)
            },
            None => Failure {
                report: std::mem::take(&mut self.report),
                faults: stopping,
                ..Failure::new(message)
            },
        })
    }

    fn praise(&mut self) -> Report {
        let counts = self.counts();
        let mut line = format!("ok   {} checked", counted(counts.modules, "module"));
        let more = [
            (counts.warnings, "warning"),
            (counts.allowed, "allowed lint"),
        ];
        for (count, noun) in more.into_iter().filter(|(count, _)| *count > 0) {
            line = format!("{line}, {}", counted(count, noun));
        }
        let mut report = std::mem::take(&mut self.report);
        report.line(line);
        report
    }

    fn stops(&self, finding: &Finding) -> bool {
        let lint = &finding.lint;
        lint.is_refusal() || (self.deny_warnings && lint.allowed.is_none())
    }

    fn stopping(&self) -> Vec<String> {
        let faults = self.faults.iter().map(ToString::to_string);
        let findings = self.findings.iter().filter(|finding| self.stops(finding));
        faults.chain(findings.map(ToString::to_string)).collect()
    }
}

/// `1 fault`, `2 faults`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

fn text(document: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(document)
        .map_err(|error| Failure::new(format!("what was found cannot be shown: {error}")))
}
