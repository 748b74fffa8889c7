//! How a call gets to its service.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use tonic::body::Body;

use super::{CallInfo, Clients, Failure, Remote, deadline};

/// Where calls go: to the services of this process, without a socket, or to
/// another host. Clients are made on it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Channel {
    route: Route,
    info: CallInfo,
}

#[derive(Debug, Clone)]
enum Route {
    /// Wherever the host has put the service.
    Host(Clients),
    /// To that host.
    Remote(Remote),
}

impl Channel {
    pub(super) fn within(clients: Clients, info: CallInfo) -> Self {
        Self {
            route: Route::Host(clients),
            info,
        }
    }

    /// A channel to another host, for calls that go on with what is known of `info`.
    pub fn to(remote: Remote, info: CallInfo) -> Self {
        Self {
            route: Route::Remote(remote),
            info,
        }
    }

    async fn carry(self, mut request: Request<Body>) -> Response<Body> {
        let info = match self.with_deadline_of(&request) {
            Ok(info) => info,
            Err(refused) => return tonic::Status::from(refused).into_http(),
        };
        let deadline = info.deadline;
        let answer = async {
            match self.route {
                Route::Remote(remote) => remote.call(request, &info, false).await,
                Route::Host(clients) => {
                    let Some(targets) = clients.targets() else {
                        return refuse(gone());
                    };
                    let path = request.uri().path();
                    let service = path.trim_start_matches('/').split('/').next().unwrap_or("");
                    if let Some(remote) = targets.remotes.get(service) {
                        let method = targets.dispatch.methods().get(path);
                        let again =
                            method.is_some_and(|it| it.is_idempotent && !it.is_client_streaming);
                        return remote.call(request, &info, again).await;
                    }
                    request.extensions_mut().insert(info);
                    targets.dispatch.call(request).await
                }
            }
        };
        match deadline {
            None => answer.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), answer)
                .await
                .unwrap_or_else(|_| refuse(too_late())),
        }
    }

    /// The earlier of the deadline that the call goes on with and its own.
    fn with_deadline_of(&self, request: &Request<Body>) -> Result<CallInfo, Failure> {
        let mut info = self.info.clone();
        let own = deadline::of(request.headers())?;
        info.deadline = deadline::earlier(info.deadline, own);
        Ok(info)
    }
}

fn refuse(failure: Failure) -> Response<Body> {
    tonic::Status::from(failure).into_http()
}

fn gone() -> Failure {
    Failure::unavailable(
        "HOST_NOT_READY",
        "the host's services are not there yet, or no longer",
    )
}

fn too_late() -> Failure {
    Failure::too_late(
        "DEADLINE_EXCEEDED",
        "the answer did not come in the time that was given",
    )
}

impl tower::Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let channel = self.clone();
        Box::pin(async move { Ok(channel.carry(request).await) })
    }
}
