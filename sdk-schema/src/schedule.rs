//! Schedules: when a job is due, as a cron expression in a time zone.
//!
//! Five fields, `minute hour day month weekday`, or six with seconds first;
//! names such as `MON-FRI`, `L`, `#` and the nicknames `@hourly`, `@daily`,
//! `@weekly`, `@monthly` and `@yearly` are known. `croner` does the arithmetic.
//!
//! Where the clocks change, a fixed time runs exactly once: a time that the
//! spring skips runs when the gap ends, a time that the autumn repeats runs
//! the first time. A [`Schedule`] that is never due cannot be made, so what a
//! build accepts, a start accepts.

use std::fmt;

use chrono::{DateTime, Datelike, TimeZone};
use chrono_tz::Tz;
use croner::{
    Cron,
    errors::CronError,
    parser::{CronParser, Year},
};

use crate::Timestamp;

/// The years between which schedules are calculated.
const YEARS: std::ops::Range<i32> = 1..5000;

/// When a job is due.
///
/// ```
/// use sdk_schema::{Schedule, Timestamp};
/// let nightly = Schedule::parse("30 2 * * *", "Europe/Berlin").unwrap();
/// let winter: Timestamp = "2026-01-10T12:00:00Z".parse().unwrap();
/// let due = nightly.next_after(winter).unwrap();
/// assert_eq!(due.to_string(), "2026-01-11T01:30:00.000000Z");
/// assert!(Schedule::parse("0 0 31 2 *", "UTC").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Schedule {
    expression: String,
    cron: Cron,
    zone: Tz,
}

/// Why a text is not a [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// The expression cannot be read.
    #[error(
        "`{found}` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; {reason}"
    )]
    Expression {
        /// The refused expression.
        found: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No such time zone is known.
    #[error("`{found}` is not a time zone: expected an IANA name such as Europe/Berlin")]
    Zone {
        /// The refused name.
        found: String,
    },
    /// The expression is well formed, but no calendar has such an instant.
    #[error("the schedule `{found}` is never due: no date fits it")]
    Never {
        /// The refused expression.
        found: String,
    },
}

impl Schedule {
    /// Reads a cron expression, to be understood in the time zone `zone`.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let zone = zone.parse().map_err(|_| ScheduleError::Zone {
            found: zone.to_owned(),
        })?;
        let cron = parser()
            .parse(expression)
            .map_err(|error| ScheduleError::Expression {
                found: expression.to_owned(),
                reason: reason(expression, error),
            })?;
        let schedule = Self {
            expression: expression.to_owned(),
            cron,
            zone,
        };
        // From a fixed instant: whether a schedule is possible does not depend on today.
        if schedule
            .next_after(Timestamp::from(DateTime::UNIX_EPOCH))
            .is_none()
        {
            return Err(ScheduleError::Never {
                found: expression.to_owned(),
            });
        }
        Ok(schedule)
    }

    /// The first whole second after `instant` at which the schedule is due.
    ///
    /// None when that would be later than the year 4999.
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let instant = instant.to_chrono();
        if !YEARS.contains(&instant.year()) {
            return None;
        }
        let local = self.zone.from_utc_datetime(&instant.naive_utc());
        let due = self.cron.find_next_occurrence(&local, false).ok()?;
        Some(due.to_utc().into())
    }

    /// The cron expression as it was written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The IANA name of the time zone.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }
}

/// Prints the expression and the zone, `30 2 * * * (Europe/Berlin)`.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} ({})", self.expression, self.zone()))
    }
}

/// Years are refused: a job that runs once is not a schedule, and a seventh
/// field would make the six-field form ambiguous to read.
fn parser() -> CronParser {
    CronParser::builder().year(Year::Disallowed).build()
}

/// What `croner` has against an expression, in the manner of our messages.
fn reason(expression: &str, error: CronError) -> String {
    let message = match error {
        // With the parser above it means the number of fields and nothing else.
        CronError::InvalidPattern(_) | CronError::EmptyPattern => {
            format!("found {} fields", expression.split_whitespace().count())
        }
        CronError::IllegalCharacters(message) | CronError::ComponentError(message) => message,
        other => other.to_string(),
    };
    let mut letters = message.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The next instants after `from`, one in a line.
    fn check(expression: &str, zone: &str, from: &str, expect: &[&str]) {
        let schedule = Schedule::parse(expression, zone).unwrap();
        let mut at: Timestamp = from.parse().unwrap();
        let due: Vec<_> = expect
            .iter()
            .map(|_| {
                at = schedule.next_after(at).unwrap();
                at.to_chrono().format("%Y-%m-%dT%H:%M:%SZ").to_string()
            })
            .collect();
        assert_eq!(due, expect);
    }

    fn refusal(expression: &str, zone: &str) -> String {
        Schedule::parse(expression, zone).unwrap_err().to_string()
    }

    #[test]
    fn a_time_that_the_spring_skips_runs_when_the_gap_ends() {
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T00:00:00Z",
            &[
                "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
            ],
        );
    }

    #[test]
    fn a_time_that_the_autumn_repeats_runs_once() {
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T00:00:00Z",
            &[
                "2026-10-24T00:30:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
            ],
        );
    }

    #[test]
    fn an_interval_keeps_its_pace_over_a_repeated_hour() {
        check(
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-10-25T00:15:00Z",
            &[
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T01:30:00Z",
            ],
        );
    }

    #[test]
    fn a_leap_day_is_found_over_a_century_without_one() {
        check(
            "0 0 29 2 *",
            "UTC",
            "2096-03-01T00:00:00Z",
            &["2104-02-29T00:00:00Z"],
        );
    }

    #[test]
    fn six_fields_begin_with_seconds() {
        check(
            "*/20 * * * * *",
            "UTC",
            "2026-01-01T00:00:19.5Z",
            &["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z"],
        );
    }

    #[test]
    fn refuses_a_date_that_no_calendar_has() {
        insta::assert_snapshot!(refusal("0 0 31 2 *", "UTC"), @"the schedule `0 0 31 2 *` is never due: no date fits it");
        insta::assert_snapshot!(refusal("0 0 31 2,4,6 +MON", "Europe/Berlin"), @"the schedule `0 0 31 2,4,6 +MON` is never due: no date fits it");
    }

    #[test]
    fn refuses_what_is_not_an_expression() {
        insta::assert_snapshot!(refusal("", "UTC"), @"`` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; found 0 fields");
        insta::assert_snapshot!(refusal("0 3 * *", "UTC"), @"`0 3 * *` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; found 4 fields");
        insta::assert_snapshot!(refusal("0 25 * * *", "UTC"), @"`0 25 * * *` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; number out of bounds");
        insta::assert_snapshot!(refusal("every day", "UTC"), @"`every day` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; found 2 fields");
        insta::assert_snapshot!(refusal("0 0 3 * * * 2030", "UTC"), @"`0 0 3 * * * 2030` is not a schedule: expected `minute hour day month weekday`, or six fields with seconds first; found 7 fields");
    }

    #[test]
    fn refuses_a_zone_that_does_not_exist() {
        insta::assert_snapshot!(refusal("0 3 * * *", "Mars/Olympus"), @"`Mars/Olympus` is not a time zone: expected an IANA name such as Europe/Berlin");
    }

    #[test]
    fn is_never_due_beyond_its_calendar() {
        let schedule = Schedule::parse("0 3 * * *", "Pacific/Kiritimati").unwrap();
        let far = Timestamp::from(DateTime::<chrono::Utc>::MAX_UTC);
        let past = Timestamp::from(DateTime::<chrono::Utc>::MIN_UTC);
        assert_eq!(schedule.next_after(far), None);
        assert_eq!(schedule.next_after(past), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_gives_a_schedule_or_an_error(text in "[-0-9*/,LW#?@+A-Za-z é]{0,20}") {
            if let Ok(schedule) = Schedule::parse(&text, "Europe/Berlin") {
                prop_assert_eq!(schedule.expression(), text);
            }
        }

        #[test]
        fn the_next_instant_is_later_and_a_whole_second(
            micros in 0..4_000_000_000_000_000_i64,
            expression in prop::sample::select(vec!["30 2 * * *", "*/7 * * * *", "0 12 L * *", "5 * * * * *"]),
        ) {
            let schedule = Schedule::parse(expression, "America/New_York").unwrap();
            let from = Timestamp::from_micros(micros).unwrap();
            let due = schedule.next_after(from).unwrap();
            prop_assert!(due > from);
            prop_assert_eq!(due.as_micros() % 1_000_000, 0);
        }
    }
}
