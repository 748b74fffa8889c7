//! Calls: ours beside a bare tonic service that does the same work, over sockets on
//! this machine, and ours within the process; and a thousand watchers of a feed.
//!
//! Everybody answers `sdk.v1.ModuleService.ListModules` from memory, so that what is
//! measured is the way of a call and not what the service does. Servers and clients
//! share the process and its threads, alike for all.

mod contender;
mod drive;
mod feed;
mod help;
mod host;
mod report;
mod watch;

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::Args;

use crate::rounds::order;
use contender::{Contender, Kind};
use feed::Feed;
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
    /// Watchers of a feed.
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
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
        watching: [Kind::Bare, Kind::Ours].map(Line::new).into(),
        help: help::measure(&options.program, 20),
    };
    let turn_time = Duration::from_secs(options.seconds);
    runtime.block_on(async {
        let contenders = Contender::all().await?;
        for round in 0..options.rounds {
            for turn in order(round, contenders.len()) {
                let contender = &contenders[turn];
                announce(round, options, contender.kind.name());
                let many = drive::drive(contender, options.callers, turn_time).await?;
                report.many[turn].add(&many);
                let one = drive::drive(contender, 1, turn_time / 2).await?;
                report.one[turn].add(&one);
            }
        }
        drop(contenders);
        let feeds = Feed::all().await?;
        for round in 0..options.rounds {
            for turn in order(round, feeds.len()) {
                let feed = &feeds[turn];
                announce(round, options, &format!("{}, watched", feed.kind.name()));
                let watched = watch::watch(feed, options.watchers, turn_time).await?;
                report.watching[turn].add(&watched);
            }
        }
        Ok::<_, anyhow::Error>(())
    })?;
    let page = report.page(options);
    println!("{page}");
    if let Some(path) = &options.write {
        std::fs::write(path, page)?;
    }
    Ok(())
}

fn announce(round: usize, options: &Options, who: &str) {
    eprintln!("round {} of {}: {who}", round + 1, options.rounds);
}

fn lines() -> Vec<Line> {
    Kind::ALL.map(Line::new).into()
}
