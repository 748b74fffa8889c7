//! Which runs are due.

use std::{collections::VecDeque, time::Duration};

use sdk_schema::{Missed, Schedule, Timestamp};

use crate::clock::between;

/// How late a run may start and still count as on time.
const ON_TIME: Duration = Duration::from_mins(1);

/// How many missed runs are made up for.
const MISSED_CAP: usize = 100;

/// The first stretch that is searched for missed runs.
const FIRST_WINDOW_MICROS: i64 = 60_000_000;

/// The due times after `considered`, up to `now`, that shall lead to a run, the
/// oldest first.
pub(super) fn due(
    schedule: &Schedule,
    missed: Missed,
    considered: Timestamp,
    now: Timestamp,
) -> Vec<Timestamp> {
    let cap = if missed == Missed::All { MISSED_CAP } else { 1 };
    let mut due = latest(schedule, considered, now, cap);
    if missed == Missed::Skip {
        due.retain(|due| between(*due, now).is_none_or(|late| late <= ON_TIME));
    }
    due
}

/// The last `cap` due times after `after`, up to `until`.
///
/// A schedule can only be followed forwards, so stretches of growing length
/// before `until` are searched, rather than all that was missed in years.
fn latest(schedule: &Schedule, after: Timestamp, until: Timestamp, cap: usize) -> Vec<Timestamp> {
    let mut window = FIRST_WINDOW_MICROS;
    loop {
        let start = Timestamp::from_micros(until.as_micros().saturating_sub(window))
            .unwrap_or(after)
            .max(after);
        let found = stretch(schedule, start, until, cap);
        if found.len() == cap || start == after {
            return found.into();
        }
        window = window.saturating_mul(4);
    }
}

/// The last `cap` due times of a stretch.
fn stretch(
    schedule: &Schedule,
    start: Timestamp,
    end: Timestamp,
    cap: usize,
) -> VecDeque<Timestamp> {
    let mut last = VecDeque::with_capacity(cap);
    let next = |after: &Timestamp| schedule.next_after(*after).filter(|due| *due <= end);
    for due in std::iter::successors(next(&start), next) {
        if last.len() == cap {
            last.pop_front();
        }
        last.push_back(due);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(missed: Missed, schedule: &str, considered: &str, now: &str, expect: &[&str]) {
        let schedule = Schedule::parse(schedule, "UTC").unwrap();
        let found = due(&schedule, missed, at(considered), at(now));
        let expect: Vec<_> = expect.iter().map(|text| at(text)).collect();
        assert_eq!(found, expect);
    }

    fn at(text: &str) -> Timestamp {
        format!("2026-11-20T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_run_that_is_a_little_late_is_on_time() {
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            check(missed, "0 * * * *", "11:30:00", "12:00:00", &["12:00:00"]);
            check(missed, "0 * * * *", "11:30:00", "12:01:00", &["12:00:00"]);
        }
    }

    #[test]
    fn missed_runs_are_skipped_made_up_for_once_or_all_made_up_for() {
        let check =
            |missed, expect: &[&str]| check(missed, "0 * * * *", "09:00:00", "12:30:00", expect);
        check(Missed::Skip, &[]);
        check(Missed::Once, &["12:00:00"]);
        check(Missed::All, &["10:00:00", "11:00:00", "12:00:00"]);
    }

    #[test]
    fn at_most_a_hundred_missed_runs_are_made_up_for() {
        let schedule = Schedule::parse("* * * * *", "UTC").unwrap();
        let years_ago: Timestamp = "2016-01-01T00:00:00Z".parse().unwrap();
        let found = due(&schedule, Missed::All, years_ago, at("12:00:00"));
        assert_eq!(found.len(), 100);
        assert_eq!(found.first(), Some(&at("10:21:00")));
        assert_eq!(found.last(), Some(&at("12:00:00")));
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        check(Missed::All, "0 * * * *", "12:00:00", "12:59:59", &[]);
    }
}
