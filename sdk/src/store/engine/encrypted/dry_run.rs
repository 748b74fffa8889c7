//! Opening a file without a change to it: what the engine writes stays in memory.

use std::{
    collections::BTreeMap,
    fmt, io,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use redb::{BackendError, StorageBackend};

use super::{BLOCK, slot::BLOCK_BYTES};

/// A view of a file that can be written to, while the file stays as it is.
pub(in crate::store::engine) struct DryRun<B> {
    inner: B,
    changes: Mutex<Changes>,
}

#[derive(Default)]
struct Changes {
    blocks: BTreeMap<u64, Box<[u8; BLOCK_BYTES]>>,
    /// The length, once it has been changed.
    len: Option<u64>,
    /// The least length since: beyond it nothing of the file is left.
    kept: Option<u64>,
}

impl<B: StorageBackend> DryRun<B> {
    pub(in crate::store::engine) fn new(inner: B) -> Self {
        Self {
            inner,
            changes: Mutex::default(),
        }
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn len_in(&self, changes: &Changes) -> io::Result<u64> {
        changes.len.map_or_else(|| self.inner.len(), Ok)
    }

    /// A block as it would be in the file.
    fn block(&self, changes: &Changes, number: u64) -> io::Result<Box<[u8; BLOCK_BYTES]>> {
        if let Some(block) = changes.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = Box::new([0; BLOCK_BYTES]);
        if changes.kept.is_none_or(|kept| number * BLOCK < kept) {
            self.inner.read(number * BLOCK, block.as_mut_slice())?;
        }
        Ok(block)
    }

    /// Calls `each` with every block of a range, and with where the range's
    /// part of it begins in the block and in the range, and its length.
    fn visit(
        offset: u64,
        bytes: usize,
        mut each: impl FnMut(u64, usize, usize, usize) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut done = 0;
        while done < bytes {
            let at = offset + done as u64;
            // Less than a block.
            let start = (at % BLOCK) as usize;
            let part = (BLOCK_BYTES - start).min(bytes - done);
            each(at / BLOCK, start, done, part)?;
            done += part;
        }
        Ok(())
    }
}

impl<B: StorageBackend> StorageBackend for DryRun<B> {
    fn len(&self) -> io::Result<u64> {
        self.len_in(&self.changes())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changes = self.changes();
        if offset + out.len() as u64 > self.len_in(&changes)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Self::visit(offset, out.len(), |number, start, done, part| {
            let block = self.block(&changes, number)?;
            out[done..done + part].copy_from_slice(&block[start..start + part]);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut changes = self.changes();
        let old = self.len_in(&changes)?;
        let kept = changes.kept.unwrap_or(old).min(len);
        changes.kept = Some(kept);
        changes.len = Some(len);
        changes.blocks.retain(|number, _| number * BLOCK < len);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changes = self.changes();
        Self::visit(offset, data.len(), |number, start, done, part| {
            let mut block = match part {
                // Nobody has to be able to read what is replaced.
                BLOCK_BYTES => Box::new([0; BLOCK_BYTES]),
                _ => self.block(&changes, number)?,
            };
            block[start..start + part].copy_from_slice(&data[done..done + part]);
            changes.blocks.insert(number, block);
            Ok(())
        })
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }
}

impl<B: StorageBackend> fmt::Debug for DryRun<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DryRun").field(&self.inner).finish()
    }
}
