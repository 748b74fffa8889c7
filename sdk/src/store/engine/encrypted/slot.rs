//! Slots: nonce, ciphertext, tag, by XChaCha20-Poly1305.
//!
//! The associated data is where the slot begins in the file, so that a slot is
//! of no use in another place. Nonces are random: 24 bytes are enough for that,
//! however much is written under one key.

use std::io;

use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// The bytes of a block.
pub(super) const BLOCK_BYTES: usize = 4096;

pub(super) const NONCE_BYTES: usize = 24;
pub(super) const TAG_BYTES: usize = 16;

/// The bytes of a slot with a block.
pub(super) const SLOT_BYTES: usize = NONCE_BYTES + BLOCK_BYTES + TAG_BYTES;

pub(super) type Nonce = [u8; NONCE_BYTES];
pub(super) type KeyBytes = Zeroizing<[u8; 32]>;

/// Why blocks of an encrypted file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// What stands there was not written there under this key.
    #[error("block {number} fails its authentication")]
    Unauthentic {
        /// The number of the block, from 0.
        number: u64,
    },
    /// Zeros stand where a block should.
    #[error("block {number} is empty")]
    Empty {
        /// The number of the block, from 0.
        number: u64,
    },
    /// The file is cut short, or goes on after its last block.
    #[error("its {found} bytes are no whole number of blocks")]
    Length {
        /// The length of the file in bytes.
        found: u64,
    },
}

impl From<BlockError> for io::Error {
    fn from(error: BlockError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// What is wrong with a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It has never been written.
    Empty,
    /// It does not authenticate.
    Unauthentic,
}

impl Fault {
    pub(super) fn of_block(self, number: u64) -> BlockError {
        match self {
            Self::Empty => BlockError::Empty { number },
            Self::Unauthentic => BlockError::Unauthentic { number },
        }
    }
}

/// Encrypts and decrypts slots of any length under one key.
pub(super) struct Sealer {
    cipher: XChaCha20Poly1305,
}

impl Sealer {
    pub(super) fn new(key: &KeyBytes) -> Self {
        let key: &[u8; 32] = key;
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
        }
    }

    /// Fills a slot, which is as much longer than the text as nonce and tag are.
    pub(super) fn seal(
        &self,
        slot: &mut [u8],
        nonce: &Nonce,
        text: &[u8],
        place: u64,
    ) -> io::Result<()> {
        let (nonce_part, rest) = slot.split_at_mut(NONCE_BYTES);
        let (body, tag_part) = rest.split_at_mut(text.len());
        nonce_part.copy_from_slice(nonce);
        body.copy_from_slice(text);
        let tag = self
            .cipher
            .encrypt_inout_detached(&XNonce::from(*nonce), &place.to_le_bytes(), body.into())
            .map_err(io::Error::other)?;
        tag_part.copy_from_slice(&tag);
        Ok(())
    }

    /// Decrypts a slot in its place and returns the text in it.
    pub(super) fn open<'a>(&self, slot: &'a mut [u8], place: u64) -> Result<&'a [u8], Fault> {
        let parts = slot.split_first_chunk_mut::<NONCE_BYTES>();
        let parts = parts.and_then(|(nonce, rest)| {
            let (body, tag) = rest.split_last_chunk_mut::<TAG_BYTES>()?;
            Some((nonce, body, tag))
        });
        let (nonce, body, tag) = parts.ok_or(Fault::Unauthentic)?;
        let (nonce, tag) = (XNonce::from(*nonce), Tag::from(*tag));
        let place = place.to_le_bytes();
        let opened = self
            .cipher
            .decrypt_inout_detached(&nonce, &place, (&mut *body).into(), &tag);
        match opened {
            Ok(()) => Ok(body),
            // The body is as it was where the tag is wrong.
            Err(_) if is_zero(&nonce) && is_zero(body) && is_zero(&tag) => Err(Fault::Empty),
            Err(_) => Err(Fault::Unauthentic),
        }
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// A new nonce.
pub(super) fn nonce() -> io::Result<Nonce> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(io::Error::other)?;
    Ok(nonce)
}

/// So many new nonces, asked for at once.
pub(super) fn nonces(count: usize) -> io::Result<Vec<Nonce>> {
    let mut nonces = vec![[0; NONCE_BYTES]; count];
    getrandom::fill(nonces.as_flattened_mut()).map_err(io::Error::other)?;
    Ok(nonces)
}

/// A new key.
pub(super) fn random_key() -> io::Result<KeyBytes> {
    let mut key = KeyBytes::default();
    getrandom::fill(key.as_mut_slice()).map_err(io::Error::other)?;
    Ok(key)
}
