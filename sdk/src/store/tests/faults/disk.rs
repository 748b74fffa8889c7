//! A disk in memory that forgets, tears, reorders and fails as it is told.
//!
//! What is written is in the system's memory until a sync; only then it is on
//! the disk. When the power fails, any part of what was not synced has reached
//! the disk, in any order, cut at sectors. The length is different: file systems
//! keep its changes in order.

use std::{
    fmt, io, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rand::{Rng, RngExt, seq::SliceRandom};
use redb::StorageBackend;

const SECTOR_BYTES: usize = 512;

/// What goes wrong at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The call fails, and no other.
    Io,
    /// From this call on there is no room for what is written.
    Full,
    /// Nothing answers any more.
    PowerLoss,
}

/// The disk; clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Disk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    /// What is on the disk.
    durable: Vec<u8>,
    /// What the system has in its memory.
    current: Vec<u8>,
    /// What makes the one of the other.
    pending: Vec<Change>,
    calls: usize,
    fault: Option<(usize, Fault)>,
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reading,
    Writing,
}

impl Disk {
    /// Another disk with the same content and without faults.
    pub(super) fn copy(&self) -> Self {
        let state = self.state();
        Self(Arc::new(Mutex::new(State {
            durable: state.durable.clone(),
            current: state.current.clone(),
            pending: state.pending.clone(),
            ..State::default()
        })))
    }

    /// How many calls there have been.
    pub(super) fn calls(&self) -> usize {
        self.state().calls
    }

    /// Lets a call go wrong: the next one is number 0.
    pub(super) fn fail_at(&self, call: usize, fault: Fault) {
        let mut state = self.state();
        state.fault = Some((state.calls + call, fault));
    }

    /// Ends the fault.
    pub(super) fn heal(&self) {
        self.state().fault = None;
    }

    /// What is left when the power fails now.
    pub(super) fn lose_power(&self, rng: &mut impl Rng) {
        let mut state = self.state();
        let pending = mem::take(&mut state.pending);
        let mut disk = mem::take(&mut state.durable);
        // Everything, as when only the process has died; or nothing; or some of it.
        let share = [0.0, 0.3, 0.7, 1.0][rng.random_range(0..4)];
        let mut writes = Vec::new();
        for change in pending {
            match change {
                Change::Write { offset, data } => writes.push((offset, data)),
                Change::SetLen(len) => {
                    land(&mut disk, &mut writes, share, rng);
                    if !rng.random_bool(share) {
                        break;
                    }
                    disk.resize(len, 0);
                }
            }
        }
        land(&mut disk, &mut writes, share, rng);
        *state = State {
            current: disk.clone(),
            durable: disk,
            ..State::default()
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call and lets it fail if it is to.
    fn call(&self, kind: Kind) -> Result<MutexGuard<'_, State>, io::Error> {
        let mut state = self.state();
        let number = state.calls;
        state.calls += 1;
        let error = match state.fault {
            Some((at, Fault::Io)) if at == number => io::ErrorKind::Other,
            Some((at, Fault::Full)) if at <= number && kind == Kind::Writing => {
                io::ErrorKind::StorageFull
            }
            Some((at, Fault::PowerLoss)) if at <= number => io::ErrorKind::BrokenPipe,
            _ => return Ok(state),
        };
        Err(error.into())
    }
}

/// Brings some of the writes to the disk: which ones, in which order, and which
/// of their sectors, nobody knows. A sector that has not changed is none.
fn land(disk: &mut [u8], writes: &mut Vec<(usize, Vec<u8>)>, share: f64, rng: &mut impl Rng) {
    if share < 1.0 {
        writes.shuffle(rng);
    }
    for (offset, data) in writes.drain(..) {
        let is_torn = rng.random_bool(0.5);
        if !is_torn && !rng.random_bool(share) {
            continue;
        }
        let end = (offset + data.len()).min(disk.len());
        let mut at = offset;
        while at < end {
            let stop = ((at / SECTOR_BYTES + 1) * SECTOR_BYTES).min(end);
            if !is_torn || rng.random_bool(share) {
                disk[at..stop].copy_from_slice(&data[at - offset..stop - offset]);
            }
            at = stop;
        }
    }
}

fn out_of_range() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

fn position(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(io::Error::other)
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.call(Kind::Reading)?.current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.call(Kind::Reading)?;
        let start = position(offset)?;
        let bytes = state.current.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or_else(out_of_range)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.call(Kind::Writing)?;
        let len = position(len)?;
        state.current.resize(len, 0);
        state.pending.push(Change::SetLen(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.call(Kind::Writing)?;
        for change in mem::take(&mut state.pending) {
            match change {
                Change::Write { offset, data } => {
                    state.durable[offset..offset + data.len()].copy_from_slice(&data);
                }
                Change::SetLen(len) => state.durable.resize(len, 0),
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (mut state, data, failure) = match self.call(Kind::Writing) {
            Ok(state) => (state, data, Ok(())),
            // A write that fails may have been half done.
            Err(error) if error.kind() == io::ErrorKind::Other => {
                (self.state(), &data[..data.len() / 2], Err(error))
            }
            Err(error) => return Err(error),
        };
        let offset = position(offset)?;
        let place = state.current.get_mut(offset..offset + data.len());
        place.ok_or_else(out_of_range)?.copy_from_slice(data);
        let data = data.to_vec();
        state.pending.push(Change::Write { offset, data });
        failure
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}
