//! Accepts connections and hands over what is asked on them.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use http::{Request, Response, header::CONTENT_TYPE};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tonic::body::Body;
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt};

use super::{
    Certificate, Edge, Limits, Peer,
    activity::{Activity, AnswerBody},
    metrics::Counted,
    places::{Place, Places},
};

/// How long the listener waits when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// The pages of a host, for what is no call.
pub type Pages = Router;

/// What is served: the pages of the host, and its calls.
#[derive(Debug)]
struct Port {
    pages: Router,
    edge: Edge,
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
    /// When it is there, nothing new is taken, and what is under way has so long.
    grace: watch::Sender<Option<Duration>>,
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

    /// Answers from now on: calls by the edge, and all else by the pages.
    pub fn serve(self, pages: Router, edge: Edge) -> RunningListener {
        let (grace, stopped) = watch::channel(None);
        let connections = Arc::new(Connections {
            builder: builder(&self.limits),
            tls: self.tls,
            port: Arc::new(Port { pages, edge }),
            stopped: stopped.clone(),
            limits: self.limits,
        });
        RunningListener {
            grace,
            task: tokio::spawn(accept_all(self.tcp, connections, stopped)),
        }
    }
}

/// Accepts until it is stopped, and returns when no connection is left.
async fn accept_all(
    tcp: TcpListener,
    connections: Arc<Connections>,
    mut stopped: watch::Receiver<Option<Duration>>,
) {
    let places = Places::new(&connections.limits);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = tcp.accept() => match accepted {
                Ok((stream, address)) => {
                    // Beyond the limits, a connection is closed at once.
                    if let Some(place) = places.take(address.ip()) {
                        let connections = Arc::clone(&connections);
                        open.spawn(connections.serve(stream, address, place));
                    } else {
                        tracing::debug!(%address, "there is no place for a connection");
                    }
                }
                Err(error) if is_of_one(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "the listener cannot accept");
                    sleep(PAUSE).await;
                }
            },
            Some(_) = open.join_next() => {}
            () = until_stopped(&mut stopped) => break,
        }
    }
    drop(tcp);
    let grace = stopped.borrow().unwrap_or_default();
    let ended = async { while open.join_next().await.is_some() {} };
    let _ = timeout(grace, ended).await;
    open.shutdown().await;
}

/// A sender that is gone stops it as well.
async fn until_stopped(stopped: &mut watch::Receiver<Option<Duration>>) {
    let _ = stopped.wait_for(Option::is_some).await;
}

/// Whether an error is about one connection, whose client has gone, and not about the port.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionReset | Interrupted
    )
}

impl RunningListener {
    /// Takes no connection any more and returns when the answers under way are
    /// given; what is not after `grace` is cut off.
    pub async fn stop(self, grace: Duration) {
        self.grace.send_replace(Some(grace));
        // It ends by itself; if it has panicked, nothing is open either.
        let _ = self.task.await;
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
    tls: Option<Certificate>,
    port: Arc<Port>,
    stopped: watch::Receiver<Option<Duration>>,
}

impl Connections {
    async fn serve(self: Arc<Self>, stream: TcpStream, address: SocketAddr, _place: Place) {
        let _counted = self.port.count_connection();
        // Answers are small and come at once.
        let _ = stream.set_nodelay(true);
        let peer = Peer {
            address: Some(address.ip()),
            is_owner: false,
        };
        match &self.tls {
            None => self.talk(stream, peer).await,
            Some(certificate) => match self.shake_hands(certificate, stream).await {
                Ok(stream) => self.talk(stream, peer).await,
                Err(error) => tracing::debug!(%address, %error, "no TLS"),
            },
        }
    }

    async fn shake_hands(
        &self,
        certificate: &Certificate,
        stream: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let mut stopped = self.stopped.clone();
        let handshake = TlsAcceptor::from(certificate.config()).accept(stream);
        tokio::select! {
            accepted = timeout(self.limits.handshake, handshake) => accepted?,
            // Nothing can have been asked yet.
            () = until_stopped(&mut stopped) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    /// Answers what is asked on a connection, until its client, its silence or the host
    /// ends it.
    async fn talk<S>(&self, stream: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::begin();
        let (port, asked) = (Arc::clone(&self.port), activity.clone());
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (port, under_way) = (Arc::clone(&port), asked.ask());
            async move {
                let answer = port.answer(peer, request.map(Body::new)).await;
                Ok::<_, Infallible>(answer.map(|body| AnswerBody {
                    body,
                    _under_way: under_way,
                }))
            }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection.into_owned());
        let mut stopped = self.stopped.clone();
        let is_idle = tokio::select! {
            ended = connection.as_mut() => return told(ended),
            () = activity.idle(&self.limits) => true,
            () = until_stopped(&mut stopped) => false,
        };
        if is_idle && !activity.was_asked() {
            // Whoever opens a connection and asks nothing does not keep its place.
            tracing::debug!("a connection on which nothing was asked is closed");
            return;
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            ended = connection => told(ended),
            () = self.unheard(&activity), if is_idle => {
                tracing::debug!("an idle connection is closed, and its client does not say goodbye");
            }
        }
    }

    /// Returns when a client that was told that its connection ends does not end it, and
    /// has asked nothing meanwhile that is still under way.
    async fn unheard(&self, activity: &Activity) {
        sleep(self.limits.pong).await;
        while activity.is_under_way() {
            sleep(self.limits.pong).await;
        }
    }
}

/// How a connection ended is of interest to whoever looks for a fault.
fn told(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

impl Port {
    async fn answer(self: Arc<Self>, peer: Peer, request: Request<Body>) -> Response<Body> {
        match kind(&request) {
            Kind::Page => self.page(request).await,
            Kind::Call => self.call(peer, request).await,
            Kind::WebCall => {
                let calls = tower::service_fn(move |request| {
                    let port = Arc::clone(&self);
                    async move { Ok::<_, Infallible>(port.call(peer, request).await) }
                });
                let calls = GrpcWebLayer::new().layer(calls);
                // On the heap, lest calls that are none of it carry its size.
                match Box::pin(calls.oneshot(request)).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
        }
    }

    async fn call(&self, peer: Peer, request: Request<Body>) -> Response<Body> {
        self.edge.call(peer, request).await
    }

    /// Counts a connection until what is returned is dropped.
    fn count_connection(&self) -> Counted {
        Counted::new(self.edge.metrics().connections())
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

/// By the content type, which gRPC's specification fixes. A browser that asks whether
/// another origin may call (CORS) asks for a page, and is told nothing: none may.
fn kind(request: &Request<Body>) -> Kind {
    let content = request.headers().get(CONTENT_TYPE);
    let content = content.and_then(|value| value.to_str().ok()).unwrap_or("");
    match content.strip_prefix("application/grpc") {
        Some(rest) if rest.starts_with("-web") => Kind::WebCall,
        Some(rest) if rest.is_empty() || rest.starts_with(['+', ';']) => Kind::Call,
        _ => Kind::Page,
    }
}
