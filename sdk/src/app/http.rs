//! The pages of a host: health, readiness, metrics, translations, a status page.
//!
//! They are there before the start sequence ends, so that a watcher can tell a
//! host that is starting (`/healthz` 200, `/readyz` 503) from one that is gone.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::sync::watch;

use super::status_page;
use crate::{host::Host, lang::Catalogues, server::Edge};

/// The host while it is ready.
pub(crate) type Ready = watch::Receiver<Option<Arc<Host>>>;

/// The pages of a host whose calls come to `edge`.
pub(crate) fn pages(ready: Ready, edge: Edge) -> Router {
    Router::new()
        .route("/", get(status))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/lang", get(locales))
        .route("/lang/{locale}", get(catalogue))
        .with_state(ready)
        .route("/metrics", get(async move || metrics(&edge)))
}

/// The counters, for Prometheus: also while the host starts.
fn metrics(edge: &Edge) -> Response {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = edge.metrics().text();
    ([(header::CONTENT_TYPE, format)], text).into_response()
}

/// Why there is no answer.
enum Refusal {
    /// The host starts or stops.
    NotReady,
    /// Nobody has translations for this locale.
    NoLocale(String),
    /// Something is wrong that is none of the client's business; it is in the log.
    Fault,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned()),
            Self::NoLocale(locale) => (
                StatusCode::NOT_FOUND,
                format!("no translations for `{locale}`; /lang lists the locales\n"),
            ),
            Self::Fault => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "see the host's log\n".to_owned(),
            ),
        };
        (status, text).into_response()
    }
}

fn fault(what: &str, error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "{what} cannot be shown");
    Refusal::Fault
}

fn host(ready: &Ready) -> Result<Arc<Host>, Refusal> {
    ready.borrow().clone().ok_or(Refusal::NotReady)
}

fn catalogues(host: &Host) -> Result<&Catalogues, Refusal> {
    let catalogues = host.linked().catalogues();
    catalogues.map_err(|error| fault("the translations", &error))
}

async fn readyz(State(ready): State<Ready>) -> Result<&'static str, Refusal> {
    host(&ready).map(|_| "ready\n")
}

async fn status(State(ready): State<Ready>) -> Result<Html<String>, Refusal> {
    let page = status_page::render(&*host(&ready)?).await;
    page.map(Html)
        .map_err(|error| fault("the status page", &error))
}

async fn locales(State(ready): State<Ready>) -> Result<Json<serde_json::Value>, Refusal> {
    let host = host(&ready)?;
    let locales = catalogues(&host)?.locales();
    let locales: Vec<String> = locales.map(ToString::to_string).collect();
    Ok(Json(json!({ "locales": locales })))
}

/// The merged translations of a locale as ARB. Clients that send the `ETag` back
/// get 304 for as long as nothing changed.
async fn catalogue(
    State(ready): State<Ready>,
    Path(locale): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let host = host(&ready)?;
    let Some(catalogue) = catalogues(&host)?.find(&locale) else {
        return Err(Refusal::NoLocale(locale));
    };
    let etag = format!("\"{}\"", catalogue.etag());
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let cache = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if known.is_some_and(|known| matches(known, &etag)) {
        return Ok((StatusCode::NOT_MODIFIED, cache).into_response());
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, cache, catalogue.merged_text().to_owned()).into_response())
}

/// Whether an `If-None-Match` header names `etag` (RFC 9110, section 13.1.2).
fn matches(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn an_etag_is_found_in_a_list_of_strong_and_weak_ones() {
        assert!(matches("\"a\", W/\"b\"", "\"b\""));
        assert!(matches("*", "\"b\""));
        assert!(!matches("\"a\"", "\"b\""));
    }
}
