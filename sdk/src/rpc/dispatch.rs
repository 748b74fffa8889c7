//! From a request to the service that answers it, past the policy of its method.

use std::{collections::HashMap, convert::Infallible, fmt, sync::Arc};

use tonic::{Status, body::Body};
use tower::Service as _;

use super::{CallInfo, Failure, Method, Methods, service::BoxedService};

/// The services of a host. Cheap to clone.
///
/// A request has a [`CallInfo`] among its extensions; one without is anonymous.
#[derive(Clone)]
pub struct Dispatch(Arc<Inner>);

struct Inner {
    methods: Methods,
    services: HashMap<&'static str, BoxedService>,
}

impl Dispatch {
    pub(super) fn new(methods: Methods, services: HashMap<&'static str, BoxedService>) -> Self {
        Self(Arc::new(Inner { methods, services }))
    }

    /// What is known of the methods.
    pub fn methods(&self) -> &Methods {
        &self.0.methods
    }

    /// The full names of the services that are served here, in no order.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.0.services.keys().copied()
    }

    /// Whether the service is served here.
    pub fn serves(&self, service: &str) -> bool {
        self.0.services.contains_key(service)
    }

    /// Answers a request. What is refused is an answer, too.
    pub async fn call(&self, mut request: http::Request<Body>) -> http::Response<Body> {
        let mut service = match self.admit(&mut request) {
            Ok(service) => service,
            Err(refusal) => return refusal.into_http(),
        };
        // Generated servers are always ready and never fail: their errors are answers.
        match service.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// The service for a request that its method's policy lets through.
    fn admit(&self, request: &mut http::Request<Body>) -> Result<BoxedService, Status> {
        let path = request.uri().path();
        let method = self.0.methods.get(path).ok_or_else(|| unknown(path))?;
        let service = self.0.services.get(method.service.as_str());
        let service = service.ok_or_else(|| not_here(method))?.clone();
        let info = request
            .extensions_mut()
            .get_or_insert_with(|| CallInfo::by(super::Caller::anonymous()));
        check(method, info)?;
        Ok(service)
    }
}

/// Refuses a caller whom the policy does not name.
fn check(method: &Method, info: &CallInfo) -> Result<(), Status> {
    let caller = &info.caller;
    if caller.may(&method.policy) {
        return Ok(());
    }
    let (name, policy) = (&method.name, &method.policy);
    let failure = if caller.is_signed_in() {
        let id = caller.id();
        Failure::denied(
            "NOT_ALLOWED",
            format_args!("`{id}` may not call {name}: it wants {policy}"),
        )
    } else {
        Failure::unauthenticated(
            "NOT_SIGNED_IN",
            format_args!("{name} wants {policy}, and nobody has signed in"),
        )
        .hint("send a token in the header `authorization`, as `Bearer TOKEN`")
    };
    Err(failure.into())
}

fn unknown(path: &str) -> Status {
    let shown: String = path.chars().take(128).collect();
    Failure::unimplemented(
        "METHOD_UNKNOWN",
        format_args!("there is no method `{shown}`"),
    )
    .hint("reflection lists the services and their methods")
    .into()
}

fn not_here(method: &Method) -> Status {
    let service = &method.service;
    Failure::unimplemented(
        "SERVICE_NOT_HERE",
        format_args!("`{service}` is not served by this host"),
    )
    .into()
}

impl tower::Service<http::Request<Body>> for Dispatch {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let dispatch = self.clone();
        Box::pin(async move { Ok(dispatch.call(request).await) })
    }
}

impl fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.services()).finish()
    }
}
