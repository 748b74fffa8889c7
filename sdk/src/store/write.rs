//! [`WriteTx`]: changes that are committed together.

use std::{marker::PhantomData, ops::Deref};

use sdk_schema::{Name, Operation};

use super::{
    dynamic::TableMut,
    error::StoreError,
    key::KeyFor,
    read::ReadTx,
    table::Table,
};

/// A [`ReadTx`] that sees and makes changes.
#[derive(Debug)]
pub struct WriteTx<'t> {
    read: ReadTx<'t>,
    _t: PhantomData<&'t ()>,
}

impl<'t> Deref for WriteTx<'t> {
    type Target = ReadTx<'t>;
    fn deref(&self) -> &ReadTx<'t> {
        &self.read
    }
}

impl WriteTx<'_> {
    /// Adds a row.
    pub async fn insert<T: Table>(&mut self, _row: &T) -> Result<(), StoreError> {
        todo!()
    }

    /// Replaces the row with the same key.
    pub async fn update<T: Table>(&mut self, _row: &T) -> Result<(), StoreError> {
        todo!()
    }

    /// Adds the row, or replaces the one with the same key.
    pub async fn upsert<T: Table>(&mut self, _row: &T) -> Result<(), StoreError> {
        todo!()
    }

    /// Deletes the row with that key and says whether there was one.
    pub async fn delete<T: Table>(&mut self, _key: impl KeyFor<T::Key>) -> Result<bool, StoreError> {
        todo!()
    }

    /// A table by its full name, its rows as dynamic values.
    pub fn table(&mut self, _name: &str) -> Result<TableMut<'_>, StoreError> {
        todo!()
    }

    /// Applies one operation of a migration of `module` to the schema and the rows.
    pub async fn apply(&mut self, _module: &Name, _operation: &Operation) -> Result<(), StoreError> {
        todo!()
    }
}
