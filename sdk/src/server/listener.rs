//! Accepts connections and hands over what is asked on them.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use http::{Request, Response, header::CONTENT_TYPE};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tonic::{Status, body::Body};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt};

use super::{Certificate, Edge, Limits, Peer, metrics::Counted};
use crate::rpc::Failure;

/// How long the listener waits when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// The pages of a host, for what is no call.
pub type Pages = Router;

/// What is served: the pages of the host, and its calls once it is ready.
#[derive(Debug, Clone)]
struct Port {
    pages: Router,
    edge: watch::Receiver<Option<Edge>>,
}

/// A port that is open, on which nothing is answered yet.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    tls: Option<Certificate>,
    limits: Limits,
}

/// A listener that answers until it is stopped.
#[derive(Debug)]
pub struct RunningListener {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Opens a port, with TLS if there is a certificate.
    ///
    /// # Errors
    /// Fails when the system does not give it.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<Certificate>,
        limits: Limits,
    ) -> io::Result<Self> {
        Ok(Self {
            tcp: TcpListener::bind(address).await?,
            tls,
            limits,
        })
    }

    /// The address, with the port that the system has chosen.
    ///
    /// # Errors
    /// Fails when the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Answers from now on: pages at once, calls once there is an edge.
    pub fn serve(self, pages: Router, edge: watch::Receiver<Option<Edge>>) -> RunningListener {
        let (stop, stopped) = watch::channel(false);
        let port = Port { pages, edge };
        RunningListener {
            stop,
            task: tokio::spawn(self.accept_all(port, stopped)),
        }
    }

    async fn accept_all(self, port: Port, mut stopped: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let drain = GracefulShutdown::new();
        let tls = self.tls.as_ref().map(|it| TlsAcceptor::from(it.config()));
        let connections = Arc::new(Connections {
            builder: builder(&self.limits),
            limits: self.limits,
            tls,
            port,
        });
        loop {
            let accepted = tokio::select! {
                accepted = self.tcp.accept() => accepted,
                _ = stopped.wait_for(|stopped| *stopped) => break,
            };
            match accepted {
                Ok((stream, address)) => {
                    // Beyond the limit, a connection is closed at once.
                    if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                        let connections = Arc::clone(&connections);
                        let watcher = drain.watcher();
                        tokio::spawn(connections.serve(stream, address, place, watcher));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the listener cannot accept");
                    sleep(PAUSE).await;
                }
            }
        }
        drop(self.tcp);
        drain.shutdown().await;
    }
}

impl RunningListener {
    /// Takes no connection any more and returns when the answers under way are
    /// given; what is not after `grace` is cut off.
    pub async fn stop(mut self, grace: Duration) {
        self.stop.send_replace(true);
        if timeout(grace, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

type Builder = auto::Builder<TokioExecutor>;

fn builder(limits: &Limits) -> Builder {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(
            usize::try_from(limits.head_bytes)
                .unwrap_or(usize::MAX)
                .max(8 * 1024),
        );
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.ping)
        .keep_alive_timeout(limits.pong)
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(limits.head_bytes)
        .max_send_buf_size(limits.unread_bytes)
        .adaptive_window(false);
    builder
}

/// What all connections share.
struct Connections {
    builder: Builder,
    limits: Limits,
    tls: Option<TlsAcceptor>,
    port: Port,
}

impl Connections {
    async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        _place: OwnedSemaphorePermit,
        watcher: hyper_util::server::graceful::Watcher,
    ) {
        let _counted = self.port.count_connection();
        // Answers are small and come at once.
        let _ = stream.set_nodelay(true);
        let peer = Peer {
            address: Some(address.ip()),
            is_owner: false,
        };
        match &self.tls {
            None => self.talk(stream, peer, watcher).await,
            Some(tls) => match timeout(self.limits.handshake, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.talk(stream, peer, watcher).await,
                Ok(Err(error)) => tracing::debug!(%address, %error, "no TLS"),
                Err(_) => tracing::debug!(%address, "the handshake of TLS took too long"),
            },
        }
    }

    async fn talk<S>(&self, stream: S, peer: Peer, watcher: hyper_util::server::graceful::Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let asked = Arc::new(AtomicBool::new(false));
        let (port, seen) = (self.port.clone(), Arc::clone(&asked));
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            seen.store(true, Ordering::Relaxed);
            let port = port.clone();
            async move { Ok::<_, Infallible>(port.answer(peer, request.map(Body::new)).await) }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let connection = watcher.watch(connection.into_owned());
        let silent = async {
            // Whoever opens a connection and asks nothing does not keep its place.
            sleep(self.limits.head).await;
            if asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
            }
            () = silent => tracing::debug!("a connection on which nothing was asked is closed"),
        }
    }
}

impl Port {
    async fn answer(&self, peer: Peer, request: Request<Body>) -> Response<Body> {
        match kind(&request) {
            Kind::Page => self.page(request).await,
            Kind::Call => match self.edge() {
                Ok(edge) => edge.call(peer, request).await,
                Err(refused) => refused.into_http(),
            },
            Kind::WebCall => {
                let port = self.clone();
                let calls = tower::service_fn(move |request: Request<Body>| {
                    let port = port.clone();
                    async move {
                        Ok::<_, Infallible>(match port.edge() {
                            Ok(edge) => edge.call(peer, request).await,
                            Err(refused) => refused.into_http(),
                        })
                    }
                });
                let calls = GrpcWebLayer::new().layer(calls);
                match calls.oneshot(request).await {
                    Ok(response) => response.map(Body::new),
                    Err(never) => match never {},
                }
            }
        }
    }

    /// Counts a connection until what is returned is dropped.
    fn count_connection(&self) -> Option<Counted> {
        let edge = self.edge.borrow();
        Some(Counted::new(edge.as_ref()?.metrics().connections()))
    }

    fn edge(&self) -> Result<Edge, Status> {
        self.edge.borrow().clone().ok_or_else(|| {
            Failure::unavailable("HOST_STARTING", "the host starts: call again").into()
        })
    }

    async fn page(&self, request: Request<Body>) -> Response<Body> {
        let mut pages = self.pages.clone();
        let answer: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(Service::call(&mut pages, request));
        match answer.await {
            Ok(response) => response.map(Body::new),
            Err(never) => match never {},
        }
    }
}

/// What a request is.
enum Kind {
    Call,
    WebCall,
    Page,
}

/// By the content type, which gRPC's specification fixes.
fn kind(request: &Request<Body>) -> Kind {
    let content = request.headers().get(CONTENT_TYPE);
    let content = content.and_then(|value| value.to_str().ok()).unwrap_or("");
    match content.strip_prefix("application/grpc") {
        Some(rest) if rest.starts_with("-web") => Kind::WebCall,
        Some(rest) if rest.is_empty() || rest.starts_with(['+', ';']) => Kind::Call,
        _ if asks_for_web_calls(request) => Kind::WebCall,
        _ => Kind::Page,
    }
}

/// A browser asks before it calls from another origin (CORS); that is answered where
/// calls are, not by a page.
fn asks_for_web_calls(request: &Request<Body>) -> bool {
    let headers = request.headers();
    request.method() == http::Method::OPTIONS
        && headers.contains_key("access-control-request-method")
        && headers
            .get("access-control-request-headers")
            .and_then(|value| value.to_str().ok())
            .is_some_and(|names| names.contains("x-grpc-web"))
}
