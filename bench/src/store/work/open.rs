//! Opening a large database.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::{Ground, Turn};
use crate::{machine, store::engine::CONTENDERS};

/// How often it is opened in a turn.
const OPENINGS: u32 = 3;

pub(super) fn turn(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let base = ground.large_base(turn.engine)?;
    let mut seconds = 0.0;
    for _ in 0..OPENINGS {
        let start = Instant::now();
        let engine = (CONTENDERS[turn.engine].open)(&base)?;
        ensure!(engine.get(&[1])?.rows == 1, "the first order is there");
        seconds += start.elapsed().as_secs_f64();
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let bytes = machine::disk_bytes(&base)? as f64;
    Ok(vec![Some(seconds / f64::from(OPENINGS)), Some(bytes)])
}
