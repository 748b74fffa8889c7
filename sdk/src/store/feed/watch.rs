//! What to follow, and from where.

use std::{marker::PhantomData, sync::Arc};

use sdk_schema::Row;

use super::{
    Feed,
    scope::{Clause, Scope},
};
use crate::store::{
    Store,
    error::StoreError,
    key::{KeyFor, KeyWriter},
    read::ReadTx,
    scan::{Condition, ScanRow, ValueCondition},
    table::{FieldRef, Fields, Table},
};

/// How many revisions a reader that had caught up may fall behind unnoticed.
const LAG_LIMIT: u64 = 65_536;

/// What a feed shall give. Without conditions that is every change of the table.
///
/// A change is given when the old or the new row satisfies all conditions, so
/// that rows are seen both to enter and to leave.
#[must_use = "nothing is followed until a feed is taken from it"]
pub struct Watch<R> {
    store: Store,
    scope: Scope,
    lag_limit: u64,
    form: PhantomData<fn() -> R>,
}

impl Store {
    /// Changes of a table, its rows as `T`.
    pub fn watch<T: Table>(&self) -> Watch<T> {
        let bind = |catalogue: &_| -> Result<_, StoreError> {
            let catalogue: &crate::store::catalogue::Catalogue = catalogue;
            catalogue.bind::<T>().cloned()
        };
        Watch::new(self, Scope::typed(bind))
    }

    /// Changes of some tables by their full names, rows as dynamic values.
    pub fn watch_tables<N: Into<String>>(&self, names: impl IntoIterator<Item = N>) -> Watch<Row> {
        Watch::new(
            self,
            Scope::tables(names.into_iter().map(Into::into).collect()),
        )
    }

    /// Changes of all tables, rows as dynamic values.
    pub fn watch_all(&self) -> Watch<Row> {
        Watch::new(self, Scope::all())
    }

    /// The number of the newest write that is in the log and on the disk; 0 when
    /// there is none.
    pub fn revision(&self) -> u64 {
        *self.newest_revision().borrow()
    }
}

impl<R: ScanRow> Watch<R> {
    fn new(store: &Store, scope: Scope) -> Self {
        Self {
            store: store.clone(),
            scope,
            lag_limit: LAG_LIMIT,
            form: PhantomData,
        }
    }

    /// How many revisions a reader that had caught up may fall behind until it is
    /// told [`Lagged`](super::FeedError::Lagged); 65,536 unless it is set.
    pub fn lag_limit(mut self, revisions: u64) -> Self {
        self.lag_limit = revisions;
        self
    }

    /// Goes on after a revision: the first change is of a later one. `0` asks for
    /// everything that is in the log, and fails where that does not begin with
    /// the first write.
    pub fn from(self, revision: u64) -> Feed<R> {
        Feed::new(self.store, self.scope, revision, self.lag_limit)
    }

    /// Begins with the next write.
    pub fn from_now(self) -> Feed<R> {
        let newest = self.store.revision();
        self.from(newest)
    }

    /// Reads a snapshot, and goes on after it: what `body` sees and what the feed
    /// gives are together every change, and none twice.
    ///
    /// ```
    /// # use sdk::{clock::Clock, prelude::*, store::{FeedError, StoreError}};
    /// # async fn follow<T: Table>(store: Store) -> Result<(), FeedError> {
    /// let (rows, mut feed) = store
    ///     .watch::<T>()
    ///     .from_snapshot(async |tx| tx.scan::<T>().collect().await)
    ///     .await?;
    /// let next = feed.next().await?;
    /// # let _ = (rows, next);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn from_snapshot<S, E, F>(self, body: F) -> Result<(S, Feed<R>), E>
    where
        F: AsyncFnOnce(&ReadTx<'_>) -> Result<S, E>,
        E: From<StoreError>,
    {
        let tx = self.store.snapshot()?;
        let revision = tx.revision()?;
        let seen = body(&tx).await?;
        drop(tx);
        Ok((seen, self.from(revision)))
    }
}

impl<T: Table> Watch<T> {
    /// Only rows whose key begins with these values of its leading fields.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references are handed over alike"
    )]
    pub fn key_prefix<F: Fields<T>>(mut self, fields: F, values: impl KeyFor<F::Value>) -> Self {
        let mut prefix = KeyWriter::new();
        values.encode_for(&mut prefix);
        let names = fields.names();
        let names = names.as_ref().iter().map(|name| (*name).to_owned());
        self.scope.add(Clause::KeyPrefix {
            fields: names.collect(),
            prefix: prefix.into_bytes().to_vec(),
        });
        self
    }

    /// Only rows whose field is so; [`Scan::filter`](crate::store::Scan) takes the
    /// same conditions.
    pub fn filter<V>(mut self, field: FieldRef<T, V>, condition: impl Condition<V>) -> Self {
        let test = condition.test();
        self.scope.add(Clause::Filter {
            field: field.name().to_owned(),
            test: Arc::new(move |_, _| Ok(test.clone())),
        });
        self
    }
}

impl Watch<Row> {
    /// Only rows whose field is so. Every table that is followed must have it.
    pub fn filter(
        mut self,
        field: &str,
        condition: impl ValueCondition + Clone + Send + Sync + 'static,
    ) -> Self {
        self.scope.add(Clause::Filter {
            field: field.to_owned(),
            test: Arc::new(move |table, field| condition.clone().test().encode(table, field)),
        });
        self
    }
}
