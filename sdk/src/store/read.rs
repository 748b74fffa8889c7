//! [`ReadTx`]: one snapshot.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

use std::sync::Arc;

use sdk_schema::TableName;

use super::{
    catalogue::{Binding, Catalogue},
    dynamic::TableView,
    error::StoreError,
    key::{KeyFor, KeyWriter},
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

    /// The row with that key.
    ///
    /// The key may be borrowed, and a `&str` serves for a `String`.
    pub async fn get<T: Table>(&self, key: impl KeyFor<T::Key>) -> Result<Option<T>, StoreError> {
        let binding = self.catalogue.bind::<T>()?;
        self.read_row(&binding, &encode_key(&key))
    }

    /// Rows in the order of the key or of an index.
    pub fn scan<T: Table>(&self) -> Scan<'_, T> {
        Scan::new(&self.trees, self.catalogue.bind::<T>())
    }

    /// The full names of all tables, sorted.
    pub fn table_names(&self) -> Vec<TableName> {
        let tables = self.catalogue.tables();
        tables.map(|table| table.name().clone()).collect()
    }

    /// A table by its full name, its rows as dynamic values.
    pub fn table(&self, name: &str) -> Result<TableView<'_>, StoreError> {
        let binding = Binding::of_table(self.catalogue.table(name)?);
        Ok(TableView::new(&self.trees, Arc::new(binding)))
    }

    pub(super) fn read_row<R: ScanRow>(
        &self,
        binding: &Binding,
        key: &[u8],
    ) -> Result<Option<R>, StoreError> {
        let row = self.trees.get(binding.table.rows(), key)?;
        row.map(|row| binding.read(key, row.value())).transpose()
    }
}

/// The bytes of a key.
pub(super) fn encode_key<K>(key: &impl KeyFor<K>) -> Vec<u8> {
    let mut out = KeyWriter::new();
    key.encode_for(&mut out);
    out.into_bytes()
}
