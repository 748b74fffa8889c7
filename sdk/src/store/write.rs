//! [`WriteTx`]: changes that are committed together.
//!
//! Every change of a row goes through [`change`]: rows, indexes and constraints
//! cannot drift apart. All checks come before the first change, so that a call
//! that fails has changed nothing, even when the caller goes on and commits. Only
//! a failing disk can interrupt the changes themselves; the transaction is then
//! doomed and its commit refused.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

mod change;
mod constraint;
mod delete;

use std::{ops::Deref, sync::Arc};

use sdk_schema::{Name, Operation};

pub(super) use constraint::has_row;

use super::{
    alter::Alteration,
    catalogue::{Binding, Catalogue, StoredTable},
    dynamic::TableMut,
    encode,
    error::StoreError,
    key::KeyFor,
    read::{ReadTx, encode_key},
    table::Table,
    trees::{ReadTrees, Trees},
};

/// A [`ReadTx`] that sees and makes changes.
#[derive(Debug)]
pub struct WriteTx<'t> {
    pub(super) read: ReadTx<'t>,
    /// What failed half-way, so that nothing may be committed.
    doom: Option<String>,
}

/// What must be so of a row's key before the row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// No row has it.
    Insert,
    /// A row has it.
    Update,
    /// Nothing.
    Upsert,
}

/// What there is to commit.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether there is anything.
    pub has_changes: bool,
    pub catalogue: Arc<Catalogue>,
}

/// Changes of rows as bytes, whatever the transaction's lifetime.
pub(super) trait WriteRows: Send + Sync {
    fn trees(&self) -> &dyn ReadTrees;
    fn write_row(&mut self, table: &StoredTable, mode: Mode, row: &[u8]) -> Result<(), StoreError>;
    fn delete_row(&mut self, table: &Arc<StoredTable>, key: Vec<u8>) -> Result<bool, StoreError>;
}

impl<'t> Deref for WriteTx<'t> {
    type Target = ReadTx<'t>;
    fn deref(&self) -> &ReadTx<'t> {
        &self.read
    }
}

impl<'t> WriteTx<'t> {
    pub(super) fn new(catalogue: Arc<Catalogue>, trees: Trees<'t>) -> Self {
        Self {
            read: ReadTx::new(catalogue, trees),
            doom: None,
        }
    }

    /// Adds a row.
    pub async fn insert<T: Table>(&mut self, row: &T) -> Result<(), StoreError> {
        self.write_typed(row, Mode::Insert)
    }

    /// Replaces the row with the same key.
    pub async fn update<T: Table>(&mut self, row: &T) -> Result<(), StoreError> {
        self.write_typed(row, Mode::Update)
    }

    /// Adds the row, or replaces the one with the same key.
    pub async fn upsert<T: Table>(&mut self, row: &T) -> Result<(), StoreError> {
        self.write_typed(row, Mode::Upsert)
    }

    /// Deletes the row with that key and says whether there was one. Rows that
    /// refer to it hinder that, are deleted too, or lose their reference, as
    /// their fields declare.
    pub async fn delete<T: Table>(&mut self, key: impl KeyFor<T::Key>) -> Result<bool, StoreError> {
        let binding = self.catalogue.bind::<T>()?;
        self.delete_row(&binding.table, encode_key(&key))
    }

    /// A table by its full name, its rows as dynamic values.
    pub fn table(&mut self, name: &str) -> Result<TableMut<'_>, StoreError> {
        let binding = Binding::of_table(self.catalogue.table(name)?);
        Ok(TableMut::new(self, Arc::new(binding)))
    }

    /// Applies one operation of a migration of `module` to the schema and the
    /// rows. A `run` changes neither: calling its step is the caller's affair.
    ///
    /// An operation that does not fit the schema changes nothing; one that the
    /// rows do not allow dooms the transaction.
    pub async fn apply(&mut self, module: &Name, operation: &Operation) -> Result<(), StoreError> {
        let alteration = Alteration::plan(&self.catalogue, module, operation)?;
        let done = alteration.carry_out(&mut self.read);
        self.doom_if_failed(done)
    }

    fn write_typed<T: Table>(&mut self, row: &T, mode: Mode) -> Result<(), StoreError> {
        let binding = self.catalogue.bind::<T>()?;
        let bytes = encode::typed(&binding, row)?;
        self.write_row(&binding.table, mode, &bytes)
    }

    /// Remembers that something was interrupted.
    fn doom_if_failed<R>(&mut self, result: Result<R, StoreError>) -> Result<R, StoreError> {
        if let Err(error) = &result {
            self.doom.get_or_insert_with(|| error.to_string());
        }
        result
    }

    /// Ends the use of the trees; refuses when the transaction is doomed.
    pub(super) fn finish(self) -> Result<Outcome, StoreError> {
        match self.doom {
            Some(detail) => Err(StoreError::Doomed { detail }),
            None => Ok(Outcome {
                has_changes: self.read.trees.has_changes(),
                catalogue: self.read.catalogue,
            }),
        }
    }
}
