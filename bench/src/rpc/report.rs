//! What was measured, as a page.

use super::{Options, contender::Kind, drive::Turn};
use crate::{
    machine,
    markdown::{Table, three_digits},
    rounds::Samples,
};

const PAGE: &str = include_str!("page.md");

/// What was measured.
pub(super) struct Report {
    /// With many callers at once.
    pub(super) many: Vec<Line>,
    /// With one.
    pub(super) one: Vec<Line>,
    /// Watchers of a feed.
    pub(super) watching: Vec<Line>,
    /// Milliseconds of `--help`.
    pub(super) help: Samples,
}

/// What was measured of one contender.
pub(super) struct Line {
    kind: Kind,
    rate: Samples,
    p50: Samples,
    p99: Samples,
}

impl Line {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            rate: Samples::default(),
            p50: Samples::default(),
            p99: Samples::default(),
        }
    }

    pub(super) fn add(&mut self, turn: &Turn) {
        self.rate.push(turn.rate);
        self.p50.push(turn.p50);
        self.p99.push(turn.p99);
    }
}

impl Report {
    pub(super) fn page(&self, options: &Options) -> String {
        let facts = format!(
            "{}; {} rounds, medians; {} callers over four connections, or one; {} watchers over four.",
            machine::description(),
            options.rounds,
            options.callers,
            options.watchers,
        );
        let help = self.help.median().map_or_else(
            || "not measured: build the program first".to_owned(),
            |ms| format!("{} ms", three_digits(ms)),
        );
        PAGE.replace("{facts}", &facts)
            .replace("{many}", &table("calls/s", &self.many))
            .replace("{one}", &table("calls/s", &self.one))
            .replace("{watching}", &table("told/s", &self.watching))
            .replace("{help}", &help)
    }
}

fn table(unit: &str, lines: &[Line]) -> String {
    let mut table = Table::new(["", unit, "of tonic alone", "p50", "p99"]);
    let rate_of = |kind: Kind| lines.iter().find(|it| it.kind == kind)?.rate.median();
    let bare = rate_of(Kind::Bare);
    for line in lines {
        let rate = line.rate.median();
        let share = rate.zip(bare).map(|(rate, bare)| rate / bare);
        table.row([
            line.kind.name().to_owned(),
            rate.map_or_else(String::new, three_digits),
            share.map_or_else(String::new, |share| format!("{} ×", three_digits(share))),
            microseconds(&line.p50),
            microseconds(&line.p99),
        ]);
    }
    table.finish()
}

fn microseconds(samples: &Samples) -> String {
    let median = samples.median();
    median.map_or_else(String::new, |seconds| {
        format!("{} µs", three_digits(seconds * 1e6))
    })
}
