//! Schema, migrations, seeds, jobs, texts, and what a doctor says.

use tokio_stream::StreamExt;

use super::*;
use crate::proto::sdk::v1::{
    ApplyRealRequest, ApplyRequest, CatalogueServiceClient, CheckCompatibleRequest,
    DataServiceClient, DoctorServiceClient, DownRequest, ExamineRequest, GenerateTestRequest,
    GetCatalogueRequest, GetLedgerRequest, GetPlanRequest, GetReleaseRequest, GetSchemaRequest,
    GetStatusRequest, GetTableRequest, JobServiceClient, ListJobsRequest, ListLocalesRequest,
    ListRunsRequest, MarkAs, MarkRequest, MigrationServiceClient, MigrationState, ResetJobRequest,
    RunJobRequest, RunState, SchemaServiceClient, SeedServiceClient, SetJobRequest, Verdict,
    VerifyRequest,
};

const CREATED: &str = "shop/20260101T000000Z_create";

#[tokio::test]
async fn migrations_are_planned_applied_verified_and_taken_back() {
    let shop = Shop::new();
    let mut migrations: MigrationServiceClient = shop.client();
    let plan = migrations
        .get_plan(GetPlanRequest::default())
        .await
        .unwrap()
        .into_inner();
    let last = plan.pending.last().unwrap();
    assert_eq!((last.module.as_str(), last.operations.len()), ("shop", 2));

    let applied = migrations
        .apply(ApplyRequest::default())
        .await
        .unwrap()
        .into_inner();
    let told: Vec<_> = applied.map(|it| it.unwrap()).collect().await;
    let report = told.last().unwrap().report.as_ref().unwrap();
    assert_eq!(report.applied.last().unwrap().id, CREATED);
    assert!(told.len() > report.applied.len(), "{told:?}");

    let status = migrations
        .get_status(GetStatusRequest {})
        .await
        .unwrap()
        .into_inner();
    let last = status.migrations.last().unwrap();
    assert_eq!(
        (last.name.as_str(), last.state()),
        ("create", MigrationState::Applied)
    );
    let checks = migrations
        .verify(VerifyRequest {})
        .await
        .unwrap()
        .into_inner()
        .checks;
    assert!(checks.iter().all(|it| it.holds), "{checks:?}");

    let ledger = migrations
        .get_ledger(GetLedgerRequest {})
        .await
        .unwrap()
        .into_inner();
    let moment = crate::system::told(ledger).unwrap();
    assert_eq!(
        moment,
        shop.host.migrator().unwrap().moment().await.unwrap()
    );

    let to = "20250101T000000Z".to_owned();
    let down = migrations
        .down(DownRequest { to })
        .await
        .unwrap()
        .into_inner();
    let told: Vec<_> = down.map(|it| it.unwrap()).collect().await;
    assert_eq!(
        told.last().unwrap().report.as_ref().unwrap().taken_back,
        [CREATED]
    );
}

#[tokio::test]
async fn what_is_no_migration_is_refused_with_its_place() {
    let shop = Shop::open().await;
    let mut migrations: MigrationServiceClient = shop.client();
    let allow_late = vec!["shop/x".to_owned()];
    let refused = migrations
        .get_plan(GetPlanRequest { allow_late })
        .await
        .unwrap_err();
    assert!(shown(&refused).contains("reason MIGRATION_INVALID of sdk\nfield allow_late[0]:"));
    let mark = |migration: &str, mark: MarkAs, reason: &str| MarkRequest {
        migration: migration.to_owned(),
        r#as: mark.into(),
        reason: reason.to_owned(),
    };
    let refused = migrations
        .mark(mark(CREATED, MarkAs::Unspecified, "so"))
        .await
        .unwrap_err();
    assert!(shown(&refused).contains("reason MARK_MISSING of sdk\nfield as:"));
    let refused = migrations
        .mark(mark(CREATED, MarkAs::Pending, " "))
        .await
        .unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    InvalidArgument: the reason is empty: whoever reads the ledger later needs one
    reason REASON_MISSING of sdk
    field reason: the reason is empty: whoever reads the ledger later needs one
    ");
    let refused = migrations
        .mark(mark(CREATED, MarkAs::Applied, "so"))
        .await
        .unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    FailedPrecondition: migration `shop/20260101T000000Z_create` is applied already
    reason MARK_REFUSED of sdk
    ");
}

#[tokio::test]
async fn a_release_is_compatible_with_itself() {
    let shop = Shop::new();
    let mut schema: SchemaServiceClient = shop.client();
    let release = schema
        .get_release(GetReleaseRequest {})
        .await
        .unwrap()
        .into_inner()
        .release;
    let mut migrations: MigrationServiceClient = shop.client();
    let told = migrations
        .check_compatible(CheckCompatibleRequest { release })
        .await
        .unwrap();
    assert!(told.into_inner().compatible);
}

#[tokio::test]
async fn tables_are_described_as_declared_and_as_stored() {
    let shop = Shop::new();
    let mut schema: SchemaServiceClient = shop.client();
    let mut count = async |stored: bool| {
        let module = "shop".to_owned();
        let request = GetSchemaRequest { stored, module };
        schema
            .get_schema(request)
            .await
            .unwrap()
            .into_inner()
            .tables
            .len()
    };
    assert_eq!((count(false).await, count(true).await), (2, 0));
    shop.host.start(&[]).await.unwrap();
    let table = "shop.purchase".to_owned();
    let table = schema
        .get_table(GetTableRequest { table })
        .await
        .unwrap()
        .into_inner()
        .table;
    let table = table.unwrap();
    assert_eq!(table.key, ["id"]);
    assert_eq!(
        table.fields[1].references.as_ref().unwrap().table,
        "shop.customer"
    );
    assert_eq!(table.indexes[0].fields, ["customer", "bought_at"]);
}

#[tokio::test]
async fn nothing_is_seeded_or_run_while_migrations_are_pending() {
    let shop = Shop::new();
    let mut seeds: SeedServiceClient = shop.client();
    insta::assert_snapshot!(shown(&seeds.apply_real(ApplyRealRequest {}).await.unwrap_err()), @r"
    FailedPrecondition: migrations are pending: 5
    reason MIGRATIONS_PENDING of sdk
    hint: `acme migrate apply` applies them
    ");
    let mut jobs: JobServiceClient = shop.client();
    jobs.list_jobs(ListJobsRequest {}).await.unwrap_err();
}

#[tokio::test]
async fn test_rows_are_made_up() {
    let shop = Shop::open().await;
    let mut seeds: SeedServiceClient = shop.client();
    let request = GenerateTestRequest {
        rows: Some(3),
        rng: None,
    };
    let made = seeds.generate_test(request).await.unwrap().into_inner();
    let tables: Vec<_> = made
        .tables
        .iter()
        .map(|it| (it.table.as_str(), it.rows))
        .collect();
    assert_eq!(tables, [("shop.customer", 3), ("shop.purchase", 3)]);
    let mut data: DataServiceClient = shop.client();
    data.list_tables(crate::proto::sdk::v1::ListTablesRequest {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_job_is_run_set_and_reset() {
    let shop = Shop::open().await;
    let mut jobs: JobServiceClient = shop.client();
    let mut state = async |job: &str| {
        let run = jobs
            .run_job(RunJobRequest {
                job: job.to_owned(),
            })
            .await?;
        Ok::<_, Status>(run.into_inner().run.unwrap().state())
    };
    assert_eq!(state("shop.tidy").await.unwrap(), RunState::Done);
    assert_eq!(state("shop.fail").await.unwrap(), RunState::Failed);
    insta::assert_snapshot!(shown(&state("shop.none").await.unwrap_err()), @r"
    NotFound: there is no job `shop.none`; there are: shop.fail, shop.tidy
    reason JOB_UNKNOWN of sdk
    hint: `job list` shows the jobs
    ");
    let runs = jobs
        .list_runs(ListRunsRequest::default())
        .await
        .unwrap()
        .into_inner()
        .runs;
    assert_eq!(runs.len(), 2);

    let set = |schedule: &str| SetJobRequest {
        job: "shop.tidy".to_owned(),
        schedule: Some(schedule.to_owned()),
        ..SetJobRequest::default()
    };
    let held = jobs
        .set_job(set("0 4 * * *"))
        .await
        .unwrap()
        .into_inner()
        .job
        .unwrap();
    assert_eq!(
        (held.schedule.as_str(), held.overridden),
        ("0 4 * * *", true)
    );
    let refused = jobs.set_job(set("0 0 31 2 *")).await.unwrap_err();
    assert!(shown(&refused).contains("reason SCHEDULE_INVALID of sdk\nfield schedule:"));
    let reset = ResetJobRequest {
        job: "shop.tidy".to_owned(),
    };
    let held = jobs
        .reset_job(reset)
        .await
        .unwrap()
        .into_inner()
        .job
        .unwrap();
    assert_eq!(
        (held.schedule.as_str(), held.overridden),
        ("0 3 * * *", false)
    );
}

#[tokio::test]
async fn texts_are_given_once() {
    let shop = Shop::new();
    let anyone = shop.services.channel(Caller::anonymous());
    let mut texts = CatalogueServiceClient::on(anyone);
    let locales = texts
        .list_locales(ListLocalesRequest {})
        .await
        .unwrap()
        .into_inner()
        .locales;
    assert_eq!(locales, ["en"]);
    let request = |etag: &str| GetCatalogueRequest {
        locale: "en-GB".to_owned(),
        etag: etag.to_owned(),
    };
    let given = texts.get_catalogue(request("")).await.unwrap().into_inner();
    assert_eq!(
        (given.locale.as_str(), given.texts[0].key.as_str()),
        ("en", "shop.thanks")
    );
    let again = texts
        .get_catalogue(request(&given.etag))
        .await
        .unwrap()
        .into_inner();
    assert!(again.not_modified && again.texts.is_empty());
}

#[tokio::test]
async fn a_doctor_warns_of_what_is_pending() {
    let shop = Shop::new();
    let mut doctor: DoctorServiceClient = shop.client();
    let found = doctor
        .examine(ExamineRequest {})
        .await
        .unwrap()
        .into_inner()
        .findings;
    let of = |check: &str| found.iter().find(|it| it.check == check).unwrap();
    assert_eq!(of("modules").verdict(), Verdict::Ok);
    assert_eq!(of("migrations").verdict(), Verdict::Warn);
    assert_eq!(
        of("migrations").hint.as_deref(),
        Some("`acme migrate apply` applies them, and so does `acme serve`")
    );
}
