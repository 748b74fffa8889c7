//! A file that is encrypted as a whole, block by block, beneath the engine.
//!
//! **Vocabulary.** The engine sees a plain file of *blocks* of 4096 bytes. In the
//! real file each stands in a *slot*: nonce, ciphertext, tag. The *file key*
//! encrypts the slots; it is random, and stands in the *header*, wrapped under
//! the key of the store. `docs/format-store.md` has the layout, and
//! `docs/encryption.md` why a crash cannot hurt it.
//!
//! **Invariants.** A slot is only ever written as a whole, under a new nonce. The
//! engine writes no block in place that a crash may leave it to read, except
//! the first: of that there are two copies, and the one that is known to be on
//! the disk is never written to.
//!
//! **Failure.** A slot that does not authenticate is an error that names the
//! block. Only while the engine repairs a file that a crash has left behind
//! does such a block read as zeros: it may have been cut short by the crash,
//! and the engine's own checksums decide whether it was in use.

mod dry_run;
mod first_block;
mod header;
mod key;
mod slot;

use std::{
    fmt, io,
    ops::Bound,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use redb::{BackendError, StorageBackend};

pub(super) use self::{
    dry_run::DryRun,
    header::{HeaderError, VERSION},
};
use self::{
    first_block::FirstBlock,
    header::HEADER_BYTES,
    slot::{BLOCK_BYTES, SLOT_BYTES, Sealer},
};
pub use self::{
    key::{KeyError, StoreKey},
    slot::BlockError,
};

/// Where the slot of block 1 begins. The first block's copies have the space before it.
const SLOTS_START: u64 = 24_576;

const BLOCK: u64 = BLOCK_BYTES as u64;
const SLOT: u64 = SLOT_BYTES as u64;

/// A file of encrypted blocks; clones are the same file.
pub(super) struct Encrypted<B> {
    shared: Arc<Shared<B>>,
}

struct Shared<B> {
    inner: B,
    sealer: Sealer,
    first: Mutex<FirstBlock>,
    /// Blocks from this one on were added since the file was opened: they may
    /// be empty.
    added_from: AtomicU64,
    /// Whether the engine repairs the file, so that what cannot be read is zeros.
    repairing: AtomicBool,
}

impl<B: StorageBackend> Encrypted<B> {
    /// Makes an encrypted file of what is empty.
    pub(super) fn create(inner: B, key: &StoreKey) -> io::Result<Self> {
        let file_key = header::write_new(&inner, key)?;
        Ok(Self::new(inner, Sealer::new(&file_key)))
    }

    /// Reads the header, whose key must be wrapped under `key`. All else is
    /// read when the engine has locked the file.
    pub(super) fn open(inner: B, key: &StoreKey) -> Result<Self, HeaderError> {
        let file_key = header::read(&inner, key)?;
        Ok(Self::new(inner, Sealer::new(&file_key)))
    }

    fn new(inner: B, sealer: Sealer) -> Self {
        let shared = Shared {
            inner,
            sealer,
            first: Mutex::default(),
            added_from: AtomicU64::new(u64::MAX),
            repairing: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Says whether the engine is repairing what a crash has left behind.
    pub(super) fn set_repairing(&self, repairing: bool) {
        self.shared.repairing.store(repairing, Ordering::Release);
    }
}

impl<B> Clone for Encrypted<B> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// How many blocks a real file of that length has.
fn blocks_in(file_bytes: u64) -> io::Result<u64> {
    if file_bytes == HEADER_BYTES {
        return Ok(0);
    }
    match file_bytes.checked_sub(SLOTS_START) {
        Some(slots) if slots.is_multiple_of(SLOT) => Ok(1 + slots / SLOT),
        _ => Err(BlockError::Length { found: file_bytes }.into()),
    }
}

/// How long a real file of so many blocks is.
fn file_bytes(blocks: u64) -> io::Result<u64> {
    match blocks.checked_sub(1) {
        None => Ok(HEADER_BYTES),
        Some(slots) => slots
            .checked_mul(SLOT)
            .and_then(|slots| slots.checked_add(SLOTS_START))
            .ok_or_else(|| io::ErrorKind::FileTooLarge.into()),
    }
}

/// Where the slot of a block begins; the first block has none.
fn slot_start(block: u64) -> io::Result<u64> {
    file_bytes(block)
}

/// The part of a call that lies in the first block: how many bytes it is, and
/// where it starts.
fn in_first_block(offset: u64, bytes: usize) -> Option<(usize, usize)> {
    let start = usize::try_from(offset)
        .ok()
        .filter(|it| *it < BLOCK_BYTES)?;
    Some((start, bytes.min(BLOCK_BYTES - start)))
}

/// The blocks, from 1 on, that a call touches.
struct Span {
    first: u64,
    blocks: usize,
    /// Where the call's bytes start in the first of them.
    start: usize,
    bytes: usize,
}

impl Span {
    fn new(offset: u64, bytes: usize) -> Self {
        // Less than a block.
        let start = (offset % BLOCK) as usize;
        Self {
            first: offset / BLOCK,
            blocks: (start + bytes).div_ceil(BLOCK_BYTES),
            start,
            bytes,
        }
    }

    /// Whether it is blocks as a whole.
    fn is_whole(&self) -> bool {
        self.start == 0 && self.bytes == self.blocks * BLOCK_BYTES
    }
}

impl<B: StorageBackend> Shared<B> {
    fn first(&self) -> MutexGuard<'_, FirstBlock> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text of blocks from 1 on, one after the other.
    fn read_blocks(&self, span: &Span) -> io::Result<Vec<u8>> {
        let mut slots = vec![0; span.blocks * SLOT_BYTES];
        let start = slot_start(span.first)?;
        self.inner.read(start, &mut slots)?;
        let mut texts = Vec::with_capacity(span.blocks * BLOCK_BYTES);
        for (slot, number) in slots.chunks_exact_mut(SLOT_BYTES).zip(span.first..) {
            match self.sealer.open(slot, slot_start(number)?) {
                Ok(text) => texts.extend_from_slice(text),
                Err(fault) if self.is_blank(number, fault) => {
                    texts.resize(texts.len() + BLOCK_BYTES, 0);
                }
                Err(fault) => return Err(fault.of_block(number).into()),
            }
        }
        Ok(texts)
    }

    /// Whether a block that cannot be read is to be taken for zeros.
    fn is_blank(&self, number: u64, fault: slot::Fault) -> bool {
        let is_new = number >= self.added_from.load(Ordering::Acquire);
        self.repairing.load(Ordering::Acquire) || (is_new && fault == slot::Fault::Empty)
    }

    /// Writes the text of blocks from 1 on by one write.
    fn write_blocks(&self, first: u64, texts: &[u8]) -> io::Result<()> {
        let blocks = texts.len() / BLOCK_BYTES;
        let mut slots = vec![0; blocks * SLOT_BYTES];
        let nonces = slot::nonces(blocks)?;
        let parts = slots
            .chunks_exact_mut(SLOT_BYTES)
            .zip(texts.chunks_exact(BLOCK_BYTES))
            .zip(&nonces)
            .zip(first..);
        for (((slot, text), nonce), number) in parts {
            self.sealer.seal(slot, nonce, text, slot_start(number)?)?;
        }
        self.inner.write(slot_start(first)?, &slots)
    }
}

impl<B: StorageBackend> StorageBackend for Encrypted<B> {
    fn len(&self) -> io::Result<u64> {
        Ok(blocks_in(self.shared.inner.len()?)? * BLOCK)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (mut offset, mut out) = (offset, out);
        if let Some((start, bytes)) = in_first_block(offset, out.len()) {
            let shared = &self.shared;
            let (head, tail) = out.split_at_mut(bytes);
            let mut first = shared.first();
            let text = first.text(&shared.inner, &shared.sealer)?;
            head.copy_from_slice(&text[start..start + bytes]);
            (offset, out) = (BLOCK, tail);
        }
        if out.is_empty() {
            return Ok(());
        }
        let span = Span::new(offset, out.len());
        let texts = self.shared.read_blocks(&span)?;
        out.copy_from_slice(&texts[span.start..span.start + span.bytes]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if !len.is_multiple_of(BLOCK) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let shared = &self.shared;
        let mut first = shared.first();
        let old = blocks_in(shared.inner.len()?)?;
        let new = len / BLOCK;
        shared.inner.set_len(file_bytes(new)?)?;
        if new == 0 {
            *first = FirstBlock::default();
        }
        if new > old {
            shared.added_from.fetch_min(old, Ordering::AcqRel);
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut first = self.shared.first();
        self.shared.inner.sync_data()?;
        first.is_synced();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let shared = &self.shared;
        let (mut offset, mut data) = (offset, data);
        if let Some((start, bytes)) = in_first_block(offset, data.len()) {
            let (head, tail) = data.split_at(bytes);
            shared
                .first()
                .write(&shared.inner, &shared.sealer, start, head)?;
            (offset, data) = (BLOCK, tail);
        }
        if data.is_empty() {
            return Ok(());
        }
        let span = Span::new(offset, data.len());
        if span.is_whole() {
            return shared.write_blocks(span.first, data);
        }
        let mut texts = shared.read_blocks(&span)?;
        texts[span.start..span.start + span.bytes].copy_from_slice(data);
        shared.write_blocks(span.first, &texts)
    }

    fn close(&self) -> io::Result<()> {
        self.shared.inner.close()
    }

    // The ranges that the engine locks lie beyond any file, or are all of it.

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.shared.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.shared.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.shared.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.shared.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.shared.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.shared.inner.query_lock_range(start, end)
    }
}

impl<B: StorageBackend> fmt::Debug for Encrypted<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Encrypted")
            .field(&self.shared.inner)
            .finish()
    }
}

#[cfg(test)]
mod tests;
