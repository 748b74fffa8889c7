//! The ground on which the engines compete: folders on one disk, one loaded
//! database for each engine, and what they have in common.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::{
    engine::{CONTENDERS, Engine},
    order::Tally,
};
use crate::{machine, rounds::Samples};

/// How much of everything there is.
#[derive(Debug, Clone)]
pub(crate) struct Sizes {
    /// Orders in the table.
    pub rows: u64,
    /// Orders in the large table that is opened.
    pub large_rows: u64,
    /// Rows that a turn reads one by one.
    pub reads: usize,
    /// Ranges that a turn reads.
    pub scans: usize,
    /// Rows that a turn changes.
    pub updates: usize,
    /// How long a turn inserts.
    pub inserting: Duration,
}

/// What the process that loaded a database said.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub seconds: f64,
    pub peak_memory_bytes: f64,
}

pub(crate) struct Ground {
    pub sizes: Sizes,
    /// Removed with all that is in it in the end.
    dir: TempDir,
    lanes: Vec<Lane>,
    /// What the engines read in that round, once one has read.
    expected: Option<(usize, Tally)>,
    /// How often the disk syncs by itself, and for which round and work that
    /// was measured last.
    pub disk: Samples,
    disk_measured: Option<(usize, usize)>,
}

/// What belongs to one engine.
#[derive(Default)]
struct Lane {
    base: Option<PathBuf>,
    large_base: Option<PathBuf>,
    engine: Option<Box<dyn Engine>>,
    first_unused: Option<u64>,
}

impl Ground {
    /// A new folder in `parent`, which must be on a real disk.
    pub(crate) fn new(parent: &Path, sizes: Sizes) -> Result<Self> {
        fs::create_dir_all(parent)?;
        let dir = tempfile::Builder::new()
            .prefix("store-")
            .tempdir_in(parent)?;
        Ok(Self {
            sizes,
            dir,
            lanes: CONTENDERS.iter().map(|_| Lane::default()).collect(),
            expected: None,
            disk: Samples::default(),
            disk_measured: None,
        })
    }

    /// Makes an empty folder of that name.
    pub(crate) fn empty_folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.path().join(name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir(&path)?;
        Ok(path)
    }

    /// Loads the database of an engine from nothing.
    pub(crate) fn load_anew(&mut self, engine: usize) -> Result<Loaded> {
        let dir = self.empty_folder(&format!("base-{engine}"))?;
        let loaded = load(engine, self.sizes.rows, &dir)?;
        self.lanes[engine] = Lane {
            base: Some(dir),
            ..Lane::default()
        };
        Ok(loaded)
    }

    /// Loads a database and removes it.
    pub(crate) fn load_and_forget(&self, engine: usize, rows: u64) -> Result<Loaded> {
        let dir = self.empty_folder("forgotten")?;
        let loaded = load(engine, rows, &dir)?;
        fs::remove_dir_all(&dir)?;
        Ok(loaded)
    }

    /// The folder of the loaded database, which is closed.
    pub(crate) fn base(&mut self, engine: usize) -> Result<PathBuf> {
        if self.lanes[engine].base.is_none() {
            self.load_anew(engine)?;
        }
        self.lanes[engine].engine = None;
        let base = self.lanes[engine].base.clone();
        base.context("a database was loaded")
    }

    /// The folder of a database that takes about a gigabyte.
    pub(crate) fn large_base(&mut self, engine: usize) -> Result<PathBuf> {
        if let Some(dir) = &self.lanes[engine].large_base {
            return Ok(dir.clone());
        }
        let dir = self.empty_folder(&format!("large-{engine}"))?;
        load(engine, self.sizes.large_rows, &dir)?;
        self.lanes[engine].large_base = Some(dir.clone());
        Ok(dir)
    }

    /// The loaded database, opened.
    pub(crate) fn engine_mut(&mut self, engine: usize) -> Result<&mut (dyn Engine + 'static)> {
        if self.lanes[engine].engine.is_none() {
            let base = self.base(engine)?;
            self.lanes[engine].engine = Some((CONTENDERS[engine].open)(&base)?);
        }
        let opened = self.lanes[engine].engine.as_deref_mut();
        opened.context("a database was opened")
    }

    pub(crate) fn engine(&mut self, engine: usize) -> Result<&dyn Engine> {
        Ok(&*self.engine_mut(engine)?)
    }

    /// The number from which on the engine has no orders.
    pub(crate) fn first_unused(&self, engine: usize) -> u64 {
        let known = self.lanes[engine].first_unused;
        known.unwrap_or(self.sizes.rows + 1)
    }

    pub(crate) fn set_first_unused(&mut self, engine: usize, id: u64) {
        self.lanes[engine].first_unused = Some(id);
    }

    /// What the first engine of the round has read, which is this if it is the first.
    pub(crate) fn expect(&mut self, round: usize, tally: Tally) -> Tally {
        match self.expected {
            Some((known, expected)) if known == round => expected,
            _ => {
                self.expected = Some((round, tally));
                tally
            }
        }
    }

    /// Forgets what was read, because another work begins.
    pub(crate) fn begin_work(&mut self) {
        self.expected = None;
    }

    /// Measures the disk alone, once for each round of a work.
    pub(crate) fn measure_disk(&mut self, round: usize, work: usize) -> Result<()> {
        if self.disk_measured == Some((round, work)) {
            return Ok(());
        }
        self.disk_measured = Some((round, work));
        let rate = machine::append_rate(self.dir.path(), self.sizes.inserting / 4)?;
        self.disk.push(rate);
        Ok(())
    }
}

/// Runs this program anew to load a database.
fn load(engine: usize, rows: u64, dir: &Path) -> Result<Loaded> {
    let output = Command::new(std::env::current_exe()?)
        .args(["store-load", "--engine", CONTENDERS[engine].name])
        .args(["--rows", &rows.to_string(), "--dir"])
        .arg(dir)
        .output()?;
    let name = CONTENDERS[engine].name;
    ensure!(
        output.status.success(),
        "loading {name} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8(output.stdout)?;
    let numbers = said.trim().split_once(' ');
    let (seconds, bytes) = numbers.with_context(|| format!("loading {name} said `{said}`"))?;
    Ok(Loaded {
        seconds: seconds.parse()?,
        peak_memory_bytes: bytes.parse()?,
    })
}
