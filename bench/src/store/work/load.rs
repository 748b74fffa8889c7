//! Bulk load, what memory it takes, and how large the file is.

use std::{path::PathBuf, time::Instant};

use anyhow::{Context, Result};

use super::{Ground, Turn};
use crate::{
    machine,
    store::{engine::CONTENDERS, order::customers, supply::Supply},
};

/// What is loaded by a process of its own, so that its memory is its own.
#[derive(Debug, clap::Args)]
pub(crate) struct LoadOptions {
    /// The engine.
    #[arg(long)]
    pub engine: String,
    /// How many orders.
    #[arg(long)]
    pub rows: u64,
    /// An empty folder.
    #[arg(long)]
    pub dir: PathBuf,
}

/// How many times as many rows show how the cost grows.
const GROWTH: u64 = 10;

/// Loads, and prints the seconds and the most bytes of memory.
pub(crate) fn load(options: &LoadOptions) -> Result<()> {
    let contender = CONTENDERS.iter().find(|known| known.name == options.engine);
    let contender = contender.with_context(|| format!("no engine `{}`", options.engine))?;
    let mut engine = (contender.open)(&options.dir)?;
    let mut supply = Supply::new(options.rows, customers(options.rows));
    let start = Instant::now();
    engine.load(&mut supply)?;
    let seconds = start
        .elapsed()
        .saturating_sub(supply.making())
        .as_secs_f64();
    println!("{seconds} {}", machine::peak_memory_bytes()?);
    Ok(())
}

pub(super) fn turn(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let loaded = ground.load_anew(turn.engine)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rows = ground.sizes.rows as f64;
    Ok(vec![
        Some(rows / loaded.seconds),
        Some(loaded.peak_memory_bytes),
    ])
}

/// A load of [`GROWTH`] times as many rows, of which nothing is kept.
pub(super) fn growth(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let rows = ground.sizes.rows * GROWTH;
    let loaded = ground.load_and_forget(turn.engine, rows)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rows = rows as f64;
    Ok(vec![
        Some(rows / loaded.seconds),
        Some(loaded.peak_memory_bytes),
    ])
}

/// The size of the closed database, and that of a compacted copy.
pub(super) fn size(ground: &mut Ground, turn: Turn) -> Result<Vec<Option<f64>>> {
    let base = ground.base(turn.engine)?;
    let copy = ground.empty_folder("copy")?;
    machine::copy_folder(&base, &copy)?;
    let mut engine = (CONTENDERS[turn.engine].open)(&copy)?;
    let is_compacted = engine.compact()?;
    drop(engine);
    let after = machine::disk_bytes(&copy)?;
    std::fs::remove_dir_all(&copy)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let bytes = |bytes: u64| bytes as f64;
    Ok(vec![
        Some(bytes(machine::disk_bytes(&base)?)),
        is_compacted.then(|| bytes(after)),
    ])
}
