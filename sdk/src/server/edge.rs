//! The edge: what becomes of a call between the network and the dispatch.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, Request, Response, header::AUTHORIZATION};
use tokio::sync::watch;
use tonic::{Status, body::Body};

use super::{
    Limits, Metrics,
    identity::{Credentials, Identified, Identities, bearer},
    observed::{Ending, Record},
    request_body::RequestBody,
    standard::Standard,
    throttle::{Throttle, Turn},
};
use crate::rpc::{
    CallInfo, Caller, Dispatch, Failure, Method, Methods, ON_BEHALF_OF, REQUEST_ID, RequestId,
    deadline, read_on_behalf_of,
};

/// The other end of a connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peer {
    /// Its address, where it has one.
    pub address: Option<IpAddr>,
    /// Whether it came by the socket that only the owner of the data folder can reach.
    pub is_owner: bool,
}

/// Answers calls that come to a host from outside, from the start of a host to its end. Cheap to
/// clone.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

struct Inner {
    phase: watch::Sender<Phase>,
    standard: Standard,
    identities: Identities,
    throttle: Throttle,
    limits: Limits,
    metrics: Metrics,
}

/// How far the host has come.
#[derive(Clone)]
enum Phase {
    /// Only health is answered.
    Starting,
    /// Calls are answered by this.
    Ready(Dispatch),
    /// No call begins any more, and streams end.
    Stopping,
}

/// A call that may go on.
struct Admitted {
    info: CallInfo,
    /// Its place among those under way.
    turn: Turn,
    /// How long it may take unless it is a stream. The owner's commands on this machine
    /// take as long as they take.
    granted: Option<Duration>,
}

/// Who calls.
struct Known {
    caller: Caller,
    /// Whose limits the call counts for, where those are not the caller's own: a host
    /// that calls for strangers has held them to their limits, and they share its address.
    sender: Option<Caller>,
}

/// How the messages of a call go.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// There is more than one request or more than one answer.
    is_stream: bool,
    /// There is more than one answer.
    answers_stream: bool,
}

impl Edge {
    /// The edge of a host that starts and will have these methods. Health says that it
    /// does not serve, and everything else is refused.
    pub async fn starting(methods: &Methods, identities: Identities, limits: Limits) -> Self {
        let throttle = Throttle::new(&limits);
        let (phase, _) = watch::channel(Phase::Starting);
        Self(Arc::new(Inner {
            phase,
            standard: Standard::starting(&services(methods)).await,
            metrics: Metrics::new(methods, throttle.held().clone()),
            throttle,
            identities,
            limits,
        }))
    }

    /// Answers calls from now on by `dispatch`, and says so.
    pub async fn ready(&self, dispatch: Dispatch) {
        self.0.phase.send_replace(Phase::Ready(dispatch.clone()));
        let services = services(dispatch.methods());
        self.0.standard.ready(&services, &dispatch).await;
    }

    /// Refuses calls from now on, and ends those streams that have nothing to say.
    pub async fn stop(&self) {
        if let Ok(dispatch) = self.dispatch() {
            self.0.standard.stopping(&dispatch).await;
        }
        self.0.phase.send_replace(Phase::Stopping);
    }

    /// What answers calls, while the host is ready.
    fn dispatch(&self) -> Result<Dispatch, Status> {
        match &*self.0.phase.borrow() {
            Phase::Starting => Err(starting()),
            Phase::Ready(dispatch) => Ok(dispatch.clone()),
            Phase::Stopping => Err(stopping()),
        }
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Answers a call. What is refused is an answer, too, and is counted as one.
    pub async fn call(&self, peer: Peer, request: Request<Body>) -> Response<Body> {
        let request_id = request_id(&request);
        let record = Record::begin(self.0.metrics.method(request.uri().path()), &request_id);
        let mut response = self.answer(peer, &request_id, record, request).await;
        if let Ok(mut id) = HeaderValue::from_str(request_id.as_str()) {
            // It never comes again: in the table of HPACK it would only drive out others.
            id.set_sensitive(true);
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    async fn answer(
        &self,
        peer: Peer,
        request_id: &RequestId,
        record: Record,
        request: Request<Body>,
    ) -> Response<Body> {
        let path = request.uri().path();
        if let Some((shape, service)) = self.0.standard.find(path) {
            // Whoever watches over the host needs no token, but has the limits of others.
            return match self.admit_anybody(peer, request_id, request.headers()) {
                Ok(admitted) => {
                    let answer = |request| Standard::answer(service, request);
                    self.carry_out(record, shape, admitted, request, answer)
                        .await
                }
                Err(refused) => record.refuse(refused),
            };
        }
        let dispatch = match self.dispatch() {
            Ok(dispatch) => dispatch,
            Err(refused) => return record.refuse(refused),
        };
        let shape = Shape::of(dispatch.methods().get(path));
        match self.admit(peer, request_id, request.headers()).await {
            Ok(admitted) => {
                let answer = |request| dispatch.call(request);
                self.carry_out(record, shape, admitted, request, answer)
                    .await
            }
            Err(refused) => record.refuse(refused),
        }
    }

    /// Lets a call begin of which it does not matter who makes it.
    fn admit_anybody(
        &self,
        peer: Peer,
        request_id: &RequestId,
        headers: &HeaderMap,
    ) -> Result<Admitted, Status> {
        let known = Known::own(if peer.is_owner {
            Caller::owner()
        } else {
            Caller::anonymous()
        });
        self.begin(known, peer, request_id, headers)
    }

    /// Finds out who calls, and whether they may call now.
    async fn admit(
        &self,
        peer: Peer,
        request_id: &RequestId,
        headers: &HeaderMap,
    ) -> Result<Admitted, Status> {
        let known = match self.identify(peer, headers).await {
            Ok(known) => known,
            Err(refused) => {
                // Guessing is held to the limits of those who show nothing.
                self.0.throttle.count_stranger(peer.address)?;
                return Err(refused.into());
            }
        };
        self.begin(known, peer, request_id, headers)
    }

    async fn identify(&self, peer: Peer, headers: &HeaderMap) -> Result<Known, Failure> {
        let token = headers
            .get(AUTHORIZATION)
            .map(|value| value.to_str().ok().and_then(bearer).ok_or_else(not_bearer))
            .transpose()?;
        let credentials = Credentials {
            token,
            by_owner_socket: peer.is_owner,
            address: peer.address,
        };
        let Identified {
            caller,
            may_delegate,
        } = self.0.identities.identify(credentials).await?;
        match headers.get(ON_BEHALF_OF) {
            None => Ok(Known::own(caller)),
            Some(_) if !may_delegate => Err(may_not_delegate()),
            Some(value) => {
                let claimed = read_on_behalf_of(value).ok_or_else(not_a_caller)?;
                let other = caller.on_behalf_of(&claimed);
                Ok(Known {
                    sender: (!other.is_signed_in()).then_some(caller),
                    caller: other,
                })
            }
        }
    }

    fn begin(
        &self,
        Known { caller, sender }: Known,
        peer: Peer,
        request_id: &RequestId,
        headers: &HeaderMap,
    ) -> Result<Admitted, Status> {
        let counted = sender.as_ref().unwrap_or(&caller);
        let turn = self.0.throttle.begin(counted, peer.address)?;
        let info = CallInfo {
            caller,
            request_id: request_id.clone(),
            deadline: deadline::of(headers)?,
        };
        let granted = (!peer.is_owner).then_some(self.0.limits.call);
        Ok(Admitted {
            info,
            turn,
            granted,
        })
    }

    async fn carry_out<A>(
        &self,
        mut record: Record,
        shape: Shape,
        admitted: Admitted,
        request: Request<Body>,
        answer: impl FnOnce(Request<Body>) -> A,
    ) -> Response<Body>
    where
        A: Future<Output = Response<Body>>,
    {
        let Admitted {
            mut info,
            turn,
            granted,
        } = admitted;
        let mut request = request.map(|body| Body::new(RequestBody::new(body, turn.clone())));
        record.admit(info.caller.clone(), turn);
        if !shape.is_stream {
            let granted = granted.and_then(|granted| Instant::now().checked_add(granted));
            info.deadline = deadline::earlier(info.deadline, granted);
        }
        let deadline = info.deadline;
        request.extensions_mut().insert(info);
        // On the heap: it is large, and would be moved with every future around it.
        let mut answer = Box::pin(answer(request));
        let answer = caught(answer.as_mut());
        let response = match deadline {
            None => answer.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), answer)
                .await
                .unwrap_or_else(|_| Ok(too_late().into_http())),
        };
        let response = response.unwrap_or_else(Status::into_http);
        let ending = shape.answers_stream.then(|| self.ending(deadline));
        record.watch(response, ending)
    }

    /// When a stream of answers ends, whether or not it has come to its end.
    fn ending(&self, deadline: Option<Instant>) -> Ending {
        let mut phase = self.0.phase.subscribe();
        let ended = Box::pin(async move {
            // An edge that is gone stops it as well.
            let stopped = phase.wait_for(|phase| matches!(phase, Phase::Stopping));
            match deadline {
                None => drop(stopped.await),
                Some(deadline) => tokio::select! {
                    _ = stopped => {}
                    () = tokio::time::sleep_until(deadline.into()) => return too_late(),
                },
            }
            stopping()
        });
        Ending { deadline, ended }
    }
}

impl Known {
    fn own(caller: Caller) -> Self {
        let sender = None;
        Self { caller, sender }
    }
}

impl Shape {
    /// Health and reflection: one answer, or as many as there are.
    pub(super) const UNARY: Self = Self {
        is_stream: false,
        answers_stream: false,
    };
    pub(super) const STREAM: Self = Self {
        is_stream: true,
        answers_stream: true,
    };

    fn of(method: Option<&Method>) -> Self {
        method.map_or(Self::UNARY, |method| Self {
            is_stream: method.is_client_streaming || method.is_server_streaming,
            answers_stream: method.is_server_streaming,
        })
    }
}

/// The names of the services that have these methods.
fn services(methods: &Methods) -> BTreeSet<&str> {
    let services = methods.iter().map(|(_, method)| method.service.as_str());
    services.collect()
}

/// The id that came with a request, or a new one.
fn request_id(request: &Request<Body>) -> RequestId {
    let given = request.headers().get(REQUEST_ID);
    let given = given.and_then(|value| RequestId::parse(value.to_str().ok()?));
    given.unwrap_or_else(RequestId::new)
}

/// Runs a call; one that panics is answered, and the panic stays in the log.
async fn caught(
    mut call: Pin<&mut impl Future<Output = Response<Body>>>,
) -> Result<Response<Body>, Status> {
    std::future::poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(panicked())),
        }
    })
    .await
}

/// What is told when a service panics; the panic itself is on standard error.
pub(super) fn panicked() -> Status {
    Failure::internal("a service panicked").into()
}

fn starting() -> Status {
    Failure::unavailable("HOST_STARTING", "the host starts: call again").into()
}

fn stopping() -> Status {
    Failure::unavailable("HOST_STOPPING", "the host stops").into()
}

pub(super) fn too_late() -> Status {
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
        match &*self.0.phase.borrow() {
            Phase::Starting => f.write_str("Edge(starting)"),
            Phase::Ready(dispatch) => write!(f, "Edge({dispatch:?})"),
            Phase::Stopping => f.write_str("Edge(stopping)"),
        }
    }
}
