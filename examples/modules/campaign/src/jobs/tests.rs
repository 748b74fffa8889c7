use super::*;
use crate::testing::{NOW, at, host, insert};

const PROJECT: &str = "019b9f1c-7c00-7000-8000-000000000001";

/// A store with one project and pledges of these instants and states; the
/// number of a pledge is the end of its id.
async fn pledges(store: &Store, pledges: &[(&str, &str)]) -> Result<()> {
    let supporter = format!(
        r#"{{"id":"{PROJECT}","email":"ada@example.org","name":"Ada","joined":"2026-01-30T08:00:00Z"}}"#
    );
    let organisation =
        format!(r#"{{"id":"{PROJECT}","name":"Good Works","country":"DE","slug":"good-works"}}"#);
    let project = format!(
        r#"{{"id":"{PROJECT}","organisation":"{PROJECT}","title":"Wells","summary":"Twelve.",
           "goal_minor":4800000,"currency":"EUR","starts":"2026-02-01"}}"#
    );
    insert(store, "campaign.supporter", &[&supporter]).await?;
    insert(store, "campaign.organisation", &[&organisation]).await?;
    insert(store, "campaign.project", &[&project]).await?;
    let row = |(number, (pledged_at, status)): (usize, &(&str, &str))| {
        format!(
            r#"{{"id":"019ba3d0-2000-7000-8000-{number:012}","supporter":"{PROJECT}",
               "project":"{PROJECT}","amount_minor":2500,"currency":"EUR",
               "pledged_at":"{pledged_at}","status":"{status}"}}"#
        )
    };
    let rows: Vec<_> = pledges.iter().enumerate().map(row).collect();
    insert(store, "campaign.pledge", &rows).await?;
    Ok(())
}

async fn states(store: &Store) -> Result<Vec<PledgeStatus>> {
    store
        .read(async |tx| {
            let page = tx.scan::<Pledge>().collect().await?;
            Ok(page.rows.iter().map(|pledge| pledge.status).collect())
        })
        .await
}

#[tokio::test]
async fn the_digest_counts_the_pledges_of_the_last_day() -> Result<()> {
    let host = host().await?;
    let rows = [
        ("2026-11-19T06:59:59Z", "open"),
        ("2026-11-19T07:00:00Z", "open"),
        ("2026-11-20T06:59:59Z", "open"),
        ("2026-11-20T06:00:00Z", "paid"),
        ("2026-11-20T07:00:00Z", "open"),
    ];
    pledges(host.store(), &rows).await?;
    let counts = count_pledges(host.store(), before(at(NOW), DAY), at(NOW)).await?;
    let counts: Vec<_> = counts
        .iter()
        .map(|(project, count)| (project.title.as_str(), *count))
        .collect();
    assert_eq!(counts, [("Wells", 3)]);
    let later = at("2026-11-21T07:00:01Z");
    assert_eq!(count_pledges(host.store(), later, later).await?, []);
    Ok(())
}

#[tokio::test]
async fn open_pledges_are_cancelled_after_sixty_days() -> Result<()> {
    let host = host().await?;
    let rows = [
        ("2026-09-21T06:59:59Z", "open"),
        ("2026-09-21T06:59:59Z", "paid"),
        ("2026-09-21T07:00:00Z", "open"),
        ("2026-11-20T06:00:00Z", "open"),
    ];
    pledges(host.store(), &rows).await?;
    let run = host.scheduler().run_now("campaign.expire_pledges").await?;
    assert_eq!(run.error, None);
    assert_eq!(
        states(host.store()).await?,
        [
            PledgeStatus::Cancelled,
            PledgeStatus::Paid,
            PledgeStatus::Open,
            PledgeStatus::Open,
        ]
    );
    Ok(())
}

#[tokio::test]
async fn more_pledges_than_a_batch_are_all_cancelled() -> Result<()> {
    let host = host().await?;
    let rows = vec![("2026-02-01T00:00:00Z", "open"); BATCH_ROWS + 1];
    pledges(host.store(), &rows).await?;
    host.scheduler().run_now("campaign.expire_pledges").await?;
    let states = states(host.store()).await?;
    assert!(states.iter().all(|state| *state == PledgeStatus::Cancelled));
    Ok(())
}

#[tokio::test]
async fn a_pledge_that_was_paid_meanwhile_is_not_cancelled() -> Result<()> {
    let host = host().await?;
    pledges(host.store(), &[("2026-02-01T00:00:00Z", "open")]).await?;
    let stale = stale_pledges(host.store(), at(NOW)).await?;
    host.store()
        .write(async |tx| {
            let pledge = tx.get::<Pledge>(stale[0]).await?.expect("the pledge");
            let status = PledgeStatus::Paid;
            tx.update(&Pledge { status, ..pledge }).await
        })
        .await?;
    assert_eq!(cancel(host.store(), &stale).await?, 0);
    assert_eq!(states(host.store()).await?, [PledgeStatus::Paid]);
    Ok(())
}

#[test]
fn before_stays_inside_the_calendar() {
    let first = Timestamp::from_micros(0).expect("1970");
    assert_eq!(before(at(NOW), DAY), at("2026-11-19T07:00:00Z"));
    assert_eq!(before(first, Duration::MAX), first);
}
