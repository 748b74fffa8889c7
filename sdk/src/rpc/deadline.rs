//! `grpc-timeout`: how long a caller waits, as gRPC's specification of HTTP/2
//! writes it (`TimeoutValue TimeoutUnit`, at most eight digits).

use std::time::{Duration, Instant};

use http::HeaderMap;

use super::Failure;

/// The header.
pub(crate) const HEADER: &str = "grpc-timeout";

/// The most digits of a value.
const MAX_DIGITS: usize = 8;

/// Why a timeout cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("grpc-timeout `{found}`: expected one to eight digits and one of H, M, S, m, u, n")]
pub struct TimeoutError {
    /// What stood there.
    pub found: String,
}

/// Reads the value of the header.
///
/// # Errors
/// Fails when it is not as the specification has it.
pub fn parse_timeout(text: &str) -> Result<Duration, TimeoutError> {
    let refuse = || TimeoutError {
        found: text.chars().take(32).collect(),
    };
    let unit = text.chars().next_back().ok_or_else(refuse)?;
    let digits = &text[..text.len() - unit.len_utf8()];
    let is_number = (1..=MAX_DIGITS).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value: u64 = is_number
        .then(|| digits.parse().ok())
        .flatten()
        .ok_or_else(refuse)?;
    match unit {
        'H' => Ok(Duration::from_secs(value * 3600)),
        'M' => Ok(Duration::from_secs(value * 60)),
        'S' => Ok(Duration::from_secs(value)),
        'm' => Ok(Duration::from_millis(value)),
        'u' => Ok(Duration::from_micros(value)),
        'n' => Ok(Duration::from_nanos(value)),
        _ => Err(refuse()),
    }
}

/// Until when whoever has sent these headers waits.
///
/// # Errors
/// Fails when the header is not as the specification has it.
pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Instant>, Failure> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let wait = parse_timeout(text).map_err(|error| Failure::invalid("TIMEOUT_INVALID", error))?;
    Ok(Instant::now().checked_add(wait))
}

/// The earlier of two deadlines, of which each may be none.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The value of the header for a wait, in the finest unit that eight digits hold.
pub fn format_timeout(wait: Duration) -> String {
    let most = 10_u128.pow(8);
    let units = [
        (wait.as_nanos(), 'n'),
        (wait.as_micros(), 'u'),
        (wait.as_millis(), 'm'),
        (u128::from(wait.as_secs()), 'S'),
        (u128::from(wait.as_secs() / 60), 'M'),
    ];
    let fitting = units.iter().find(|(value, _)| *value < most);
    match fitting {
        Some((value, unit)) => format!("{value}{unit}"),
        // Three thousand years are as good as for ever.
        None => format!("{}H", (wait.as_secs() / 3600).min(99_999_999)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_each_unit_and_refuses_all_else() {
        for (text, expected) in [
            ("1H", Duration::from_hours(1)),
            ("2M", Duration::from_mins(2)),
            ("3S", Duration::from_secs(3)),
            ("4m", Duration::from_millis(4)),
            ("5u", Duration::from_micros(5)),
            ("99999999n", Duration::from_nanos(99_999_999)),
        ] {
            assert_eq!(parse_timeout(text), Ok(expected));
        }
        for refused in [
            "",
            "S",
            "1",
            "1s",
            "-1S",
            "+1S",
            "1.5S",
            "123456789n",
            "1é",
            " 1S",
        ] {
            assert!(parse_timeout(refused).is_err(), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_told_to_the_precision_of_its_unit(millis in 0_u64..100_000_000_000) {
            let wait = Duration::from_millis(millis);
            let read = parse_timeout(&format_timeout(wait)).unwrap();
            prop_assert!(read <= wait);
            prop_assert!(wait.as_secs_f64() - read.as_secs_f64() <= wait.as_secs_f64() / 1e5);
        }
    }
}
