//! What was measured, as the tables of a page.

use super::contender::OURS;
use crate::{
    markdown::{Table, group_thousands, three_digits},
    rounds::Samples,
};

/// What was measured.
pub(super) struct Report {
    pub lines: Vec<Line>,
    pub growth: Vec<Growth>,
}

/// What was measured of one contender.
#[derive(Debug)]
pub(super) struct Line {
    pub name: &'static str,
    /// Seconds.
    pub apply: Samples,
    /// Seconds to open the database alone.
    pub open: Samples,
    /// Seconds of a start with nothing to do, opening included.
    pub restart: Samples,
    pub bytes: Samples,
}

/// What was measured of ours with so many migrations.
pub(super) struct Growth {
    pub migrations: usize,
    pub line: Line,
}

impl Line {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            apply: Samples::default(),
            open: Samples::default(),
            restart: Samples::default(),
            bytes: Samples::default(),
        }
    }

    /// How long opening, a start, and what a start does besides opening take.
    fn starts(&self) -> [String; 3] {
        let (open, restart) = (self.open.median(), self.restart.median());
        let above = restart.zip(open).map(|(restart, open)| restart - open);
        [
            milliseconds(open),
            milliseconds(restart),
            milliseconds(above),
        ]
    }

    fn megabytes(&self) -> String {
        let bytes = self.bytes.median();
        bytes.map_or_else(none, |bytes| format!("{} MB", three_digits(bytes / 1e6)))
    }
}

impl Report {
    /// A row for each contender.
    pub(super) fn beside_peers(&self) -> String {
        let head = [
            "",
            "fresh apply",
            "open",
            "restart",
            "above opening",
            "file",
        ];
        let mut table = Table::new(head);
        let ours = self.lines.iter().find(|line| line.name == OURS);
        let ours = ours.and_then(|line| line.apply.median());
        for line in &self.lines {
            let apply = seconds(line.apply.median(), ours.filter(|_| line.name != OURS));
            let cells = [line.name.to_owned(), apply].into_iter();
            table.row(cells.chain(line.starts()).chain([line.megabytes()]));
        }
        table.finish()
    }

    /// A row for each number of migrations.
    pub(super) fn growth(&self) -> String {
        let mut table = Table::new([
            "migrations",
            "fresh apply",
            "each",
            "open",
            "restart",
            "above opening",
            "above, each",
            "file",
        ]);
        for Growth { migrations, line } in &self.growth {
            #[expect(clippy::cast_precision_loss, reason = "at most 86,400 migrations")]
            let count = *migrations as f64;
            let each = |seconds: Option<f64>| {
                seconds.map_or_else(none, |all| {
                    format!("{} µs", three_digits(all / count * 1e6))
                })
            };
            let above = line.restart.median().zip(line.open.median());
            let above = above.map(|(restart, open)| restart - open);
            let (begin, end) = (
                [
                    group_thousands(&migrations.to_string()),
                    seconds(line.apply.median(), None),
                    each(line.apply.median()),
                ],
                [each(above), line.megabytes()],
            );
            table.row(begin.into_iter().chain(line.starts()).chain(end));
        }
        table.finish()
    }
}

/// Seconds, and how many times as long as ours.
fn seconds(value: Option<f64>, ours: Option<f64>) -> String {
    let Some(value) = value else {
        return none();
    };
    let shown = format!("{} s", three_digits(value));
    match ours {
        Some(ours) => format!("{shown} ({} ×)", three_digits(value / ours)),
        None => shown,
    }
}

fn milliseconds(seconds: Option<f64>) -> String {
    seconds.map_or_else(none, |seconds| {
        format!("{} ms", three_digits(seconds * 1e3))
    })
}

fn none() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &'static str, apply: f64) -> Line {
        let mut line = Line::new(name);
        line.apply.push(apply);
        line.open.push(0.002);
        line.restart.push(0.012);
        line.bytes.push(1e6);
        line
    }

    #[test]
    fn peers_are_held_against_ours() {
        let report = Report {
            lines: vec![line(OURS, 2.0), line("refinery", 3.0)],
            growth: Vec::new(),
        };
        let expect = "\
            |  | fresh apply | open | restart | above opening | file |\n\
            |---|---:|---:|---:|---:|---:|\n\
            | ours | 2.00 s | 2.00 ms | 12.0 ms | 10.0 ms | 1.00 MB |\n\
            | refinery | 3.00 s (1.50 ×) | 2.00 ms | 12.0 ms | 10.0 ms | 1.00 MB |\n";
        assert_eq!(report.beside_peers(), expect);
    }

    #[test]
    fn growth_is_shown_for_each_migration() {
        let report = Report {
            lines: Vec::new(),
            growth: vec![Growth {
                migrations: 1000,
                line: line(OURS, 0.2),
            }],
        };
        let row = "| 1,000 | 0.20 s | 200 µs | 2.00 ms | 12.0 ms | 10.0 ms | 10.0 µs | 1.00 MB |\n";
        assert!(report.growth().ends_with(row), "{}", report.growth());
    }
}
