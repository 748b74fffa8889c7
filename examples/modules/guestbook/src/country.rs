//! What is asked of `geo`, wherever it runs.

use std::time::{Duration, Instant};

use geo::proto::geo::v1::{GeoClient, PlaceKind, SearchRequest};
use sdk::{
    prelude::*,
    rpc::{CallContext, Code},
};

/// How long an answer is waited for, whatever the patience of the caller.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The domain of this module's reasons.
pub(crate) const DOMAIN: &str = "guestbook";

/// The code of the country that people call so, in whatever language.
pub(crate) async fn find(call: &CallContext, called: &str) -> Result<String, Failure> {
    let patient_until = Instant::now() + PATIENCE;
    // As whoever calls, and for no longer than they wait.
    let mut geo = call.client::<GeoClient>();
    let mut search = Request::new(SearchRequest {
        query: called.to_owned(),
        kinds: vec![PlaceKind::Country.into()],
        limit: 1,
        ..SearchRequest::default()
    });
    search.set_timeout(PATIENCE);
    let answer = geo.search(search).await.map_err(|status| {
        let in_a_hurry = call.deadline().is_some_and(|it| it < patient_until);
        silent(&status, in_a_hurry)
    });
    let best = answer?.into_inner().places.into_iter().next();
    best.map(|place| place.code).ok_or_else(|| unknown(called))
}

/// Why there is no answer. That the other host is away is nobody's fault, and passes;
/// anything else is wrong inside.
fn silent(status: &Status, in_a_hurry: bool) -> Failure {
    match status.code() {
        Code::DeadlineExceeded if in_a_hurry => {
            let message = "geo did not answer in the time that was given";
            Failure::too_late("GEO_TOO_SLOW", message).domain(DOMAIN)
        }
        Code::Unavailable | Code::DeadlineExceeded => {
            tracing::warn!(%status, "geo does not answer");
            let message = "countries cannot be looked up: geo cannot be reached";
            Failure::unavailable("GEO_UNREACHABLE", message)
                .hint("try again later, or sign without saying where you are from")
                .domain(DOMAIN)
        }
        _ => Failure::internal(status),
    }
}

fn unknown(called: &str) -> Failure {
    Failure::invalid(
        "COUNTRY_UNKNOWN",
        format!("no country is called `{called}`"),
    )
    .violation("from", "expected a country, such as `Österreich`")
    .domain(DOMAIN)
}
