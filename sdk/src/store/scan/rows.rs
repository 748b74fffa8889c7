//! Reading the rows of a scan one after the other.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

use std::sync::Arc;

use sdk_schema::Row;

use super::{
    Cursor, Positions, Query, StoreError, StoredTable, Table,
    entries::{Entries, EntryKey, ScanEntry},
};
use crate::store::{
    catalogue::{Binding, StoredIndex, corrupt},
    error::DecodeError,
    query::{Access, Sieve},
    row::RowReader,
    trees::{Guard, ReadTrees},
};

/// What rows can be read as: every [`Table`], the dynamic [`Row`], and
/// [`Selected`](super::Selected) fields.
pub trait ScanRow {
    /// What a scan gives for each row.
    type Item;

    /// Reads a row.
    #[doc(hidden)]
    fn read(row: &RowReader<'_>) -> Result<Self::Item, DecodeError>;
}

impl<T: Table> ScanRow for T {
    type Item = T;

    #[inline]
    fn read(row: &RowReader<'_>) -> Result<Self, DecodeError> {
        T::decode(row)
    }
}

impl ScanRow for Row {
    type Item = Self;

    fn read(row: &RowReader<'_>) -> Result<Self, DecodeError> {
        row.dynamic()
    }
}

/// Rows that are read one after the other.
pub struct Rows<'a, R> {
    trees: &'a dyn ReadTrees,
    binding: Arc<Binding>,
    selected: Option<Positions>,
    access: Access,
    entries: Entries<'a>,
    sieve: Sieve,
    left: usize,
    /// How many entries may still be looked at.
    unexamined: usize,
    /// The key of the last entry that was read.
    last: Option<EntryKey<'a>>,
    form: std::marker::PhantomData<fn() -> R>,
}

impl<'a, R: ScanRow> Rows<'a, R> {
    pub(in crate::store) fn new(
        trees: &'a dyn ReadTrees,
        binding: Arc<Binding>,
        query: &Query,
    ) -> Result<Self, StoreError> {
        let access = query.access(&binding.table)?;
        let entries = Entries::new(trees, &binding.table, access, query)?;
        Ok(Self {
            trees,
            binding,
            selected: None,
            access,
            entries,
            sieve: Sieve::new(trees.now(), query.filters.clone()),
            left: query.limit.unwrap_or(usize::MAX),
            unexamined: query.examined.unwrap_or(usize::MAX),
            last: None,
            form: std::marker::PhantomData,
        })
    }

    pub(super) fn selecting(self, selected: Option<Positions>) -> Self {
        Self { selected, ..self }
    }

    /// The next row; none after the last, or when as many are looked at as were asked for.
    pub async fn next(&mut self) -> Result<Option<R::Item>, StoreError> {
        self.read_next()
    }

    /// Where to go on after the row that was read last; none when no row follows.
    pub fn cursor(&mut self) -> Result<Option<Cursor>, StoreError> {
        let Some(mut last) = self.last.take() else {
            return Ok(None);
        };
        // What is left out before the next row need not be read again.
        while let Some(entry) = self.entries.next()? {
            if !self.may_examine() || self.is_wanted(&entry)? {
                return Ok(Some(Cursor::new(self.access.tree, last.value())));
            }
            last = entry.key;
        }
        Ok(None)
    }

    pub(in crate::store) fn read_next(&mut self) -> Result<Option<R::Item>, StoreError> {
        while self.left > 0 && self.may_examine() {
            let Some(entry) = self.entries.next()? else {
                return Ok(None);
            };
            let row = self.visit(&entry, R::read)?;
            self.last = Some(entry.key);
            if row.is_some() {
                self.left -= 1;
                return Ok(row);
            }
        }
        Ok(None)
    }

    /// Counts an entry that is looked at next, unless it is one too many.
    #[inline]
    fn may_examine(&mut self) -> bool {
        let more = self.unexamined.checked_sub(1);
        self.unexamined = more.unwrap_or(0);
        more.is_some()
    }

    pub(super) fn count_rest(mut self) -> Result<u64, StoreError> {
        let mut count = 0;
        while self.left > 0 {
            let Some(entry) = self.entries.next()? else {
                break;
            };
            if self.is_wanted(&entry)? {
                self.left -= 1;
                count += 1;
            }
        }
        Ok(count)
    }

    /// How many entries there are, those of rows included that would be left out.
    pub(in crate::store) fn count_entries(mut self) -> Result<u64, StoreError> {
        let mut count = 0;
        while self.entries.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// The key of the row of the next entry. The row is not read, so it may be one
    /// that has expired.
    pub(in crate::store) fn next_key(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(entry) = self.entries.next()? else {
            return Ok(None);
        };
        let table = &self.binding.table;
        row_key(table, self.access.index(table), &entry).map(|key| Some(key.to_vec()))
    }

    /// Whether the row of an entry is one that the scan gives.
    fn is_wanted(&mut self, entry: &ScanEntry<'_>) -> Result<bool, StoreError> {
        if self.sieve.is_open(&self.binding.table) {
            return Ok(true);
        }
        let wanted = self.visit(entry, |_| Ok(()))?;
        Ok(wanted.is_some())
    }

    /// Reads from the row of an entry, unless the scan leaves it out.
    #[inline]
    fn visit<V>(
        &mut self,
        entry: &ScanEntry<'_>,
        read: impl FnOnce(&RowReader<'_>) -> Result<V, DecodeError>,
    ) -> Result<Option<V>, StoreError> {
        let Self {
            trees,
            binding,
            sieve,
            access,
            selected,
            ..
        } = self;
        let table = &binding.table;
        let index = access.index(table);
        let row_key = row_key(table, index, entry)?;
        let found;
        let row = match index {
            None => entry.value.value(),
            Some(index) => {
                found = trees.get(table.rows(), row_key)?;
                let row = found.as_ref().map(Guard::value);
                row.ok_or_else(|| without_row(table, index, row_key))?
            }
        };
        let visited = table.view(row).and_then(|row| {
            if !sieve.accepts(table, &row)? {
                return Ok(None);
            }
            read(&binding.reader(row, selected.as_deref())).map(Some)
        });
        visited.map_err(|error| corrupt(table, row_key, error))
    }
}

/// The key of the row that an entry stands for.
#[inline]
fn row_key<'k>(
    table: &StoredTable,
    index: Option<&StoredIndex>,
    ScanEntry { key, value }: &'k ScanEntry<'_>,
) -> Result<&'k [u8], StoreError> {
    match index {
        None => Ok(key.value()),
        Some(index) => table
            .key_of_entry(index, key.value(), value.value())
            .map_err(|error| corrupt(table, key.value(), error)),
    }
}

fn without_row(table: &StoredTable, index: &StoredIndex, key: &[u8]) -> StoreError {
    StoreError::Damaged {
        detail: format!(
            "index {} of `{}` names row {}, which is not there",
            table.label(&index.fields),
            table.name(),
            table.key_text(key)
        ),
    }
}
