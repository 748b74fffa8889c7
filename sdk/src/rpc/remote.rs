//! A host that is reached over a connection.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::HeaderName};
use http_body_util::{BodyExt, Full, Limited};
use sdk_client::{Connection, Server};
use tonic::{Code, Status, body::Body};
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
pub struct Remote(Arc<Inner>);

struct Inner {
    server: Server,
    /// Where the token is read when it is needed: the host that makes it may start later.
    token_file: Option<PathBuf>,
    connection: Mutex<Option<Connection>>,
}

impl Remote {
    /// A host as `server` describes it, with the token in a file.
    pub fn new(server: Server, token_file: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            server,
            token_file,
            connection: Mutex::new(None),
        }))
    }

    fn signs_in(&self) -> bool {
        self.0.token_file.is_some() || self.0.server.token.is_some()
    }

    /// The connection, made at the first call.
    fn connection(&self) -> Result<Connection, Failure> {
        let mut connection = self.lock();
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let mut server = self.0.server.clone();
        if let Some(file) = &self.0.token_file {
            let token = std::fs::read_to_string(file).map_err(|error| {
                let file = file.display();
                tracing::warn!(%file, %error, "the token for another host cannot be read");
                let url = &server.url;
                Failure::unavailable(
                    "TOKEN_MISSING",
                    format_args!("the token for {url} is not there"),
                )
            })?;
            server.token = Some(token.trim().to_owned());
        }
        let made = server.connect_lazy().map_err(Failure::internal)?;
        *connection = Some(made.clone());
        Ok(made)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Connection>> {
        self.0
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
        let mut connection = match self.connection() {
            Ok(connection) => connection,
            Err(failure) => return Status::from(failure).into_http(),
        };
        let sent = async {
            std::future::poll_fn(|cx| connection.poll_ready(cx)).await?;
            connection.call(request).await
        };
        match sent.await {
            Ok(response) => {
                let response = response.map(Body::new);
                if code_of(&response) == Some(Code::Unauthenticated) {
                    // The token may have been replaced: it is read anew for the next call.
                    *self.lock() = None;
                }
                response
            }
            Err(error) => unreachable(&self.0.server.url, &error).into_http(),
        }
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
        let caller = on_behalf_of(&info.caller).filter(|_| self.signs_in());
        if let Some(caller) = caller {
            headers.insert(ON_BEHALF_OF, caller);
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
    code_of(response) == Some(Code::Unavailable)
}

/// The code of an answer that has no message.
fn code_of(response: &Response<Body>) -> Option<Code> {
    Status::from_header_map(response.headers()).map(|status| status.code())
}

/// A host that cannot be reached: where it is and why goes to the log, with all
/// causes, for the outermost says next to nothing.
fn unreachable(url: &str, error: &dyn std::error::Error) -> Status {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    causes.dedup();
    tracing::warn!(
        url,
        causes = causes.join(": "),
        "another host cannot be reached"
    );
    let message = "the host that serves this cannot be reached";
    Failure::unavailable("HOST_UNREACHABLE", message).into()
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.0.server.url)
    }
}
