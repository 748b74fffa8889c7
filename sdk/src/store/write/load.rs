//! Loading very many rows: [`WriteTx::load`].
//!
//! Rows and index entries are gathered up to a limit of memory, then inserted
//! tree by tree in the order of the keys. Whatever is found wrong dooms the
//! transaction, which is why it is shared with nobody.

use std::{collections::HashSet, sync::Arc};

use sdk_schema::Row;

use super::{
    RawChange, StoreError, StoredTable, WriteTx, has_row,
    sorted::{Sorted, Taken},
};
use crate::store::{
    catalogue::{Binding, corrupt, values_text},
    dynamic, encode,
    key::KeyReader,
    table::Table,
    trees::{ReadTrees, TreeId},
};

/// How many bytes of rows and entries are gathered until they are inserted.
pub(in crate::store) const GATHERED_BYTES: usize = 192 << 20;

/// Rows on their way into a table.
struct Load {
    table: Arc<StoredTable>,
    rows: Sorted,
    /// Parallel to the table's indexes.
    indexes: Vec<Sorted>,
    /// References to rows that have not come yet: the position of the field, and
    /// the key.
    unresolved: HashSet<(usize, Vec<u8>)>,
    loaded: u64,
}

impl WriteTx<'_> {
    /// Adds many rows, several times as fast as one by one, and says how many.
    /// They may come in any order; in the order of their keys they take the
    /// least room. Memory stays bounded, however many they are.
    ///
    /// The closure gets the transaction for itself, so that other writes wait
    /// until it is done.
    ///
    /// When the rows have more bytes than the log of changes
    /// [keeps](crate::store::Retention), the log has none of them: feeds learn
    /// that they have to take a new snapshot.
    ///
    /// # Errors
    /// A row that is there already, a value that is not unique or refers to
    /// nothing ends the transaction, whatever the closure does with the error.
    pub async fn load<T: Table>(
        &mut self,
        rows: impl IntoIterator<Item = T>,
    ) -> Result<u64, StoreError> {
        self.require_alone()?;
        let binding = Arc::clone(self.catalogue.bind::<T>()?);
        let rows = rows.into_iter().map(|row| encode::typed(&binding, &row));
        self.load_encoded(&binding.table, rows)
    }

    /// Like [`WriteTx::load`], with dynamic rows of the table of that full name.
    pub async fn load_rows(
        &mut self,
        table: &str,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<u64, StoreError> {
        self.require_alone()?;
        let binding = Binding::of_table(self.catalogue.table(table)?);
        let rows = rows
            .into_iter()
            .map(|row| dynamic::encode_row(&binding.table, &row));
        self.load_encoded(&binding.table, rows)
    }

    /// Removes the rows that have expired, which would be in the way.
    fn make_room(&mut self, table: &Arc<StoredTable>) -> Result<(), StoreError> {
        let name = table.name().to_string();
        let mut passed = 0;
        loop {
            let keys = self.read.expired_keys(table, passed)?;
            if keys.is_empty() {
                return Ok(());
            }
            for key in keys {
                passed += usize::from(!self.remove_if_expired(&name, &key)?);
            }
        }
    }

    fn load_encoded(
        &mut self,
        table: &Arc<StoredTable>,
        rows: impl Iterator<Item = Result<Vec<u8>, StoreError>>,
    ) -> Result<u64, StoreError> {
        self.make_room(table)?;
        let mut load = Load::new(table);
        let expected = rows.size_hint().0;
        let mut done = Ok(());
        for row in rows {
            done = row.and_then(|row| {
                if load.loaded == 0 {
                    self.log.expect(expected.saturating_mul(row.len()));
                }
                load.take(self, &row)
            });
            if done.is_err() {
                break;
            }
        }
        let done = done.and_then(|()| load.finish(self));
        self.doom_if_failed(done)?;
        Ok(load.loaded)
    }
}

impl Load {
    fn new(table: &Arc<StoredTable>) -> Self {
        Self {
            table: Arc::clone(table),
            rows: Sorted::default(),
            indexes: table.indexes().iter().map(|_| Sorted::default()).collect(),
            unresolved: HashSet::new(),
            loaded: 0,
        }
    }

    /// Gathers a row and its entries.
    fn take(&mut self, tx: &mut WriteTx<'_>, row: &[u8]) -> Result<(), StoreError> {
        let fail = |error| corrupt(&self.table, &[], error);
        let view = self.table.view(row).map_err(fail)?;
        let key = self.table.key_of(&view).map_err(fail)?;
        for (index, gathered) in self.table.indexes().iter().zip(&mut self.indexes) {
            let entries = self.table.entries(index, &key, &view).map_err(fail)?;
            for entry in entries {
                gathered.push(&entry.key, &entry.value);
            }
        }
        for (field, _) in self.table.references() {
            let target = self.table.reference_key(&view, field).map_err(fail)?;
            if let Some(target) = target {
                self.unresolved.insert((field, target.to_vec()));
            }
        }
        self.rows.push(&key, row);
        self.loaded += 1;
        let gathered: usize = self.indexes.iter().map(Sorted::len).sum();
        if gathered + self.rows.len() < GATHERED_BYTES {
            return Ok(());
        }
        self.insert(tx)
    }

    /// Inserts what was gathered.
    fn insert(&mut self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        self.rows.sort();
        tx.bytes += self.rows.len();
        if self.table.schema().feed {
            let id = self.table.raw().id;
            for (key, row) in self.rows.iter() {
                tx.log(&RawChange {
                    table: id,
                    key,
                    old: None,
                    new: Some(row),
                    expired: false,
                })?;
            }
        }
        if let Some(taken) = insert(tx, self.table.rows(), &mut self.rows)? {
            return Err(StoreError::AlreadyExists {
                table: self.table.name().to_string(),
                key: self.table.key_text(&taken.key),
            });
        }
        for place in 0..self.indexes.len() {
            let index = &self.table.indexes()[place];
            self.indexes[place].sort();
            if let Some(taken) = insert(tx, index.tree, &mut self.indexes[place])? {
                return Err(self.not_unique(tx, place, &taken));
            }
        }
        self.resolve(tx)
    }

    /// Forgets the references to rows that are there by now.
    fn resolve(&mut self, tx: &WriteTx<'_>) -> Result<(), StoreError> {
        let mut unresolved = HashSet::new();
        for (field, key) in self.unresolved.drain() {
            let reference = self.table.fields()[field].references.as_ref();
            let target = reference.map(|reference| reference.table.to_string());
            if !has_row(&tx.read, &target.unwrap_or_default(), &key)? {
                unresolved.insert((field, key));
            }
        }
        self.unresolved = unresolved;
        Ok(())
    }

    fn finish(&mut self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        self.insert(tx)?;
        let Some((field, key)) = self.unresolved.iter().min() else {
            return Ok(());
        };
        let declared = &self.table.fields()[*field];
        let target = declared.references.as_ref();
        Err(StoreError::ReferenceMissing {
            table: self.table.name().to_string(),
            field: declared.name.to_string(),
            value: self.table.reference_text(*field, key),
            target: target.map_or_else(String::new, |target| target.table.to_string()),
        })
    }

    fn not_unique(&self, tx: &WriteTx<'_>, place: usize, taken: &Taken) -> StoreError {
        let index = &self.table.indexes()[place];
        let values = self
            .table
            .parts_of(&index.fields, &mut KeyReader::new(&taken.key));
        let holder = tx.read.trees.get(index.tree, &taken.key);
        let holder = holder.ok().flatten().map(|key| key.value().to_vec());
        StoreError::UniqueViolation {
            table: self.table.name().to_string(),
            index: self.table.label(&index.fields),
            values: values.map_or_else(|error| error.to_string(), |values| values_text(&values)),
            existing: self.table.key_text(&holder.unwrap_or_default()),
        }
    }
}

fn insert(
    tx: &mut WriteTx<'_>,
    tree: TreeId,
    sorted: &mut Sorted,
) -> Result<Option<Taken>, StoreError> {
    sorted.insert_into(tx.read.trees.changing(tree)?)
}
