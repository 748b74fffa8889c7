//! Why there is no connection.

use std::{error::Error, time::Duration};

use super::Fingerprint;
use crate::human;

/// Why there is no connection to a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is none.
    #[error("`{url}` is no address of a server: {message}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        message: String,
    },
    /// The token has characters that no header may have.
    #[error("the token is not one: expected visible ASCII characters on one line")]
    Token,
    /// The token would go over the network in plain text.
    #[error("{server}: the token would go over the network in plain text")]
    TokenInClear {
        /// The server.
        server: String,
    },
    /// The file of trusted authorities is none.
    #[error("{file}: expected PEM certificates: {message}")]
    Ca {
        /// The file.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// No machine has that name.
    #[error("{server}: the name `{host}` was not found: {message}")]
    Name {
        /// The server.
        server: String,
        /// The name.
        host: String,
        /// What the system says.
        message: String,
    },
    /// Nothing listens there.
    #[error("{server}: nothing listens there")]
    Refused {
        /// The server.
        server: String,
    },
    /// There is no such socket.
    #[error("{server}: there is no such socket")]
    NoSocket {
        /// The server.
        server: String,
    },
    /// It took too long.
    #[error("{server}: no connection within {}", human::format_limit(*.limit))]
    Timeout {
        /// The server.
        server: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Whoever answers has a certificate that is not trusted.
    #[error("{server}: the certificate is not trusted: {message}; its fingerprint is {found}")]
    Certificate {
        /// The server.
        server: String,
        /// Why not.
        message: String,
        /// The fingerprint of the certificate that was shown.
        found: Fingerprint,
        /// The one that was expected, if one was.
        expected: Option<Fingerprint>,
    },
    /// TLS failed in another way.
    #[error("{server}: no TLS: {message}")]
    Tls {
        /// The server.
        server: String,
        /// What is wrong.
        message: String,
    },
    /// The server does not offer HTTP/2.
    #[error("{server}: the server does not speak gRPC")]
    NotGrpc {
        /// The server.
        server: String,
    },
    /// Anything else.
    #[error("{server}: {message}")]
    Other {
        /// The server.
        server: String,
        /// What is wrong.
        message: String,
    },
}

impl ConnectError {
    /// The error of a connection that is behind one of the transport.
    pub(crate) fn behind(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(found.clone());
            }
            next = error.source();
        }
        None
    }

    /// Whether it is about the server, or what is between; otherwise it is about
    /// what was asked for.
    pub fn is_of_server(&self) -> bool {
        !matches!(
            self,
            Self::Url { .. } | Self::Token | Self::TokenInClear { .. } | Self::Ca { .. }
        )
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Url { .. } => {
                "expected https://HOST:PORT, http://HOST:PORT or unix:PATH".to_owned()
            }
            Self::TokenInClear { .. } => {
                "use https://, or a profile with `plaintext = true` if the network is trusted"
                    .to_owned()
            }
            Self::Refused { .. } | Self::NoSocket { .. } | Self::Timeout { .. } => {
                "see whether the server is running, and whether the address is right".to_owned()
            }
            Self::Certificate {
                expected: Some(_), ..
            } => "the server has a new certificate, or another one answers in its place: compare \
                  with what the server prints when it starts"
                .to_owned(),
            Self::Certificate { found, .. } => format!(
                "if the server printed this fingerprint when it started: --fingerprint {found}"
            ),
            Self::Tls { .. } => "the server may speak plain text: http://".to_owned(),
            Self::NotGrpc { .. } => {
                "check the address: another program may listen there".to_owned()
            }
            Self::Token | Self::Ca { .. } | Self::Name { .. } | Self::Other { .. } => return None,
        })
    }
}

/// An error with all that is behind it, each once.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}
