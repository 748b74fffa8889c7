//! Rows made up from the schema.

use sdk::{
    TableEnum,
    module::{self, Declaration, Embedded, TableDeclaration},
    seed::{self, TestReport},
    store::{Date, Id, Json, Timestamp},
};
use sdk_schema::{Given, History};

use crate::bench::{Bench, files, link, module};

#[derive(TableEnum, Debug, Clone, Copy, PartialEq)]
pub(crate) enum Stage {
    Draft,
    Live,
    Closed,
}

/// A table with real seeds.
#[derive(sdk::Table, Debug, Clone)]
#[table(module = "club")]
pub(crate) struct Town {
    #[key]
    pub code: String,
}

#[derive(sdk::Table, Debug, Clone)]
#[table(module = "club")]
pub(crate) struct Member {
    #[key]
    pub id: Id<Member>,
    #[references(Town)]
    pub town: String,
    #[references(Member)]
    pub invited_by: Option<Id<Member>>,
    #[unique]
    pub email: String,
    #[fake(first_name)]
    pub called: String,
    pub stage: Stage,
    #[fake(range(1, 5))]
    pub stars: i64,
    pub joined_at: Timestamp,
    pub born: Option<Date>,
    pub tags: Vec<String>,
    pub notes: Json,
    pub ratio: f64,
    pub small: u8,
    pub huge: i128,
    pub photo: Vec<u8>,
}

/// One row for each pair.
#[derive(sdk::Table, Debug, Clone)]
#[table(module = "club", key(town, stage))]
pub(crate) struct Evening {
    #[references(Town)]
    pub town: String,
    pub stage: Stage,
}

/// Cannot be filled: the first row would have to refer to an earlier one.
#[derive(sdk::Table, Debug, Clone)]
#[table(module = "club")]
pub(crate) struct Chain {
    #[key]
    pub id: Id<Chain>,
    #[references(Chain)]
    pub next: Id<Chain>,
}

/// The module; its migration is made from its tables.
fn club() -> [Declaration; 1] {
    let tables = vec![
        TableDeclaration::of::<Town>(),
        TableDeclaration::of::<Member>(),
        TableDeclaration::of::<Evening>(),
        TableDeclaration::of::<Chain>(),
    ];
    let declared: Vec<_> = tables
        .iter()
        .map(|table| sdk_schema::Declared {
            table: (table.table)().clone(),
            was: None,
            fields_were: Vec::new(),
        })
        .collect();
    let club = "club".parse().unwrap();
    let draft = sdk_schema::diff(&club, &History::new(), &declared, &Given::default()).unwrap();
    let migration = serde_json::json!({ "format": 1, "operations": draft.operations });
    let embedded = Embedded {
        migrations: files([("20260101T000000Z_create.json", &migration.to_string())]),
        seeds_real: files([(
            "town.json",
            r#"{"format":1,"table":"town","rows":[{"code":"Ulm"},{"code":"Bonn"}]}"#,
        )]),
        seeds_test: files([(
            "evening.json",
            r#"{"format":1,"table":"evening","rows":[{"town":"Ulm","stage":"live"}]}"#,
        )]),
        ..Embedded::NONE
    };
    [Declaration {
        tables,
        embedded,
        ..module("club")
    }]
}

async fn seeded() -> Bench {
    let bench = Bench::migrated(&club()).await;
    bench.seed(&club()).await.unwrap();
    bench
}

async fn generate(bench: &Bench, rows: u64, rng: u64) -> TestReport {
    let fakes = module::fakes(&club());
    seed::generate(&bench.store, &link(&club()), &fakes, rows, rng)
        .await
        .unwrap()
}

fn lines(report: &TestReport) -> String {
    let line = |table: &seed::GeneratedTable| {
        let reason = table.reason.as_deref().unwrap_or("all");
        format!(
            "{}: {} made, {} refused; {reason}",
            table.table, table.rows, table.refused
        )
    };
    report
        .tables
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn every_table_without_real_seeds_is_filled_as_far_as_it_can_be() {
    let bench = seeded().await;
    let report = generate(&bench, 40, 1).await;
    insta::assert_snapshot!(lines(&report), @r"
    club.chain: 0 made, 0 refused; field `next` has no row to refer to
    club.evening: 6 made, 0 refused; its unique fields allow 6 rows
    club.member: 40 made, 0 refused; all
    ");
    assert_eq!(report.files[0].inserted, 1);
    assert_eq!(bench.all("club.member").await.len(), 40);
    assert_eq!(bench.all("club.evening").await.len(), 6);
    assert_eq!(bench.all("club.town").await.len(), 2);
}

#[tokio::test]
async fn equal_numbers_give_equal_rows_and_others_do_not() {
    let (one, same, other) = (seeded().await, seeded().await, seeded().await);
    generate(&one, 25, 7).await;
    generate(&same, 25, 7).await;
    generate(&other, 25, 8).await;
    let rows = one.rows("club.member").await;
    assert_eq!(rows, same.rows("club.member").await);
    assert_ne!(rows, other.rows("club.member").await);
}

#[tokio::test]
async fn doing_it_twice_changes_nothing() {
    let bench = seeded().await;
    generate(&bench, 25, 7).await;
    let rows = bench.rows("club.member").await;
    generate(&bench, 25, 7).await;
    assert_eq!(rows, bench.rows("club.member").await);
}

#[tokio::test]
async fn more_rows_begin_with_the_same_ones() {
    let (few, many) = (seeded().await, seeded().await);
    generate(&few, 10, 7).await;
    generate(&many, 30, 7).await;
    let many = many.rows("club.member").await;
    assert!(many.starts_with(&few.rows("club.member").await));
}

#[tokio::test]
async fn values_look_like_what_they_are() {
    let bench = seeded().await;
    generate(&bench, 400, 3).await;
    let members = bench.all("club.member").await;
    let column = |field: &str| {
        members
            .iter()
            .map(|row| row.get(field).unwrap().to_json())
            .collect::<Vec<_>>()
    };
    let stars: Vec<_> = column("stars")
        .iter()
        .map(|stars| stars.as_i64().unwrap())
        .collect();
    assert!(stars.iter().all(|stars| (1..=5).contains(stars)));
    for variant in Stage::VARIANTS {
        assert!(
            column("stage").iter().any(|stage| stage == variant),
            "{variant}"
        );
    }
    let unborn = column("born").iter().filter(|born| born.is_null()).count();
    assert!(
        (20..=90).contains(&unborn),
        "an eighth of 400 is about 50, not {unborn}"
    );
    let emails = column("email");
    assert!(
        emails
            .iter()
            .all(|email| email.as_str().unwrap().contains(".example.")
                || email.as_str().unwrap().contains("@example."))
    );
}
