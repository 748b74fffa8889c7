//! The HTTP listener: health, readiness, translations, a status page.
//!
//! It listens before the start sequence ends, so that a watcher can tell a
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
use crate::host::Host;

/// The host once it is ready.
pub(crate) type Ready = watch::Receiver<Option<Arc<Host>>>;

/// The routes of a host.
pub(crate) fn router(ready: Ready) -> Router {
    Router::new()
        .route("/", get(status))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/lang", get(locales))
        .route("/lang/{locale}", get(catalogue))
        .with_state(ready)
}

/// The answer while the host starts.
fn starting() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "starting\n").into_response()
}

fn host(ready: &Ready) -> Result<Arc<Host>, Response> {
    ready.borrow().clone().ok_or_else(starting)
}

async fn readyz(State(ready): State<Ready>) -> Result<&'static str, Response> {
    host(&ready).map(|_| "ready\n")
}

async fn status(State(ready): State<Ready>) -> Result<Response, Response> {
    let host = host(&ready)?;
    Ok(match status_page::render(&host).await {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "the status page cannot be made");
            (StatusCode::INTERNAL_SERVER_ERROR, "see the host's log\n").into_response()
        }
    })
}

async fn locales(State(ready): State<Ready>) -> Result<Json<serde_json::Value>, Response> {
    let host = host(&ready)?;
    let locales: Vec<String> = host
        .linked()
        .catalogues()
        .locales()
        .map(|locale| locale.to_string())
        .collect();
    Ok(Json(json!({ "locales": locales })))
}

/// The merged translations of a locale as ARB. Clients that send the ETag back
/// get 304 for as long as nothing changed.
async fn catalogue(
    State(ready): State<Ready>,
    Path(locale): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let host = host(&ready)?;
    let Some(catalogue) = host.linked().catalogues().find(&locale) else {
        let message = format!("no translations for `{locale}`; /lang lists the locales\n");
        return Err((StatusCode::NOT_FOUND, message).into_response());
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
