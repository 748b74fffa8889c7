//! Ranges of encoded keys.

use std::ops::{Bound, RangeBounds};

use crate::store::key::{KeyBytes, after_prefix};

/// The ends of a range, each as the encoded value of one field.
pub(crate) type Ends = (Bound<KeyBytes>, Bound<KeyBytes>);

/// All entries of a tree whose keys are not smaller than `from` and smaller
/// than `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub from: Bound<KeyBytes>,
    pub to: Bound<KeyBytes>,
}

impl KeyRange {
    /// All keys that begin with `prefix` and go on with a value between `ends`.
    pub(super) fn new(prefix: KeyBytes, ends: Option<&Ends>) -> Self {
        let (from, to) = ends.unwrap_or(&(Bound::Unbounded, Bound::Unbounded));
        let joined = |value: &KeyBytes| {
            let mut key = prefix.clone();
            key.extend_from_slice(value);
            key
        };
        // What follows the value in a key is not part of the comparison.
        let after = |key: &[u8], bound: fn(KeyBytes) -> Bound<KeyBytes>| {
            after_prefix(key).map_or(Bound::Unbounded, bound)
        };
        let to = match to {
            Bound::Unbounded => after(&prefix, Bound::Excluded),
            Bound::Included(value) => after(&joined(value), Bound::Excluded),
            Bound::Excluded(value) => Bound::Excluded(joined(value)),
        };
        let from = match from {
            Bound::Included(value) => Bound::Included(joined(value)),
            Bound::Excluded(value) => after(&joined(value), Bound::Included),
            Bound::Unbounded => Bound::Included(prefix),
        };
        Self { from, to }
    }

    pub(crate) fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (as_slice(&self.from), as_slice(&self.to))
    }

    pub(super) fn contains(&self, key: &[u8]) -> bool {
        RangeBounds::<[u8]>::contains(&self.bounds(), key)
    }

    /// Whether no key can lie in it. redb does not take such a range.
    pub(crate) fn is_empty(&self) -> bool {
        match self.bounds() {
            (
                Bound::Included(from) | Bound::Excluded(from),
                Bound::Included(to) | Bound::Excluded(to),
            ) => from >= to,
            _ => false,
        }
    }
}

/// Whether an encoded value lies between two others.
pub(crate) fn contains((from, to): &Ends, value: &[u8]) -> bool {
    RangeBounds::<[u8]>::contains(&(as_slice(from), as_slice(to)), value)
}

fn as_slice(end: &Bound<KeyBytes>) -> Bound<&[u8]> {
    end.as_ref().map(KeyBytes::as_slice)
}
