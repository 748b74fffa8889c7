//! Jobs: functions that a module wants called on a schedule.
//!
//! Here a job is data: what the source declares and what the database keeps.
//! Whether its schedule can ever be due, [`crate::Schedule`] knows.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Name;

/// A job as its module declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Unique in its module.
    pub name: Name,
    /// What it does, in a sentence.
    pub description: String,
    /// When it is due, as a cron expression.
    pub schedule: String,
    /// The IANA time zone of the schedule.
    pub tz: String,
    /// What happens when the host was down at due times.
    pub missed: Missed,
    /// What happens when it is due while it still runs.
    pub overlap: Overlap,
    /// How long a run may take.
    pub timeout: Duration,
    /// How often a failed run is tried again.
    pub retry: u32,
}

/// What happens to due times at which no host ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are forgotten.
    #[default]
    Skip,
    /// One run stands for all of them.
    Once,
    /// Each gets its run.
    All,
}

/// What happens when a job is due while its last run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// Both run.
    #[default]
    Allow,
    /// The new run is left out.
    Forbid,
    /// The old run is stopped.
    Replace,
}

/// A word that is none of those that a setting of a job accepts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not known: expected {expected}")]
pub struct JobWordError {
    /// The refused word.
    pub found: String,
    /// The accepted words.
    pub expected: String,
}

impl Missed {
    /// The words of the source and of the database.
    pub const WORDS: &[(&str, Self)] = &[
        ("skip", Self::Skip),
        ("once", Self::Once),
        ("all", Self::All),
    ];

    /// The word of the value.
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

impl Overlap {
    /// The words of the source and of the database.
    pub const WORDS: &[(&str, Self)] = &[
        ("allow", Self::Allow),
        ("forbid", Self::Forbid),
        ("replace", Self::Replace),
    ];

    /// The word of the value.
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

impl FromStr for Missed {
    type Err = JobWordError;
    fn from_str(word: &str) -> Result<Self, JobWordError> {
        value_of(Self::WORDS, word)
    }
}

impl FromStr for Overlap {
    type Err = JobWordError;
    fn from_str(word: &str) -> Result<Self, JobWordError> {
        value_of(Self::WORDS, word)
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn word_of<T: PartialEq + Copy>(words: &[(&'static str, T)], value: T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(word, _)| word)
}

fn value_of<T: Copy>(words: &[(&'static str, T)], word: &str) -> Result<T, JobWordError> {
    words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, value)| *value)
        .ok_or_else(|| JobWordError {
            found: word.to_owned(),
            expected: words
                .iter()
                .map(|(word, _)| *word)
                .collect::<Vec<_>>()
                .join(", "),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_read_from_its_word_and_the_others_are_listed() {
        for (word, value) in Missed::WORDS {
            assert_eq!(word.parse(), Ok(*value));
            assert_eq!(value.to_string(), *word);
        }
        for (word, value) in Overlap::WORDS {
            assert_eq!(word.parse(), Ok(*value));
            assert_eq!(value.to_string(), *word);
        }
        let error = "never".parse::<Missed>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`never` is not known: expected skip, once, all"
        );
    }
}
