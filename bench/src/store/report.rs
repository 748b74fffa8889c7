//! What was measured, as the tables of a page.

use super::{
    engine::{CONTENDERS, OURS},
    work::{Measure, Target, Unit},
};
use crate::{
    markdown::{Table, group_thousands, three_digits},
    rounds::Samples,
};

/// What was measured of all engines, one line for each measure.
#[derive(Default)]
pub(crate) struct Report {
    pub lines: Vec<Line>,
}

pub(crate) struct Line {
    pub measure: &'static Measure,
    /// By the engines' places in the list.
    pub samples: Vec<Samples>,
}

impl Report {
    /// A row for each measure: medians, how ours compares, and the targets.
    pub(crate) fn summary(&self) -> String {
        let names = CONTENDERS.iter().map(|contender| contender.name);
        let head = ["work"].into_iter().chain(names);
        let mut table = Table::new(head.chain(["target", "reached"]));
        for line in &self.lines {
            let targets: Vec<_> = line.targets().collect();
            let texts = targets.iter().map(|(text, _)| text.as_str());
            let verdict = targets.iter().map(|(_, verdict)| *verdict);
            let ends = [
                texts.collect::<Vec<_>>().join("<br>"),
                verdict.collect::<Vec<_>>().join("<br>"),
            ];
            let title = [line.measure.title.to_owned()];
            table.row(title.into_iter().chain(line.medians()).chain(ends));
        }
        table.finish()
    }

    /// A row for each measure: the least and the greatest value of each engine.
    pub(crate) fn spread(&self) -> String {
        let names = CONTENDERS.iter().map(|contender| contender.name);
        let mut table = Table::new(["work"].into_iter().chain(names));
        for line in &self.lines {
            let unit = line.measure.unit;
            let range = |samples: &Samples| match samples.extremes() {
                Some((least, greatest)) => {
                    format!("{} – {}", show(unit, least), show(unit, greatest))
                }
                None => "–".to_owned(),
            };
            let title = [line.measure.title.to_owned()];
            table.row(title.into_iter().chain(line.samples.iter().map(range)));
        }
        table.finish()
    }
}

impl Line {
    fn median(&self, name: &str) -> Option<f64> {
        let place = CONTENDERS.iter().position(|known| known.name == name)?;
        self.samples[place].median()
    }

    /// The medians, those of the peers with the advantage of ours.
    fn medians(&self) -> impl Iterator<Item = String> {
        let unit = self.measure.unit;
        let ours = self.median(OURS);
        CONTENDERS.iter().map(move |contender| {
            let Some(median) = self.median(contender.name) else {
                return "–".to_owned();
            };
            let shown = show(unit, median);
            match ours {
                Some(ours) if contender.name != OURS => {
                    let times = three_digits(unit.advantage(ours, median));
                    format!("{shown} ({times} ×)")
                }
                _ => shown,
            }
        })
    }

    /// Each target with what was measured, and whether it is reached.
    fn targets(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.measure.targets.iter().filter_map(|target| {
            let (peer, limit) = match *target {
                Target::Cost { peer, at_most } => (peer, at_most),
                Target::Speed { peer, at_least } => (peer, at_least),
            };
            let advantage = self
                .measure
                .unit
                .advantage(self.median(OURS)?, self.median(peer)?);
            let (sign, found, is_reached) = match target {
                Target::Cost { .. } => ('≤', 1.0 / advantage, 1.0 / advantage <= limit),
                Target::Speed { .. } => ('≥', advantage, advantage >= limit),
            };
            let text = format!("{sign} {limit} × {peer}: {}", three_digits(found));
            Some((text, if is_reached { "yes" } else { "**no**" }))
        })
    }
}

fn show(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds if value < 1e-6 => format!("{} ns", three_digits(value * 1e9)),
        Unit::Seconds if value < 1e-3 => format!("{} µs", three_digits(value * 1e6)),
        Unit::Seconds => format!("{} ms", three_digits(value * 1e3)),
        Unit::PerSecond => format!("{}/s", group_thousands(&format!("{value:.0}"))),
        Unit::Bytes => format!("{} MB", three_digits(value / 1e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::RAW_REDB;

    fn line(unit: Unit, targets: &'static [Target], values: [f64; 2]) -> Line {
        let measure = Box::leak(Box::new(Measure {
            title: "get",
            unit,
            targets,
        }));
        let mut samples = vec![Samples::default(); CONTENDERS.len()];
        let place = |name| CONTENDERS.iter().position(|known| known.name == name);
        for (name, value) in [OURS, RAW_REDB].into_iter().zip(values) {
            samples[place(name).unwrap()].push(value);
        }
        Line { measure, samples }
    }

    fn check(unit: Unit, targets: &'static [Target], values: [f64; 2], expect: (&str, &str)) {
        let found: Vec<_> = line(unit, targets, values).targets().collect();
        assert_eq!(found, [(expect.0.to_owned(), expect.1)]);
    }

    const AT_MOST: &[Target] = &[Target::Cost {
        peer: RAW_REDB,
        at_most: 1.25,
    }];
    const AT_LEAST: &[Target] = &[Target::Speed {
        peer: RAW_REDB,
        at_least: 2.0,
    }];

    #[test]
    fn a_target_is_held_against_the_ratio_it_speaks_of() {
        check(
            Unit::Seconds,
            AT_MOST,
            [1.2, 1.0],
            ("≤ 1.25 × raw redb: 1.20", "yes"),
        );
        check(
            Unit::PerSecond,
            AT_MOST,
            [1.0, 1.5],
            ("≤ 1.25 × raw redb: 1.50", "**no**"),
        );
        check(
            Unit::Seconds,
            AT_LEAST,
            [1.0, 2.5],
            ("≥ 2 × raw redb: 2.50", "yes"),
        );
        check(
            Unit::PerSecond,
            AT_LEAST,
            [1.5, 1.0],
            ("≥ 2 × raw redb: 1.50", "**no**"),
        );
    }

    #[test]
    fn values_are_shown_in_units_that_suit_them() {
        assert_eq!(show(Unit::Seconds, 4.123e-7), "412 ns");
        assert_eq!(show(Unit::Seconds, 0.0012), "1.20 ms");
        assert_eq!(show(Unit::PerSecond, 12_345.6), "12,346/s");
        assert_eq!(show(Unit::Bytes, 241e6), "241 MB");
    }
}
