//! `migrate verify`: the store, its ledger and the binary against each other.

use crate::{
    cli::{CommandError, Output},
    host::Host,
    migrate::Check,
};

/// Shows each check and what it found; fails when one does not hold.
pub(super) async fn verify(host: &Host, out: &mut Output<'_>) -> Result<(), CommandError> {
    let verification = host.migrator()?.verify().await?;
    out.either(&verification, |out| {
        let mut checks = verification.checks.iter();
        checks.try_for_each(|check| write_check(check, out))
    })?;
    let failed = verification.checks.iter().filter(|check| !check.holds);
    match failed.count() {
        0 => Ok(()),
        count => {
            let s = if count == 1 { "" } else { "s" };
            let name = host.linked().name();
            Err(
                CommandError::failed(anyhow::anyhow!("{count} check{s} failed"))
                    .hint(format!("`{name} migrate status` shows each migration")),
            )
        }
    }
}

fn write_check(check: &Check, out: &mut Output<'_>) -> std::io::Result<()> {
    let verdict = if check.holds { "ok  " } else { "FAIL" };
    let found = check.found.join("\n                 ");
    out.line(format_args!("{verdict}  {:<9}  {found}", check.check))
}
