//! What operations do to rows that are there, and what becomes of steps.

use super::{
    Lint, LintCode, LintContext,
    made::{Content, Made},
};
use crate::{
    Conversion, Field, FieldType, FoldedSchema, FoldedTable, Index, Name, Operation, Run, TableName,
};

/// The destructive and the data-dependent lints of one operation.
pub(super) fn of_rows(
    operation: &Operation,
    before: &FoldedSchema,
    made: &Made,
    module: &Name,
) -> Vec<Lint> {
    let full = |table: &Name| TableName::new(module.clone(), table.clone());
    let lint = match operation {
        Operation::DropTable { table } => drop_table(&full(table), made),
        Operation::DropField { table, field } => drop_field(&full(table), field, made),
        Operation::AddField { table, field } => return add_field(&full(table), field, made),
        Operation::AddIndex { table, index } => {
            let name = full(table);
            let folded = before.tables.get(&name);
            folded.and_then(|folded| add_index(&name, index, folded, made))
        }
        Operation::ChangeKey { table, key } => {
            let name = full(table);
            let folded = before.tables.get(&name);
            folded.and_then(|folded| change_key(&name, key, folded, made))
        }
        Operation::ChangeField { table, field } => {
            let name = full(table);
            let old = before.tables.get(&name);
            let old = old.and_then(|folded| folded.table.field(&field.name));
            return old.map_or(Vec::new(), |old| change_field(&name, old, field, made));
        }
        _ => None,
    };
    lint.into_iter().collect()
}

/// The lints of a call of a step.
pub(super) fn of_step(run: &Run, context: LintContext<'_>) -> Vec<Lint> {
    let mut lints = Vec::new();
    if run.inverse.is_none() {
        let message = format!(
            "step `{}` has no `inverse`, so nothing can take this migration back; name the step that undoes it, or \"nothing\" if what it wrote may stay",
            run.step
        );
        lints.push(Lint::new(LintCode::NoInverse, message));
    }
    let Some(tested) = context.tested_steps else {
        return lints;
    };
    let untested = run.steps().filter(|(step, _)| !tested.contains(*step));
    lints.extend(untested.map(|(step, _)| {
        let message = format!(
            "no test names step `{step}`, whose first run would be on rows that matter; call it in a test with rows as they were before"
        );
        Lint::new(LintCode::UntestedStep, message)
    }));
    lints
}

fn drop_table(table: &TableName, made: &Made) -> Option<Lint> {
    if made.has_table(table) {
        return None;
    }
    let message = format!(
        "table `{}` is dropped: its rows are lost, and the version before can no longer read it; move by a step what is still needed, and drop it a release after the last code that uses it",
        table.table
    );
    Some(Lint::new(LintCode::DropsTable, message))
}

fn drop_field(table: &TableName, field: &Name, made: &Made) -> Option<Lint> {
    if made.has_field(table, field) {
        return None;
    }
    let message = format!(
        "field `{field}` of `{}` is dropped: its values are lost, and the version before can no longer read them; move by a step what is still needed, and drop it a release after the last code that uses it",
        table.table
    );
    Some(Lint::new(LintCode::DropsField, message))
}

fn add_field(table: &TableName, field: &Field, made: &Made) -> Vec<Lint> {
    if made.is_empty_table(table) || field.default.is_none() {
        return Vec::new();
    }
    let reference = begins_to_refer(table, None, field);
    reference.into_iter().chain(expires(table, field)).collect()
}

fn add_index(table: &TableName, index: &Index, folded: &FoldedTable, made: &Made) -> Option<Lint> {
    let is_null = |field: &Name| made.content(table, field) == Some(Content::Nothing);
    if !index.unique || made.is_empty_table(table) || index.fields.iter().any(is_null) {
        return None;
    }
    let list = |field: &Name| {
        let field = folded.table.field(field);
        field.is_some_and(|field| field.ty.element().is_some())
    };
    let shared = if index.fields.iter().any(list) {
        "an element"
    } else {
        "all its values"
    };
    let message = format!(
        "unique index {} is new on rows of `{}` that are there: two of them that share {shared} stop the migration; make them differ by a step before it",
        index.label(),
        table.table
    );
    Some(Lint::new(LintCode::UniqueIndex, message))
}

fn change_key(table: &TableName, key: &[Name], folded: &FoldedTable, made: &Made) -> Option<Lint> {
    // A key that contains the old one keeps apart what the old one kept apart.
    let is_longer = folded.table.key.iter().all(|field| key.contains(field));
    if is_longer || made.is_empty_table(table) {
        return None;
    }
    let message = format!(
        "the key of `{}` becomes ({}): two rows that share it stop the migration; make them differ by a step before it",
        table.table,
        key.join(", ")
    );
    Some(Lint::new(LintCode::UniqueKey, message))
}

fn change_field(table: &TableName, old: &Field, new: &Field, made: &Made) -> Vec<Lint> {
    let content = made.content(table, &new.name);
    if made.is_empty_table(table) {
        return Vec::new();
    }
    let nulls = becomes_required(table, old, new, content);
    let mut lints: Vec<_> = nulls.into_iter().collect();
    if content != Some(Content::Nothing) {
        lints.extend(narrows(table, old, new));
        lints.extend(begins_to_refer(table, Some(old), new));
        lints.extend(expires(table, new).filter(|_| !old.expires));
    }
    lints
}

fn becomes_required(
    table: &TableName,
    old: &Field,
    new: &Field,
    content: Option<Content>,
) -> Option<Lint> {
    let is_required = old.nullable && !new.nullable;
    if !is_required || content == Some(Content::Default) {
        return None;
    }
    let (field, table) = (&new.name, &table.table);
    match &new.default {
        Some(_) if content.is_some() => None,
        Some(default) => Some(Lint::new(
            LintCode::FillsNulls,
            format!(
                "field `{field}` of `{table}` becomes required: each null becomes {}, and nobody can tell the two apart afterwards; give the rows with a null their values by a step before it",
                default.to_json()
            ),
        )),
        None => Some(Lint::new(
            LintCode::RequiresValues,
            format!(
                "field `{field}` of `{table}` becomes required and has no default: a row that holds null stops the migration; give the rows with a null their values by a step before it, or give the field a default"
            ),
        )),
    }
}

fn narrows(table: &TableName, old: &Field, new: &Field) -> Option<Lint> {
    if old.ty.conversion_to(&new.ty) != Conversion::Checked {
        return None;
    }
    let (field, table) = (&new.name, &table.table);
    let dropped = lacking(&old.ty, &new.ty);
    if dropped.is_empty() {
        let message = format!(
            "field `{field}` of `{table}` changes from {} to {}: a value that does not fit stops the migration; bring such values into range by a step before it",
            old.ty, new.ty
        );
        return Some(Lint::new(LintCode::NarrowsType, message));
    }
    let message = format!(
        "field `{field}` of `{table}` loses the variants {}: a row that holds one stops the migration; give such rows another variant by a step before it",
        dropped.join(", ")
    );
    Some(Lint::new(LintCode::DropsVariants, message))
}

fn begins_to_refer(table: &TableName, old: Option<&Field>, new: &Field) -> Option<Lint> {
    let target = &new.references.as_ref()?.table;
    if old.is_some_and(|old| old.refers_to(target)) {
        return None;
    }
    let message = format!(
        "field `{}` of `{}` begins to refer to `{target}`: a row whose value is no key there stops the migration; correct such rows by a step before it",
        new.name, table.table
    );
    Some(Lint::new(LintCode::ChecksReferences, message))
}

fn expires(table: &TableName, field: &Field) -> Option<Lint> {
    field.expires.then(|| {
        let message = format!(
            "rows of `{}` begin to expire by `{}`: those whose instant has passed are gone at once; make it null or later by a step before it where rows are to stay",
            table.table, field.name
        );
        Lint::new(LintCode::ExpiresRows, message)
    })
}

/// The variants of `old` that `new` has not, also inside a list.
pub(super) fn lacking<'a>(old: &'a FieldType, new: &FieldType) -> Vec<&'a str> {
    match (old, new) {
        (FieldType::Enum(old), FieldType::Enum(new)) => {
            let lacking = old.iter().filter(|variant| !new.contains(variant));
            lacking.map(Name::as_str).collect()
        }
        (FieldType::Vec(old), FieldType::Vec(new)) => lacking(old, new),
        _ => Vec::new(),
    }
}
