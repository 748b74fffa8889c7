//! The places for connections: so many in all, so many from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Limits, source::network_of};

/// Counts connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places(Arc<Inner>);

struct Inner {
    most: usize,
    most_of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    places: Places,
    network: IpAddr,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            most: limits.connections,
            most_of_one: limits.connections_of_one,
            taken: Mutex::default(),
        }))
    }

    /// A place for a connection from `address`, if there is one.
    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let network = network_of(address);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.by_network.get(&network).copied().unwrap_or_default();
        if taken.all >= self.0.most || own >= self.0.most_of_one {
            return None;
        }
        taken.all += 1;
        taken.by_network.insert(network, own + 1);
        Some(Place {
            places: self.clone(),
            network,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = &self.places.0.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.by_network.get_mut(&self.network) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places() {
        let places = Places::new(&Limits {
            connections: 3,
            connections_of_one: 2,
            ..Limits::default()
        });
        let take = |last: u8| places.take([192, 0, 2, last].into());
        let first = (take(1), take(1));
        assert!(first.0.is_some() && first.1.is_some() && take(1).is_none());
        let second = take(2);
        assert!(second.is_some() && take(3).is_none());
        drop((first, second));
        assert!(places.0.taken.lock().unwrap().by_network.is_empty());
    }
}
