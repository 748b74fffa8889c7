use sdk::prelude::*;

use super::*;
use crate::{
    Organisation, Pledge, PledgeStatus, Project, ProjectStatus,
    testing::{History, insert},
};

const ORGANISATION: &str = "019b8c3e-5a00-7000-8000-000000000001";
const NAMESAKE: &str = "019b8c3e-5a00-7000-8000-000000000002";
const PROJECT: &str = "019b9f1c-7c00-7000-8000-000000000001";
const PLEDGE: &str = "019ba3d0-2000-7000-8000-000000000001";

/// What a host held in February, before anything was renamed.
async fn february() -> Result<History> {
    let mut history = History::new();
    history.advance("20260201T000000Z").await?;
    let tables = [
        (
            "geo.region",
            vec![r#"{"code":"001","name":"world"}"#.to_owned()],
        ),
        (
            "geo.currency",
            vec![
                r#"{"code":"EUR","name":"Euro","digits":2}"#.to_owned(),
                r#"{"code":"JPY","name":"Yen","digits":0}"#.to_owned(),
            ],
        ),
        (
            "geo.country",
            vec![
                r#"{"code":"DE","name":"Germany","iso3":"DEU","numeric":"276","region":"001"}"#
                    .to_owned(),
            ],
        ),
        (
            "campaign.organisation",
            vec![
                format!(r#"{{"id":"{ORGANISATION}","name":"Good Works","country":"DE"}}"#),
                format!(r#"{{"id":"{NAMESAKE}","name":"Good works!","country":"DE"}}"#),
            ],
        ),
        (
            "campaign.project",
            vec![format!(
                r#"{{"id":"{PROJECT}","organisation":"{ORGANISATION}","title":"Wells","text":"Twelve.",
               "goal":48000,"currency":"EUR","starts":"2026-02-01"}}"#
            )],
        ),
        (
            "campaign.supporter",
            vec![format!(
                r#"{{"id":"{PLEDGE}","email":"ada@example.org","name":"Ada","joined":"2026-01-30T08:00:00Z"}}"#
            )],
        ),
        (
            "campaign.donation",
            vec![format!(
                r#"{{"id":"{PLEDGE}","supporter":"{PLEDGE}","project":"{PROJECT}","amount":2500,
               "currency":"JPY","pledged_at":"2026-01-30T08:10:00Z"}}"#
            )],
        ),
    ];
    for (table, rows) in &tables {
        insert(&history.store, table, rows).await?;
    }
    Ok(history)
}

fn id<T>(text: &str) -> Id<T> {
    text.parse().expect("an id")
}

#[tokio::test]
async fn organisations_of_one_name_get_different_slugs() -> Result<()> {
    let mut history = february().await?;
    history.advance("20991231T000000Z").await?;
    let slug_of = async |key: &str| -> Result<String> {
        let row = history.store.get::<Organisation>(&id(key)).await?;
        Ok(row.expect("the organisation").slug)
    };
    assert_eq!(slug_of(ORGANISATION).await?, "good-works");
    assert_eq!(slug_of(NAMESAKE).await?, "good-works-2");
    Ok(())
}

#[tokio::test]
async fn amounts_are_multiplied_by_the_minor_units_of_their_currency() -> Result<()> {
    let mut history = february().await?;
    history.advance("20991231T000000Z").await?;
    let project = history
        .store
        .get::<Project>(&id(PROJECT))
        .await?
        .expect("the project");
    assert_eq!(
        (project.goal_minor, project.currency.as_str()),
        (4_800_000, "EUR")
    );
    let pledge = history
        .store
        .get::<Pledge>(&id(PLEDGE))
        .await?
        .expect("the pledge");
    assert_eq!(
        (pledge.amount_minor, pledge.currency.as_str()),
        (2_500, "JPY")
    );
    Ok(())
}

#[tokio::test]
async fn rows_of_february_read_as_the_structs_of_today() -> Result<()> {
    let mut history = february().await?;
    history.advance("20991231T000000Z").await?;
    let project = history
        .store
        .get::<Project>(&id(PROJECT))
        .await?
        .expect("the project");
    assert_eq!(project.summary, "Twelve.");
    assert_eq!(
        project.status,
        ProjectStatus::Live,
        "it was live before drafts were known"
    );
    let pledge = history
        .store
        .get::<Pledge>(&id(PLEDGE))
        .await?
        .expect("the pledge");
    assert_eq!(pledge.status, PledgeStatus::Open);
    let germany = history
        .store
        .get::<geo::Country>("DE")
        .await?
        .expect("the country");
    assert_eq!(
        (germany.alpha3.as_str(), germany.week_start),
        ("DEU", geo::Weekday::Monday)
    );
    Ok(())
}

#[tokio::test]
async fn an_amount_that_does_not_fit_stops_the_migration() -> Result<()> {
    let mut history = february().await?;
    let row = format!(
        r#"{{"id":"{NAMESAKE}","supporter":"{PLEDGE}","project":"{PROJECT}","amount":{},
           "currency":"EUR","pledged_at":"2026-01-31T08:10:00Z"}}"#,
        i64::MAX
    );
    insert(&history.store, "campaign.donation", &[&row]).await?;
    let error = history
        .advance("20991231T000000Z")
        .await
        .expect_err("too large an amount");
    assert!(error.to_string().contains("amount_minor"), "{error}");
    Ok(())
}

#[test]
fn an_unknown_currency_is_named() {
    let mut row = Row::new();
    row.set(
        Name::new("currency").unwrap(),
        Value::String("XXX".to_owned()),
    );
    row.set(Name::new("goal_minor").unwrap(), Value::Int(1));
    let error = multiply(&mut row, "goal_minor", &BTreeMap::new()).unwrap_err();
    assert_eq!(error.to_string(), "XXX: no minor units of `goal_minor`");
}
