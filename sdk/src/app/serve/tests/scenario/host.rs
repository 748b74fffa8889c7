//! What the host is made of, what it seeds and runs, and how it is.

use super::*;
use crate::proto::sdk::v1::{
    ApplyRealRequest, ExamineRequest, GenerateTestRequest, GetCatalogueRequest, GetSchemaRequest,
    GetTableRequest, ListJobsRequest, ListLocalesRequest, ListModulesRequest, ListRunsRequest,
    ListTablesRequest, ResetJobRequest, RunJobRequest, RunState, SetJobRequest, Verdict,
    catalogue_service_client::CatalogueServiceClient, doctor_service_client::DoctorServiceClient,
    job_service_client::JobServiceClient, module_service_client::ModuleServiceClient,
    schema_service_client::SchemaServiceClient, seed_service_client::SeedServiceClient,
};

const TIDY: &str = "shop.tidy";

pub(super) async fn modules(caller: &Recorded) {
    let mut modules = ModuleServiceClient::new(caller.clone());
    let listed = modules.list_modules(ListModulesRequest {}).await.unwrap();
    let listed = listed.into_inner();
    let names: Vec<_> = listed.modules.iter().map(|it| it.name.as_str()).collect();
    assert_eq!((listed.host.as_str(), names), ("acme", vec!["sdk", "shop"]));
}

pub(super) async fn schema(caller: &Recorded) {
    let mut schema = SchemaServiceClient::new(caller.clone());
    let table = ITEM.to_owned();
    let table = schema.get_table(GetTableRequest { table }).await.unwrap();
    let table = table.into_inner().table.unwrap();
    assert_eq!((table.name.as_str(), table.fields.len()), (ITEM, 3));
    for stored in [false, true] {
        let module = "shop".to_owned();
        let request = GetSchemaRequest { stored, module };
        let told = schema.get_schema(request).await.unwrap().into_inner();
        assert_eq!(told.tables[0], table);
        assert_eq!(told.tables.len(), 2);
    }
}

pub(super) async fn texts(caller: &Recorded) {
    let mut texts = CatalogueServiceClient::new(caller.clone());
    let locales = texts.list_locales(ListLocalesRequest {}).await.unwrap();
    let locale = locales.into_inner().locales.remove(0);
    let request = |etag: String| GetCatalogueRequest {
        locale: locale.clone(),
        etag,
    };
    let given = texts.get_catalogue(request(String::new())).await.unwrap();
    let given = given.into_inner();
    assert_eq!(given.texts[0].text, "Thank you");
    let again = texts.get_catalogue(request(given.etag)).await.unwrap();
    assert!(again.into_inner().not_modified);
}

/// What an operator has changed stays so, and rows are made up beside it.
pub(super) async fn seeds(caller: &Recorded) {
    put(caller, 1, "pencil").await;
    let mut seeds = SeedServiceClient::new(caller.clone());
    let applied = seeds.apply_real(ApplyRealRequest {}).await.unwrap();
    let file = applied.into_inner().files.remove(0);
    assert_eq!((file.table.as_str(), file.skipped), (ITEM, true));
    assert_eq!(get(caller, 1).await.unwrap()["name"], "pencil");

    let request = GenerateTestRequest {
        rows: Some(3),
        rng: None,
    };
    let made = seeds.generate_test(request).await.unwrap().into_inner();
    // Not of what is sold: those are of the real world.
    let [sales] = &made.tables[..] else {
        panic!("{made:?}");
    };
    assert_eq!((sales.table.as_str(), sales.rows), ("shop.sale", 3));
    let mut data = DataServiceClient::new(caller.clone());
    let tables = data.list_tables(ListTablesRequest {}).await.unwrap();
    let counted = tables.into_inner().tables;
    assert!(
        counted
            .iter()
            .any(|it| it.table == sales.table && it.rows == 3)
    );
}

pub(super) async fn jobs(caller: &Recorded) {
    let mut jobs = JobServiceClient::new(caller.clone());
    let job = || TIDY.to_owned();
    let run = jobs.run_job(RunJobRequest { job: job() }).await.unwrap();
    let run = run.into_inner().run.unwrap();
    assert_eq!(run.state(), RunState::Done);
    let request = ListRunsRequest {
        job: Some(job()),
        limit: 0,
    };
    let runs = jobs.list_runs(request).await.unwrap().into_inner().runs;
    assert_eq!(runs, std::slice::from_ref(&run));

    let set = SetJobRequest {
        job: job(),
        schedule: Some("0 4 * * *".to_owned()),
        ..SetJobRequest::default()
    };
    let set = jobs.set_job(set).await.unwrap().into_inner().job.unwrap();
    let listed = jobs.list_jobs(ListJobsRequest {}).await.unwrap();
    let listed = listed.into_inner().jobs;
    assert_eq!(listed.iter().find(|it| it.job == TIDY), Some(&set));
    assert_eq!(set.last, Some(run));
    assert!(set.overridden);
    let reset = jobs.reset_job(ResetJobRequest { job: job() }).await;
    let reset = reset.unwrap().into_inner().job.unwrap();
    assert_eq!(
        (reset.schedule.as_str(), reset.overridden),
        ("0 3 * * *", false)
    );
}

pub(super) async fn doctor(caller: &Recorded) {
    let mut doctor = DoctorServiceClient::new(caller.clone());
    let found = doctor.examine(ExamineRequest {}).await.unwrap();
    let findings = found.into_inner().findings;
    assert!(findings.len() >= 5, "{findings:?}");
    let is_well = findings.iter().all(|it| it.verdict() == Verdict::Ok);
    assert!(is_well, "{findings:?}");
}
