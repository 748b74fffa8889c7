//! How many calls a caller may make, at once and in a second, and how many bytes of their
//! requests are held.

use std::{
    collections::HashMap,
    fmt,
    hash::{Hash, Hasher},
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use tonic::Status;

use super::{Limits, source::network_of};
use crate::rpc::{Budget, Caller, CallerKind, Failure, UsedUp};

/// After so many calls, callers who have been quiet are forgotten: no more of them are
/// remembered than those who call within the time of so many calls, and that time is
/// short when they are many.
const SWEEP: usize = 4_096;

/// After how long those may try again who are refused because too much is under way.
const PAUSE: Duration = Duration::from_secs(1);

/// An address of callers who have not signed in may hold one part in so many of what they
/// may hold together.
const ADDRESSES: usize = 4;

/// Counts the calls of each caller. Cheap to clone.
#[derive(Clone)]
pub(super) struct Throttle(Arc<Inner>);

struct Inner {
    calls: usize,
    calls_of_one: usize,
    open: Mutex<Open>,
    /// What requests hold that are not answered yet.
    held: Budget,
    held_of_one: usize,
    /// Within that, all that is not of callers who have signed in: together they count
    /// as one who has, for they may have as many addresses as they like.
    held_of_strangers: Budget,
    signed_in: Rate,
    anonymous: Rate,
}

/// How many calls in a second each caller has made.
struct Rate {
    limiter: DefaultKeyedRateLimiter<Key>,
    checks: AtomicUsize,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_caller: HashMap<Key, Own>,
}

/// What one caller has under way.
struct Own {
    calls: usize,
    held: Budget,
}

/// A caller: by its identity, or by its address where that is all that is known.
#[derive(Debug, Clone)]
enum Key {
    Known(Caller),
    Address(Option<IpAddr>),
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(other)) => one.id() == other.id(),
            (Self::Address(one), Self::Address(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Known(caller) => caller.id().hash(state),
            Self::Address(address) => address.hash(state),
        }
    }
}

/// A call that counts until this is dropped, and all clones of it.
#[derive(Clone)]
pub(super) struct Turn(Arc<Place>);

struct Place {
    throttle: Throttle,
    key: Key,
    /// What the caller may hold.
    budget: Budget,
    /// What this call holds of it.
    held: AtomicUsize,
}

impl Throttle {
    pub(super) fn new(limits: &Limits) -> Self {
        let held = Budget::new(limits.request_bytes);
        Self(Arc::new(Inner {
            held_of_strangers: held.within(limits.request_bytes_of_one),
            held,
            held_of_one: limits.request_bytes_of_one,
            calls: limits.calls,
            calls_of_one: limits.calls_of_one,
            open: Mutex::default(),
            signed_in: Rate::new(limits.calls_a_second),
            anonymous: Rate::new(limits.anonymous_calls_a_second),
        }))
    }

    /// What requests hold that are not answered yet.
    pub(super) fn held(&self) -> &Budget {
        &self.0.held
    }

    /// Lets a call begin.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED`, with the time after which to try again.
    pub(super) fn begin(&self, caller: &Caller, address: Option<IpAddr>) -> Result<Turn, Status> {
        let key = match caller.kind() {
            CallerKind::Anonymous => Key::address(address),
            _ => Key::Known(caller.clone()),
        };
        self.check_rate(caller, &key)?;
        let budget = self.take_place(caller, &key)?;
        Ok(Turn(Arc::new(Place {
            throttle: self.clone(),
            key,
            budget,
            held: AtomicUsize::new(0),
        })))
    }

    /// Counts a call of somebody whose token is none.
    ///
    /// # Errors
    /// As those of [`begin`](Self::begin).
    pub(super) fn count_stranger(&self, address: Option<IpAddr>) -> Result<(), Status> {
        self.0.anonymous.check(&Key::address(address))
    }

    fn check_rate(&self, caller: &Caller, key: &Key) -> Result<(), Status> {
        match caller.kind() {
            // Whoever owns the host can stop it, too.
            CallerKind::Owner => Ok(()),
            CallerKind::Anonymous => self.0.anonymous.check(key),
            _ => self.0.signed_in.check(key),
        }
    }

    fn take_place(&self, caller: &Caller, key: &Key) -> Result<Budget, Status> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.by_caller.get(key).map_or(0, |own| own.calls);
        if own >= self.0.calls_of_one {
            let id = caller.id();
            let message = format!("`{id}` has {own} calls under way, as many as one caller may");
            return Err(exhausted("CALLER_BUSY", message, PAUSE));
        }
        if open.all >= self.0.calls {
            let message = "the host has as many calls under way as it takes";
            return Err(exhausted("HOST_BUSY", message, PAUSE));
        }
        open.all += 1;
        let own = open.by_caller.entry(key.clone()).or_insert_with(|| Own {
            calls: 0,
            held: self.budget_of(key),
        });
        own.calls += 1;
        Ok(own.held.clone())
    }

    fn budget_of(&self, key: &Key) -> Budget {
        let most = self.0.held_of_one;
        match key {
            Key::Known(_) => self.0.held.within(most),
            Key::Address(_) => self.0.held_of_strangers.within(most / ADDRESSES),
        }
    }
}

impl Turn {
    /// Holds so many more bytes of the call's request, until the call has ended.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED`, with the time after which to try again.
    pub(super) fn hold(&self, bytes: usize) -> Result<(), Status> {
        let Place { budget, held, .. } = &*self.0;
        budget.take(bytes).map_err(|used_up| match used_up {
            UsedUp::Own => {
                let most = budget.most();
                let message = format!(
                    "requests of {most} bytes are under way, as many as one caller may have"
                );
                exhausted("CALLER_FULL", message, PAUSE)
            }
            UsedUp::Outer => {
                let message = "the host has as many bytes of requests under way as it takes";
                exhausted("HOST_FULL", message, PAUSE)
            }
        })?;
        held.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Rate {
    fn new(calls_a_second: u32) -> Self {
        let calls = NonZeroU32::new(calls_a_second).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::keyed(Quota::per_second(calls)),
            checks: AtomicUsize::new(0),
        }
    }

    fn check(&self, key: &Key) -> Result<(), Status> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(self.limiter.clock().now());
            let message = "there are more calls in a second than one caller may make";
            exhausted("RATE_LIMITED", message, wait)
        })
    }
}

impl Key {
    fn address(address: Option<IpAddr>) -> Self {
        Self::Address(address.map(network_of))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let held = *self.held.get_mut();
        if held > 0 {
            self.budget.give_back(held);
        }
        let open = &self.throttle.0.open;
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_caller.get_mut(&self.key) {
            own.calls = own.calls.saturating_sub(1);
            if own.calls == 0 {
                open.by_caller.remove(&self.key);
            }
        }
    }
}

fn exhausted(reason: &'static str, message: impl fmt::Display, again_after: Duration) -> Status {
    Failure::exhausted(reason, message)
        .again_after(again_after)
        .into()
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;

    fn code(turn: Result<Turn, Status>) -> Option<(Code, String)> {
        let status = turn.err()?;
        let reason = status.get_error_details().error_info()?.reason.clone();
        Some((status.code(), reason))
    }

    #[test]
    fn a_caller_who_has_too_much_under_way_harms_no_other() {
        let throttle = Throttle::new(&Limits {
            calls: 3,
            calls_of_one: 2,
            ..Limits::default()
        });
        let (ada, bob) = (Caller::job("a.a"), Caller::job("b.b"));
        let begin = |caller: &Caller| throttle.begin(caller, None);
        let (first, second) = (begin(&ada), begin(&ada));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(
            code(begin(&ada)),
            Some((Code::ResourceExhausted, "CALLER_BUSY".to_owned()))
        );
        let third = begin(&bob);
        assert!(third.is_ok());
        assert_eq!(
            code(begin(&bob)),
            Some((Code::ResourceExhausted, "HOST_BUSY".to_owned()))
        );
        drop(first);
        assert!(begin(&bob).is_ok());
        drop((second, third));
        assert!(throttle.0.open.lock().unwrap().by_caller.is_empty());
    }

    #[test]
    fn a_caller_whose_requests_are_large_harms_no_other() {
        let throttle = Throttle::new(&Limits {
            request_bytes: 20,
            request_bytes_of_one: 8,
            ..Limits::default()
        });
        let begin = |name: &str| throttle.begin(&Caller::job(name), None).unwrap();
        let refused = |held: Result<(), Status>| {
            let status = held.unwrap_err();
            let details = status.get_error_details();
            assert!(details.retry_info().is_some());
            details.error_info().unwrap().reason.clone()
        };
        let (first, second) = (begin("ada"), begin("ada"));
        first.hold(5).unwrap();
        second.hold(3).unwrap();
        assert_eq!(refused(first.hold(1)), "CALLER_FULL");
        // A call of which somebody still has a part has not ended.
        let part = first.clone();
        drop((first, second));
        let again = begin("ada");
        again.hold(3).unwrap();
        assert_eq!(refused(again.hold(1)), "CALLER_FULL");

        let bob = begin("bob");
        bob.hold(8).unwrap();
        let eve = begin("eve");
        assert_eq!(refused(eve.hold(5)), "HOST_FULL");
        eve.hold(4).unwrap();
        drop((part, again, bob, eve));
        assert_eq!(throttle.0.held.held(), 0);
        assert!(throttle.0.open.lock().unwrap().by_caller.is_empty());
    }

    #[test]
    fn strangers_hold_no_more_together_than_one_who_has_signed_in() {
        let throttle = Throttle::new(&Limits {
            request_bytes: 100,
            request_bytes_of_one: 20,
            ..Limits::default()
        });
        let from = |last: u8| {
            let address = [192, 0, 2, last].into();
            let turn = throttle.begin(&Caller::anonymous(), Some(address)).unwrap();
            turn.hold(5).map(|()| turn)
        };
        let held: Vec<_> = (1..=4).map(|last| from(last).unwrap()).collect();
        assert!(held[0].hold(1).is_err() && from(5).is_err());
        let known = throttle.begin(&Caller::job("ada"), None).unwrap();
        known.hold(20).unwrap();
    }

    #[test]
    fn calls_without_a_name_count_by_their_address() {
        let throttle = Throttle::new(&Limits {
            anonymous_calls_a_second: 2,
            ..Limits::default()
        });
        let from = |last: u8| throttle.begin(&Caller::anonymous(), Some([192, 0, 2, last].into()));
        assert!(from(1).is_ok() && from(1).is_ok());
        assert_eq!(
            code(from(1)),
            Some((Code::ResourceExhausted, "RATE_LIMITED".to_owned()))
        );
        assert!(from(2).is_ok());
    }

    #[test]
    fn callers_who_have_been_quiet_are_forgotten() {
        let throttle = Throttle::new(&Limits::default());
        for number in 0..u32::try_from(20 * SWEEP).unwrap() {
            let address = std::net::Ipv4Addr::from_bits(number).into();
            throttle.count_stranger(Some(address)).unwrap();
        }
        let remembered = throttle.0.anonymous.limiter.len();
        assert!(remembered <= 10 * SWEEP, "{remembered}");
    }
}
