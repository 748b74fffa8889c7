//! `migrate plan`: what would be applied, and what that means for the rows.

use std::io;

use sdk_schema::Stamp;

use super::report::write_orphaned;
use crate::{
    cli::{Output, document::document},
    proto::sdk::v1::{GetPlanResponse, Lint, PlannedMigration, PlannedOperation, Work},
};

/// Writes a tree by stamp and module.
pub(super) fn write(plan: &GetPlanResponse, out: &mut Output<'_>) -> io::Result<()> {
    out.either(&document(plan), |out| write_tree(plan, out))
}

fn write_tree(preview: &GetPlanResponse, out: &mut Output<'_>) -> io::Result<()> {
    for rename in &preview.renamed {
        out.line(format_args!(
            "rename module `{}` to `{}`, with its tables and its history",
            rename.from, rename.to
        ))?;
    }
    for adopted in &preview.adopted {
        out.line(format_args!(
            "{} takes the place of {} migrations that were applied",
            adopted.id,
            adopted.replaces.len()
        ))?;
    }
    for migration in &preview.pending {
        write_migration(migration, out)?;
    }
    write_orphaned(preview.orphaned.iter(), out)?;
    match preview.pending.len() {
        0 => out.line("nothing to apply"),
        1 => out.line("1 migration to apply"),
        count => out.line(format_args!("{count} migrations to apply")),
    }
}

fn write_migration(migration: &PlannedMigration, out: &mut Output<'_>) -> io::Result<()> {
    let late = if migration.late { "  (late)" } else { "" };
    let resumes = if migration.resumes.is_some() {
        "  (goes on)"
    } else {
        ""
    };
    let line = format!(
        "{}  {}  {}{late}{resumes}  {}",
        second(&migration.stamp),
        migration.module,
        migration.name,
        migration.description
    );
    out.line(line.trim_end())?;
    let last = migration.operations.len().saturating_sub(1);
    for (position, operation) in migration.operations.iter().enumerate() {
        let branch = if position == last { "└─" } else { "├─" };
        out.line(format_args!("  {branch} {}", describe(operation)))?;
    }
    let mut lints = migration
        .lints
        .iter()
        .filter(|lint| matters(migration, lint));
    lints.try_for_each(|lint| match &lint.allowed {
        Some(reason) => out.line(format_args!("     {}, allowed: {reason}", lint.code)),
        None => out.line(format_args!("     {}: {}", lint.code, lint.message)),
    })
}

/// What there is to say of a table without rows nobody wants to know.
fn matters(migration: &PlannedMigration, lint: &Lint) -> bool {
    let position = lint.operation.and_then(|number| number.checked_sub(1));
    let position = position.and_then(|position| usize::try_from(position).ok());
    let operation = position.and_then(|position| migration.operations.get(position));
    operation.is_none_or(|operation| operation.rows != Some(0))
}

/// The second of a stamp, as people read it.
fn second(stamp: &str) -> String {
    match stamp.parse::<Stamp>() {
        Ok(stamp) => stamp.instant().format("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => stamp.to_owned(),
    }
}

fn describe(operation: &PlannedOperation) -> String {
    let work = match operation.work() {
        Work::Catalogue => return operation.in_words.clone(),
        Work::Reads => sdk_schema::Work::Reads,
        Work::Rewrites => sdk_schema::Work::Rewrites,
        Work::Removes => sdk_schema::Work::Removes,
        Work::Unknown | Work::Unspecified => sdk_schema::Work::Unknown,
    };
    match operation.rows {
        Some(0) => operation.in_words.clone(),
        rows => format!("{}: {}", operation.in_words, work.describe(rows)),
    }
}
