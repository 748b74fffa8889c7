//! Real seeds: what is written, what operators keep, what is refused.

use sdk::{
    module::{Declaration, Embedded, TableDeclaration},
    seed::SeedReport,
};

use crate::bench::{Bench, files, module, text};

#[derive(sdk::Table, Debug, Clone)]
#[table(module = "world")]
pub(crate) struct Country {
    #[key]
    pub code: String,
    pub name: String,
}

/// A region may lie in another one.
#[derive(sdk::Table, Debug, Clone)]
#[table(module = "world")]
pub(crate) struct Region {
    #[key]
    pub code: String,
    #[references(Country)]
    pub country: String,
    #[references(Region)]
    pub parent: Option<String>,
}

const CREATE: (&str, &str) = (
    "20260101T000000Z_create.json",
    r#"{"format":1,"operations":[
        {"create_table":{"name":"country","key":["code"],"fields":[
            {"name":"code","type":"string"},{"name":"name","type":"string"}]}},
        {"create_table":{"name":"region","key":["code"],"fields":[
            {"name":"code","type":"string"},
            {"name":"country","type":"string","references":{"table":"world.country"}},
            {"name":"parent","type":"string","nullable":true,"references":{"table":"world.region"}}]}}]}"#,
);
const COUNTRIES: &str = r#"[{"code":"DE","name":"Germany"},{"code":"FR","name":"France"},{"code":"IT","name":"Italy"}]"#;

/// The module with these rows as real seeds.
fn world(countries: &str, regions: &str) -> [Declaration; 1] {
    let file =
        |table: &str, rows: &str| format!(r#"{{"format":1,"table":"{table}","rows":{rows}}}"#);
    let seeds_real = files([
        // Sorts before the file that it refers to.
        ("a_region.json", &file("region", regions)),
        ("country.json", &file("country", countries)),
    ]);
    [Declaration {
        tables: vec![
            TableDeclaration::of::<Country>(),
            TableDeclaration::of::<Region>(),
        ],
        embedded: Embedded {
            migrations: files([CREATE]),
            seeds_real,
            ..Embedded::NONE
        },
        ..module("world")
    }]
}

/// One line for each file, and one for each row that was kept.
fn lines(report: &SeedReport) -> String {
    let mut lines = Vec::new();
    for file in &report.files {
        lines.push(if file.skipped {
            format!("{}: skipped", file.file)
        } else {
            format!(
                "{}: +{} ~{} ={}",
                file.file, file.inserted, file.updated, file.unchanged
            )
        });
        let kept = |kept: &sdk::seed::KeptRow| {
            format!("  row {} {} {:?}", kept.row, kept.key, kept.reason)
        };
        lines.extend(file.kept.iter().map(kept));
    }
    lines.join("\n")
}

/// Applies the first seeds, lets an operator work, and applies the second.
async fn check(
    first: [Declaration; 1],
    operator: impl AsyncFnOnce(&Bench),
    second: [Declaration; 1],
) -> (Bench, String) {
    let bench = Bench::migrated(&first).await;
    bench.seed(&first).await.unwrap();
    operator(&bench).await;
    let report = bench.seed(&second).await.unwrap();
    (bench, lines(&report))
}

#[tokio::test]
async fn a_file_is_applied_once_for_each_content() {
    let modules = world(COUNTRIES, "[]");
    let bench = Bench::migrated(&modules).await;
    let first = bench.seed(&modules).await.unwrap();
    insta::assert_snapshot!(lines(&first), @r"
    country.json: +3 ~0 =0
    a_region.json: +0 ~0 =0
    ");
    let second = bench.seed(&modules).await.unwrap();
    insta::assert_snapshot!(lines(&second), @r"
    country.json: skipped
    a_region.json: skipped
    ");
}

#[tokio::test]
async fn what_operators_did_survives_new_seeds() {
    let operator = async |bench: &Bench| {
        bench
            .edit("world.country", text("DE"), "name", text("Deutschland"))
            .await;
        bench.delete("world.country", text("FR")).await;
        let row = sdk_schema::Row::from_iter([
            ("code".parse().unwrap(), text("ES")),
            ("name".parse().unwrap(), text("España")),
        ]);
        let write = bench
            .store
            .write(async |tx| tx.table("world.country")?.insert(row.clone()).await);
        write.await.unwrap();
    };
    let new = r#"[
        {"code":"DE","name":"Germany!"},{"code":"FR","name":"France!"},{"code":"IT","name":"Italy!"},
        {"code":"ES","name":"Spain"},{"code":"PT","name":"Portugal"}]"#;
    let (bench, report) = check(world(COUNTRIES, "[]"), operator, world(new, "[]")).await;
    insta::assert_snapshot!(report, @r#"
    country.json: +1 ~1 =0
      row 1 ["DE"] Edited
      row 2 ["FR"] Deleted
      row 4 ["ES"] Foreign
    a_region.json: skipped
    "#);
    insta::assert_snapshot!(bench.rows("world.country").await, @r#"
    {"code":"DE","name":"Deutschland"}
    {"code":"ES","name":"España"}
    {"code":"IT","name":"Italy!"}
    {"code":"PT","name":"Portugal"}
    "#);
}

#[tokio::test]
async fn a_row_that_already_is_as_the_seed_says_follows_it_from_then_on() {
    let italy = async |bench: &Bench| {
        bench
            .edit("world.country", text("IT"), "name", text("Italia"))
            .await;
    };
    let renamed = COUNTRIES.replace("Italy", "Italia");
    let (bench, report) = check(world(COUNTRIES, "[]"), italy, world(&renamed, "[]")).await;
    assert!(report.starts_with("country.json: +0 ~0 =3\n"), "{report}");
    let third = bench.seed(&world(COUNTRIES, "[]")).await.unwrap();
    assert!(lines(&third).starts_with("country.json: +0 ~1 =2\n"));
}

#[tokio::test]
async fn a_field_that_a_migration_adds_is_no_edit() {
    #[derive(sdk::Table, Debug, Clone)]
    #[table(module = "world", name = "country")]
    pub(crate) struct Grown {
        #[key]
        pub code: String,
        pub name: String,
        #[default(0)]
        pub area: i64,
    }
    let first = world(COUNTRIES, "[]");
    let [mut second] = world(&COUNTRIES.replace("Italy", "Italia"), "[]");
    second.tables[0] = TableDeclaration::of::<Grown>();
    second.embedded.migrations = files([
        CREATE,
        (
            "20260201T000000Z_area.json",
            r#"{"format":1,"operations":[{"add_field":{"table":"country","field":{"name":"area","type":"i64","default":0}}}]}"#,
        ),
    ]);
    let second = [second];
    let migrate = async |bench: &Bench| drop(bench.migrate(&second).await.unwrap());
    let (_, report) = check(first, migrate, second.clone()).await;
    insta::assert_snapshot!(report, @r"
    country.json: +0 ~1 =2
    a_region.json: skipped
    ");
}

#[tokio::test]
async fn rows_of_one_file_may_refer_to_rows_further_down() {
    let regions = r#"[
        {"code":"DE-BY-M","country":"DE","parent":"DE-BY"},
        {"code":"DE-BY","country":"DE","parent":"DE-S"},
        {"code":"DE-S","country":"DE"}]"#;
    let modules = world(COUNTRIES, regions);
    let bench = Bench::migrated(&modules).await;
    let report = bench.seed(&modules).await.unwrap();
    assert!(lines(&report).ends_with("a_region.json: +3 ~0 =0"));
}

#[tokio::test]
async fn an_unknown_country_is_named_and_nothing_of_its_file_is_applied() {
    let regions = r#"[{"code":"DE-BY","country":"DE"},{"code":"XX-1","country":"XX"}]"#;
    let modules = world(COUNTRIES, regions);
    let bench = Bench::migrated(&modules).await;
    let error = bench.seed(&modules).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"module `world`: seeds/real/a_region.json, row 2: field `country` of `world.region` refers to "XX", which `world.country` does not have"#);
    assert_eq!(bench.rows("world.region").await, "");
    // What came before stays, and the corrected file goes on from there.
    let corrected = world(COUNTRIES, &regions.replace("\"XX\"", "\"IT\""));
    let report = bench.seed(&corrected).await.unwrap();
    insta::assert_snapshot!(lines(&report), @r"
    country.json: skipped
    a_region.json: +2 ~0 =0
    ");
}

#[tokio::test]
async fn a_row_whose_parent_an_operator_has_deleted_does_not_stop_the_start() {
    let delete = async |bench: &Bench| bench.delete("world.country", text("FR")).await;
    let second = world(
        COUNTRIES,
        r#"[{"code":"FR-1","country":"FR"},{"code":"IT-1","country":"IT"}]"#,
    );
    let (_, report) = check(world(COUNTRIES, "[]"), delete, second).await;
    insta::assert_snapshot!(report, @r#"
    country.json: skipped
    a_region.json: +1 ~0 =0
      row 1 ["FR-1"] Orphaned
    "#);
}
