//! The lints of a module's migrations, with their places.

use std::{collections::BTreeSet, fs, path::Path};

use sdk_build::Checked;
use sdk_codegen::{folder::Entry, source::words_in_tests};
use sdk_schema::{
    FoldedSchema, Lint, LintContext, Migration, MigrationId, Name, Operation, lint_with,
};

use super::{base::Known, finding::Finding, place};
use crate::project::{Member, Project};

/// The lints of all migrations of a module, or of those that are not `known`.
pub(super) fn of_module(
    project: &Project,
    member: &Member,
    checked: &Checked,
    known: Option<&Known>,
) -> Vec<Finding> {
    let entries = &checked.folder.migrations;
    let dir = project.root.join(&member.folder);
    let tested = tested_steps(&dir, entries);
    let context = LintContext {
        newest_known: known.and_then(Known::newest),
        tested_steps: Some(&tested),
    };
    let mut findings = Vec::new();
    let mut before = FoldedSchema::new();
    for Entry { file, content } in entries {
        if !known.is_some_and(|known| known.has(&content.id)) {
            let lints = lint_with(&before, content, context);
            findings.extend(placed(&dir, member, file, &content.id, lints));
        }
        // A module that has been checked folds.
        if before.apply_migration(content).is_err() {
            break;
        }
    }
    findings
}

/// The steps of migrations that tests name. Source is read only where there are any.
fn tested_steps(dir: &Path, entries: &[Entry<Migration>]) -> BTreeSet<Name> {
    let operations = entries.iter().flat_map(|entry| &entry.content.operations);
    let runs = operations.filter_map(|operation| match operation {
        Operation::Run(run) => Some(run),
        _ => None,
    });
    let mut steps: BTreeSet<Name> = runs
        .flat_map(|run| run.steps().map(|(step, _)| step.clone()))
        .collect();
    if !steps.is_empty() {
        let words = words_in_tests(dir);
        steps.retain(|step| words.contains(step.as_str()));
    }
    steps
}

fn placed(
    dir: &Path,
    member: &Member,
    file: &Path,
    migration: &MigrationId,
    lints: Vec<Lint>,
) -> Vec<Finding> {
    if lints.is_empty() {
        return Vec::new();
    }
    let text = fs::read_to_string(dir.join(file)).unwrap_or_default();
    let finding = |lint: Lint| Finding {
        file: member.file(file),
        place: lint
            .operation
            .and_then(|operation| place::of_operation(&text, operation)),
        migration: migration.clone(),
        lint,
    };
    lints.into_iter().map(finding).collect()
}
