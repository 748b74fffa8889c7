//! Bytes that are held for callers, and how many there may be.
//!
//! A budget may lie within a larger one, as what one caller may hold lies within what all
//! may hold together: what is taken from the inner one is taken from the outer one, too.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// So many bytes. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    held: AtomicUsize,
    outer: Option<Budget>,
}

/// Which budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedUp {
    /// The one that was asked.
    Own,
    /// One that it lies within.
    Outer,
}

impl Budget {
    pub(crate) fn new(most: usize) -> Self {
        Self::with(most, None)
    }

    /// A budget that lies within this one.
    pub(crate) fn within(&self, most: usize) -> Self {
        Self::with(most, Some(self.clone()))
    }

    fn with(most: usize, outer: Option<Self>) -> Self {
        Self(Arc::new(Inner {
            most,
            held: AtomicUsize::new(0),
            outer,
        }))
    }

    /// How many bytes there may be.
    pub(crate) fn most(&self) -> usize {
        self.0.most
    }

    /// How many bytes are held.
    pub(crate) fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Takes so many bytes, or none.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), UsedUp> {
        let more = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= self.0.most);
        // No more than the sum matters, in whatever order it is seen to change.
        let taken = (self.0.held).fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map_err(|_| UsedUp::Own)?;
        let Some(outer) = &self.0.outer else {
            return Ok(());
        };
        outer.take(bytes).map_err(|_| {
            self.0.held.fetch_sub(bytes, Ordering::Relaxed);
            UsedUp::Outer
        })
    }

    /// Gives back what was taken.
    pub(crate) fn give_back(&self, bytes: usize) {
        self.0.held.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(outer) = &self.0.outer {
            outer.give_back(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_from_a_budget_is_taken_from_those_around_it() {
        let all = Budget::new(10);
        let (ada, bob) = (all.within(6), all.within(6));
        assert_eq!(ada.take(6), Ok(()));
        assert_eq!(ada.take(1), Err(UsedUp::Own));
        assert_eq!(bob.take(5), Err(UsedUp::Outer));
        assert_eq!(bob.take(4), Ok(()));
        assert_eq!((ada.held(), bob.held(), all.held()), (6, 4, 10));
        ada.give_back(6);
        bob.give_back(4);
        assert_eq!((ada.held(), bob.held(), all.held()), (0, 0, 0));
        assert_eq!(all.take(usize::MAX), Err(UsedUp::Own));
    }
}
