//! The certificate of a server: from files, or made at the first start.
//!
//! The provider of rustls is `ring`, given explicitly: what other crates choose
//! for the process does not matter here. Files that have changed are read again
//! before the next handshake; if they are not good then, those of before stay in use.

mod validity;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use chrono::{Datelike, Days};
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use sdk_client::Fingerprint;
use sdk_schema::Timestamp;

use crate::{clock::Clock, host::private_folder};

/// The folder of the pair that is made, in the data folder.
const FOLDER: &str = "tls";

/// How long a pair that is made is good for, in days: ten years.
const LIFE_DAYS: u64 = 3_653;

/// What a server shows to its clients. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Certificate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: Files,
    clock: Clock,
    read: Mutex<Read>,
}

/// A certificate, and its key.
#[derive(Debug)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// What was read, and from which state of the files.
#[derive(Debug)]
struct Read {
    changed: [Option<SystemTime>; 2],
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
    /// A certificate holds at another time.
    #[error("{}: it holds from {from} until {until}, and here it is {now}: expected a certificate that holds now", path.display())]
    Time {
        /// The file.
        path: PathBuf,
        /// From when on it holds.
        from: Timestamp,
        /// Until when it holds.
        until: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },
    /// None could be made.
    #[error("no certificate can be made: {0}")]
    Made(#[from] rcgen::Error),
}

impl Certificate {
    /// Reads a certificate and its key.
    ///
    /// # Errors
    /// Fails when a file cannot be read or holds something else, when they do not go
    /// together, and when the certificate does not hold now.
    pub fn read(cert: &Path, key: &Path, clock: &Clock) -> Result<Self, CertificateError> {
        let files = Files {
            cert: cert.to_owned(),
            key: key.to_owned(),
        };
        Ok(Self(Arc::new(Inner {
            read: Mutex::new(files.read(clock.now())?),
            files,
            clock: clock.clone(),
        })))
    }

    /// The pair in the data folder, made now if there is none: signed by itself, for
    /// `localhost` and these names and addresses.
    ///
    /// # Errors
    /// Fails when it can be neither read nor made.
    pub fn self_signed(
        data: &Path,
        names: &[String],
        clock: &Clock,
    ) -> Result<Self, CertificateError> {
        let folder = data.join(FOLDER);
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        if !cert.exists() || !key.exists() {
            make(&folder, &cert, &key, names, clock.now())?;
        }
        Self::read(&cert, &key, clock)
    }

    /// Which certificate it is, for clients to trust it by.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fresh(|read| read.fingerprint)
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.fresh(|read| Arc::clone(&read.config))
    }

    /// What the files hold now.
    fn fresh<R>(&self, get: impl FnOnce(&Read) -> R) -> R {
        let inner = &self.0;
        let mut read = inner.read.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = inner.files.changed();
        if changed != read.changed {
            // One complaint for each change.
            read.changed = changed;
            match inner.files.read(inner.clock.now()) {
                Ok(newer) => {
                    let fingerprint = newer.fingerprint;
                    *read = newer;
                    tracing::info!(%fingerprint, "the certificate has changed");
                }
                Err(error) => tracing::error!(%error, "the certificate of before stays in use"),
            }
        }
        get(&read)
    }
}

impl Files {
    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.cert, &self.key].map(|path| fs::metadata(path).and_then(|it| it.modified()).ok())
    }

    fn read(&self, now: Timestamp) -> Result<Read, CertificateError> {
        // Before the content: what changes while it is read is read again.
        let changed = self.changed();
        let chain = self.chain()?;
        let first = chain.first().ok_or_else(|| {
            let detail = "it has no such section";
            not_pem(&self.cert, "certificates in PEM", detail)
        })?;
        self.check_time(first, now)?;
        let fingerprint = Fingerprint::of(first);
        let private = PrivateKeyDer::from_pem_slice(&bytes(&self.key)?)
            .map_err(|error| not_pem(&self.key, "a private key in PEM", error))?;
        let config = config(chain, private).map_err(|error| CertificateError::Pair {
            cert: self.cert.clone(),
            key: self.key.clone(),
            detail: error.to_string(),
        })?;
        Ok(Read {
            changed,
            config: Arc::new(config),
            fingerprint,
        })
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
        let pem = bytes(&self.cert)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        chain.map_err(|error| not_pem(&self.cert, "certificates in PEM", error))
    }

    fn check_time(
        &self,
        certificate: &CertificateDer<'_>,
        now: Timestamp,
    ) -> Result<(), CertificateError> {
        let (from, until) = validity::read(certificate).ok_or_else(|| {
            let detail = "it does not say how long it holds";
            not_pem(&self.cert, "a certificate of X.509", detail)
        })?;
        if (from..=until).contains(&now) {
            return Ok(());
        }
        Err(CertificateError::Time {
            path: self.cert.clone(),
            from,
            until,
            now,
        })
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}

fn not_pem(path: &Path, expected: &'static str, detail: impl fmt::Display) -> CertificateError {
    CertificateError::Pem {
        path: path.to_owned(),
        expected,
        detail: detail.to_string(),
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
    names: &[String],
    now: Timestamp,
) -> Result<(), CertificateError> {
    let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut names = [&own, names].concat();
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
    private_folder(folder).map_err(|source| CertificateError::File {
        path: folder.to_owned(),
        source,
    })?;
    write_private(key, pair.serialize_pem().as_bytes())?;
    write_private(cert, made.pem().as_bytes())
}

fn write_private(path: &Path, content: &[u8]) -> Result<(), CertificateError> {
    super::identity::write_private(path, content).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
