//! `migrate verify`: the store, its ledger and the binary against each other.

use crate::{
    cli::{CommandError, Output, Session, document::document},
    proto::sdk::v1::{MigrationCheck, VerifyRequest},
};

/// Shows each check and what it found; fails when one does not hold.
pub(super) async fn verify(
    session: &Session<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let verification = session.migrations().verify(VerifyRequest {}).await?;
    let verification = verification.into_inner();
    out.either(&document(&verification), |out| {
        let mut checks = verification.checks.iter();
        checks.try_for_each(|check| write_check(check, out))
    })?;
    let failed = verification.checks.iter().filter(|check| !check.holds);
    match failed.count() {
        0 => Ok(()),
        count => {
            let s = if count == 1 { "" } else { "s" };
            let name = session.name();
            Err(
                CommandError::failed(anyhow::anyhow!("{count} check{s} failed"))
                    .hint(format!("`{name} migrate status` shows each migration")),
            )
        }
    }
}

fn write_check(check: &MigrationCheck, out: &mut Output<'_>) -> std::io::Result<()> {
    let verdict = if check.holds { "ok  " } else { "FAIL" };
    let found = check.found.join("\n                 ");
    out.line(format_args!("{verdict}  {:<9}  {found}", check.check))
}
