//! The header: what the file is, and its key, wrapped under the key of the store.
//!
//! It is written once, when the file is made, and twice into it: without it
//! nothing in the file can be read. Its checksum tells a header that is damaged
//! from one that another key wrapped.

use std::io;

use redb::StorageBackend;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    key::StoreKey,
    slot::{self, KeyBytes, NONCE_BYTES, Sealer, TAG_BYTES},
};
use crate::store::engine::options::{ENCRYPTED_MAGIC, HEADER_COPY_BYTES};

/// The bytes of both copies.
pub(super) const HEADER_BYTES: u64 = 2 * HEADER_COPY_BYTES as u64;

/// The version of the format of encrypted files.
pub(in crate::store::engine) const VERSION: u32 = 1;

const KEY_START: usize = ENCRYPTED_MAGIC.len() + size_of::<u32>();
const SUM_START: usize = KEY_START + NONCE_BYTES + 32 + TAG_BYTES;
const HEADER_END: usize = SUM_START + 32;

type Copy = [u8; HEADER_COPY_BYTES];

/// Why the header gives no key.
#[derive(Debug, thiserror::Error)]
pub(in crate::store::engine) enum HeaderError {
    #[error("the file is not encrypted")]
    NotEncrypted,
    #[error("the file was encrypted under another key")]
    WrongKey,
    #[error("it has format {found} of encrypted files; this version reads format {VERSION}")]
    Version { found: u32 },
    #[error("both copies of its header are damaged")]
    Damaged,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes the header of a new file and returns the key in it.
pub(super) fn write_new(file: &impl StorageBackend, key: &StoreKey) -> io::Result<KeyBytes> {
    let file_key = slot::random_key()?;
    let copy = encode(key, &file_key)?;
    file.set_len(HEADER_BYTES)?;
    file.write(0, &copy)?;
    file.write(HEADER_COPY_BYTES as u64, &copy)?;
    file.sync_data()?;
    Ok(file_key)
}

fn encode(key: &StoreKey, file_key: &KeyBytes) -> io::Result<Copy> {
    let mut copy = [0; HEADER_COPY_BYTES];
    copy[..ENCRYPTED_MAGIC.len()].copy_from_slice(&ENCRYPTED_MAGIC);
    copy[ENCRYPTED_MAGIC.len()..KEY_START].copy_from_slice(&VERSION.to_le_bytes());
    let wrapped = &mut copy[KEY_START..SUM_START];
    Sealer::new(key.bytes()).seal(wrapped, &slot::nonce()?, file_key.as_slice(), 0)?;
    let sum = Sha256::digest(&copy[..SUM_START]);
    copy[SUM_START..HEADER_END].copy_from_slice(&sum);
    Ok(copy)
}

/// The key in the header of a file, from whichever copy is whole.
pub(super) fn read(file: &impl StorageBackend, key: &StoreKey) -> Result<KeyBytes, HeaderError> {
    let mut copies = [[0; HEADER_COPY_BYTES]; 2];
    let read = file.read(0, copies.as_flattened_mut());
    if !copies.iter().any(|copy| copy.starts_with(&ENCRYPTED_MAGIC)) {
        // A file too short for a header has none.
        return match read {
            Err(error) if !is_short(&error) => Err(error.into()),
            _ => Err(HeaderError::NotEncrypted),
        };
    }
    read?;
    let whole = copies.iter().find(|copy| is_whole(copy));
    unwrap(whole.ok_or(HeaderError::Damaged)?, key)
}

fn is_short(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput
    )
}

fn is_whole(copy: &Copy) -> bool {
    copy.starts_with(&ENCRYPTED_MAGIC)
        && Sha256::digest(&copy[..SUM_START]).as_slice() == &copy[SUM_START..HEADER_END]
}

fn unwrap(copy: &Copy, key: &StoreKey) -> Result<KeyBytes, HeaderError> {
    let version = copy[ENCRYPTED_MAGIC.len()..].first_chunk();
    let found = version.map_or(0, |bytes| u32::from_le_bytes(*bytes));
    if found != VERSION {
        return Err(HeaderError::Version { found });
    }
    let mut wrapped = Zeroizing::new(copy[KEY_START..SUM_START].to_vec());
    let opened = Sealer::new(key.bytes()).open(&mut wrapped, 0);
    let opened = opened.map_err(|_| HeaderError::WrongKey)?;
    let mut file_key = KeyBytes::default();
    file_key.copy_from_slice(opened);
    Ok(file_key)
}
