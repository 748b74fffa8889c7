//! The certificate of a server: from files, or made at the first start.
//!
//! The provider of rustls is `ring`, given explicitly: what other crates choose
//! for the process does not matter here.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{Datelike, Days};
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use sdk_client::Fingerprint;
use sdk_schema::Timestamp;

/// The folder of the pair that is made, in the data folder.
const FOLDER: &str = "tls";

/// How long a pair that is made is good for, in days: ten years.
const LIFE_DAYS: u64 = 3_653;

/// What a server shows to its clients.
#[derive(Debug, Clone)]
pub struct Certificate {
    config: Arc<ServerConfig>,
    fingerprint: Fingerprint,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{}: expected {expected}, found none: {detail}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// What was found.
        detail: String,
    },
    /// Certificate and key do not go together.
    #[error("{} and {} do not go together: {detail}", cert.display(), key.display())]
    Pair {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// None could be made.
    #[error("no certificate can be made: {0}")]
    Made(#[from] rcgen::Error),
}

impl Certificate {
    /// Reads a certificate and its key.
    ///
    /// # Errors
    /// Fails when a file cannot be read, holds something else, or when they do not
    /// go together.
    pub fn read(cert: &Path, key: &Path) -> Result<Self, CertificateError> {
        let text = |path: &Path| {
            fs::read(path).map_err(|source| CertificateError::File {
                path: path.to_owned(),
                source,
            })
        };
        let not_pem = |path: &Path, expected, detail: String| CertificateError::Pem {
            path: path.to_owned(),
            expected,
            detail,
        };
        let pem = text(cert)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let chain =
            chain.map_err(|error| not_pem(cert, "certificates in PEM", error.to_string()))?;
        let Some(first) = chain.first() else {
            let detail = "it has no such section".to_owned();
            return Err(not_pem(cert, "certificates in PEM", detail));
        };
        let fingerprint = Fingerprint::of(first);
        let private = PrivateKeyDer::from_pem_slice(&text(key)?)
            .map_err(|error| not_pem(key, "a private key in PEM", error.to_string()))?;
        let config = config(chain, private).map_err(|error| CertificateError::Pair {
            cert: cert.to_owned(),
            key: key.to_owned(),
            detail: error.to_string(),
        })?;
        Ok(Self {
            config: Arc::new(config),
            fingerprint,
        })
    }

    /// The pair in the data folder, made now if there is none: signed by itself, for
    /// this machine's names and the addresses given.
    ///
    /// # Errors
    /// Fails when it can be neither read nor made.
    pub fn self_signed(
        data: &Path,
        addresses: &[IpAddr],
        now: Timestamp,
    ) -> Result<Self, CertificateError> {
        let folder = data.join(FOLDER);
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        if !cert.exists() || !key.exists() {
            make(&folder, &cert, &key, addresses, now)?;
        }
        Self::read(&cert, &key)
    }

    /// Which certificate it is, for clients to trust it by.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn make(
    folder: &Path,
    cert: &Path,
    key: &Path,
    addresses: &[IpAddr],
    now: Timestamp,
) -> Result<(), CertificateError> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    let reachable = addresses.iter().filter(|it| !it.is_unspecified());
    names.extend(reachable.map(ToString::to_string));
    names.sort();
    names.dedup();
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "self-signed at the first start");
    let day = now.to_chrono().date_naive();
    // A client whose clock is behind by less than a day takes it, too.
    let (from, until) = (
        day.checked_sub_days(Days::new(1)).unwrap_or(day),
        day.checked_add_days(Days::new(LIFE_DAYS)).unwrap_or(day),
    );
    // Months and days are numbers below 32.
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    let at =
        |day: chrono::NaiveDate| date_time_ymd(day.year(), small(day.month()), small(day.day()));
    params.not_before = at(from);
    params.not_after = at(until);
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    private_folder(folder)?;
    write_private(key, pair.serialize_pem().as_bytes())?;
    write_private(cert, made.pem().as_bytes())
}

fn private_folder(folder: &Path) -> Result<(), CertificateError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|source| CertificateError::File {
            path: folder.to_owned(),
            source,
        })
}

fn write_private(path: &Path, content: &[u8]) -> Result<(), CertificateError> {
    super::identity::write_private(path, content).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_pair_is_made_once() {
        let data = tempfile::tempdir().unwrap();
        let first = Certificate::self_signed(data.path(), &[], now()).unwrap();
        let again = Certificate::self_signed(data.path(), &[], now()).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |file: &str| {
                let metadata = fs::metadata(data.path().join(file)).unwrap();
                metadata.permissions().mode() & 0o777
            };
            assert_eq!([mode("tls"), mode("tls/key.pem")], [0o700, 0o600]);
        }
    }

    #[test]
    fn files_that_are_none_are_refused_by_name() {
        let data = tempfile::tempdir().unwrap();
        let path = |name: &str| data.path().join(name);
        Certificate::self_signed(data.path(), &[], now()).unwrap();
        fs::create_dir(path("other")).unwrap();
        Certificate::self_signed(&path("other"), &[], now()).unwrap();
        fs::write(path("notes.pem"), "no certificate").unwrap();
        let refused = |cert: &str, key: &str| {
            let error = Certificate::read(&path(cert), &path(key)).unwrap_err();
            error
                .to_string()
                .replace(&data.path().display().to_string(), "DIR")
        };
        insta::assert_snapshot!(refused("none.pem", "tls/key.pem"), @"DIR/none.pem: No such file or directory (os error 2)");
        insta::assert_snapshot!(refused("notes.pem", "tls/key.pem"), @"DIR/notes.pem: expected certificates in PEM, found none: it has no such section");
        insta::assert_snapshot!(refused("tls/cert.pem", "notes.pem"), @"");
        insta::assert_snapshot!(refused("tls/cert.pem", "other/tls/key.pem"), @"");
    }
}
