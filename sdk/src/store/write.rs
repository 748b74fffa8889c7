//! [`WriteTx`]: changes that are committed together.
//!
//! Every change of a row goes through [`change`]: rows, indexes and constraints
//! cannot drift apart. All checks come before the first change, so that a call
//! that fails has changed nothing, even when the caller goes on and commits. Only
//! a failing disk can interrupt the changes themselves; the transaction is then
//! doomed and its commit refused.
//!
//! The transaction of redb may hold the changes of other callers, too: [`undo`]
//! takes back those of this one alone.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

mod batch;
mod change;
mod constraint;
mod delete;
pub(super) mod load;
pub(super) mod sorted;
mod undo;

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sdk_schema::{Name, Operation, TableName};

pub use batch::KeyedRow;
pub(super) use constraint::has_row;

use super::{
    alter::{self, Alteration},
    catalogue::{Binding, Catalogue, StoredTable},
    dynamic::TableMut,
    encode,
    error::StoreError,
    feed::{LogEntry, LogWriter, RawChange},
    key::KeyFor,
    read::{ReadTx, encode_key},
    table::Table,
    trees::{EVERYTHING, ReadTrees, TreeId, Trees},
};
use undo::UndoList;

/// A [`ReadTx`] that sees and makes changes.
#[derive(Debug)]
pub struct WriteTx<'t> {
    pub(super) read: ReadTx<'t>,
    /// What failed half-way, so that nothing may be committed.
    doom: Option<String>,
    undo: UndoList,
    /// Whether it needs the transaction for itself and does not have it.
    wants_alone: bool,
    log: LogWriter,
    /// How many bytes were changed.
    bytes: usize,
    /// Set when what was changed cannot be undone, so that nobody commits it.
    broken: Arc<AtomicBool>,
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

/// How a transaction ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// There is something to commit.
    Changed(Changes),
    /// There is nothing to commit.
    Unchanged,
    /// Nothing of it remains; it must be run alone.
    WantsAlone,
}

/// What there is to commit.
#[derive(Debug)]
pub(super) struct Changes {
    pub catalogue: Arc<Catalogue>,
    pub log: LogWriter,
    /// What is to be added to the log with the commit.
    pub entry: Option<LogEntry>,
    pub bytes: usize,
}

/// Changes of rows as bytes, whatever the transaction's lifetime.
pub(super) trait WriteRows: Send + Sync {
    fn trees(&self) -> &dyn ReadTrees;
    fn write_row(
        &mut self,
        table: &Arc<StoredTable>,
        mode: Mode,
        row: &[u8],
    ) -> Result<(), StoreError>;
    fn delete_row(&mut self, table: &Arc<StoredTable>, key: Vec<u8>) -> Result<bool, StoreError>;
}

impl<'t> Deref for WriteTx<'t> {
    type Target = ReadTx<'t>;
    fn deref(&self) -> &ReadTx<'t> {
        &self.read
    }
}

impl<'t> WriteTx<'t> {
    /// A transaction in `trees`; `is_shared` when others have changes there.
    pub(super) fn new(
        catalogue: Arc<Catalogue>,
        trees: Trees<'t>,
        log: LogWriter,
        broken: Arc<AtomicBool>,
        is_shared: bool,
    ) -> Self {
        Self {
            read: ReadTx::new(catalogue, trees),
            doom: None,
            undo: UndoList::new(is_shared),
            wants_alone: false,
            log,
            bytes: 0,
            broken,
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
        let binding = Arc::clone(self.catalogue.bind::<T>()?);
        self.delete_row(&binding.table, encode_key(&key).into_vec())
    }

    /// A table by its full name, its rows as dynamic values.
    pub fn table(&mut self, name: &str) -> Result<TableMut<'_>, StoreError> {
        let binding = Binding::of_table(self.catalogue.table(name)?);
        Ok(TableMut::new(self, Arc::new(binding)))
    }

    /// Applies one operation of a migration of `module` to the schema and the
    /// rows. A `run` changes neither: calling its step is the caller's affair.
    ///
    /// Feeds are not told what it does to rows. Where the log of changes would
    /// hold rows that the table no longer reads, it is emptied: feeds learn that
    /// they have to take a new snapshot.
    ///
    /// An operation that does not fit the schema changes nothing; one that the
    /// rows do not allow dooms the transaction.
    pub async fn apply(&mut self, module: &Name, operation: &Operation) -> Result<(), StoreError> {
        self.require_alone()?;
        if !self.read.trees.has_changes() {
            let emptied = alter::empty_trash(&mut self.read);
            self.doom_if_failed(emptied)?;
        }
        let alteration = Alteration::plan(&self.catalogue, module, operation)?;
        let before = Arc::clone(&self.catalogue);
        let done = alteration.carry_out(&mut self.read).and_then(|()| {
            let (Operation::ChangeField { table, .. } | Operation::ChangeKey { table, .. }) =
                operation
            else {
                return Ok(());
            };
            let table = TableName::new(module.clone(), table.clone());
            if alter::leaves_changes_behind(&self.read, self.log.pending(), &before, &table)? {
                self.empty_log()?;
            }
            Ok(())
        });
        self.doom_if_failed(done)
    }

    /// Makes all tables of a module those of another: after a module has got
    /// another name. References to them follow, rows stay as they are. Does nothing
    /// when `from` has no tables.
    pub(crate) async fn rename_module(&mut self, from: &Name, to: &Name) -> Result<(), StoreError> {
        self.require_alone()?;
        let done = alter::rename_module(&mut self.read, from, to);
        self.doom_if_failed(done)
    }

    fn write_typed<T: Table>(&mut self, row: &T, mode: Mode) -> Result<(), StoreError> {
        let binding = Arc::clone(self.catalogue.bind::<T>()?);
        let bytes = encode::typed(&binding, row)?;
        self.write_row(&binding.table, mode, &bytes)
    }

    /// Remembers that something was interrupted.
    pub(super) fn doom_if_failed<R>(
        &mut self,
        result: Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        if let Err(error) = &result {
            self.doom.get_or_insert_with(|| error.to_string());
        }
        result
    }

    /// Refuses what cannot be undone while others are in the transaction; the
    /// closure is then run again, alone.
    pub(super) fn require_alone(&mut self) -> Result<(), StoreError> {
        self.wants_alone |= self.undo.is_shared();
        if !self.wants_alone {
            return Ok(());
        }
        Err(StoreError::Doomed {
            detail: "it is run again, in a transaction of its own".to_owned(),
        })
    }

    /// Whether the closure has to be run again, alone.
    pub(super) fn wants_alone(&self) -> bool {
        self.wants_alone
    }

    /// Deletes a row if it is there and has expired; false when it is not so, or
    /// when it may not be deleted because of others.
    pub(super) fn remove_if_expired(
        &mut self,
        table: &str,
        key: &[u8],
    ) -> Result<bool, StoreError> {
        let Ok(table) = self.catalogue.table(table).cloned() else {
            return Ok(false);
        };
        match self.row(&table, key)? {
            Some(row) if self.is_expired(&table, key, &row)? => match self.expire(&table, key) {
                Err(StoreError::Restricted { .. }) => Ok(false),
                done => done.map(|()| true),
            },
            _ => Ok(false),
        }
    }

    /// Sets or removes a key, which holds `old`.
    pub(super) fn put(
        &mut self,
        tree: TreeId,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.undo.note(tree, key, old);
        self.bytes += key.len() + new.map_or(0, <[u8]>::len);
        match new {
            Some(value) => self.read.trees.insert(tree, key, value),
            None => self.read.trees.remove(tree, key),
        }
    }

    /// Adds a change to the log.
    fn log(&mut self, change: &RawChange<'_>) -> Result<(), StoreError> {
        if self.log.add(change) {
            self.write_log()
        } else {
            Ok(())
        }
    }

    fn write_log(&mut self) -> Result<(), StoreError> {
        let (key, entry) = self.log.take_entry();
        self.put(TreeId::Log, &key, None, Some(&entry))
    }

    /// Takes out of the log what would be more than it keeps.
    fn cut_log(&mut self) -> Result<(), StoreError> {
        for key in self.log.cut() {
            let entry = self.read.trees.get(TreeId::Log, &key)?;
            let entry = entry.map(|entry| entry.value().to_vec());
            self.put(TreeId::Log, &key, entry.as_deref(), None)?;
        }
        self.write_log()
    }

    /// Takes everything out of the log: what it holds cannot be given any more.
    fn empty_log(&mut self) -> Result<(), StoreError> {
        let entries = self.read.trees.range(TreeId::Log, EVERYTHING)?;
        let keys = entries.map(|entry| entry.map(|(key, _)| key.value().to_vec()));
        for key in keys.collect::<Result<Vec<_>, _>>()? {
            // The transaction is shared with nobody: nothing is noted for an undo.
            self.put(TreeId::Log, &key, None, None)?;
        }
        self.log.empty();
        self.write_log()
    }

    /// The last entry of the log, which whoever commits adds with those of others.
    fn finish_log(&mut self) -> Result<Option<LogEntry>, StoreError> {
        if self.log.is_too_long() {
            self.cut_log()?;
            return Ok(None);
        }
        Ok(self.log.has_changes().then(|| self.log.take_entry()))
    }

    /// Ends the transaction with what it changed. Refuses when it is doomed.
    pub(super) fn finish(&mut self) -> Result<Ended, StoreError> {
        let mut entry = None;
        if self.doom.is_none() {
            let done = self.finish_log();
            // What fails is undone below.
            entry = self.doom_if_failed(done).unwrap_or_default();
        }
        if let Some(detail) = self.doom.take() {
            self.undo();
            return Err(StoreError::Doomed { detail });
        }
        self.undo.clear();
        if !self.read.trees.has_changes() {
            return Ok(Ended::Unchanged);
        }
        Ok(Ended::Changed(Changes {
            catalogue: Arc::clone(&self.read.catalogue),
            log: self.log.clone(),
            bytes: self.bytes + entry.as_ref().map_or(0, |(_, entry)| entry.len()),
            entry,
        }))
    }

    /// Ends the transaction without its changes.
    pub(super) fn undo(&mut self) -> Ended {
        if self.undo.apply(&mut self.read.trees).is_err() {
            self.broken.store(true, Ordering::Release);
        }
        if self.wants_alone {
            Ended::WantsAlone
        } else {
            Ended::Unchanged
        }
    }
}

/// Nothing remains of what has not been finished.
impl Drop for WriteTx<'_> {
    fn drop(&mut self) {
        self.undo();
    }
}
