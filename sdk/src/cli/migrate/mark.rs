//! `migrate mark`: repairs the ledger by hand.

use sdk_schema::MigrationId;

use super::status::in_words;
use crate::{
    cli::{CommandError, MarkAs, Output, Session, document::document},
    proto::sdk::v1::{self as wire, MarkRequest},
};

/// Says of a migration what is so.
pub(super) async fn mark(
    session: &Session<'_>,
    migration: &MigrationId,
    mark: MarkAs,
    reason: &str,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let request = MarkRequest {
        migration: migration.to_string(),
        r#as: wire::MarkAs::from(mark).into(),
        reason: reason.to_owned(),
    };
    let marked = session.migrations().mark(request).await?.into_inner();
    Ok(out.either(&document(&marked), |out| {
        let (what, before) = (in_words(marked.action()), &marked.before);
        out.line(format_args!("{migration} {what}; before: {before}"))?;
        let name = session.name();
        out.line(format_args!(
            "hint: `{name} migrate verify` checks that the tables agree"
        ))
    })?)
}
