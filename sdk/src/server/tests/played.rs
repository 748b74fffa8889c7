//! Services that do what a request tells them to.

use std::{
    collections::HashMap,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::sync::{Notify, Semaphore};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, body::Body, server::Grpc};
use tonic_prost::ProstCodec;

pub(super) use crate::proto::sdk::v1::{
    ImportRowsRequest, ImportRowsResponse, ListModulesRequest as Asked,
    ListModulesResponse as Answer, WatchRowsRequest as Watched, WatchRowsResponse as Row,
};
use crate::{
    proto::sdk::v1::{ModuleService, ModuleServiceServer},
    rpc::{CallInfo, Clients, Dispatch, MadeService, Methods, Served, Services, async_trait},
};

/// The header that says what to play.
pub(super) const PLAY: &str = "play";

/// One request, one answer.
pub(super) const LIST: &str = "/sdk.v1.ModuleService/ListModules";

/// A stream of answers.
pub(super) const WATCH: &str = "/sdk.v1.DataService/WatchRows";

/// A stream of requests.
pub(super) const IMPORT: &str = "/sdk.v1.DataService/ImportRows";

/// What is played, and what has happened. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Play(Arc<Happened>);

struct Happened {
    begun: Semaphore,
    over: Semaphore,
    released: Notify,
    sent: AtomicUsize,
}

impl Default for Happened {
    fn default() -> Self {
        Self {
            begun: Semaphore::new(0),
            over: Semaphore::new(0),
            released: Notify::new(),
            sent: AtomicUsize::new(0),
        }
    }
}

/// Tells that a call is over, whether it has ended or was dropped.
struct Over(Play);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.0.over.add_permits(1);
    }
}

impl Play {
    /// The services of a host that plays.
    pub(super) fn dispatch(&self) -> Dispatch {
        let methods = Methods::read([crate::__sdk_proto::DESCRIPTORS]).unwrap();
        let made = [
            MadeService::of::<ModuleServiceServer<_>>(self.clone()),
            MadeService::of::<Data>(Data(self.clone())),
        ];
        let services = Services::new(methods, made, HashMap::new(), &Clients::default());
        services.dispatch().clone()
    }

    /// Waits until a call has begun that waits, too.
    pub(super) async fn begun(&self) {
        self.0.begun.acquire().await.unwrap().forget();
    }

    /// Waits until such a call is over.
    pub(super) async fn over(&self) {
        self.0.over.acquire().await.unwrap().forget();
    }

    /// Lets a call that waits go on.
    pub(super) fn release(&self) {
        self.0.released.notify_one();
    }

    /// How many bytes of a flood have been sent.
    pub(super) fn sent(&self) -> usize {
        self.0.sent.load(Ordering::Relaxed)
    }

    fn begin(&self) -> Over {
        self.0.begun.add_permits(1);
        Over(self.clone())
    }
}

fn what<T>(request: &Request<T>) -> String {
    let play = request.metadata().get(PLAY);
    let play = play.and_then(|play| play.to_str().ok());
    play.unwrap_or("answer").to_owned()
}

#[async_trait]
impl ModuleService for Play {
    async fn list_modules(&self, request: Request<Asked>) -> Result<Response<Answer>, Status> {
        match what(&request).as_str() {
            "wait" => {
                let _over = self.begin();
                self.0.released.notified().await;
            }
            "panic" => panic!("a secret of the service"),
            _ => {}
        }
        let info = request.extensions().get::<CallInfo>().unwrap();
        Ok(Response::new(Answer {
            host: info.caller.id().to_owned(),
            ..Answer::default()
        }))
    }
}

/// Streams, without the messages that the real ones have.
#[derive(Clone)]
struct Data(Play);

type Rows = Pin<Box<dyn Stream<Item = Result<Row, Status>> + Send>>;

impl Data {
    fn watch(&self, request: &Request<Watched>) -> Rows {
        let over = self.0.begin();
        let first = tokio_stream::once(Ok(Row::default()));
        match what(request).as_str() {
            "panic" => Box::pin(first.chain(tokio_stream::iter([()]).map(move |()| {
                let _over = &over;
                panic!("a secret of the service")
            }))),
            "flood" => {
                let (play, row) = (self.0.clone(), flood());
                Box::pin(tokio_stream::iter(0..).map(move |_: u64| {
                    let _over = &over;
                    let bytes = prost::Message::encoded_len(&row);
                    play.0.sent.fetch_add(bytes, Ordering::Relaxed);
                    Ok(row.clone())
                }))
            }
            _ => Box::pin(first.chain(tokio_stream::pending().map(move |()| {
                let _over = &over;
                Ok(Row::default())
            }))),
        }
    }
}

/// A large answer.
fn flood() -> Row {
    let change = crate::proto::sdk::v1::Change {
        table: "x".repeat(16 * 1024),
        ..Default::default()
    };
    Row {
        changes: vec![change],
        ..Row::default()
    }
}

impl tower::Service<http::Request<Body>> for Data {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let data = self.clone();
        Box::pin(async move {
            if request.uri().path() == IMPORT {
                type Requests = Request<tonic::Streaming<ImportRowsRequest>>;
                let import = tower::service_fn(|request: Requests| async {
                    let mut requests = request.into_inner();
                    while requests.message().await?.is_some() {}
                    Ok::<_, Status>(Response::new(ImportRowsResponse::default()))
                });
                let codec = ProstCodec::<ImportRowsResponse, ImportRowsRequest>::default();
                return Ok(Grpc::new(codec).client_streaming(import, request).await);
            }
            let watch = tower::service_fn(move |request: Request<Watched>| {
                let rows = data.watch(&request);
                async move { Ok::<_, Status>(Response::new(rows)) }
            });
            let codec = ProstCodec::<Row, Watched>::default();
            Ok(Grpc::new(codec).server_streaming(watch, request).await)
        })
    }
}

impl Served for Data {
    const NAME: &'static str = "sdk.v1.DataService";
    type Implementation = Self;

    fn serving(implementation: Self, _: usize) -> Self {
        implementation
    }
}
