//! A sorted map whose copies share what they have in common.
//!
//! Each migration makes a new catalogue, and those who began earlier keep the
//! old one. The entries stand in short sorted runs: a copy copies no entry, and a
//! change copies one run.

use std::{borrow::Borrow, sync::Arc};

/// A longer run is split into two.
const MAX_RUN: usize = 64;

/// A sorted map.
#[derive(Debug, Clone)]
pub(super) struct SharedMap<K, V> {
    /// Each of them sorted, none empty.
    runs: Vec<Arc<Vec<(K, V)>>>,
    len: usize,
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let run = self.runs.get(self.run_of(key))?;
        let place = position(run, key).ok()?;
        Some(&run[place].1)
    }

    /// Sets the value of a key.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let number = self.run_of(&key);
        let Some(run) = self.runs.get_mut(number) else {
            self.runs.push(Arc::new(vec![(key, value)]));
            self.len += 1;
            return;
        };
        let run = Arc::make_mut(run);
        match position(run, &key) {
            Ok(place) => run[place].1 = value,
            Err(place) => {
                run.insert(place, (key, value));
                self.len += 1;
            }
        }
        if run.len() > MAX_RUN {
            let rest = run.split_off(run.len() / 2);
            self.runs.insert(number + 1, Arc::new(rest));
        }
    }

    /// Takes out a key.
    pub(super) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let number = self.run_of(key);
        let Some(run) = self.runs.get_mut(number) else {
            return;
        };
        let Ok(place) = position(run, key) else {
            return;
        };
        self.len -= 1;
        let run = Arc::make_mut(run);
        run.remove(place);
        if run.is_empty() {
            self.runs.remove(number);
        }
    }

    /// All entries in the order of their keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.from(|_| false)
    }

    /// The entries in the order of their keys, without those at the head whose
    /// keys are `before`.
    pub(super) fn from(&self, before: impl Fn(&K) -> bool) -> impl Iterator<Item = (&K, &V)> {
        let is_before = |run: &Arc<Vec<(K, V)>>| run.last().is_some_and(|(key, _)| before(key));
        let first = self.runs.partition_point(is_before);
        let skipped = self.runs.get(first);
        let skipped = skipped.map_or(0, |run| run.partition_point(|(key, _)| before(key)));
        let entries = self.runs[first..].iter().flat_map(|run| run.iter());
        entries.skip(skipped).map(|(key, value)| (key, value))
    }

    /// The run that has the key, or would have it.
    fn run_of<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let begins = |run: &Arc<Vec<(K, V)>>| run[0].0.borrow() <= key;
        let after = self.runs.partition_point(begins);
        after.saturating_sub(1)
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            len: 0,
        }
    }
}

fn position<K: Borrow<Q>, V, Q: Ord + ?Sized>(run: &[(K, V)], key: &Q) -> Result<usize, usize> {
    run.binary_search_by(|(known, _)| known.borrow().cmp(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn entries(map: &SharedMap<u16, u8>) -> Vec<(u16, u8)> {
        map.iter().map(|(key, value)| (*key, *value)).collect()
    }

    proptest! {
        #[test]
        fn a_shared_map_is_a_sorted_map_and_its_copies_stay(
            changes in prop::collection::vec((0..400_u16, prop::option::weighted(0.7, 0..9_u8)), 0..600),
            from in 0..400_u16,
        ) {
            let (mut map, mut expected) = (SharedMap::default(), BTreeMap::new());
            let mut copies = Vec::new();
            for (key, value) in changes {
                copies.push((map.clone(), entries(&map)));
                if let Some(value) = value {
                    map.insert(key, value);
                    expected.insert(key, value);
                } else {
                    map.remove(&key);
                    expected.remove(&key);
                }
                prop_assert_eq!(map.get(&key), expected.get(&key));
                prop_assert_eq!(map.len(), expected.len());
            }
            prop_assert_eq!(entries(&map), expected.clone().into_iter().collect::<Vec<_>>());
            let tail: Vec<_> = map.from(|key| *key < from).map(|(key, _)| *key).collect();
            let expected: Vec<_> = expected.range(from..).map(|(key, _)| *key).collect();
            prop_assert_eq!(tail, expected);
            for (copy, expected) in copies {
                prop_assert_eq!(entries(&copy), expected);
            }
        }
    }
}
