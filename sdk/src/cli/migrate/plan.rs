//! `migrate plan`: what would be applied, and what that means for the rows.

use std::io;

use sdk_schema::{Lint, MigrationId, Preview, PreviewedMigration, PreviewedOperation, Work};

use super::report::write_orphaned;
use crate::{
    cli::{CommandError, Output},
    host::Host,
};

/// Shows what `apply` would do; writes nothing.
pub(super) async fn plan(
    host: &Host,
    allow_late: &[MigrationId],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let migrator = host.migrator()?;
    let plan = migrator.plan(allow_late).await?;
    let preview = migrator.preview(&plan).await?;
    Ok(write(&preview, out)?)
}

/// Writes a tree by stamp and module.
pub(super) fn write(preview: &Preview, out: &mut Output<'_>) -> io::Result<()> {
    out.either(preview, |out| write_tree(preview, out))
}

fn write_tree(preview: &Preview, out: &mut Output<'_>) -> io::Result<()> {
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

fn write_migration(migration: &PreviewedMigration, out: &mut Output<'_>) -> io::Result<()> {
    let id = &migration.id;
    let late = if migration.late { "  (late)" } else { "" };
    let resumes = if migration.resumes.is_some() {
        "  (goes on)"
    } else {
        ""
    };
    let line = format!(
        "{}  {}  {}{late}{resumes}  {}",
        id.stamp.instant().format("%Y-%m-%d %H:%M:%S"),
        id.module,
        id.name,
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
fn matters(migration: &PreviewedMigration, lint: &Lint) -> bool {
    let operation = lint.operation.and_then(|number| number.checked_sub(1));
    let operation = operation.and_then(|position| migration.operations.get(position));
    operation.is_none_or(|operation| operation.rows != Some(0))
}

fn describe(operation: &PreviewedOperation) -> String {
    let PreviewedOperation {
        in_words,
        rows,
        work,
        ..
    } = operation;
    match (work, rows) {
        (Work::Catalogue, _) | (_, Some(0)) => in_words.clone(),
        _ => format!("{in_words}: {}", work.describe(*rows)),
    }
}
