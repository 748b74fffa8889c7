//! How long writes may wait and run, and when they are on disk.

use std::time::Duration;

/// What a [`Store`](super::Store) allows its writers. Each handle of a store has
/// its own: [`Store::with_limits`](super::Store::with_limits).
///
/// ```
/// # use sdk::{clock::Clock, store::{Store, WriteLimits}};
/// # use std::time::Duration;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = Store::in_memory(Clock::system())?;
/// let impatient = store.with_limits(WriteLimits {
///     wait: Duration::from_millis(200),
///     ..WriteLimits::default()
/// });
/// # let _ = impatient;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteLimits {
    /// How many calls may wait for their turn at a time; one more is refused as
    /// [`Busy`](crate::store::StoreError::Busy).
    pub queue: usize,
    /// How long a call waits for its turn until it is refused as
    /// [`Busy`](crate::store::StoreError::Busy).
    pub wait: Duration,
    /// How long a closure may take that waits for something else than the
    /// store; then it is undone and refused as
    /// [`TooSlow`](crate::store::StoreError::TooSlow). All writers stand still
    /// meanwhile.
    pub run: Duration,
}

impl Default for WriteLimits {
    /// 4,096 waiting, 30 seconds, 10 seconds.
    fn default() -> Self {
        Self {
            queue: 4096,
            wait: Duration::from_secs(30),
            run: Duration::from_secs(10),
        }
    }
}

/// How one call writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Whether the call returns only when its changes are on disk.
    pub durable: bool,
    /// Whether it shares its transaction with nobody. Then nothing of it has to
    /// be undone one by one, and it may take as long as it likes.
    pub alone: bool,
}
