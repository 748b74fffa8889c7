//! `campaign.v1.Campaign` as its callers see it.

use sdk::{
    App,
    app::LocalApp,
    clock::Clock,
    rpc::{Caller, Status},
};
use tonic::Code;

use crate::{
    Campaign,
    proto::campaign::v1::{
        CampaignClient, CreateProjectRequest, GetProjectRequest, PledgeRequest, Project, Total,
        WatchTotalRequest,
    },
    testing::{NOW, at, insert},
};

struct Bench {
    app: LocalApp,
    owner: CampaignClient,
}

async fn bench() -> Bench {
    let app = App::new("test").module(geo::Geo).module(Campaign);
    let app = app.start_in_memory(Clock::manual(at(NOW))).await.unwrap();
    let wells = r#"{"id":"01890000-0000-7000-8000-000000000001","name":"Wells","country":"DE","homepage":null,"slug":"wells","founded":null}"#;
    insert(app.host().store(), "campaign.organisation", &[wells])
        .await
        .unwrap();
    let owner = app.client(Caller::owner());
    Bench { app, owner }
}

#[test]
fn rows_that_refer_to_those_of_geo_need_geo_in_the_same_host() {
    let elsewhere = sdk::config::Endpoint::from("http://127.0.0.1:8081");
    let app = App::new("test")
        .module(Campaign)
        .remote(geo::Geo, elsewhere);
    insta::assert_snapshot!(app.link().unwrap_err(), @"
    field `country` of `campaign.organisation` refers to `geo.country`, but another host runs `geo`, and rows refer to rows of their own store
    field `country` of `campaign.supporter` refers to `geo.country`, but another host runs `geo`, and rows refer to rows of their own store
    field `currency` of `campaign.pledge` refers to `geo.currency`, but another host runs `geo`, and rows refer to rows of their own store
    field `currency` of `campaign.project` refers to `geo.currency`, but another host runs `geo`, and rows refer to rows of their own store
    field `language` of `campaign.supporter` refers to `geo.language`, but another host runs `geo`, and rows refer to rows of their own store
    migration `campaign/20260107T100000Z_create_organisation` comes after `geo/20260105T093000Z_create_country`, but another host runs `geo`
    migration `campaign/20260112T083000Z_create_project` comes after `geo/20260108T101500Z_create_currency`, but another host runs `geo`
    migration `campaign/20260615T100000Z_add_supporter_language` comes after `geo/20260202T143000Z_create_language`, but another host runs `geo`
    ");
}

fn twelve_wells() -> CreateProjectRequest {
    CreateProjectRequest {
        organisation: "wells".to_owned(),
        title: "Twelve wells for Kitui".to_owned(),
        summary: "Water within a mile of every door.".to_owned(),
        goal_minor: 1_000_000,
        currency: "EUR".to_owned(),
        ends: "2027-03-31".to_owned(),
    }
}

fn pledge(project: &Project, name: &str, amount_minor: i64) -> PledgeRequest {
    PledgeRequest {
        project: project.id.clone(),
        email: "ada@example.org".to_owned(),
        name: name.to_owned(),
        amount_minor,
        note: String::new(),
    }
}

fn pledged(total: Option<Total>) -> (i64, u64) {
    let total = total.unwrap();
    (total.pledged_minor, total.pledges)
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    (status.code(), status.message().to_owned())
}

impl Bench {
    async fn project(&mut self) -> Project {
        let answer = self.owner.create_project(twelve_wells()).await;
        answer.unwrap().into_inner()
    }
}

#[tokio::test]
async fn a_pledge_counts_for_its_project() {
    let mut bench = bench().await;
    let project = bench.project().await;
    assert_eq!(pledged(project.total), (0, 0));
    let project = bench
        .owner
        .get_project(GetProjectRequest { id: project.id })
        .await;
    let project = project.unwrap().into_inner();
    let first = bench
        .owner
        .pledge(pledge(&project, "Ada", 5_000))
        .await
        .unwrap();
    assert_eq!(pledged(first.into_inner().total), (5_000, 1));
    // Whoever is known need not say their name again.
    let second = bench
        .owner
        .pledge(pledge(&project, "", 2_500))
        .await
        .unwrap();
    assert_eq!(pledged(second.into_inner().total), (7_500, 2));
}

#[tokio::test]
async fn a_total_is_told_when_it_changes() {
    let mut bench = bench().await;
    let project = bench.project().await;
    let mut anybody: CampaignClient = bench.app.client(Caller::anonymous());
    let request = WatchTotalRequest {
        project: project.id.clone(),
    };
    let mut totals = anybody.watch_total(request).await.unwrap().into_inner();
    let mut next = async || pledged(totals.message().await.unwrap());
    assert_eq!(next().await, (0, 0));
    bench
        .owner
        .pledge(pledge(&project, "Ada", 5_000))
        .await
        .unwrap();
    assert_eq!(next().await, (5_000, 1));
    bench.owner.pledge(pledge(&project, "", 1)).await.unwrap();
    assert_eq!(next().await, (5_001, 2));
}

#[tokio::test]
async fn only_those_may_make_a_project_whom_its_policy_names() {
    let bench = bench().await;
    let mut anybody: CampaignClient = bench.app.client(Caller::anonymous());
    let refused = refusal(anybody.create_project(twelve_wells()).await);
    assert_eq!(refused.0, Code::Unauthenticated);
    let token = |permission: &str| Caller::token("web", Vec::new(), vec![permission.to_owned()]);
    let mut other: CampaignClient = bench.app.client(token("campaign.read"));
    let refused = refusal(other.create_project(twelve_wells()).await);
    insta::assert_snapshot!(refused.1, @"`token:web` may not call CreateProject: it wants permission `campaign.project.write`");
    let mut writer: CampaignClient = bench.app.client(token("campaign.project.*"));
    assert!(writer.create_project(twelve_wells()).await.is_ok());
}

#[tokio::test]
async fn all_that_is_wrong_with_a_request_is_said_at_once() {
    use tonic_types::StatusExt;

    let mut bench = bench().await;
    let request = CreateProjectRequest {
        organisation: "wells".to_owned(),
        ends: "2026-02-30".to_owned(),
        ..CreateProjectRequest::default()
    };
    let refused = bench.owner.create_project(request).await.unwrap_err();
    let details = refused.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    let fields: Vec<_> = violations.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["title", "goal_minor", "currency", "ends"]);
    assert_eq!(details.error_info().unwrap().reason, "REQUEST_INVALID");
    assert_eq!(details.error_info().unwrap().domain, "campaign");
}

#[tokio::test]
async fn what_is_not_there_or_over_is_refused_by_name() {
    let mut bench = bench().await;
    let mut project = bench.project().await;
    let request = CreateProjectRequest {
        organisation: "walls".to_owned(),
        ..twelve_wells()
    };
    let refused = refusal(bench.owner.create_project(request).await);
    assert_eq!(
        refused,
        (
            Code::NotFound,
            "there is no organisation `walls`".to_owned()
        )
    );
    let request = CreateProjectRequest {
        currency: "XXY".to_owned(),
        ..twelve_wells()
    };
    let refused = refusal(bench.owner.create_project(request).await);
    assert_eq!(refused.0, Code::FailedPrecondition, "{}", refused.1);
    let refused = refusal(bench.owner.pledge(pledge(&project, "", 1)).await);
    assert_eq!(
        refused,
        (
            Code::InvalidArgument,
            "`ada@example.org` is new here".to_owned()
        )
    );
    project.id = "one".to_owned();
    let refused = refusal(bench.owner.pledge(pledge(&project, "", 1)).await);
    assert_eq!(
        refused,
        (
            Code::InvalidArgument,
            "`one` identifies no project".to_owned()
        )
    );
    project.id = "01890000-0000-7000-8000-000000000009".to_owned();
    let refused = refusal(bench.owner.pledge(pledge(&project, "", 1)).await);
    assert_eq!(refused.0, Code::NotFound, "{}", refused.1);
}
