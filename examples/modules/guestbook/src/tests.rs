//! `guestbook.v1.Guestbook` as its callers see it, with `geo` beside it and elsewhere.

use sdk::{
    App,
    app::LocalApp,
    clock::Clock,
    config::Endpoint,
    rpc::{Caller, Response, Status},
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    Guestbook,
    proto::guestbook::v1::{
        Entry, GuestbookClient, ListEntriesRequest, ListEntriesResponse, SignRequest,
    },
};

async fn started(app: App) -> (LocalApp, GuestbookClient) {
    let app = app.module(Guestbook);
    let app = app.start_in_memory(Clock::system()).await.unwrap();
    let guest = app.client(Caller::token("ada", Vec::new(), Vec::new()));
    (app, guest)
}

/// An application that links both modules.
async fn together() -> (LocalApp, GuestbookClient) {
    started(App::new("test").module(geo::Geo)).await
}

/// An application whose `geo` is elsewhere, where nobody answers.
async fn alone() -> (LocalApp, GuestbookClient) {
    let nowhere = Endpoint::from("unix:/nowhere/host.sock");
    started(App::new("test").remote(geo::Geo, nowhere)).await
}

fn from(country: &str) -> SignRequest {
    SignRequest {
        name: "Ada".to_owned(),
        message: "A fine book.".to_owned(),
        from: country.to_owned(),
    }
}

async fn list(
    app: &LocalApp,
    page_size: u32,
    page_token: String,
) -> Result<ListEntriesResponse, Status> {
    let mut anybody: GuestbookClient = app.client(Caller::anonymous());
    let request = ListEntriesRequest {
        page_size,
        page_token,
    };
    anybody
        .list_entries(request)
        .await
        .map(Response::into_inner)
}

fn countries(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(Entry::country).collect()
}

/// The code, the reason and the message of a refusal.
fn explained(status: &Status) -> String {
    let details = status.get_error_details();
    let reason = &details.error_info().unwrap().reason;
    format!("{:?} {reason}: {}", status.code(), status.message())
}

#[tokio::test]
async fn a_guest_says_in_their_own_language_where_they_are_from() {
    let (app, mut guest) = together().await;
    for country in ["Österreich", "日本", "suisse"] {
        guest.sign(from(country)).await.unwrap();
    }
    let newest = list(&app, 2, String::new()).await.unwrap();
    assert_eq!(countries(&newest.entries), ["CH", "JP"]);
    let rest = list(&app, 2, newest.next_page_token).await.unwrap();
    assert_eq!(countries(&rest.entries), ["AT"]);
    assert_eq!(rest.next_page_token, "");
}

#[tokio::test]
async fn where_geo_cannot_be_reached_the_answer_says_so() {
    let (app, mut guest) = alone().await;
    let refused = guest.sign(from("Österreich")).await.unwrap_err();
    insta::assert_snapshot!(explained(&refused), @"Unavailable GEO_UNREACHABLE: countries cannot be looked up: geo cannot be reached");
    // Nothing is written, and what needs no country goes on.
    guest.sign(from("")).await.unwrap();
    let page = list(&app, 0, String::new()).await.unwrap();
    assert_eq!(countries(&page.entries), [""]);
}

#[tokio::test]
async fn what_is_wrong_with_an_entry_is_said() {
    let (app, mut guest) = together().await;
    let refused = guest.sign(from("Atlantis")).await.unwrap_err();
    insta::assert_snapshot!(explained(&refused), @"InvalidArgument COUNTRY_UNKNOWN: no country is called `Atlantis`");
    let refused = guest.sign(SignRequest::default()).await.unwrap_err();
    insta::assert_snapshot!(explained(&refused), @"InvalidArgument REQUEST_INVALID: an entry has a name and a message");
    let details = refused.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    let fields: Vec<_> = violations.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["name", "message"]);
    let refused = list(&app, 0, "elsewhere".to_owned()).await.unwrap_err();
    insta::assert_snapshot!(explained(&refused), @"InvalidArgument PAGE_TOKEN_INVALID: `elsewhere` is not a cursor: expected what an earlier page gave as its end");
}

#[tokio::test]
async fn only_who_is_known_signs() {
    let (app, _) = together().await;
    let mut anybody: GuestbookClient = app.client(Caller::anonymous());
    let refused = anybody.sign(from("")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn the_job_calls_geo_as_well() {
    let (app, mut guest) = together().await;
    guest.sign(from("Österreich")).await.unwrap();
    let run = app.host().scheduler().run_now("guestbook.tally").await;
    run.unwrap();
}
