//! Durations as people write them: `5m`, `1h30m`, `2.5s`.

use std::time::Duration;

/// Nanoseconds of each unit, the longest first.
const UNITS: [(&str, i128); 7] = [
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", SECOND / 1_000),
    ("us", SECOND / 1_000_000),
    ("ns", 1),
];
const SECOND: i128 = 1_000_000_000;

/// The longest duration that a message can hold, in nanoseconds.
const MAX: i128 = 315_576_000_000 * SECOND;

/// Seconds and nanoseconds, both of the same sign.
pub(crate) type Span = (i64, i32);

/// Reads a duration.
///
/// # Errors
/// Says what was expected when it is none.
pub(crate) fn parse_duration(text: &str) -> Result<Span, String> {
    let expected = || format!("expected a duration such as 5m, 1h30m or 2.5s, found `{text}`");
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let nanos = sum(unsigned)
        .filter(|nanos| *nanos <= MAX)
        .ok_or_else(expected)?;
    let nanos = sign * nanos;
    let seconds = i64::try_from(nanos / SECOND).map_err(|_| expected())?;
    let rest = i32::try_from(nanos % SECOND).map_err(|_| expected())?;
    Ok((seconds, rest))
}

/// Reads a length of time above zero as people write it: `5m`, `1h30m`, `2.5s`, with
/// the units d, h, m, s, ms, us and ns.
///
/// ```
/// let limit = sdk_client::parse_time_limit("1h30m").unwrap();
/// assert_eq!(limit.as_secs(), 5_400);
/// ```
///
/// # Errors
/// Says what was expected when it is none.
pub fn parse_limit(text: &str) -> Result<Duration, String> {
    let (seconds, nanos) = parse_duration(text)?;
    match (u64::try_from(seconds), u32::try_from(nanos)) {
        (Ok(seconds), Ok(nanos)) if (seconds, nanos) != (0, 0) => Ok(Duration::new(seconds, nanos)),
        _ => Err(format!("expected a time limit above zero, found `{text}`")),
    }
}

/// The sum of numbers with their units, in nanoseconds.
fn sum(mut text: &str) -> Option<i128> {
    if text == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    let mut last_unit = i128::MAX;
    loop {
        let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, rest) = text.split_at(digits);
        let letters = rest
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(letters);
        let (_, nanos) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        if nanos >= last_unit {
            return None;
        }
        last_unit = nanos;
        total = total.checked_add(amount(number, nanos)?)?;
        if rest.is_empty() {
            return Some(total);
        }
        text = rest;
    }
}

/// A decimal number of units, in nanoseconds; none of it may be lost.
fn amount(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole: i128 = whole.parse().ok()?;
    let digits = u32::try_from(fraction.len())
        .ok()
        .filter(|len| *len <= 18)?;
    let scale = 10_i128.pow(digits);
    let fraction = fraction.parse::<i128>().ok()?.checked_mul(unit)?;
    if fraction % scale != 0 {
        return None;
    }
    whole.checked_mul(unit)?.checked_add(fraction / scale)
}

/// Writes a time limit.
pub(crate) fn format_limit(limit: Duration) -> String {
    let seconds = i64::try_from(limit.as_secs()).unwrap_or(i64::MAX);
    let nanos = i32::try_from(limit.subsec_nanos()).unwrap_or_default();
    format_duration((seconds, nanos))
}

/// Writes a duration so that [`parse_duration`] reads it again.
pub(crate) fn format_duration((seconds, nanos): Span) -> String {
    let total = i128::from(seconds) * SECOND + i128::from(nanos);
    if total == 0 {
        return "0s".to_owned();
    }
    let sign = if total < 0 { "-" } else { "" };
    let mut rest = total.abs();
    let mut parts = vec![sign.to_owned()];
    // Below a minute, a fraction reads better than many small units.
    for (unit, nanos) in &UNITS[..3] {
        if rest >= *nanos {
            parts.push(format!("{}{unit}", rest / nanos));
            rest %= nanos;
        }
    }
    parts.push(format_seconds(rest / SECOND, rest % SECOND));
    parts.concat()
}

fn format_seconds(seconds: i128, nanos: i128) -> String {
    match (seconds, nanos) {
        (0, 0) => String::new(),
        (0, nanos) if nanos % 1_000_000 == 0 => format!("{}ms", nanos / 1_000_000),
        (seconds, 0) => format!("{seconds}s"),
        (seconds, nanos) => {
            let fraction = format!("{nanos:09}");
            format!("{seconds}.{}s", fraction.trim_end_matches('0'))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let check = |text: &str, expect: Option<Span>| {
            assert_eq!(parse_duration(text).ok(), expect, "{text}");
        };
        check("5m", Some((300, 0)));
        check("1h30m", Some((5_400, 0)));
        check("2.5s", Some((2, 500_000_000)));
        check("-1d1ms", Some((-86_400, -1_000_000)));
        check("0", Some((0, 0)));
        for text in [
            "", "5", "m", "1m1h", "1m1m", "1.2.3s", "1.5ns", "-", "1 h", "9999999d", "1.s",
        ] {
            check(text, None);
        }
        check(&"9".repeat(60), None);
        check(&format!("{}s", "9".repeat(60)), None);
    }

    proptest! {
        #[test]
        fn a_duration_that_is_written_is_read_again(
            seconds in -315_576_000_000_i64..=315_576_000_000,
            nanos in 0_i32..1_000_000_000,
            whole in any::<bool>(),
        ) {
            let nanos = if whole || seconds.abs() == 315_576_000_000 { 0 } else { nanos };
            let span = (seconds, if seconds < 0 { -nanos } else { nanos });
            prop_assert_eq!(parse_duration(&format_duration(span)), Ok(span));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9.dhmsun-]{0,12}|.{0,8}") {
            let _ = parse_duration(&text);
        }
    }
}
