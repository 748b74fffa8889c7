//! Lint: what an author should know of a migration before anybody applies it.
//!
//! A migration that folds can still lose rows, stop on rows that are there, or
//! take away what a running version needs. A **lint** says so, by a stable
//! **code**; codes fall into categories, and each is an error or a warning. A
//! migration's file can **allow** a code with a reason; the lint is then still
//! given, with that reason.
//!
//! All of it is told from operations and the schema before them. What a step
//! does with rows cannot be seen, so a table or field that the migration itself
//! made counts as empty until a step has run.
//!
//! `docs/lints.md` describes each code.

mod allow;
mod breaks;
mod code;
mod find;
mod made;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

pub(crate) use breaks::breaks;
pub use code::{LintCategory, LintCode, LintLevel};
pub(crate) use made::Made;

use crate::{FoldedSchema, Migration, MigrationId, Name, Operation, TableName};

/// What is to be said of one migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lint {
    /// Which lint it is.
    pub code: LintCode,
    /// The operation, counted from 1; none when it is about the whole migration.
    pub operation: Option<usize>,
    /// What was found, what it means, what can be done.
    pub message: String,
    /// Why it is allowed, if the migration's file allows it.
    pub allowed: Option<String>,
}

/// What operations do not tell. What is not known is not linted, and is no
/// reason to call an allowance unused.
#[derive(Debug, Clone, Copy, Default)]
pub struct LintContext<'a> {
    /// The newest migration of the module in what others have already.
    pub newest_known: Option<&'a MigrationId>,
    /// The names of the steps that tests call.
    pub tested_steps: Option<&'a BTreeSet<Name>>,
}

impl Lint {
    pub(crate) fn new(code: LintCode, message: String) -> Self {
        Self {
            code,
            operation: None,
            message,
            allowed: None,
        }
    }

    /// How grave it is where it is not allowed.
    pub fn level(&self) -> LintLevel {
        self.code.level()
    }

    /// Whether it stops a check: an error that is not allowed.
    pub fn is_refusal(&self) -> bool {
        self.level() == LintLevel::Error && self.allowed.is_none()
    }
}

/// Says what is to be said of a migration, given the schema `before` it.
///
/// Operations after one that cannot be folded are left out.
///
/// ```
/// use sdk_schema::{FoldedSchema, LintCode, Migration, Name, lint};
///
/// let module = Name::new("blog").unwrap();
/// let read = |name: &str, operations: &str| {
///     let text = format!(r#"{{ "format": 1, "operations": [{operations}] }}"#);
///     Migration::parse(&module, name, &text).unwrap()
/// };
/// let mut before = FoldedSchema::new();
/// let table = r#"{ "create_table": { "name": "tag", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] } }"#;
/// before.apply_migration(&read("20261120T101530Z_create_tag.json", table)).unwrap();
///
/// let drop = read("20261127T101530Z_drop_tag.json", r#"{ "drop_table": { "table": "tag" } }"#);
/// assert_eq!(lint(&before, &drop)[0].code, LintCode::DropsTable);
/// ```
pub fn lint(before: &FoldedSchema, migration: &Migration) -> Vec<Lint> {
    lint_with(before, migration, LintContext::default())
}

/// As [`lint`], with what the caller knows beside the operations.
pub fn lint_with(
    before: &FoldedSchema,
    migration: &Migration,
    context: LintContext<'_>,
) -> Vec<Lint> {
    let mut lints: Vec<_> = late_stamp(migration, context).into_iter().collect();
    let mut schema = named_tables(before, migration);
    let mut made = Made::default();
    for (position, operation) in migration.operations.iter().enumerate() {
        let later = &migration.operations[position + 1..];
        let found = of_operation(operation, later, &schema, &made, migration, context);
        lints.extend(found.into_iter().map(|lint| Lint {
            operation: Some(position + 1),
            ..lint
        }));
        if schema.apply(&migration.id.module, operation).is_err() {
            break;
        }
        made.follow(&migration.id.module, operation);
    }
    allow::apply(migration, context, lints)
}

/// The tables that the operations name: there may be very many others.
fn named_tables(before: &FoldedSchema, migration: &Migration) -> FoldedSchema {
    let module = &migration.id.module;
    let operations = migration.operations.iter();
    let own = operations
        .flat_map(Operation::tables)
        .map(|table| TableName {
            module: module.clone(),
            table: table.clone(),
        });
    let referred = migration.operations.iter().flat_map(Operation::fields);
    let referred = referred.filter_map(|field| Some(field.references.as_ref()?.table.clone()));
    let names = own.chain(referred);
    let tables = names.filter_map(|name| {
        let folded = before.tables.get(&name)?.clone();
        Some((name, folded))
    });
    FoldedSchema {
        tables: tables.collect(),
    }
}

fn of_operation(
    operation: &Operation,
    later: &[Operation],
    before: &FoldedSchema,
    made: &Made,
    migration: &Migration,
    context: LintContext<'_>,
) -> Vec<Lint> {
    let module = &migration.id.module;
    let mut lints = find::of_rows(operation, before, made, module);
    let breaks = breaks(operation, before, made, module)
        .into_iter()
        .filter(|lint| lint.code.category() == LintCategory::Incompatible);
    lints.extend(breaks.filter(|_| !is_made_again(operation, later)));
    if let Operation::Run(run) = operation {
        lints.extend(find::of_step(run, context));
    }
    lints
}

/// An index that becomes unique, or ceases to be, is dropped and added.
fn is_made_again(operation: &Operation, later: &[Operation]) -> bool {
    let Operation::DropIndex { table, fields } = operation else {
        return false;
    };
    later.iter().any(|operation| {
        matches!(operation, Operation::AddIndex { table: of, index } if of == table && index.fields == *fields)
    })
}

fn late_stamp(migration: &Migration, context: LintContext<'_>) -> Option<Lint> {
    // A squash takes the place of what others have.
    let newest = context
        .newest_known
        .filter(|_| migration.replaces.is_empty())?;
    let id = &migration.id;
    (id.stamp <= newest.stamp && id != newest).then(|| {
        let message = format!(
            "its stamp {} is not later than that of `{newest}`, which others may have applied: they would refuse it as late; give the file a later stamp",
            id.stamp
        );
        Lint::new(LintCode::LateStamp, message)
    })
}
