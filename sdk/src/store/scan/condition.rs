//! The conditions that filters take.

use std::ops::Bound;
use std::ops::{
    Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use sdk_schema::Value;

use super::{KeyFor, KeyWriter, StoreError, StoredTable, ValueRange, ends};
use crate::store::query::Test;

/// What a filter asks of a field of type `V`: a range of values such as `10..`,
/// [`Is`], [`IsNull`] or [`IsNotNull`].
pub trait Condition<V> {
    /// What the field must be.
    #[doc(hidden)]
    fn test(self) -> Test;
}

/// What a filter asks of a field of a dynamic row: a range of [`Value`]s, [`Is`],
/// [`IsNull`] or [`IsNotNull`].
pub trait ValueCondition {
    /// What the field must be.
    #[doc(hidden)]
    fn test(self) -> ValueTest;
}

/// What a field of a dynamic row must be.
#[doc(hidden)]
#[derive(Debug)]
pub enum ValueTest {
    /// Null.
    Null,
    /// A value.
    NotNull,
    /// Between two values.
    Within((Bound<Value>, Bound<Value>)),
}

/// That a field has this value.
///
/// ```
/// # use sdk::{clock::Clock, prelude::*, schema::Operation};
/// use sdk::store::{Is, IsNull};
/// # #[derive(Table, Debug, Clone, PartialEq)]
/// # #[table(module = "blog")]
/// # struct Post { #[key] id: u64, title: String, published_at: Option<Timestamp> }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let store = Store::in_memory(Clock::system())?;
/// # let (module, create) = ("blog".parse()?, Operation::CreateTable(Post::table().clone()));
/// # store.write(async |tx| tx.apply(&module, &create).await).await?;
/// let drafts = store.read(async |tx| {
///     let notes = tx.scan::<Post>().filter(Post::TITLE, Is("Notes"));
///     notes.filter(Post::PUBLISHED_AT, IsNull).exists().await
/// });
/// assert!(!drafts.await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Is<V>(pub V);

/// That a field is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsNull;

/// That a field is not null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsNotNull;

impl<V, K: KeyFor<V>> Condition<V> for Is<K> {
    fn test(self) -> Test {
        let mut value = KeyWriter::new();
        self.0.encode_for(&mut value);
        let value = Bound::Included(value.into_bytes());
        Test::Within((value.clone(), value))
    }
}

impl<V> Condition<Option<V>> for IsNull {
    fn test(self) -> Test {
        Test::Null
    }
}

impl<V> Condition<Option<V>> for IsNotNull {
    fn test(self) -> Test {
        Test::NotNull
    }
}

macro_rules! ranges {
    ($($range:ty),*) => {$(
        impl<V, K: KeyFor<V>> Condition<V> for $range {
            fn test(self) -> Test {
                Test::Within(ValueRange::<V>::ends(self))
            }
        }
    )*};
}
ranges!(
    Range<K>,
    RangeFrom<K>,
    RangeInclusive<K>,
    RangeTo<K>,
    RangeToInclusive<K>,
    (Bound<K>, Bound<K>)
);

impl<V> Condition<V> for RangeFull {
    fn test(self) -> Test {
        Test::Within(ValueRange::<V>::ends(self))
    }
}

impl<R: RangeBounds<Value>> ValueCondition for R {
    fn test(self) -> ValueTest {
        ValueTest::Within((self.start_bound().cloned(), self.end_bound().cloned()))
    }
}

impl ValueCondition for Is<Value> {
    fn test(self) -> ValueTest {
        let value = Bound::Included(self.0);
        ValueTest::Within((value.clone(), value))
    }
}

impl ValueCondition for IsNull {
    fn test(self) -> ValueTest {
        ValueTest::Null
    }
}

impl ValueCondition for IsNotNull {
    fn test(self) -> ValueTest {
        ValueTest::NotNull
    }
}

impl ValueTest {
    /// The same with encoded values.
    pub(in crate::store) fn encode(
        self,
        table: &StoredTable,
        field: &str,
    ) -> Result<Test, StoreError> {
        Ok(match self {
            Self::Null => Test::Null,
            Self::NotNull => Test::NotNull,
            Self::Within(range) => Test::Within(ends::encode_range(table, field, &range)?),
        })
    }
}
