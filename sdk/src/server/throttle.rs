//! How many calls a caller may make, at once and in a second.

use std::{
    collections::HashMap,
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
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{Limits, source::network_of};
use crate::rpc::{Caller, CallerKind};

/// After so many calls, callers who have been quiet are forgotten: no more of them are
/// remembered than those who call within the time of so many calls, and that time is
/// short when they are many.
const SWEEP: usize = 4_096;

/// Counts the calls of each caller. Cheap to clone.
#[derive(Clone)]
pub(super) struct Throttle(Arc<Inner>);

struct Inner {
    calls: usize,
    calls_of_one: usize,
    open: Mutex<Open>,
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
    by_caller: HashMap<Key, usize>,
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

/// A call that counts until this is dropped.
pub(super) struct Turn {
    throttle: Throttle,
    key: Key,
}

impl Throttle {
    pub(super) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            calls: limits.calls,
            calls_of_one: limits.calls_of_one,
            open: Mutex::default(),
            signed_in: Rate::new(limits.calls_a_second),
            anonymous: Rate::new(limits.anonymous_calls_a_second),
        }))
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
        self.take_place(caller, &key)?;
        Ok(Turn {
            throttle: self.clone(),
            key,
        })
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

    fn take_place(&self, caller: &Caller, key: &Key) -> Result<(), Status> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.by_caller.get(key).copied().unwrap_or_default();
        let wait = Duration::from_secs(1);
        if own >= self.0.calls_of_one {
            let id = caller.id();
            let message = format!("`{id}` has {own} calls under way, as many as one caller may");
            return Err(exhausted("CALLER_BUSY", message, wait));
        }
        if open.all >= self.0.calls {
            let message = "the host has as many calls under way as it takes";
            return Err(exhausted("HOST_BUSY", message, wait));
        }
        open.all += 1;
        *open.by_caller.entry(key.clone()).or_default() += 1;
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

impl Drop for Turn {
    fn drop(&mut self) {
        let mut open = self
            .throttle
            .0
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_caller.get_mut(&self.key) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_caller.remove(&self.key);
            }
        }
    }
}

fn exhausted(reason: &str, message: impl Into<String>, again_after: Duration) -> Status {
    let mut details = ErrorDetails::with_retry_info(Some(again_after));
    details.set_error_info(reason, sdk_schema::BUILT_IN_MODULE, HashMap::new());
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

#[cfg(test)]
mod tests {
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
