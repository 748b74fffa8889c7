//! `migrate mark`: repairs the ledger by hand.

use sdk_schema::MigrationId;

use super::status::in_words;
use crate::{
    cli::{CommandError, Output},
    host::Host,
    migrate::Mark,
};

/// Says of a migration what is so.
pub(super) async fn mark(
    host: &Host,
    migration: &MigrationId,
    mark: Mark,
    reason: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let marked = host.migrator()?.mark(migration, mark, reason).await?;
    Ok(out.either(&marked, |out| {
        let (what, before) = (in_words(marked.action), &marked.before);
        out.line(format_args!("{migration} {what}; before: {before}"))?;
        let name = host.linked().name();
        out.line(format_args!(
            "hint: `{name} migrate verify` checks that the tables agree"
        ))
    })?)
}
