//! What the module does by itself.

use std::time::Duration;

use sdk::prelude::*;

use crate::{Pledge, PledgeStatus, Project};

const DAY: Duration = Duration::from_hours(24);

/// How long a pledge may stay open.
const PATIENCE: Duration = Duration::from_hours(60 * 24);

/// How many pledges one transaction cancels, so that others get their turn.
const BATCH_ROWS: usize = 200;

/// Counts the pledges of the last 24 hours by project and logs them.
#[job(
    schedule = "0 7 * * MON-FRI",
    tz = "Europe/Berlin",
    missed = "once",
    overlap = "forbid",
    timeout = "5m",
    retry = 2
)]
pub(crate) async fn digest(cx: &JobContext) -> Result<()> {
    let counts = count_pledges(cx.store(), before(cx.due(), DAY), cx.due()).await?;
    let english = cx.lang("en")?;
    for (project, pledges) in &counts {
        tracing::info!("{}", english.format(&project.headline(*pledges)));
    }
    tracing::info!(projects = counts.len(), "digest done");
    Ok(())
}

/// Cancels pledges that have been open for 60 days.
#[job(
    schedule = "30 2 * * *",
    tz = "UTC",
    missed = "once",
    overlap = "forbid",
    timeout = "10m",
    retry = 3
)]
pub(crate) async fn expire_pledges(cx: &JobContext) -> Result<()> {
    let stale = stale_pledges(cx.store(), before(cx.due(), PATIENCE)).await?;
    let mut cancelled = 0;
    for batch in stale.chunks(BATCH_ROWS) {
        if cx.is_cancelled() {
            break;
        }
        cancelled += cancel(cx.store(), batch).await?;
    }
    tracing::info!(cancelled, "pledges that stayed open for too long");
    Ok(())
}

/// The projects that got pledges in `from..until`, with their number.
async fn count_pledges(
    store: &Store,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(Project, u64)>> {
    store
        .read(async |tx| {
            let mut counts = Vec::new();
            let mut projects = tx.scan::<Project>().rows()?;
            while let Some(project) = projects.next().await? {
                let pledges = tx
                    .scan::<Pledge>()
                    .by(Pledge::PROJECT, project.id)
                    .range(Pledge::PLEDGED_AT, from..until);
                match pledges.count().await? {
                    0 => {}
                    count => counts.push((project, count)),
                }
            }
            Ok(counts)
        })
        .await
}

/// The pledges that have been open since before `cutoff`.
async fn stale_pledges(store: &Store, cutoff: Timestamp) -> Result<Vec<Id<Pledge>>> {
    store
        .read(async |tx| {
            let old = tx
                .scan::<Pledge>()
                .by(Pledge::STATUS, PledgeStatus::Open)
                .range(Pledge::PLEDGED_AT, ..cutoff);
            let page = old.collect().await?;
            Ok(page.rows.into_iter().map(|pledge| pledge.id).collect())
        })
        .await
}

/// Cancels those of the pledges that are still open, and says how many.
async fn cancel(store: &Store, pledges: &[Id<Pledge>]) -> Result<usize> {
    store
        .write(async |tx| {
            let mut cancelled = 0;
            for id in pledges {
                // It may have been paid or deleted since it was found.
                if let Some(mut pledge) = tx.get::<Pledge>(id).await?
                    && pledge.status == PledgeStatus::Open
                {
                    pledge.status = PledgeStatus::Cancelled;
                    tx.update(&pledge).await?;
                    cancelled += 1;
                }
            }
            Ok(cancelled)
        })
        .await
}

/// The instant `by` before another; at the edge of the calendar, the same.
fn before(instant: Timestamp, by: Duration) -> Timestamp {
    i64::try_from(by.as_micros())
        .ok()
        .and_then(|by| Timestamp::from_micros(instant.as_micros().checked_sub(by)?))
        .unwrap_or(instant)
}

#[cfg(test)]
mod tests;
