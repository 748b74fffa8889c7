//! The server as its clients see it: over sockets on loopback, with services that the
//! tests play.

mod attacks;
mod bad_input;
mod calls;
mod drain;
mod idle;
mod played;
mod quiet;
mod request_bytes;
mod tls;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tonic::{Code, Status, Streaming, client::Grpc, codegen::http::uri::PathAndQuery};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;

use super::{
    identity::{IdentityProvider, OWNER_TOKEN, Owner, StaticTokens, token_hash, write_private},
    *,
};
use crate::{clock::Clock, rpc::RequestId};
use played::{LIST, PLAY, Play, WATCH};

/// Longer than anything takes that does happen.
const LONG: Duration = Duration::from_mins(1);

/// A server with played services, and what a test holds of it.
struct Stand {
    address: SocketAddr,
    scheme: &'static str,
    edge: Edge,
    play: Play,
    clock: Clock,
    owner: String,
    running: RunningListener,
    certificate: Option<Certificate>,
    data: tempfile::TempDir,
}

impl Stand {
    async fn open() -> Self {
        Self::with(Limits::default(), false).await
    }

    async fn with(limits: Limits, tls: bool) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-11-20T10:00:00Z".parse().unwrap());
        let tokens = data.path().join("tokens.json");
        let entry = serde_json::json!([{
            "name": "ci",
            "sha256": token_hash("of-ci"),
            "not_before": "2026-11-20T09:00:00Z",
            "expires": "2026-11-20T11:00:00Z",
        }]);
        write_private(&tokens, entry.to_string().as_bytes()).unwrap();
        let providers: Vec<Box<dyn IdentityProvider>> = vec![
            Box::new(Owner::of(data.path()).unwrap()),
            Box::new(StaticTokens::read(&tokens, clock.clone()).unwrap()),
        ];
        let owner = std::fs::read_to_string(data.path().join(OWNER_TOKEN)).unwrap();
        let certificate = tls.then(|| Certificate::self_signed(data.path(), &[], &clock).unwrap());
        let play = Play::default();
        let dispatch = play.dispatch();
        let identities = identity::Identities::new(providers);
        let edge = Edge::starting(dispatch.methods(), identities, limits.clone()).await;
        edge.ready(dispatch).await;
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind(any, certificate.clone(), limits);
        let listener = listener.await.unwrap();
        let pages = Router::new().route("/healthz", get(|| async { "ok\n" }));
        Self {
            address: listener.local_addr().unwrap(),
            scheme: if tls { "https" } else { "http" },
            running: listener.serve(pages, edge.clone()),
            owner: owner.trim().to_owned(),
            edge,
            play,
            clock,
            certificate,
            data,
        }
    }

    /// A connection that shows a token.
    async fn connect(&self, token: Option<&str>) -> sdk_client::Connection {
        let mut server = sdk_client::Server::new(format!("{}://{}", self.scheme, self.address));
        server.token = token.map(str::to_owned);
        server.fingerprint = self.certificate.as_ref().map(Certificate::fingerprint);
        server.connect().await.unwrap()
    }

    /// What the played method answers to the owner.
    async fn call(&self, play: &str) -> Result<String, Status> {
        self.call_as(Some(&self.owner), play).await
    }

    async fn call_as(&self, token: Option<&str>, play: &str) -> Result<String, Status> {
        call_on(self.connect(token).await, request(play)).await
    }

    async fn watch(&self, play: &str) -> Streaming<played::Row> {
        let connection = self.connect(Some(&self.owner)).await;
        watch_on(connection, request(play)).await.unwrap()
    }

    /// Whatever a test does to the server, others are served.
    async fn serves_others(&self) {
        assert_eq!(self.call("answer").await.unwrap(), "owner");
    }

    /// Waits until the counters say so.
    async fn counts(&self, line: &str) {
        let counted = async {
            while !self.edge.metrics().text().contains(line) {
                tokio::task::yield_now().await;
            }
        };
        let found = timeout(LONG, counted).await;
        assert!(found.is_ok(), "{line}\n{}", self.edge.metrics().text());
    }

    async fn raw(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection for bytes, past the handshake if the server speaks TLS.
    async fn secured(&self) -> Box<dyn Bytewise> {
        let stream = self.raw().await;
        if self.certificate.is_none() {
            return Box::new(stream);
        }
        let config = trusting(&self.data.path().join("tls/cert.pem"));
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(config).connect(name, stream);
        Box::new(stream.await.unwrap())
    }
}

/// What bytes go through.
trait Bytewise: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Bytewise for S {}

/// Trusts the one certificate of a file.
fn trusting(file: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(file).unwrap();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Arc::new(config)
}

/// A request that says what the service is to play.
fn request<M: Default>(play: &str) -> tonic::Request<M> {
    let mut request = tonic::Request::new(M::default());
    let play = play.parse().unwrap();
    request.metadata_mut().insert(PLAY, play);
    request
}

async fn call_on(
    connection: sdk_client::Connection,
    request: tonic::Request<played::Asked>,
) -> Result<String, Status> {
    let mut grpc = Grpc::new(connection);
    grpc.ready()
        .await
        .map_err(|error| Status::unknown(error.to_string()))?;
    let codec = ProstCodec::<_, played::Answer>::default();
    let answer = grpc.unary(request, PathAndQuery::from_static(LIST), codec);
    Ok(answer.await?.into_inner().host)
}

async fn watch_on(
    connection: sdk_client::Connection,
    request: tonic::Request<played::Watched>,
) -> Result<Streaming<played::Row>, Status> {
    let mut grpc = Grpc::new(connection);
    grpc.ready()
        .await
        .map_err(|error| Status::unknown(error.to_string()))?;
    let codec = ProstCodec::<_, played::Row>::default();
    let answer = grpc.server_streaming(request, PathAndQuery::from_static(WATCH), codec);
    Ok(answer.await?.into_inner())
}

fn code_and_reason(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_default())
}

/// Sends one request of HTTP/2 as it stands, and gives the status of gRPC that comes back.
async fn ask(stand: &Stand, headers: &[(&str, &str)], path: &str, body: &[u8]) -> Status {
    let io = TokioIo::new(stand.secured().await);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::post(format!("http://{}{path}", stand.address))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {}", stand.owner));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Full::new(Bytes::copy_from_slice(body));
    let answer = sender.send_request(request.body(body).unwrap());
    let answer = timeout(LONG, answer).await.unwrap().unwrap();
    let (head, body) = answer.into_parts();
    let body = timeout(LONG, body.collect()).await.unwrap().unwrap();
    let trailers = body.trailers().cloned().unwrap_or_else(HeaderMap::new);
    Status::from_header_map(&trailers)
        .or_else(|| Status::from_header_map(&head.headers))
        .unwrap_or_else(|| panic!("no status: {head:?}"))
}

/// Sends bytes, and gives what comes back until the server closes.
async fn converse(mut stream: impl Bytewise, bytes: &[u8]) -> Vec<u8> {
    // The server may have closed before it has read all.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the server closes the connection");
    answer
}

fn request_id(text: &str) -> RequestId {
    RequestId::parse(text).unwrap()
}
