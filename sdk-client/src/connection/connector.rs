//! Opens the socket of a connection, and secures it.

use std::{
    future::Future,
    io::{self, ErrorKind},
    pin::Pin,
    sync::{Arc, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use hyper_util::rt::TokioIo;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error as TlsError};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;
use tower::Service;

use super::{
    ConnectError, Fingerprint, Server,
    trust::{self, Seen},
    url::Url,
};

/// Makes connections to one server.
#[derive(Clone)]
pub(super) struct Connector {
    server: String,
    url: Url,
    tls: Option<Tls>,
    timeout: Duration,
}

#[derive(Clone)]
struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    expected: Option<Fingerprint>,
    seen: Seen,
}

/// What bytes go through.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

impl Connector {
    pub(super) fn new(server: &Server, url: &Url) -> Result<Self, ConnectError> {
        let tls = match url {
            Url::Tcp {
                tls: true, host, ..
            } => {
                let name = ServerName::try_from(host.clone());
                let name = name.map_err(|error| ConnectError::Url {
                    url: server.url.clone(),
                    message: error.to_string(),
                })?;
                let (config, seen) = trust::config(server)?;
                Some(Tls {
                    config,
                    name,
                    expected: server.fingerprint,
                    seen,
                })
            }
            _ => None,
        };
        Ok(Self {
            server: server.url.clone(),
            url: url.clone(),
            tls,
            timeout: server.connect_timeout,
        })
    }

    async fn connect(self) -> Result<Box<dyn Socket>, ConnectError> {
        let late = ConnectError::Timeout {
            server: self.server.clone(),
            limit: self.timeout,
        };
        let socket = tokio::time::timeout(self.timeout, self.open()).await;
        socket.unwrap_or(Err(late))
    }

    async fn open(&self) -> Result<Box<dyn Socket>, ConnectError> {
        match &self.url {
            Url::Tcp { host, port, .. } => {
                let socket = self.tcp(host, *port).await?;
                match &self.tls {
                    None => Ok(Box::new(socket)),
                    Some(tls) => self.secured(tls, socket).await,
                }
            }
            #[cfg(unix)]
            Url::Unix(path) => {
                let socket = tokio::net::UnixStream::connect(path).await;
                let socket = socket.map_err(|error| self.unopened(&error))?;
                Ok(Box::new(socket))
            }
            #[cfg(not(unix))]
            Url::Unix(_) => Err(ConnectError::Other {
                server: self.server.clone(),
                message: "this system has no such sockets".to_owned(),
            }),
        }
    }

    /// The first of the machine's addresses that takes a connection.
    async fn tcp(&self, host: &str, port: u16) -> Result<TcpStream, ConnectError> {
        let addresses = lookup_host((host, port)).await;
        let unknown = |message: String| ConnectError::Name {
            server: self.server.clone(),
            host: host.to_owned(),
            message,
        };
        let addresses = addresses.map_err(|error| unknown(error.to_string()))?;
        let mut last = unknown("it has no address".to_owned());
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(socket) => {
                    // It is slower without, and no worse.
                    let _ = socket.set_nodelay(true);
                    return Ok(socket);
                }
                Err(error) => last = self.unopened(&error),
            }
        }
        Err(last)
    }

    async fn secured(&self, tls: &Tls, socket: TcpStream) -> Result<Box<dyn Socket>, ConnectError> {
        let connector = TlsConnector::from(tls.config.clone());
        let secured = connector.connect(tls.name.clone(), socket).await;
        let secured = secured.map_err(|error| self.unsecured(tls, &error))?;
        if secured.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(ConnectError::NotGrpc {
                server: self.server.clone(),
            });
        }
        Ok(Box::new(secured))
    }

    fn unopened(&self, error: &io::Error) -> ConnectError {
        let server = self.server.clone();
        match error.kind() {
            ErrorKind::ConnectionRefused => ConnectError::Refused { server },
            ErrorKind::NotFound => ConnectError::NoSocket { server },
            _ => ConnectError::Other {
                server,
                message: error.to_string(),
            },
        }
    }

    fn unsecured(&self, tls: &Tls, error: &io::Error) -> ConnectError {
        let server = self.server.clone();
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        let seen = *tls.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match (inner, seen) {
            (Some(TlsError::InvalidCertificate(why)), Some(found)) => ConnectError::Certificate {
                server,
                message: distrust(why, tls.expected, found),
                found,
                expected: tls.expected,
            },
            (Some(TlsError::AlertReceived(AlertDescription::NoApplicationProtocol)), _) => {
                ConnectError::NotGrpc { server }
            }
            _ => ConnectError::Tls {
                server,
                message: error.to_string(),
            },
        }
    }
}

/// Why a certificate is not trusted.
fn distrust(why: &CertificateError, expected: Option<Fingerprint>, found: Fingerprint) -> String {
    match (why, expected) {
        (CertificateError::BadSignature, _) => {
            "the handshake is not signed with its key".to_owned()
        }
        (_, Some(expected)) if expected != found => format!("expected {expected}"),
        (CertificateError::UnknownIssuer, _) => "nobody who is trusted has signed it".to_owned(),
        (why, _) => why.to_string(),
    }
}

impl Service<http::Uri> for Connector {
    type Response = TokioIo<Box<dyn Socket>>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Uri) -> Self::Future {
        let connected = self.clone().connect();
        Box::pin(async move { connected.await.map(TokioIo::new) })
    }
}
