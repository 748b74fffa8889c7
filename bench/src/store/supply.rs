//! Where the rows that are written come from, so that making them up costs no
//! engine any time.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
    vec,
};

use super::order::Order;

/// The rows of a bulk load, handed out in chunks. The clock stands still while
/// a chunk is made up.
#[derive(Debug)]
pub(crate) struct Supply {
    next: u64,
    rows: u64,
    customers: u64,
    making: Duration,
    /// What is left of a chunk that is taken row by row.
    made: vec::IntoIter<Order>,
}

/// How many rows are made up at a time.
const CHUNK_ROWS: u64 = 10_000;

impl Supply {
    /// The orders 1 to `rows`.
    pub(crate) fn new(rows: u64, customers: u64) -> Self {
        Self {
            next: 1,
            rows,
            customers,
            making: Duration::ZERO,
            made: Vec::new().into_iter(),
        }
    }

    /// The next rows in ascending order; none after the last.
    pub(crate) fn chunk(&mut self) -> Option<Vec<Order>> {
        let start = Instant::now();
        let end = (self.next + CHUNK_ROWS).min(self.rows + 1);
        let ids = self.next..end;
        let chunk: Vec<_> = ids.map(|id| Order::numbered(id, self.customers)).collect();
        self.next = end;
        self.making += start.elapsed();
        (!chunk.is_empty()).then_some(chunk)
    }

    /// How long the making up has taken.
    pub(crate) fn making(&self) -> Duration {
        self.making
    }
}

/// Row by row, for who takes an iterator.
impl Iterator for Supply {
    type Item = Order;

    fn next(&mut self) -> Option<Order> {
        if self.made.len() == 0 {
            self.made = self.chunk()?.into_iter();
        }
        self.made.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.rows + 1 - self.next).unwrap_or(usize::MAX);
        let left = left.saturating_add(self.made.len());
        (left, Some(left))
    }
}

/// New rows for concurrent writers until the time is up.
#[derive(Debug)]
pub(crate) struct Fresh {
    next: AtomicU64,
    customers: u64,
    end: Instant,
}

impl Fresh {
    /// Orders from number `first` on, for so long.
    pub(crate) fn new(first: u64, customers: u64, duration: Duration) -> Self {
        Self {
            next: AtomicU64::new(first),
            customers,
            end: Instant::now() + duration,
        }
    }

    /// The next row; none when the time is up.
    pub(crate) fn next(&self) -> Option<Order> {
        if Instant::now() >= self.end {
            return None;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        Some(Order::numbered(id, self.customers))
    }

    /// The number that no row has had yet.
    pub(crate) fn first_unused(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }
}
