//! Migrations beside peers.
//!
//! `history` makes up modules whose changes every contender knows; each
//! `contender` makes a database of them in every round, and then starts again
//! and again with nothing to do. `report` makes tables of the medians, and
//! `page.md` is the page around them.

mod contender;
mod history;
mod ours;
#[cfg(feature = "peers")]
mod refinery;
mod report;
#[cfg(feature = "peers")]
mod sqlite;
#[cfg(feature = "peers")]
mod sqlx;
mod step;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::{
    machine,
    markdown::group_thousands,
    rounds::{self, Samples},
};
use contender::{Census, Contender, Opened};
use history::{History, PER_MODULE};
use ours::Ours;
use report::{Growth, Line, Report};
pub(crate) use step::{StepOptions, run as run_step};

/// What `bench migrate` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many modules there are, with 50 migrations each.
    #[arg(long, default_value_t = 200)]
    modules: usize,
    /// The numbers of modules at which the growth is measured.
    #[arg(long, value_name = "MODULES", default_values_t = [20, 200, 1000])]
    growth: Vec<usize>,
    /// How many rounds are counted.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How often each starts with nothing to do, in each round.
    #[arg(long, default_value_t = 15)]
    restarts: usize,
    /// Small sizes: shows that all works, measures nothing.
    #[arg(long)]
    quick: bool,
    /// Where the databases are made; must be on a real disk.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the page about a run there.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Measures and prints the tables.
pub(crate) fn run(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.dir)?;
    let dir = TempDir::new_in(&options.dir)?;
    let report = Report {
        lines: beside_peers(options, dir.path())?,
        growth: growth(options, dir.path())?,
    };
    let facts = facts(options);
    println!("{facts}\n\n{}\n{}", report.beside_peers(), report.growth());
    let Some(path) = &options.write else {
        return Ok(());
    };
    ensure!(
        cfg!(feature = "peers") && !options.quick,
        "a page is written about a whole run, with `--features peers`"
    );
    Ok(fs::write(path, page(&facts, &report))?)
}

/// All contenders in turn, in every round.
fn beside_peers(options: &Options, dir: &Path) -> Result<Vec<Line>> {
    let history = History::new(options.modules())?;
    let contenders = contender::all(&history)?;
    let mut lines: Vec<_> = contenders.iter().map(|it| Line::new(it.name())).collect();
    for round in 0..options.rounds() {
        for place in rounds::order(round, contenders.len()) {
            let contender = &*contenders[place];
            let line = &mut lines[place];
            measure(options, contender, &history, dir, line)?;
            eprintln!("round {round}, {}: {line:?}", contender.name());
        }
    }
    Ok(lines)
}

/// Ours alone, with more and more modules.
fn growth(options: &Options, dir: &Path) -> Result<Vec<Growth>> {
    let mut growth = Vec::new();
    for modules in options.growth() {
        let history = History::new(modules)?;
        let ours = Ours::new(&history)?;
        let mut line = Line::new(ours.name());
        for round in 0..options.rounds() {
            measure(options, &ours, &history, dir, &mut line)?;
            eprintln!("round {round}, {modules} modules: {line:?}");
        }
        growth.push(Growth {
            migrations: modules * PER_MODULE,
            line,
        });
    }
    Ok(growth)
}

/// Makes a database, starts with it several times and removes it.
fn measure(
    options: &Options,
    contender: &dyn Contender,
    history: &History,
    dir: &Path,
    line: &mut Line,
) -> Result<()> {
    let dir = TempDir::new_in(dir)?;
    let start = Instant::now();
    contender.apply(dir.path())?;
    line.apply.push(start.elapsed().as_secs_f64());
    line.bytes.push_u64(machine::disk_bytes(dir.path())?);
    for _ in 0..options.restarts() {
        line.open.push(seconds_of(|| contender.open(dir.path()))?);
        line.restart
            .push(seconds_of(|| contender.restart(dir.path()))?);
    }
    let expected = Census {
        tables: history.tables(),
        migrations: history.sql.len(),
    };
    let found = contender.census(dir.path())?;
    ensure!(
        found == expected,
        "{} has {found:?} instead of {expected:?}",
        contender.name()
    );
    Ok(())
}

/// How long opening takes; closing does not count.
fn seconds_of(open: impl FnOnce() -> Result<Opened>) -> Result<f64> {
    let start = Instant::now();
    let opened = open()?;
    let seconds = start.elapsed().as_secs_f64();
    drop(opened);
    Ok(seconds)
}

/// What the run was.
fn facts(options: &Options) -> String {
    let migrations = options.modules() * PER_MODULE;
    [
        format!("* Machine: {}.", machine::description()),
        format!(
            "* {} modules with {PER_MODULE} migrations each, {} in all; {} rounds.",
            options.modules(),
            group_thousands(&migrations.to_string()),
            options.rounds()
        ),
    ]
    .join("\n")
}

fn page(facts: &str, report: &Report) -> String {
    include_str!("migrate/page.md")
        .replace("{facts}", facts)
        .replace("{peers}", &report.beside_peers())
        .replace("{growth}", &report.growth())
}

impl Options {
    fn modules(&self) -> usize {
        if self.quick { 4 } else { self.modules }
    }

    fn growth(&self) -> Vec<usize> {
        if self.quick {
            vec![1, 2]
        } else {
            self.growth.clone()
        }
    }

    fn rounds(&self) -> usize {
        if self.quick { 1 } else { self.rounds }
    }

    fn restarts(&self) -> usize {
        if self.quick { 2 } else { self.restarts }
    }
}

impl Samples {
    /// Bytes are far below what a float counts exactly.
    fn push_u64(&mut self, value: u64) {
        #[expect(clippy::cast_precision_loss, reason = "bytes of a file")]
        self.push(value as f64);
    }
}
