//! A host that is reached over a connection.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;
use http::{
    HeaderValue, Request, Response,
    header::{AUTHORIZATION, HeaderName},
};
use http_body_util::{BodyExt, Full, Limited};
use tonic::{Code, Status, body::Body, transport};
use tower::Service as _;

use super::{
    CallInfo, Caller, CallerKind, Failure, MAX_REQUEST_BYTES,
    deadline::{self, format_timeout},
};

/// The header with the id of a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header that says on whose behalf another host calls: a [`Caller`] as JSON, in
/// base64. It counts only beside a token that may delegate.
pub(crate) const ON_BEHALF_OF: HeaderName = HeaderName::from_static("sdk-caller-bin");

/// The waits before a call that failed is made again.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(800),
];

/// A host that is reached over a connection, which is made when it is needed and
/// again when it is lost. Cheap to clone.
#[derive(Clone)]
pub struct Remote {
    channel: transport::Channel,
    token: Option<HeaderValue>,
}

impl Remote {
    /// A host at the end of `channel`, to which calls show `token`.
    pub fn new(channel: transport::Channel, token: Option<&str>) -> Self {
        let token = token.and_then(|token| {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Self { channel, token }
    }

    /// Makes a call; `again` says that it may be made more than once.
    pub(super) async fn call(
        &self,
        mut request: Request<Body>,
        info: &CallInfo,
        again: bool,
    ) -> Response<Body> {
        self.add_headers(&mut request, info);
        if !again {
            return self.send(request).await;
        }
        let (head, body) = request.into_parts();
        let body = match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return Status::from(Failure::internal(error)).into_http(),
        };
        let mut pauses = PAUSES.iter();
        loop {
            let response = self.send(repeated(&head, &body)).await;
            match pauses.next() {
                Some(pause) if is_unavailable(&response) => tokio::time::sleep(*pause).await,
                _ => return response,
            }
        }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        let mut channel = self.channel.clone();
        let sent = async {
            std::future::poll_fn(|cx| channel.poll_ready(cx)).await?;
            channel.call(request).await
        };
        sent.await
            .unwrap_or_else(|error| unreachable(&error).into_http())
    }

    /// What travels along: who calls, which request it is, how long they wait.
    fn add_headers(&self, request: &mut Request<Body>, info: &CallInfo) {
        let headers = request.headers_mut();
        if let Ok(id) = HeaderValue::from_str(info.request_id.as_str()) {
            headers.insert(REQUEST_ID, id);
        }
        if let Some(deadline) = info.deadline {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            if let Ok(wait) = HeaderValue::from_str(&format_timeout(left)) {
                headers.insert(deadline::HEADER, wait);
            }
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, token.clone());
            if let Some(caller) = on_behalf_of(&info.caller) {
                headers.insert(ON_BEHALF_OF, caller);
            }
        }
    }
}

/// The header's value for a caller. The owner of one data folder is nobody at another.
fn on_behalf_of(caller: &Caller) -> Option<HeaderValue> {
    if caller.kind() == CallerKind::Owner {
        return None;
    }
    let json = serde_json::to_vec(caller).ok()?;
    HeaderValue::from_str(&STANDARD_NO_PAD.encode(json)).ok()
}

/// The caller that the header's value says.
#[expect(dead_code, reason = "the server reads it")]
pub(crate) fn read_on_behalf_of(value: &HeaderValue) -> Option<Caller> {
    let json = STANDARD_NO_PAD.decode(value.as_bytes()).ok()?;
    serde_json::from_slice(&json).ok()
}

fn repeated(head: &http::request::Parts, body: &Bytes) -> Request<Body> {
    let mut request = Request::new(Body::new(Full::new(body.clone())));
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.clone();
    *request.version_mut() = head.version;
    *request.headers_mut() = head.headers.clone();
    request
}

/// Whether the answer is nothing but UNAVAILABLE.
fn is_unavailable(response: &Response<Body>) -> bool {
    let status = Status::from_header_map(response.headers());
    status.is_some_and(|status| status.code() == Code::Unavailable)
}

/// Why a host cannot be reached, with all causes: the outermost says next to nothing.
fn unreachable(error: &dyn std::error::Error) -> Status {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    causes.dedup();
    let causes = causes.join(": ");
    Failure::unavailable(
        "HOST_UNREACHABLE",
        format_args!("the host cannot be reached: {causes}"),
    )
    .into()
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remote")
    }
}
