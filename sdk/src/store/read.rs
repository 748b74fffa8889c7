//! [`ReadTx`]: one snapshot.

use std::marker::PhantomData;

use super::{
    dynamic::TableView,
    error::StoreError,
    key::KeyFor,
    scan::Scan,
    table::Table,
};

/// One snapshot of the store.
#[derive(Debug)]
pub struct ReadTx<'t> {
    _t: PhantomData<&'t ()>,
}

impl ReadTx<'_> {
    /// The row with that key.
    pub async fn get<T: Table>(&self, _key: impl KeyFor<T::Key>) -> Result<Option<T>, StoreError> {
        todo!()
    }

    /// Rows in the order of the key or of an index.
    pub fn scan<T: Table>(&self) -> Scan<'_, T> {
        todo!()
    }

    /// A table by its full name, its rows as dynamic values.
    pub fn table(&self, _name: &str) -> Result<TableView<'_>, StoreError> {
        todo!()
    }
}
