//! Who tells a thousand watchers of a change.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use anyhow::{Context as _, Result};
use geo::{Geo, Region};
use sdk::{
    App,
    clock::Clock,
    proto::sdk::v1::{WatchRowsRequest, WatchRowsResponse, data_service_client::DataServiceClient},
    rpc::{Request, Response, Status, Streaming},
};
use tokio::{net::TcpListener, sync::broadcast};
use tokio_stream::{Stream, StreamExt, wrappers::BroadcastStream};
use tonic::{
    body::Body,
    codegen::{Service, http},
    server::{Grpc, NamedService, ServerStreamingService},
    transport,
};
use tonic_prost::ProstCodec;

use super::{
    contender::Kind,
    host::{Host, connect},
};

/// How many messages the peer keeps for a watcher that is slow.
const KEPT: usize = 1_024;

/// The row that changes: the world.
const WATCHED: &str = "001";

/// Something whose changes are watched.
pub(super) struct Feed {
    pub(super) kind: Kind,
    source: Source,
    channels: Vec<transport::Channel>,
    token: String,
}

enum Source {
    /// A message that is handed on to all: no rows, no store, no log.
    Broadcast(broadcast::Sender<WatchRowsResponse>, WatchRowsResponse),
    /// A row that is written; its change is read from the log of the store.
    Rows(Box<Host>, AtomicBool),
}

impl Feed {
    pub(super) async fn all() -> Result<Vec<Self>> {
        let ours = ours().await?;
        // The peer tells what ours tells, byte by byte.
        let mut watched = ours.watch(0).await?;
        ours.change().await?;
        let message = watched.message().await?.context("a change")?;
        Ok(vec![bare(message).await?, ours])
    }

    /// A watcher that has been told that its stream begins.
    pub(super) async fn watch(&self, watcher: usize) -> Result<Streaming<WatchRowsResponse>> {
        let channel = self.channels[watcher % self.channels.len()].clone();
        let mut request = Request::new(WatchRowsRequest {
            tables: vec!["geo.region".to_owned()],
            ..WatchRowsRequest::default()
        });
        let header = format!("Bearer {}", self.token).parse()?;
        request.metadata_mut().insert("authorization", header);
        let mut stream = DataServiceClient::new(channel)
            .watch_rows(request)
            .await?
            .into_inner();
        let begins = stream.message().await?.context("a first message")?;
        anyhow::ensure!(begins.changes.is_empty(), "the stream begins: {begins:?}");
        Ok(stream)
    }

    /// Makes a change that each watcher is told of.
    pub(super) async fn change(&self) -> Result<()> {
        match &self.source {
            Source::Broadcast(sender, message) => {
                sender.send(message.clone()).context("watchers")?;
            }
            Source::Rows(host, flag) => {
                let grouping = flag.fetch_not(Ordering::Relaxed);
                let store = host.app.host().store();
                let write = store.write(async |tx| {
                    let region = tx.get::<Region>(WATCHED).await?;
                    let region = region.context("the world")?;
                    tx.update(&Region { grouping, ..region }).await?;
                    Ok::<_, anyhow::Error>(())
                });
                write.await?;
            }
        }
        Ok(())
    }
}

async fn ours() -> Result<Feed> {
    let app = App::new("bench").module(Geo);
    let host = Host::serve(app.start_in_memory(Clock::system()).await?).await?;
    Ok(Feed {
        kind: Kind::Ours,
        channels: connect(host.address).await?,
        token: host.token.clone(),
        source: Source::Rows(Box::new(host), AtomicBool::new(true)),
    })
}

async fn bare(message: WatchRowsResponse) -> Result<Feed> {
    let (sender, _) = broadcast::channel(KEPT);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let incoming = transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = transport::Server::builder().add_service(Told(sender.clone()));
    tokio::spawn(async move {
        if let Err(error) = server.serve_with_incoming(incoming).await {
            eprintln!("tonic's server ended: {error}");
        }
    });
    Ok(Feed {
        kind: Kind::Bare,
        channels: connect(address).await?,
        token: "none".to_owned(),
        source: Source::Broadcast(sender, message),
    })
}

/// The peer's service, with that one method: what is sent, each watcher is told.
#[derive(Clone)]
struct Told(broadcast::Sender<WatchRowsResponse>);

impl NamedService for Told {
    const NAME: &str = "sdk.v1.DataService";
}

impl Service<http::Request<Body>> for Told {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let mut grpc = Grpc::new(ProstCodec::<WatchRowsResponse, WatchRowsRequest>::default());
        let told = self.clone();
        Box::pin(async move { Ok(grpc.server_streaming(told, request).await) })
    }
}

impl ServerStreamingService<WatchRowsRequest> for Told {
    type Response = WatchRowsResponse;
    type ResponseStream = Pin<Box<dyn Stream<Item = Result<WatchRowsResponse, Status>> + Send>>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _: Request<WatchRowsRequest>) -> Self::Future {
        let begins = tokio_stream::once(Ok(WatchRowsResponse::default()));
        let changes = BroadcastStream::new(self.0.subscribe());
        let changes = changes.map(|told| told.map_err(|_| Status::data_loss("too slow")));
        ready(Ok(Response::new(Box::pin(begins.chain(changes)))))
    }
}
