//! The first block, the only one that the engine writes in place: its commits
//! and its marks of an orderly end stand there.
//!
//! It has two slots. A write goes to the one that is *not* known to be on the
//! disk, with the next sequence number, and only a sync makes that one the one
//! that is known: so a write that is cut short leaves the other, and the file
//! is as before the commit. Of two good copies the later is read.

use std::io;

use redb::StorageBackend;

use super::{
    HEADER_BYTES, blocks_in,
    slot::{self, BLOCK_BYTES, BlockError, Fault, NONCE_BYTES, Sealer, TAG_BYTES},
};

const SEQUENCE_BYTES: usize = size_of::<u64>();
const TEXT_BYTES: usize = SEQUENCE_BYTES + BLOCK_BYTES;
const COPY_BYTES: usize = NONCE_BYTES + TEXT_BYTES + TAG_BYTES;

/// Where the two copies begin: no two things share a page of the disk here.
const COPIES: [u64; 2] = [HEADER_BYTES, 2 * HEADER_BYTES];

/// The first block as it stands; nothing is read before it is needed, because
/// the file may be another's until the engine has locked it.
#[derive(Default)]
pub(super) struct FirstBlock(Option<State>);

struct State {
    /// The sequence number, then the block.
    text: Box<[u8; TEXT_BYTES]>,
    sequence: u64,
    /// The copy that is known to be on the disk.
    durable: usize,
    /// Whether that is so. What was read may be in the system's memory alone.
    is_known: bool,
    /// Whether the other copy has been written since the last sync.
    is_written: bool,
}

impl FirstBlock {
    /// The block.
    pub(super) fn text(
        &mut self,
        file: &impl StorageBackend,
        sealer: &Sealer,
    ) -> io::Result<&[u8]> {
        Ok(&self.state(file, sealer)?.text[SEQUENCE_BYTES..])
    }

    /// Changes bytes of the block.
    pub(super) fn write(
        &mut self,
        file: &impl StorageBackend,
        sealer: &Sealer,
        start: usize,
        data: &[u8],
    ) -> io::Result<()> {
        let state = self.state(file, sealer)?;
        if !state.is_known {
            file.sync_data()?;
            state.is_known = true;
        }
        let start = SEQUENCE_BYTES + start;
        state.text[start..start + data.len()].copy_from_slice(data);
        state.sequence += 1;
        state.text[..SEQUENCE_BYTES].copy_from_slice(&state.sequence.to_le_bytes());
        let place = COPIES[1 - state.durable];
        let mut copy = vec![0; COPY_BYTES];
        sealer.seal(&mut copy, &slot::nonce()?, state.text.as_slice(), place)?;
        file.write(place, &copy)?;
        state.is_written = true;
        Ok(())
    }

    /// All that was written is on the disk.
    pub(super) fn is_synced(&mut self) {
        if let Some(state) = &mut self.0 {
            if state.is_written {
                state.durable = 1 - state.durable;
            }
            state.is_known = true;
            state.is_written = false;
        }
    }

    fn state(&mut self, file: &impl StorageBackend, sealer: &Sealer) -> io::Result<&mut State> {
        let state = match self.0.take() {
            Some(state) => state,
            None => State::read(file, sealer)?,
        };
        Ok(self.0.insert(state))
    }
}

impl State {
    fn read(file: &impl StorageBackend, sealer: &Sealer) -> io::Result<Self> {
        if blocks_in(file.len()?)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let first = read_copy(file, sealer, 0)?;
        let second = read_copy(file, sealer, 1)?;
        match (first, second) {
            (Ok(first), Ok(second)) if first.sequence > second.sequence => Ok(first),
            (_, Ok(second)) => Ok(second),
            (Ok(first), _) => Ok(first),
            (Err(Fault::Empty), Err(Fault::Empty)) => Ok(Self::of(1, Box::new([0; TEXT_BYTES]))),
            // A torn write leaves the other copy, except in a file that has had
            // none: there the engine has written nothing that could be lost.
            (Err(_), Err(_)) => Err(BlockError::Unauthentic { number: 0 }.into()),
        }
    }

    fn of(copy: usize, text: Box<[u8; TEXT_BYTES]>) -> Self {
        let sequence = text.first_chunk().map_or(0, |it| u64::from_le_bytes(*it));
        Self {
            text,
            sequence,
            durable: copy,
            is_known: false,
            is_written: false,
        }
    }
}

fn read_copy(
    file: &impl StorageBackend,
    sealer: &Sealer,
    copy: usize,
) -> io::Result<Result<State, Fault>> {
    let mut bytes = vec![0; COPY_BYTES];
    file.read(COPIES[copy], &mut bytes)?;
    let opened = sealer.open(&mut bytes, COPIES[copy]);
    Ok(opened.map(|opened| {
        let mut text = Box::new([0; TEXT_BYTES]);
        text.copy_from_slice(opened);
        State::of(copy, text)
    }))
}
