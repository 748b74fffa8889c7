//! Reading the rows of a scan one after the other.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

use std::sync::Arc;

use sdk_schema::Row;

use super::{Cursor, Query, StoreError, Table};
use crate::store::{
    catalogue::{Binding, corrupt},
    error::DecodeError,
    query::Access,
    row::RowReader,
    trees::{Entries, Guard, ReadTrees},
};

/// A type that rows can be read as: every [`Table`], and the dynamic [`Row`].
pub trait ScanRow: Sized {
    /// Reads a row.
    #[doc(hidden)]
    fn read(row: &RowReader<'_>) -> Result<Self, DecodeError>;
}

impl<T: Table> ScanRow for T {
    fn read(row: &RowReader<'_>) -> Result<Self, DecodeError> {
        T::decode(row)
    }
}

impl ScanRow for Row {
    fn read(row: &RowReader<'_>) -> Result<Self, DecodeError> {
        row.dynamic()
    }
}

/// Rows that are read one after the other.
pub struct Rows<'a, R> {
    trees: &'a dyn ReadTrees,
    binding: Arc<Binding>,
    access: Access,
    /// None when no key can lie in the range.
    entries: Option<Entries<'a>>,
    reverse: bool,
    left: usize,
    /// The key of the last entry that was read.
    last: Option<Guard<'a>>,
    form: std::marker::PhantomData<fn() -> R>,
}

type EntryGuards<'a> = (Guard<'a>, Guard<'a>);

impl<'a, R: ScanRow> Rows<'a, R> {
    pub(in crate::store) fn new(
        trees: &'a dyn ReadTrees,
        binding: Arc<Binding>,
        query: &Query,
    ) -> Result<Self, StoreError> {
        let access = query.access(&binding.table)?;
        let range = query.key_range(&binding.table, &access)?;
        let entries = if range.is_empty() {
            None
        } else {
            Some(trees.range(access.tree, range.bounds())?)
        };
        Ok(Self {
            trees,
            binding,
            access,
            entries,
            reverse: query.reverse,
            left: query.limit.unwrap_or(usize::MAX),
            last: None,
            form: std::marker::PhantomData,
        })
    }

    /// The next row; none after the last.
    pub async fn next(&mut self) -> Result<Option<R>, StoreError> {
        self.read_next()
    }

    /// Where to go on after the row that was read last; none when no row follows.
    pub fn cursor(&mut self) -> Result<Option<Cursor>, StoreError> {
        let Some(last) = self.last.take() else {
            return Ok(None);
        };
        let cursor = Cursor::new(self.access.tree, last.value());
        Ok(self.next_entry()?.map(|_| cursor))
    }

    pub(super) fn read_next(&mut self) -> Result<Option<R>, StoreError> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some((key, value)) = self.next_entry()? else {
            return Ok(None);
        };
        self.left -= 1;
        let row = self.read(&key, &value)?;
        self.last = Some(key);
        Ok(Some(row))
    }

    pub(super) fn count_rest(mut self) -> Result<u64, StoreError> {
        let mut count = 0;
        while self.left > 0 && self.next_entry()?.is_some() {
            self.left -= 1;
            count += 1;
        }
        Ok(count)
    }

    /// The key of the next row, which is not read.
    pub(in crate::store) fn next_key(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((key, value)) = self.next_entry()? else {
            return Ok(None);
        };
        self.row_key(&key, &value).map(|key| Some(key.to_vec()))
    }

    fn next_entry(&mut self) -> Result<Option<EntryGuards<'a>>, StoreError> {
        let next = self.entries.as_mut().and_then(|entries| {
            if self.reverse {
                entries.next_back()
            } else {
                entries.next()
            }
        });
        Ok(next.transpose()?)
    }

    fn row_key<'k>(
        &self,
        key: &'k Guard<'_>,
        value: &'k Guard<'_>,
    ) -> Result<&'k [u8], StoreError> {
        let table = &self.binding.table;
        match &self.access.index {
            None => Ok(key.value()),
            Some(index) => table
                .key_of_entry(index, key.value(), value.value())
                .map_err(|error| corrupt(table, key.value(), error)),
        }
    }

    fn read(&self, key: &Guard<'_>, value: &Guard<'_>) -> Result<R, StoreError> {
        let table = &self.binding.table;
        let row_key = self.row_key(key, value)?;
        let Some(index) = &self.access.index else {
            return self.binding.read(row_key, value.value());
        };
        match self.trees.get(table.rows(), row_key)? {
            Some(row) => self.binding.read(row_key, row.value()),
            None => Err(StoreError::Damaged {
                detail: format!(
                    "index {} of `{}` names row {}, which is not there",
                    table.label(&index.fields),
                    table.name(),
                    table.key_text(row_key)
                ),
            }),
        }
    }
}
