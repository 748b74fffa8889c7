//! The edge: what becomes of a call between the network and the dispatch.

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc};

use futures_core::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response, header::AUTHORIZATION};
use tokio::sync::watch;
use tonic::{Status, body::Body};

use super::{
    Limits, Metrics, Standard, deadline,
    identity::{Credentials, Identities, bearer},
    observed::{Record, Stopped},
    throttle::{Throttle, Turn},
};
use crate::rpc::{
    CallInfo, Dispatch, Failure, Method, RequestId, {ON_BEHALF_OF, REQUEST_ID, read_on_behalf_of},
};

/// The other end of a connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peer {
    /// Its address, where it has one.
    pub address: Option<IpAddr>,
    /// Whether it came by the socket that only the owner of the data folder can reach.
    pub is_owner: bool,
}

/// Answers calls that come over a network. Cheap to clone.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

struct Inner {
    dispatch: Dispatch,
    standard: Standard,
    identities: Identities,
    throttle: Throttle,
    limits: Limits,
    metrics: Metrics,
    stopping: watch::Receiver<bool>,
}

impl Edge {
    /// An edge before `dispatch`. When `stopping` says so, streams end and calls are
    /// refused.
    pub fn new(
        dispatch: Dispatch,
        standard: Standard,
        identities: Identities,
        limits: Limits,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self(Arc::new(Inner {
            metrics: Metrics::new(dispatch.methods()),
            throttle: Throttle::new(&limits),
            dispatch,
            standard,
            identities,
            limits,
            stopping,
        }))
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Answers a call. What is refused is an answer, too.
    pub async fn call(&self, peer: Peer, request: Request<Body>) -> Response<Body> {
        let request_id = request_id(&request);
        let mut response = match self.0.standard.call(request).await {
            Ok(response) => response,
            Err(request) => match self.admit(peer, &request_id, request.headers()).await {
                Ok((info, turn)) => self.carry_out(info, turn, request).await,
                Err(refused) => refused.into_http(),
            },
        };
        if let Ok(id) = HeaderValue::from_str(request_id.as_str()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    /// Finds out who calls, and whether they may call now.
    async fn admit(
        &self,
        peer: Peer,
        request_id: &RequestId,
        headers: &HeaderMap,
    ) -> Result<(CallInfo, Turn), Status> {
        if *self.0.stopping.borrow() {
            return Err(stopping());
        }
        let token = match headers.get(AUTHORIZATION) {
            None => None,
            Some(value) => Some(
                value
                    .to_str()
                    .ok()
                    .and_then(bearer)
                    .ok_or_else(not_bearer)?,
            ),
        };
        let credentials = Credentials {
            token,
            by_owner_socket: peer.is_owner,
            address: peer.address,
        };
        let identified = self.0.identities.identify(credentials).await?;
        let caller = match headers.get(ON_BEHALF_OF) {
            None => identified.caller,
            Some(_) if !identified.may_delegate => return Err(may_not_delegate().into()),
            Some(value) => {
                let claimed = read_on_behalf_of(value).ok_or_else(not_a_caller)?;
                identified.caller.on_behalf_of(&claimed)
            }
        };
        let turn = self.0.throttle.begin(&caller, peer.address)?;
        let info = CallInfo {
            caller,
            request_id: request_id.clone(),
            deadline: deadline::of(headers)?,
        };
        Ok((info, turn))
    }

    async fn carry_out(
        &self,
        mut info: CallInfo,
        turn: Turn,
        mut request: Request<Body>,
    ) -> Response<Body> {
        let inner = &self.0;
        let path = request.uri().path();
        let is_stream = |method: &Method| method.is_client_streaming || method.is_server_streaming;
        let method = inner.dispatch.methods().get(path);
        if !method.is_some_and(is_stream) {
            info.deadline = deadline::capped(info.deadline, inner.limits.call);
        }
        let stopped = method
            .filter(|it| it.is_server_streaming)
            .map(|_| self.stopped());
        let record = Record::begin(inner.metrics.method(path), info.clone(), turn);
        let deadline = info.deadline;
        request.extensions_mut().insert(info);
        let answer = caught(inner.dispatch.call(request));
        let response = match deadline {
            None => answer.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), answer)
                .await
                .unwrap_or_else(|_| Ok(too_late().into_http())),
        };
        let response = response.unwrap_or_else(|panicked| panicked.into_http());
        record.watch(response, stopped)
    }

    fn stopped(&self) -> Stopped {
        let mut stopping = self.0.stopping.clone();
        Box::pin(async move {
            // A sender that is gone stops it as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        })
    }
}

/// The id that came with a request, or a new one.
fn request_id(request: &Request<Body>) -> RequestId {
    let given = request.headers().get(REQUEST_ID);
    let given = given.and_then(|value| RequestId::parse(value.to_str().ok()?));
    given.unwrap_or_else(RequestId::new)
}

/// Runs a call; one that panics is answered, and the panic stays in the log.
async fn caught(
    call: impl Future<Output = Response<Body>> + Send,
) -> Result<Response<Body>, Status> {
    let mut call: BoxFuture<'_, _> = Box::pin(call);
    std::future::poll_fn(|cx| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(_) => std::task::Poll::Ready(Err(Failure::internal("a service panicked").into())),
        }
    })
    .await
}

/// What is told while the host stops.
pub(super) fn stopping() -> Status {
    Failure::unavailable("HOST_STOPPING", "the host stops").into()
}

fn too_late() -> Status {
    let message = "the answer did not come in the time that was given";
    Failure::too_late("DEADLINE_EXCEEDED", message).into()
}

fn not_bearer() -> Failure {
    Failure::unauthenticated(
        "TOKEN_INVALID",
        "the header `authorization` is not `Bearer TOKEN`",
    )
}

fn may_not_delegate() -> Failure {
    Failure::denied("MAY_NOT_DELEGATE", "this token may not call for others")
}

fn not_a_caller() -> Failure {
    Failure::invalid(
        "CALLER_INVALID",
        "the header `sdk-caller-bin` names no caller",
    )
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Edge({:?})", self.0.dispatch)
    }
}
