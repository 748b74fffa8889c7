//! The wall clock: the one place where the library asks for the time.
//!
//! Everything that needs the time is handed a [`Clock`]. Tests hand over a
//! [manual](Clock::manual) one and move it; what sleeps on it wakes at once, so
//! that no test waits for real time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::Utc;
use sdk_schema::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

/// Tells the time and sleeps until a time. Cheap to clone.
///
/// ```
/// use sdk::clock::Clock;
/// let clock = Clock::manual("2026-11-20T12:00:00Z".parse().unwrap());
/// clock.advance(std::time::Duration::from_secs(60));
/// assert_eq!(clock.now().to_string(), "2026-11-20T12:01:00.000000Z");
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until it is moved.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(start))))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Utc::now().into(),
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// Moves a manual clock to `now` and wakes who sleeps until then. The
    /// machine's clock cannot be moved: nothing happens.
    pub fn set(&self, now: Timestamp) {
        if let Source::Manual(sender) = &self.0 {
            sender.send_replace(now);
        }
    }

    /// Moves a manual clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(after(self.now(), by));
    }

    /// Makes a UUID of version 7 (RFC 9562) for the time that the clock shows.
    /// Those made in one process at one time sort by their making.
    pub fn uuid(&self) -> Uuid {
        static MADE: AtomicU64 = AtomicU64::new(0);
        const COUNTER_BITS: u8 = 42;

        if matches!(self.0, Source::System) {
            return Uuid::now_v7();
        }
        let micros = u64::try_from(self.now().as_micros()).unwrap_or_default();
        let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or_default();
        let made = MADE.fetch_add(1, Ordering::Relaxed).into();
        Uuid::new_v7(uuid::Timestamp::from_unix_time(
            micros / 1_000_000,
            nanos,
            made,
            COUNTER_BITS,
        ))
    }

    /// Returns once the clock shows `until` or later.
    pub async fn sleep_until(&self, until: Timestamp) {
        match &self.0 {
            // Short naps: the wall clock may be set while we sleep.
            Source::System => {
                while let Some(rest) = between(self.now(), until) {
                    tokio::time::sleep(rest.min(Duration::from_mins(1))).await;
                }
            }
            Source::Manual(sender) => {
                let mut times = sender.subscribe();
                // The sender lives in `self`, so the channel cannot close.
                let _ = times.wait_for(|now| *now >= until).await;
            }
        }
    }
}

/// The instant `by` later; the last one a calendar can show when that is passed.
pub fn after(instant: Timestamp, by: Duration) -> Timestamp {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(instant.as_micros().saturating_add(micros)).unwrap_or(instant)
}

/// The time from one instant to a later one.
pub fn between(from: Timestamp, to: Timestamp) -> Option<Duration> {
    let micros = to.as_micros().checked_sub(from.as_micros())?;
    u64::try_from(micros)
        .ok()
        .filter(|rest| *rest > 0)
        .map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_of_a_manual_clock_and_by_their_making() {
        let clock = Clock::manual("2026-11-20T12:00:00Z".parse().expect("an instant"));
        let first = clock.uuid();
        let second = clock.uuid();
        clock.advance(Duration::from_secs(1));
        let third = clock.uuid();
        assert!(first < second && second < third, "{first} {second} {third}");
    }
}
