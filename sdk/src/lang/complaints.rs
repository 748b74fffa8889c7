//! What is wrong with messages at run time, logged once each.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// The most complaints that are remembered; keys can come from outside, and
/// what is remembered of them must not grow for ever.
const MOST: usize = 1000;

/// Remembers what has been logged.
#[derive(Debug, Default)]
pub(super) struct Complaints(Mutex<HashSet<String>>);

impl Complaints {
    /// Logs that `detail` is wrong with the message `key` in `locale`.
    pub(super) fn log(&self, locale: &str, key: &str, detail: &str) {
        if self.is_new(format!("{locale} {key} {detail}")) {
            tracing::warn!(locale, key, "message cannot be shown in full: {detail}");
        }
    }

    fn is_new(&self, complaint: String) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() < MOST && known.insert(complaint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_a_thing_once_and_remembers_a_limited_number() {
        let complaints = Complaints::default();
        assert!(complaints.is_new("a".to_owned()));
        assert!(!complaints.is_new("a".to_owned()));
        let said = (0..2 * MOST).filter(|n| complaints.is_new(n.to_string()));
        assert_eq!(said.count(), MOST - 1);
    }
}
