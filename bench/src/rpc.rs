//! Calls: ours beside a bare tonic service that does the same work, over sockets on
//! this machine, and ours within the process.
//!
//! Everybody answers `sdk.v1.ModuleService.ListModules` from memory, so that what is
//! measured is the way of a call and not what the service does. Servers and clients
//! share the process and its threads, alike for all.

mod contender;
mod drive;
mod help;
mod report;

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::Args;

use crate::rounds::order;
use contender::{Contender, Kind};
use report::{Line, Report};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Rounds; each contender has a turn in each.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of a turn.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Calls at once.
    #[arg(long, default_value_t = 64)]
    callers: usize,
    /// The program whose `--help` is timed.
    #[arg(long, default_value = "target/release/acme")]
    program: PathBuf,
    /// The page to write.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// Measures, prints, and writes the page if one is named.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut report = Report {
        many: lines(),
        one: lines(),
        help: help::measure(&options.program, 20),
    };
    runtime.block_on(async {
        let contenders = Contender::all().await?;
        for round in 0..options.rounds {
            for turn in order(round, contenders.len()) {
                let contender = &contenders[turn];
                eprintln!(
                    "round {} of {}: {}",
                    round + 1,
                    options.rounds,
                    contender.kind.name()
                );
                let turn_time = Duration::from_secs(options.seconds);
                let many = drive::drive(contender, options.callers, turn_time).await?;
                report.many[turn].add(&many);
                let one = drive::drive(contender, 1, turn_time / 2).await?;
                report.one[turn].add(&one);
            }
        }
        Ok::<_, anyhow::Error>(())
    })?;
    let page = report.page(options.rounds, options.callers);
    println!("{page}");
    if let Some(path) = &options.write {
        std::fs::write(path, page)?;
    }
    Ok(())
}

fn lines() -> Vec<Line> {
    Kind::ALL.map(Line::new).into()
}
