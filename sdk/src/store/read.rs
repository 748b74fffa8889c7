//! [`ReadTx`]: one snapshot.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

use std::sync::Arc;

use sdk_schema::{TableName, Timestamp};

use super::{
    catalogue::{Binding, Catalogue, StoredTable, corrupt},
    dynamic::TableView,
    error::StoreError,
    key::{KeyBytes, KeyFor, KeyWriter},
    scan::{Scan, ScanRow},
    table::Table,
    trees::{ReadTrees, Trees},
};

/// One snapshot of the store: what was committed when it began, and nothing
/// that is committed meanwhile. A [`WriteTx`](super::WriteTx) is one that also
/// sees its own changes.
#[derive(Debug)]
pub struct ReadTx<'t> {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) trees: Trees<'t>,
}

impl<'t> ReadTx<'t> {
    pub(super) fn new(catalogue: Arc<Catalogue>, trees: Trees<'t>) -> Self {
        Self { catalogue, trees }
    }

    /// The instant at which it began, by the store's clock. Rows that have expired
    /// by then are gone.
    pub fn now(&self) -> Timestamp {
        self.trees.now()
    }

    /// The row with that key.
    ///
    /// The key may be borrowed, and a `&str` serves for a `String`.
    pub async fn get<T: Table>(&self, key: impl KeyFor<T::Key>) -> Result<Option<T>, StoreError> {
        let binding = self.catalogue.bind::<T>()?;
        self.read_row::<T>(binding, &encode_key(&key))
    }

    /// Whether there is a row with that key.
    pub async fn exists<T: Table>(&self, key: impl KeyFor<T::Key>) -> Result<bool, StoreError> {
        let table = &self.catalogue.bind::<T>()?.table;
        self.has_row(table, &encode_key(&key))
    }

    /// Whether there is a row with that key that has not expired.
    pub(super) fn has_row(&self, table: &StoredTable, key: &[u8]) -> Result<bool, StoreError> {
        let Some(row) = self.trees.get(table.rows(), key)? else {
            return Ok(false);
        };
        let view = table.view(row.value());
        let expired = view.and_then(|row| table.is_expired(&row, self.now()));
        let expired = expired.map_err(|error| corrupt(table, key, error))?;
        Ok(!expired)
    }

    /// Rows in the order of the key or of an index.
    pub fn scan<T: Table>(&self) -> Scan<'_, T> {
        Scan::new(&self.trees, self.catalogue.bind::<T>().cloned())
    }

    /// The full names of all tables, sorted.
    pub fn table_names(&self) -> Vec<TableName> {
        let tables = self.catalogue.tables();
        tables.map(|table| table.name().clone()).collect()
    }

    /// How many rows a table has, by its full name; those included that have
    /// expired and are not removed yet. Counts nothing, however many they are.
    pub fn row_count(&self, table: &str) -> Result<u64, StoreError> {
        self.trees.len(self.catalogue.table(table)?.rows())
    }

    /// A table by its full name, its rows as dynamic values.
    pub fn table(&self, name: &str) -> Result<TableView<'_>, StoreError> {
        let binding = Binding::of_table(self.catalogue.table(name)?);
        Ok(TableView::new(&self.trees, Arc::new(binding)))
    }

    #[inline]
    pub(super) fn read_row<R: ScanRow>(
        &self,
        binding: &Binding,
        key: &[u8],
    ) -> Result<Option<R::Item>, StoreError> {
        match self.trees.get(binding.table.rows(), key)? {
            Some(row) => binding.read_alive::<R>(key, row.value(), self.now()),
            None => Ok(None),
        }
    }
}

/// The bytes of a key.
pub(super) fn encode_key<K>(key: &impl KeyFor<K>) -> KeyBytes {
    let mut out = KeyWriter::new();
    key.encode_for(&mut out);
    out.into_bytes()
}
