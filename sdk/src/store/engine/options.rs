//! [`StoreOptions`]: how a store is opened, and how its file is protected.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::{Store, open};
use crate::{
    clock::Clock,
    store::error::{OpenError, StoreError},
};

#[cfg(feature = "encryption")]
use super::encrypted::StoreKey;

/// What an encrypted file begins with.
pub(super) const ENCRYPTED_MAGIC: [u8; 16] = *b"sdk encrypted\r\n\x1a";

/// An encrypted file begins with two copies of its header, so long each.
pub(super) const HEADER_COPY_BYTES: usize = 4096;

/// How a store is opened.
///
#[cfg_attr(feature = "encryption", doc = "```")]
#[cfg_attr(not(feature = "encryption"), doc = "```ignore")]
/// # use sdk::{clock::Clock, store::{Store, StoreKey}};
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let key = StoreKey::generate()?;
/// let store = Store::options().key(key.clone()).open(dir, Clock::system())?;
/// # drop(store);
/// // Without its key it does not open.
/// assert!(Store::open(dir, Clock::system()).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct StoreOptions {
    #[cfg(feature = "encryption")]
    pub(super) key: Option<StoreKey>,
}

impl StoreOptions {
    /// The file is encrypted under this key, and made so if it is new.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn key(self, key: StoreKey) -> Self {
        Self { key: Some(key) }
    }

    pub(super) fn has_key(&self) -> bool {
        match self {
            #[cfg(feature = "encryption")]
            Self { key: Some(_) } => true,
            Self { .. } => false,
        }
    }

    /// Opens `dir/store.redb` as [`Store::open`] does.
    pub fn open(&self, dir: &Path, clock: Clock) -> Result<Store, OpenError> {
        let opened = open::folder(dir, self)?;
        let (dir, options) = (dir.to_owned(), self.clone());
        let reopen = move || open::folder(&dir, &options).map_err(StoreError::from);
        Ok(Store::new(
            opened,
            Some(Box::new(reopen)),
            clock,
            self.clone(),
        ))
    }
}

/// What is damaged, if that is why an encrypted file could not be read.
pub(in crate::store) fn damage(error: &io::Error) -> Option<String> {
    #[cfg(feature = "encryption")]
    if let Some(cause) = error.get_ref() {
        let fault = cause.downcast_ref::<super::encrypted::BlockError>();
        return fault.map(ToString::to_string);
    }
    let _ = error;
    None
}

/// Whether a file begins as an encrypted one does, in one copy of its header at least.
pub(super) fn is_encrypted(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    for copy in 0..2 {
        file.seek(SeekFrom::Start(copy * HEADER_COPY_BYTES as u64))?;
        let mut magic = [0; ENCRYPTED_MAGIC.len()];
        match file.read_exact(&mut magic) {
            Ok(()) if magic == ENCRYPTED_MAGIC => return Ok(true),
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            _ => {}
        }
    }
    Ok(false)
}
