//! [`Id`]: the identity of a row, typed by its table.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use uuid::Uuid;

use crate::clock::Clock;

/// The identity of a row of `T`: a UUID of version 7, so that ids sort by the
/// time of their making and new rows land side by side in the store.
///
/// ```
/// use sdk::store::Id;
/// struct Post;
/// let id = Id::<Post>::new();
/// assert_eq!(id.to_string().parse::<Id<Post>>().unwrap(), id);
/// ```
pub struct Id<T> {
    uuid: Uuid,
    // A function type is `Send`, `Sync` and `'static`-agnostic whatever `T` is.
    table: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// Makes an id that no other has, by the machine's clock.
    pub fn new() -> Self {
        Self::at(&Clock::system())
    }

    /// Makes an id that no other has, by a clock.
    pub fn at(clock: &Clock) -> Self {
        Self::from_uuid(clock.uuid())
    }

    /// Takes a UUID that was made elsewhere.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self {
            uuid,
            table: PhantomData,
        }
    }

    /// Returns the bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

/// Makes an id that no other has, as [`Id::new`] does.
impl<T> Default for Id<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}

impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}

impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.uuid)
    }
}

impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
