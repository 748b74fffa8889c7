//! Writing: a field of many rows, and rows one at a time by one or many writers.

use std::{sync::Arc, time::Instant};

use anyhow::Result;
use rand::{SeedableRng, rngs::ChaCha8Rng, seq::index};

use super::{Ground, Turn};
use crate::store::{order::customers, supply::Fresh};

pub(super) fn update(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let mut random = ChaCha8Rng::seed_from_u64(turn.round as u64);
    let rows = usize::try_from(ground.sizes.rows)?;
    let chosen = index::sample(&mut random, rows, ground.sizes.updates.min(rows));
    let keys: Vec<_> = chosen.iter().map(|index| index as u64 + 1).collect();
    let engine = ground.engine_mut(turn.engine)?;
    let start = Instant::now();
    engine.update(&keys)?;
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok(vec![Some(keys.len() as f64 / seconds)])
}

pub(super) fn insert(ground: &mut Ground, turn: Turn, writers: usize) -> Result<Vec<Option<f64>>> {
    insert_followed(ground, turn, writers, 0)
}

pub(super) fn insert_followed(
    ground: &mut Ground,
    turn: Turn,
    writers: usize,
    feeds: usize,
) -> Result<Vec<Option<f64>>> {
    ground.measure_disk(turn.round, writers)?;
    let first = ground.first_unused(turn.engine);
    let duration = ground.sizes.inserting;
    let engine = ground.engine(turn.engine)?;
    let fresh = Arc::new(Fresh::new(first, customers(first), duration));
    let start = Instant::now();
    let count = engine.insert_followed(writers, &fresh, feeds)?;
    let seconds = start.elapsed().as_secs_f64();
    ground.set_first_unused(turn.engine, fresh.first_unused());
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok(vec![Some(count as f64 / seconds)])
}
