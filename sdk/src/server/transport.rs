//! Whether a server speaks TLS.

use std::{net::SocketAddr, path::PathBuf};

/// What the operator has said about TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// A PEM file with the certificate and those that lead to its authority.
    pub cert: Option<PathBuf>,
    /// A PEM file with its key.
    pub key: Option<PathBuf>,
    /// TLS although the address is on this machine alone.
    pub tls: bool,
    /// Plain text although others can reach the address.
    pub plaintext: bool,
}

/// How a server speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Plain text.
    Plain,
    /// TLS with this certificate and key.
    Files {
        /// The PEM file of the certificate.
        cert: PathBuf,
        /// The PEM file of its key.
        key: PathBuf,
    },
    /// TLS with a pair that the host makes at its first start.
    SelfSigned,
}

/// Why settings do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// One of two files is missing.
    #[error("{given} is given without {missing}: TLS needs the certificate and its key")]
    Half {
        /// What was given.
        given: &'static str,
        /// What was not.
        missing: &'static str,
    },
    /// Both were asked for.
    #[error("TLS and plain text are both asked for: expected one of them")]
    Both,
}

impl Transport {
    /// Plain text on this machine alone, TLS for everybody else, unless it is said
    /// otherwise.
    ///
    /// # Errors
    /// Fails when the settings contradict each other.
    pub fn choose(address: SocketAddr, settings: &TlsSettings) -> Result<Self, TransportError> {
        let half = |given, missing| Err(TransportError::Half { given, missing });
        let wants_tls = settings.tls || settings.cert.is_some();
        if settings.plaintext && wants_tls {
            return Err(TransportError::Both);
        }
        match (&settings.cert, &settings.key) {
            (Some(cert), Some(key)) => Ok(Self::Files {
                cert: cert.clone(),
                key: key.clone(),
            }),
            (Some(_), None) => half("--tls-cert", "--tls-key"),
            (None, Some(_)) => half("--tls-key", "--tls-cert"),
            (None, None) if wants_tls => Ok(Self::SelfSigned),
            (None, None) if settings.plaintext || address.ip().is_loopback() => Ok(Self::Plain),
            (None, None) => Ok(Self::SelfSigned),
        }
    }

    /// The scheme of the server's URL.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Files { .. } | Self::SelfSigned => "https",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, settings: &TlsSettings) -> Result<Transport, TransportError> {
        Transport::choose(address.parse().unwrap(), settings)
    }

    #[test]
    fn plain_text_stays_on_the_machine_unless_it_is_asked_for() {
        let none = TlsSettings::default();
        let local = ["127.0.0.1:80", "[::1]:80"];
        for address in local {
            assert_eq!(check(address, &none), Ok(Transport::Plain));
        }
        for address in ["0.0.0.0:80", "192.0.2.1:80", "[::]:80"] {
            assert_eq!(
                check(address, &none),
                Ok(Transport::SelfSigned),
                "{address}"
            );
        }
        let plaintext = TlsSettings {
            plaintext: true,
            ..TlsSettings::default()
        };
        assert_eq!(check("0.0.0.0:80", &plaintext), Ok(Transport::Plain));
        let tls = TlsSettings {
            tls: true,
            ..TlsSettings::default()
        };
        assert_eq!(check("127.0.0.1:80", &tls), Ok(Transport::SelfSigned));
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let both = TlsSettings {
            tls: true,
            plaintext: true,
            ..TlsSettings::default()
        };
        insta::assert_snapshot!(check("0.0.0.0:80", &both).unwrap_err(), @"TLS and plain text are both asked for: expected one of them");
        let half = TlsSettings {
            cert: Some("a.pem".into()),
            ..TlsSettings::default()
        };
        insta::assert_snapshot!(check("0.0.0.0:80", &half).unwrap_err(), @"--tls-cert is given without --tls-key: TLS needs the certificate and its key");
    }
}
