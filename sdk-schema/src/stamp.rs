//! Stamps: the UTC second at the head of a migration's name.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

const FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// The last year that four digits hold.
const LAST_YEAR: i32 = 9999;

/// A UTC second, written `20261120T101530Z`.
///
/// ```
/// use sdk_schema::Stamp;
/// let stamp: Stamp = "20261120T101530Z".parse().unwrap();
/// assert_eq!(stamp.to_string(), "20261120T101530Z");
/// assert!("2026-11-20".parse::<Stamp>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stamp(NaiveDateTime);

/// Why a text is not a [`Stamp`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a stamp: expected a UTC second such as 20261120T101530Z")]
pub struct StampError {
    /// The refused text.
    pub found: String,
}

impl Stamp {
    /// The stamp of an instant, cut to the second.
    pub fn at(instant: DateTime<Utc>) -> Self {
        let seconds = instant.timestamp();
        let whole = DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::UNIX_EPOCH);
        Self(whole.naive_utc())
    }

    /// The instant this stamp names.
    pub fn instant(self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// The stamp one second later; none at the end of the last year that can be written.
    pub fn next(self) -> Option<Self> {
        let next = self.0.checked_add_signed(chrono::TimeDelta::seconds(1))?;
        (next.year() <= LAST_YEAR).then_some(Self(next))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.format(FORMAT).to_string())
    }
}

impl std::str::FromStr for Stamp {
    type Err = StampError;
    fn from_str(text: &str) -> Result<Self, StampError> {
        let refuse = || StampError {
            found: text.to_owned(),
        };
        // chrono accepts shorter numbers; a stamp is compared as text, so its length is fixed.
        if text.len() != "20261120T101530Z".len() {
            return Err(refuse());
        }
        NaiveDateTime::parse_from_str(text, FORMAT)
            .map(Self)
            .map_err(|_| refuse())
    }
}

impl TryFrom<String> for Stamp {
    type Error = StampError;
    fn try_from(text: String) -> Result<Self, StampError> {
        text.parse()
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_no_calendar_has_and_what_would_sort_wrongly() {
        let refused = [
            "20260229T101530Z",
            "20261120T251530Z",
            "20261120T101530",
            "2026112T101530Z",
            "20261120T101530z",
            "+20261120T10153Z",
            "2026-11-20T10:15",
        ];
        for text in refused {
            assert!(text.parse::<Stamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_stamp_sorts_after_it_as_text_too() {
        let last: Stamp = "20261231T235959Z".parse().unwrap();
        let next = last.next().unwrap();
        assert_eq!(next.to_string(), "20270101T000000Z");
        assert!(next > last && next.to_string() > last.to_string());
        assert_eq!(Stamp::at(last.instant()), last);
        let end_of_time: Stamp = "99991231T235959Z".parse().unwrap();
        assert_eq!(end_of_time.next(), None);
    }
}
