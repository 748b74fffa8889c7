//! What a check found as one JSON document: `docs/format-check.md`.

use std::path::Path;

use sdk_codegen::FileFault;
use sdk_schema::{Lint, LintCategory, LintCode, LintLevel, MigrationId, Place};
use serde::Serialize;

use super::{
    Outcome,
    finding::{Fault, Finding},
};

/// All that a check has to say.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    passed: bool,
    modules: Vec<ModuleEntry<'a>>,
    faults: Vec<FaultEntry<'a>>,
    lints: Vec<LintEntry<'a>>,
    notes: &'a [String],
    counts: Counts,
}

#[derive(Serialize)]
struct ModuleEntry<'a> {
    name: &'a str,
    tables: usize,
    migrations: usize,
    seeds: usize,
    jobs: usize,
    translations: usize,
}

#[derive(Serialize)]
struct FaultEntry<'a> {
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

#[derive(Serialize)]
struct LintEntry<'a> {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    migration: &'a MigrationId,
    operation: Option<usize>,
    code: LintCode,
    category: LintCategory,
    level: LintLevel,
    message: &'a str,
    allowed: Option<&'a str>,
}

/// How many there are of each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) modules: usize,
    pub(super) faults: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) allowed: usize,
}

impl<'a> Document<'a> {
    pub(super) fn new(outcome: &'a Outcome) -> Self {
        Self {
            passed: outcome.passed(),
            modules: outcome.modules.iter().map(module).collect(),
            faults: outcome.faults.iter().map(fault).collect(),
            lints: outcome.findings.iter().map(lint).collect(),
            notes: &outcome.notes,
            counts: outcome.counts(),
        }
    }
}

fn module(checked: &sdk_build::Checked) -> ModuleEntry<'_> {
    let (module, folder) = (&checked.module, &checked.folder);
    ModuleEntry {
        name: &module.name,
        tables: module.tables.len(),
        migrations: folder.migrations.len(),
        seeds: folder.seeds.len(),
        jobs: module.jobs.len(),
        translations: folder.translations.len(),
    }
}

fn fault(fault: &Fault) -> FaultEntry<'_> {
    match fault {
        Fault::InFile(FileFault {
            file,
            place,
            message,
        }) => FaultEntry {
            file: Some(uri(file)),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            message,
        },
        Fault::Between(message) => FaultEntry {
            file: None,
            line: None,
            column: None,
            message,
        },
    }
}

fn lint(finding: &Finding) -> LintEntry<'_> {
    let Finding {
        file,
        place,
        migration,
        lint,
    } = finding;
    let Lint {
        code,
        operation,
        message,
        allowed,
    } = lint;
    LintEntry {
        file: uri(file),
        line: place.map(|Place { line, .. }| line),
        column: place.map(|Place { column, .. }| column),
        migration,
        operation: *operation,
        code: *code,
        category: code.category(),
        level: code.level(),
        message,
        allowed: allowed.as_deref(),
    }
}

/// A path of the workspace, with the same separators on every system.
fn uri(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
