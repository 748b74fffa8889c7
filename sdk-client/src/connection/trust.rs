//! Which certificates are trusted: those signed by authorities, or the one with
//! the pinned fingerprint. Either way the handshake must be signed with the
//! certificate's key.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};

use super::{ConnectError, Fingerprint, Server};

/// What was shown at the last handshake.
pub(super) type Seen = Arc<Mutex<Option<Fingerprint>>>;

/// How a server is trusted.
pub(super) fn config(server: &Server) -> Result<(Arc<ClientConfig>, Seen), ConnectError> {
    let provider = Arc::new(ring::default_provider());
    let seen = Seen::default();
    let trusted = match server.fingerprint {
        Some(fingerprint) => Trusted::One(fingerprint),
        None => authorities(server.ca.as_deref(), &provider)?,
    };
    let verifier = Verifier {
        trusted,
        provider: provider.clone(),
        seen: seen.clone(),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectError::Tls {
            server: server.url.clone(),
            message: error.to_string(),
        })?;
    let mut config = config
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((Arc::new(config), seen))
}

/// The authorities of a file, or Mozilla's.
fn authorities(
    file: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Trusted, ConnectError> {
    let mut roots = RootCertStore::empty();
    let name = file.map_or_else(String::new, |file| file.display().to_string());
    let invalid = |message: String| ConnectError::Ca {
        file: name.clone(),
        message,
    };
    match file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let certificates = CertificateDer::pem_file_iter(file);
            for certificate in certificates.map_err(|error| invalid(error.to_string()))? {
                let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
                let added = roots.add(certificate);
                added.map_err(|error| invalid(error.to_string()))?;
            }
        }
    }
    if roots.is_empty() {
        return Err(invalid("there is none".to_owned()));
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone());
    let verifier = verifier
        .build()
        .map_err(|error| invalid(error.to_string()))?;
    Ok(Trusted::Authorities(verifier))
}

#[derive(Debug)]
enum Trusted {
    One(Fingerprint),
    Authorities(Arc<WebPkiServerVerifier>),
}

#[derive(Debug)]
struct Verifier {
    trusted: Trusted,
    provider: Arc<CryptoProvider>,
    seen: Seen,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = Fingerprint::of(certificate);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        match &self.trusted {
            Trusted::One(expected) if *expected == found => Ok(ServerCertVerified::assertion()),
            Trusted::One(_) => Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
            Trusted::Authorities(verifier) => {
                verifier.verify_server_cert(certificate, intermediates, name, ocsp, now)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
