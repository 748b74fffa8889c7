//! `geo.v1.Geo` as its callers see it.

use sdk::{
    App,
    app::LocalApp,
    clock::Clock,
    rpc::{Caller, Status},
};

use crate::{
    Geo,
    proto::geo::v1::{GeoClient, GetCountryRequest, PlaceKind, SearchRequest},
};

async fn geo() -> (LocalApp, GeoClient) {
    let app = App::new("test").module(Geo);
    let app = app.start_in_memory(Clock::system()).await.expect("a start");
    let client = app.client(Caller::anonymous());
    (app, client)
}

/// The places found, each as `KIND CODE name (matched)`.
async fn search(geo: &mut GeoClient, request: SearchRequest) -> Vec<String> {
    let found = geo.search(request).await.expect("an answer").into_inner();
    let show = |place: crate::proto::geo::v1::Place| {
        let (code, name, matched) = (&place.code, &place.name, &place.matched);
        format!(
            "{:?} {code} {name} ({matched}, {})",
            place.kind(),
            place.matched_locale
        )
    };
    found.places.into_iter().map(show).collect()
}

fn query(query: &str, locale: &str, kinds: &[PlaceKind]) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        locale: locale.to_owned(),
        kinds: kinds.iter().map(|it| i32::from(*it)).collect(),
        limit: 3,
    }
}

#[tokio::test]
async fn places_are_found_in_any_language() {
    let (_app, mut geo) = geo().await;
    let country = [PlaceKind::Country];
    let found = search(&mut geo, query("osterreich", "fr", &country)).await;
    assert_eq!(found, ["Country AT Autriche (Österreich, de)"]);
    let found = search(&mut geo, query("日本", "", &country)).await;
    assert_eq!(found, ["Country JP Japan (日本, ja)"]);
    let found = search(&mut geo, query("salzb", "de", &[])).await;
    assert_eq!(found, ["Subdivision AT-5 Salzburg (Salzburg, en)"]);
}

#[tokio::test]
async fn places_are_found_by_their_codes() {
    let (_app, mut geo) = geo().await;
    let found = search(&mut geo, query(" at-9", "", &[])).await;
    assert_eq!(found, ["Subdivision AT-9 Vienna (Vienna, en)"]);
}

#[tokio::test]
async fn of_places_that_fit_alike_the_larger_comes_first() {
    let (_app, mut geo) = geo().await;
    let found = search(&mut geo, query("ind", "", &[PlaceKind::Country])).await;
    assert_eq!(found[0], "Country IN India (India, en)");
    assert_eq!(found[1], "Country ID Indonesia (Indonesia, en)");
}

fn explained(status: &Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}

#[tokio::test]
async fn what_cannot_be_answered_says_why() {
    let (_app, mut geo) = geo().await;
    let refused = geo
        .search(query(" ", "", &[]))
        .await
        .expect_err("nothing to search for");
    assert_eq!(
        explained(&refused),
        "InvalidArgument: there is nothing to search for"
    );
    let request = GetCountryRequest {
        code: "XX".to_owned(),
        locale: String::new(),
    };
    let refused = geo.get_country(request).await.expect_err("no such country");
    assert_eq!(explained(&refused), "NotFound: there is no country `XX`");
    let refused = geo.get_country(GetCountryRequest::default()).await;
    let refused = refused.expect_err("no country named");
    assert_eq!(explained(&refused), "InvalidArgument: no country was named");
    let request = GetCountryRequest {
        code: "de".to_owned(),
        locale: "tlh".to_owned(),
    };
    let refused = geo
        .get_country(request)
        .await
        .expect_err("no such language");
    assert_eq!(
        explained(&refused),
        "InvalidArgument: there are no names in `tlh`"
    );
}

#[tokio::test]
async fn a_country_has_its_name_in_the_language_that_is_asked_for() {
    let (_app, mut geo) = geo().await;
    let request = GetCountryRequest {
        code: "ch".to_owned(),
        locale: "it".to_owned(),
    };
    let country = geo
        .get_country(request)
        .await
        .expect("a country")
        .into_inner();
    assert_eq!(
        (country.name.as_str(), country.alpha3.as_str()),
        ("Svizzera", "CHE")
    );
}
