//! Reading: by key, by a unique index, and ranges of an index.

use std::time::Instant;

use anyhow::{Result, ensure};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use super::{Ground, Turn};
use crate::store::{
    engine::{CONTENDERS, Engine},
    order::{ROWS_PER_CUSTOMER, Tally, customers, reference},
};

pub(super) fn get(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let keys = keys(ground, turn.round);
    measure(ground, turn, keys.len(), |engine| engine.get(&keys))
}

pub(super) fn get_unique(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let keys = keys(ground, turn.round);
    let references: Vec<_> = keys.into_iter().map(reference).collect();
    measure(ground, turn, references.len(), |engine| {
        engine.get_unique(&references)
    })
}

pub(super) fn scan(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let mut random = ChaCha8Rng::seed_from_u64(turn.round as u64);
    let all = u32::try_from(customers(ground.sizes.rows))?;
    let chosen = (0..ground.sizes.scans).map(|_| random.random_range(0..all));
    let chosen: Vec<_> = chosen.collect();
    let limit = usize::try_from(ROWS_PER_CUSTOMER)?;
    measure(ground, turn, chosen.len(), |engine| {
        engine.scan(&chosen, limit)
    })
}

/// Keys at random, the same for all engines of a round.
fn keys(ground: &Ground, round: usize) -> Vec<u64> {
    let mut random = ChaCha8Rng::seed_from_u64(round as u64);
    let keys = (0..ground.sizes.reads).map(|_| random.random_range(1..=ground.sizes.rows));
    keys.collect()
}

/// The seconds that one of `count` reads takes. What is read must be what the
/// other engines have read in this round.
fn measure(
    ground: &mut Ground,
    turn: Turn,
    count: usize,
    read: impl FnOnce(&dyn Engine) -> Result<Tally>,
) -> Result<Vec<Option<f64>>> {
    let engine = ground.engine(turn.engine)?;
    let start = Instant::now();
    let tally = read(engine)?;
    let seconds = start.elapsed().as_secs_f64();
    let expected = ground.expect(turn.round, tally);
    let name = CONTENDERS[turn.engine].name;
    ensure!(
        tally == expected,
        "{name} read {tally:?}, another engine {expected:?}"
    );
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok(vec![Some(seconds / count as f64)])
}
