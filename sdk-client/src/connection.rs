//! Where a host is, how it is trusted, and the channel to it.
//!
//! TLS is by rustls with the provider `ring`, given explicitly: what other
//! crates choose for the process does not matter.

mod connector;
mod error;
mod fingerprint;
mod trust;
mod url;

use std::{path::PathBuf, time::Duration};

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

pub use error::ConnectError;
pub(crate) use error::chain;
pub use fingerprint::{Fingerprint, FingerprintError};

use connector::Connector;
use url::Url;

/// How long it may take to connect where the caller does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A channel that signs in with each call.
pub type Connection = InterceptedService<Channel, Bearer>;

/// Where a host is, and how it is trusted.
#[derive(Clone)]
#[non_exhaustive]
pub struct Server {
    /// `https://HOST[:PORT]`, `http://HOST[:PORT]`, or `unix:PATH`.
    pub url: String,
    /// The token to sign in with.
    pub token: Option<String>,
    /// A PEM file of the authorities that are trusted, instead of Mozilla's.
    pub ca: Option<PathBuf>,
    /// The one certificate that is trusted, whoever signed it.
    pub fingerprint: Option<Fingerprint>,
    /// Whether the token may go to another machine in plain text.
    pub plaintext: bool,
    /// How long it may take to connect.
    pub connect_timeout: Duration,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret.
        f.debug_struct("Server")
            .field("url", &self.url)
            .field("ca", &self.ca)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// A server that is trusted as the web is, without a token.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            ca: None,
            fingerprint: None,
            plaintext: false,
            connect_timeout: CONNECT_TIMEOUT,
        }
    }

    /// Whether there could be a connection, as far as that is known without one.
    ///
    /// # Errors
    /// [`ConnectError`] when there can be none.
    pub fn check(&self) -> Result<(), ConnectError> {
        self.endpoint()?;
        self.bearer().map(drop)
    }

    /// Connects, so that what is wrong is known at once.
    ///
    /// # Errors
    /// [`ConnectError`] says why there is no connection.
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        let (endpoint, connector) = self.endpoint()?;
        let channel = endpoint.connect_with_connector(connector).await;
        let channel = channel.map_err(|error| self.failed(&error))?;
        self.signed_in(channel)
    }

    /// A connection that is made when something is called, and again after it
    /// was lost. Must be called within a runtime.
    ///
    /// # Errors
    /// [`ConnectError`] when there can be no connection.
    pub fn connect_lazy(&self) -> Result<Connection, ConnectError> {
        let (endpoint, connector) = self.endpoint()?;
        self.signed_in(endpoint.connect_with_connector_lazy(connector))
    }

    fn endpoint(&self) -> Result<(Endpoint, Connector), ConnectError> {
        let url = Url::parse(&self.url)?;
        let in_clear = !url.is_private() && !self.plaintext;
        if self.token.is_some() && in_clear {
            return Err(ConnectError::TokenInClear {
                server: self.url.clone(),
            });
        }
        let connector = Connector::new(self, &url)?;
        let invalid = |error: tonic::transport::Error| ConnectError::Url {
            url: self.url.clone(),
            message: error.to_string(),
        };
        // The connector sees to TLS itself: tonic must not.
        let endpoint = Endpoint::from_shared(url.origin("http"))
            .map_err(invalid)?
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true)
            .user_agent(concat!("sdk-client/", env!("CARGO_PKG_VERSION")))
            .map_err(invalid)?;
        let origin = url.origin(url.scheme());
        let origin = origin.parse().map_err(|_| ConnectError::Url {
            url: self.url.clone(),
            message: format!("`{origin}` is no origin"),
        })?;
        Ok((endpoint.origin(origin), connector))
    }

    fn signed_in(&self, channel: Channel) -> Result<Connection, ConnectError> {
        Ok(InterceptedService::new(channel, self.bearer()?))
    }

    fn bearer(&self) -> Result<Bearer, ConnectError> {
        let header = |token: &String| format!("Bearer {}", token.trim()).parse();
        let token = self.token.as_ref().map(header).transpose();
        let mut token: Option<MetadataValue<Ascii>> = token.map_err(|_| ConnectError::Token)?;
        if let Some(token) = &mut token {
            token.set_sensitive(true);
        }
        Ok(Bearer(token))
    }

    /// What is behind the transport's error.
    fn failed(&self, error: &tonic::transport::Error) -> ConnectError {
        ConnectError::behind(error).unwrap_or_else(|| ConnectError::Other {
            server: self.url.clone(),
            message: chain(error),
        })
    }
}

/// Adds the token to each call.
#[derive(Debug, Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", token.clone());
        }
        Ok(request)
    }
}
