//! What a new migration allows itself, because it has a step for it.
//!
//! A lint says that rows may not bear a change. Where the migration runs a step
//! that sees to just that, its file says so; whatever else the lints find is left
//! to the author.

use std::collections::BTreeMap;

use sdk_schema::{
    Allowance, FieldType, FoldedSchema, Lint, LintCode, Migration, Name, Operation, StepPurpose,
    StepStub, lint,
};

/// The allowances of a migration, given the schema before it and its new steps.
pub(super) fn allowances(
    before: &FoldedSchema,
    migration: &Migration,
    steps: &[StepStub],
) -> Vec<Allowance> {
    let lints = lint(before, migration);
    let mut reasons: BTreeMap<&str, Option<Vec<String>>> = BTreeMap::new();
    for found in lints.iter().filter(|it| it.is_refusal()) {
        let reason = operation_of(found, migration).and_then(|it| reason(found.code, it, steps));
        let reasons = reasons.entry(found.code.as_str());
        let reasons = reasons.or_insert_with(|| Some(Vec::new()));
        // An allowance is for the whole file: one that is not seen to forbids it.
        *reasons = reasons.take().zip(reason).map(|(mut all, reason)| {
            all.push(reason);
            all
        });
    }
    let allowed = reasons.into_iter().filter_map(|(code, reasons)| {
        Some(Allowance {
            lint: code.to_owned(),
            reason: reasons?.join("; "),
        })
    });
    allowed.collect()
}

fn operation_of<'a>(lint: &Lint, migration: &'a Migration) -> Option<&'a Operation> {
    migration.operations.get(lint.operation?.checked_sub(1)?)
}

/// How a step sees to what a lint says of an operation.
fn reason(code: LintCode, operation: &Operation, steps: &[StepStub]) -> Option<String> {
    let step = steps.iter().find(|step| sees_to(step, operation))?;
    let name = &step.name;
    Some(match code {
        LintCode::DropsField => format!("step `{name}` has read `{}`", step.from.as_ref()?.name),
        _ => format!("step `{name}` goes before it"),
    })
}

fn sees_to(step: &StepStub, operation: &Operation) -> bool {
    let is_of = |table: &Name| step.table == *table;
    match operation {
        Operation::ChangeField { table, field } => is_of(table) && step.to.name == field.name,
        Operation::DropField { table, field } => {
            let from = step.from.as_ref().map(|from| &from.name);
            is_of(table) && step.purpose == StepPurpose::Convert && from == Some(field)
        }
        // Ids that have just been made differ.
        Operation::ChangeKey { table, key } => {
            let makes_ids = step.purpose == StepPurpose::Identify && step.to.ty == FieldType::Id;
            is_of(table) && makes_ids && *key == [step.to.name.clone()]
        }
        _ => false,
    }
}
