//! The targets of the fuzzer for a fixed count, on encodings that were changed a
//! little: in each run the same ones.

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use crate::store::fuzz;

/// How many inputs each target gets.
const INPUTS: u32 = 50_000;

/// Numbers that lengths and offsets are set to.
const NUMBERS: [u32; 10] = [0, 1, 2, 4, 127, 255, 256, 0x7fff, 0xffff, u32::MAX];

/// Changes an encoding in one to four places.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], rng: &mut ChaCha8Rng) {
    for _ in 0..rng.random_range(1..=4) {
        if bytes.is_empty() {
            bytes.extend_from_slice(other);
            continue;
        }
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..8) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = rng.random(),
            2 => bytes.insert(at, rng.random()),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            5 => {
                let number = NUMBERS[rng.random_range(0..NUMBERS.len())].to_le_bytes();
                let end = bytes.len().min(at + if rng.random() { 2 } else { 4 });
                bytes[at..end].copy_from_slice(&number[..end - at]);
            }
            6 => {
                // Ends and counts are off by a little.
                bytes[at] = bytes[at].wrapping_add(if rng.random() { 1 } else { u8::MAX });
            }
            _ => {
                let from = rng.random_range(0..=other.len());
                let to = (from + rng.random_range(0..8)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
}

fn check(seed: u64, target: fn(&[u8])) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let seeds = fuzz::seeds();
    for seed in &seeds {
        target(seed);
    }
    for _ in 0..INPUTS {
        let mut input = seeds[rng.random_range(0..seeds.len())].clone();
        let other = &seeds[rng.random_range(0..seeds.len())];
        mutate(&mut input, other, &mut rng);
        target(&input);
    }
}

#[test]
fn the_row_decoder_takes_any_bytes() {
    check(1, fuzz::row);
}

#[test]
fn the_key_codec_takes_any_bytes() {
    check(2, fuzz::key);
}

#[test]
fn the_cursor_takes_any_bytes() {
    check(3, fuzz::cursor);
}
