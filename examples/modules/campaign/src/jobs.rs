//! What the module does by itself.

use std::{collections::BTreeMap, time::Duration};

use sdk::prelude::*;

use crate::{Pledge, PledgeStatus, Project};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a pledge may stay open.
const PATIENCE: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// How many pledges one transaction cancels.
const BATCH_ROWS: usize = 200;

/// Counts the open pledges of the last 24 hours by project and logs them.
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
    for (project, pledges) in &counts {
        tracing::info!(%project, pledges, "pledges of the last day");
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
    let cutoff = before(cx.due(), PATIENCE);
    let mut cancelled = 0;
    while !cx.is_cancelled() {
        let batch = cancel_batch(cx.store(), cutoff).await?;
        cancelled += batch;
        if batch < BATCH_ROWS {
            break;
        }
    }
    tracing::info!(cancelled, "pledges that stayed open for too long");
    Ok(())
}

/// The number of open pledges in `from..until`, by the title of their project.
async fn count_pledges(
    store: &Store,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<String, usize>> {
    store
        .read(async |tx| {
            let mut counts = BTreeMap::new();
            let mut pledges = tx
                .scan::<Pledge>()
                .by(Pledge::STATUS, &PledgeStatus::Open)
                .range(Pledge::PLEDGED_AT, from..until)
                .rows()?;
            while let Some(pledge) = pledges.next().await? {
                let project = tx.get::<Project>(&pledge.project).await?;
                let title = project.map_or_else(|| pledge.project.to_string(), |it| it.title);
                *counts.entry(title).or_default() += 1;
            }
            Ok(counts)
        })
        .await
}

/// Cancels some pledges that are open since before `cutoff`, and says how many.
async fn cancel_batch(store: &Store, cutoff: Timestamp) -> Result<usize> {
    store.write(async |tx| cancel_some(tx, cutoff).await).await
}

async fn cancel_some(tx: &mut WriteTx<'_>, cutoff: Timestamp) -> Result<usize> {
    let old = tx
        .scan::<Pledge>()
        .by(Pledge::STATUS, &PledgeStatus::Open)
        .range(Pledge::PLEDGED_AT, ..cutoff)
        .limit(BATCH_ROWS)
        .collect()
        .await?;
    for pledge in &old.rows {
        let status = PledgeStatus::Cancelled;
        tx.update(&Pledge {
            status,
            ..pledge.clone()
        })
        .await?;
    }
    Ok(old.rows.len())
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
