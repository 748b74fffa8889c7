//! The encrypted file against a plain one, and against those who change it.

use std::sync::RwLock;

use proptest::{collection, prelude::*};

use super::*;

/// A file in memory that outlives its backend.
#[derive(Clone, Default)]
struct Memory(Arc<RwLock<Vec<u8>>>);

impl Memory {
    fn bytes(&self) -> Vec<u8> {
        self.0.read().unwrap().clone()
    }

    fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(RwLock::new(bytes)))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

/// The bytes that a call is for, in memory of that length.
fn range(len: usize, offset: u64, bytes: usize) -> io::Result<std::ops::Range<usize>> {
    let start = usize::try_from(offset).map_err(io::Error::other)?;
    let end = start + bytes;
    (end <= len)
        .then_some(start..end)
        .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.read().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.read().unwrap();
        out.copy_from_slice(&bytes[range(bytes.len(), offset, out.len())?]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.0.write().unwrap().resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = self.0.write().unwrap();
        let range = range(bytes.len(), offset, data.len())?;
        bytes[range].copy_from_slice(data);
        Ok(())
    }
}

fn key(byte: u8) -> StoreKey {
    format!("{byte:02x}").repeat(32).parse().unwrap()
}

fn open(memory: &Memory) -> Result<Encrypted<Memory>, HeaderError> {
    Encrypted::open(memory.clone(), &key(1))
}

/// A file of so many blocks, each filled with its number.
fn filled(blocks: u8) -> Memory {
    let memory = Memory::default();
    let file = Encrypted::create(memory.clone(), &key(1)).unwrap();
    file.set_len(u64::from(blocks) * BLOCK).unwrap();
    for number in 0..blocks {
        let block = [number; BLOCK_BYTES];
        file.write(u64::from(number) * BLOCK, &block).unwrap();
        file.sync_data().unwrap();
    }
    memory
}

fn read_block(file: &impl StorageBackend, number: u64) -> io::Result<Vec<u8>> {
    let mut block = vec![0; BLOCK_BYTES];
    file.read(number * BLOCK, &mut block)?;
    Ok(block)
}

#[derive(Debug, Clone)]
enum Call {
    Read { offset: usize, bytes: usize },
    Write { offset: usize, data: Vec<u8> },
    SetLen { blocks: usize },
    Sync,
    Reopen,
}

const MAX_BLOCKS: usize = 6;

fn any_call() -> impl Strategy<Value = Call> {
    let offset = || 0..MAX_BLOCKS * BLOCK_BYTES;
    prop_oneof![
        (offset(), 0..3 * BLOCK_BYTES).prop_map(|(offset, bytes)| Call::Read { offset, bytes }),
        (offset(), 1..3 * BLOCK_BYTES, any::<u8>()).prop_map(|(offset, bytes, byte)| {
            Call::Write {
                offset,
                data: vec![byte; bytes],
            }
        }),
        // What the engine does: blocks as a whole.
        (0..MAX_BLOCKS, 1..3_usize, any::<u8>()).prop_map(|(first, blocks, byte)| Call::Write {
            offset: first * BLOCK_BYTES,
            data: vec![byte; blocks * BLOCK_BYTES],
        }),
        (0..=MAX_BLOCKS).prop_map(|blocks| Call::SetLen { blocks }),
        Just(Call::Sync),
        Just(Call::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Blocks that were added and never written are written before a reopen
    /// here: after that, they would be errors.
    #[test]
    fn it_reads_as_a_plain_file_does(calls in collection::vec(any_call(), 1..24)) {
        let memory = Memory::default();
        let mut file = Encrypted::create(memory.clone(), &key(1)).unwrap();
        let mut model: Vec<u8> = Vec::new();
        for call in calls {
            match call {
                Call::Read { offset, bytes } if offset + bytes <= model.len() => {
                    let mut out = vec![0; bytes];
                    file.read(offset as u64, &mut out).unwrap();
                    prop_assert!(out == model[offset..offset + bytes]);
                }
                Call::Write { offset, data } if offset + data.len() <= model.len() => {
                    file.write(offset as u64, &data).unwrap();
                    model[offset..offset + data.len()].copy_from_slice(&data);
                }
                Call::Read { .. } | Call::Write { .. } => {}
                Call::SetLen { blocks } => {
                    model.resize(blocks * BLOCK_BYTES, 0);
                    file.set_len(model.len() as u64).unwrap();
                }
                Call::Sync => file.sync_data().unwrap(),
                Call::Reopen => {
                    if !model.is_empty() {
                        file.write(0, &model).unwrap();
                    }
                    file = open(&memory).unwrap();
                }
            }
            prop_assert_eq!(file.len().unwrap(), model.len() as u64);
        }
    }

    #[test]
    fn a_changed_bit_of_a_block_is_found(number in 1..4_u8, at in 0..SLOT_BYTES, bit in 0..8_u8) {
        let mut bytes = filled(4).bytes();
        let start = slot_start(u64::from(number)).unwrap();
        bytes[usize::try_from(start).unwrap() + at] ^= 1_u8 << bit;
        let file = open(&Memory::of(bytes)).unwrap();
        let error = read_block(&file, u64::from(number)).unwrap_err();
        prop_assert_eq!(error.to_string(), format!("block {number} fails its authentication"));
        for other in (0..4).filter(|other| *other != number) {
            prop_assert_eq!(read_block(&file, u64::from(other)).unwrap()[0], other);
        }
    }

    #[test]
    fn a_changed_bit_of_both_headers_is_found(at in 0..124_usize, bit in 0..8_u8) {
        let mut bytes = filled(1).bytes();
        bytes[at] ^= 1_u8 << bit;
        prop_assert!(open(&Memory::of(bytes.clone())).is_ok(), "the other copy is whole");
        bytes[4096 + at] ^= 1_u8 << bit;
        prop_assert!(matches!(
            open(&Memory::of(bytes)),
            Err(HeaderError::Damaged | HeaderError::NotEncrypted)
        ));
    }
}

#[test]
fn nothing_of_the_text_is_in_the_file() {
    let bytes = filled(4).bytes();
    for number in 1..4_u8 {
        assert!(!bytes.windows(8).any(|part| part == [number; 8]));
    }
}

#[test]
fn blocks_that_change_places_are_found() {
    let mut bytes = filled(4).bytes();
    let [one, two] = [1, 2].map(|it| usize::try_from(slot_start(it).unwrap()).unwrap());
    let (left, right) = bytes.split_at_mut(two);
    left[one..one + SLOT_BYTES].swap_with_slice(&mut right[..SLOT_BYTES]);
    let file = open(&Memory::of(bytes)).unwrap();
    for number in [1, 2] {
        let error = read_block(&file, number).unwrap_err().to_string();
        assert_eq!(error, format!("block {number} fails its authentication"));
    }
    assert_eq!(read_block(&file, 3).unwrap()[0], 3);
}

#[test]
fn a_block_of_another_file_under_the_same_key_is_found() {
    let (mut bytes, other) = (filled(3).bytes(), filled(3).bytes());
    let start = usize::try_from(slot_start(1).unwrap()).unwrap();
    bytes[start..start + SLOT_BYTES].copy_from_slice(&other[start..start + SLOT_BYTES]);
    let file = open(&Memory::of(bytes)).unwrap();
    assert!(read_block(&file, 1).is_err());
}

#[test]
fn a_block_that_was_wiped_is_found() {
    let mut bytes = filled(3).bytes();
    let start = usize::try_from(slot_start(1).unwrap()).unwrap();
    bytes[start..start + SLOT_BYTES].fill(0);
    let file = open(&Memory::of(bytes)).unwrap();
    let error = read_block(&file, 1).unwrap_err();
    assert_eq!(error.to_string(), "block 1 is empty");
}

#[test]
fn while_the_engine_repairs_a_block_that_fails_is_zeros() {
    let mut bytes = filled(3).bytes();
    let start = usize::try_from(slot_start(1).unwrap()).unwrap();
    bytes[start + 100] ^= 1;
    let file = open(&Memory::of(bytes)).unwrap();
    file.set_repairing(true);
    assert!(read_block(&file, 1).unwrap() == [0; BLOCK_BYTES]);
    assert_eq!(read_block(&file, 2).unwrap()[0], 2);
    file.set_repairing(false);
    assert!(read_block(&file, 1).is_err());
}

#[test]
fn another_key_is_not_taken_for_damage_nor_a_plain_file_for_an_encrypted_one() {
    let memory = filled(1);
    let wrong = Encrypted::open(memory, &key(2));
    assert!(matches!(wrong, Err(HeaderError::WrongKey)));
    for plain in [vec![], vec![7; 100], vec![7; 10_000]] {
        let opened = open(&Memory::of(plain));
        assert!(matches!(opened, Err(HeaderError::NotEncrypted)));
    }
}

#[test]
fn a_later_version_is_told_by_its_number() {
    let mut bytes = filled(1).bytes();
    for copy in [0, 4096] {
        bytes[copy + 16] = 2;
        let sum = <sha2::Sha256 as sha2::Digest>::digest(&bytes[copy..copy + 92]);
        bytes[copy + 92..copy + 124].copy_from_slice(&sum);
    }
    let opened = open(&Memory::of(bytes));
    assert!(matches!(opened, Err(HeaderError::Version { found: 2 })));
}

#[test]
fn a_file_that_is_cut_short_is_no_whole_number_of_blocks() {
    let bytes = filled(3).bytes();
    let file = open(&Memory::of(bytes[..bytes.len() - 1].to_vec())).unwrap();
    let error = file.len().unwrap_err().to_string();
    assert_eq!(error, "its 32847 bytes are no whole number of blocks");
}

/// Writes to the first block what comes from a torn write of every length: the
/// next open finds the block as it was, or as it was to be.
#[test]
fn a_torn_write_of_the_first_block_leaves_it_before_or_after() {
    for syncs in 0..3 {
        let memory = filled(1);
        let file = open(&memory).unwrap();
        for _ in 0..syncs {
            file.write(0, &[1; 320]).unwrap();
            file.sync_data().unwrap();
        }
        let before = memory.bytes();
        let old = read_block(&file, 0).unwrap();
        file.write(0, &[2; 320]).unwrap();
        file.write(8, &[3; 8]).unwrap();
        let after = memory.bytes();
        let new = read_block(&file, 0).unwrap();
        let changed = |at: &usize| before[*at] != after[*at];
        let first = (0..before.len()).find(changed).unwrap();
        for end in (first..first + 4144).step_by(97).chain([first + 4144]) {
            for torn in [
                [&after[..end], &before[end..]].concat(),
                [&before[..end], &after[end..]].concat(),
            ] {
                let file = open(&Memory::of(torn)).unwrap();
                let found = read_block(&file, 0).unwrap();
                assert!(found == old || found == new, "{syncs} syncs, cut at {end}");
            }
        }
    }
}

#[test]
fn a_damaged_first_block_is_an_error_once_both_copies_are() {
    let memory = filled(2);
    let file = open(&memory).unwrap();
    file.write(0, &[9; 320]).unwrap();
    file.sync_data().unwrap();
    let mut bytes = memory.bytes();
    bytes[8192 + 50] ^= 1;
    assert!(read_block(&open(&Memory::of(bytes.clone())).unwrap(), 0).is_ok());
    bytes[16_384 + 50] ^= 1;
    let error = read_block(&open(&Memory::of(bytes)).unwrap(), 0).unwrap_err();
    assert_eq!(error.to_string(), "block 0 fails its authentication");
}
