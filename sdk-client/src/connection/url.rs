//! Addresses of servers.

use std::{net::IpAddr, path::PathBuf};

use http::Uri;

use super::ConnectError;

/// An address of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Url {
    /// Over the network.
    Tcp {
        tls: bool,
        /// A name or an address, without brackets.
        host: String,
        port: u16,
    },
    /// A socket of this machine.
    Unix(PathBuf),
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Self, ConnectError> {
        let invalid = |message: &str| ConnectError::Url {
            url: crate::text::one_line(text),
            message: message.to_owned(),
        };
        if let Some(path) = text.strip_prefix("unix:") {
            if path.is_empty() {
                return Err(invalid("the path of the socket is missing"));
            }
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        let uri: Uri = text.parse().map_err(|_| invalid("it cannot be read"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(invalid("its scheme is another")),
            None => return Err(invalid("it has no scheme")),
        };
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(invalid("it has no host"));
        }
        if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err(invalid("names and passwords do not belong there"));
        }
        if uri.path() != "/" || uri.query().is_some() {
            return Err(invalid("there is something behind the host and the port"));
        }
        Ok(Self::Tcp {
            tls,
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(if tls { 443 } else { 80 }),
        })
    }

    /// Whether nobody else hears what is said there.
    pub(super) fn is_private(&self) -> bool {
        match self {
            Self::Unix(_) | Self::Tcp { tls: true, .. } => true,
            Self::Tcp { host, .. } => {
                let address = host.parse::<IpAddr>();
                address.map_or(host == "localhost", |address| address.is_loopback())
            }
        }
    }

    pub(super) fn scheme(&self) -> &'static str {
        match self {
            Self::Tcp { tls: true, .. } => "https",
            _ => "http",
        }
    }

    /// What requests say where they go.
    pub(super) fn origin(&self, scheme: &str) -> String {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => {
                format!("{scheme}://[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => format!("{scheme}://{host}:{port}"),
            Self::Unix(_) => format!("{scheme}://localhost"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_their_usual_ports() {
        let check = |text: &str, expect: &str, private: bool| {
            let url = Url::parse(text).unwrap();
            assert_eq!(url.origin(url.scheme()), expect);
            assert_eq!(url.is_private(), private, "{text}");
        };
        check("https://example.org", "https://example.org:443", true);
        check("http://example.org/", "http://example.org:80", false);
        check("http://127.0.0.2:8080", "http://127.0.0.2:8080", true);
        check("http://[::1]:8080", "http://[::1]:8080", true);
        check("http://localhost:1", "http://localhost:1", true);
        check(
            "http://localhost.example.org:1",
            "http://localhost.example.org:1",
            false,
        );
        check("unix:data/host.sock", "http://localhost", true);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "example.org",
            "example.org:80",
            "ftp://x",
            "https://",
            "unix:",
            "http://u:p@x",
            "http://x/y",
            "http://x?y",
        ] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }
}
