//! The store beside its peers.
//!
//! Every engine keeps the same orders (`order`) and does the same works
//! (`work`) by an implementation of one trait (`engine`). For each work all
//! engines have their turn in every round (`ground` has their databases);
//! `report` makes tables of the medians, and `page.md` is the page around them.

mod codec;
mod engine;
mod ground;
mod order;
mod report;
mod supply;
mod work;

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, bail, ensure};

use crate::{
    machine,
    markdown::{group_thousands, three_digits},
    rounds::{self, Samples},
};
use engine::CONTENDERS;
use ground::{Ground, Sizes};
use report::{Line, Report};
pub(crate) use work::{LoadOptions, load};
use work::{Turn, WORKS, Work};

/// What `bench store` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many orders the table has.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// How many rounds are counted.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Do this work only; can be given several times.
    #[arg(long, value_name = "WORK")]
    only: Vec<String>,
    /// Let this engine take part only; can be given several times.
    #[arg(long, value_name = "ENGINE")]
    engine: Vec<String>,
    /// Small sizes: shows that all works, measures nothing.
    #[arg(long)]
    quick: bool,
    /// Where the databases are made; must be on a real disk.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the page about a run of all works and engines there.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Does the works and prints the tables.
pub(crate) fn run(options: &Options) -> Result<()> {
    let engines = options.engines()?;
    let works = options.works()?;
    let mut ground = Ground::new(&options.dir, options.sizes())?;
    let mut report = Report::default();
    for work in works {
        let lines = measure(&mut ground, work, &engines, options.rounds())?;
        report.lines.extend(lines);
    }
    let facts = facts(options, &ground);
    println!("{facts}\n\n{}\n{}", report.summary(), report.spread());
    let Some(path) = &options.write else {
        return Ok(());
    };
    ensure!(
        options.is_whole(),
        "a page is written about a whole run, with `--features peers`"
    );
    Ok(std::fs::write(path, page(&facts, &report))?)
}

fn measure(
    ground: &mut Ground,
    work: &'static Work,
    engines: &[usize],
    rounds: usize,
) -> Result<Vec<Line>> {
    let takes_part = |engine: &usize| work.engines.contains(&CONTENDERS[*engine].name);
    let engines: Vec<_> = engines.iter().copied().filter(takes_part).collect();
    let line = |measure| Line {
        measure,
        samples: vec![Samples::default(); CONTENDERS.len()],
    };
    let mut lines: Vec<_> = work.measures.iter().map(line).collect();
    ground.begin_work();
    let unmeasured = usize::from(work.is_warmed);
    for round in 0..work.rounds.count(rounds) + unmeasured {
        for place in rounds::order(round, engines.len()) {
            let engine = engines[place];
            let values = (work.turn)(ground, Turn { engine, round })?;
            let name = CONTENDERS[engine].name;
            eprintln!("{}, round {round}, {name}: {values:?}", work.name);
            if round < unmeasured {
                continue;
            }
            for (line, value) in lines.iter_mut().zip(values) {
                if let Some(value) = value {
                    line.samples[engine].push(value);
                }
            }
        }
    }
    Ok(lines)
}

/// What the run was.
fn facts(options: &Options, ground: &Ground) -> String {
    let mut facts = vec![
        format!("* Machine: {}.", machine::description()),
        format!(
            "* {} orders, {} rounds.",
            group_thousands(&ground.sizes.rows.to_string()),
            options.rounds()
        ),
    ];
    if let (Some(median), Some((least, greatest))) = (ground.disk.median(), ground.disk.extremes())
    {
        facts.push(format!(
            "* The disk alone: {} appends with `fdatasync` a second ({} to {}).",
            three_digits(median),
            three_digits(least),
            three_digits(greatest)
        ));
    }
    facts.join("\n")
}

fn page(facts: &str, report: &Report) -> String {
    include_str!("store/page.md")
        .replace("{facts}", facts)
        .replace("{summary}", &report.summary())
        .replace("{spread}", &report.spread())
}

impl Options {
    fn rounds(&self) -> usize {
        if self.quick { 2 } else { self.rounds }
    }

    fn sizes(&self) -> Sizes {
        if self.quick {
            return Sizes {
                rows: 20_000,
                large_rows: 20_000,
                reads: 5_000,
                scans: 10,
                updates: 2_000,
                inserting: Duration::from_millis(100),
            };
        }
        Sizes {
            rows: self.rows,
            large_rows: 2_500_000,
            reads: 200_000,
            scans: 300,
            updates: 100_000,
            inserting: Duration::from_millis(400),
        }
    }

    /// Whether nothing is left out.
    fn is_whole(&self) -> bool {
        self.only.is_empty() && self.engine.is_empty() && cfg!(feature = "peers")
    }

    fn engines(&self) -> Result<Vec<usize>> {
        let names: Vec<_> = CONTENDERS.iter().map(|contender| contender.name).collect();
        choose(&names, &self.engine, "engine")
    }

    fn works(&self) -> Result<Vec<&'static Work>> {
        let names: Vec<_> = WORKS.iter().map(|work| work.name).collect();
        let chosen = choose(&names, &self.only, "work")?;
        Ok(chosen.into_iter().map(|place| &WORKS[place]).collect())
    }
}

/// The places of the wanted names; all when none is wanted.
fn choose(names: &[&str], wanted: &[String], what: &str) -> Result<Vec<usize>> {
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("no {what} `{unknown}`: there are {}", names.join(", "));
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|other| other == name);
    let places = (0..names.len()).filter(|place| is_wanted(names[*place]));
    Ok(places.collect())
}
