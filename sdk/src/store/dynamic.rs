//! Tables by name, rows as values: what the console, export and seeds use.

use std::{marker::PhantomData, ops::{Bound, Deref}};

use sdk_schema::{Row, TableName, Value};

use super::{error::StoreError, scan::{Cursor, Page}};

/// A table of a transaction.
#[derive(Debug)]
pub struct TableView<'a> {
    _t: PhantomData<&'a ()>,
}

impl<'a> TableView<'a> {
    /// The full name.
    pub fn name(&self) -> &TableName {
        todo!()
    }

    /// Fields, key and indexes.
    pub fn schema(&self) -> &sdk_schema::Table {
        todo!()
    }

    /// The row with that key.
    pub async fn get(&self, _key: &[Value]) -> Result<Option<Row>, StoreError> {
        todo!()
    }

    /// Rows in the order of the key or of an index.
    pub fn scan(&self) -> DynamicScan<'_> {
        todo!()
    }
}

/// A table of a transaction that can be changed.
#[derive(Debug)]
pub struct TableMut<'a> {
    view: TableView<'a>,
}

impl<'a> Deref for TableMut<'a> {
    type Target = TableView<'a>;
    fn deref(&self) -> &TableView<'a> {
        &self.view
    }
}

impl TableMut<'_> {
    /// Adds a row; fields that it does not name get their default.
    pub async fn insert(&mut self, _row: Row) -> Result<(), StoreError> {
        todo!()
    }

    /// Replaces the row with the same key.
    pub async fn update(&mut self, _row: Row) -> Result<(), StoreError> {
        todo!()
    }

    /// Adds the row, or replaces the one with the same key.
    pub async fn upsert(&mut self, _row: Row) -> Result<(), StoreError> {
        todo!()
    }

    /// Deletes the row with that key and says whether there was one.
    pub async fn delete(&mut self, _key: &[Value]) -> Result<bool, StoreError> {
        todo!()
    }
}

/// A scan of a table by name.
#[derive(Debug)]
#[must_use = "a scan reads nothing until it is collected"]
pub struct DynamicScan<'a> {
    _t: PhantomData<&'a ()>,
}

impl<'a> DynamicScan<'a> {
    /// Only rows whose field has this value.
    pub fn by(self, _field: &str, _value: &Value) -> Self {
        todo!()
    }

    /// Only rows whose field is in the range; they come in its order.
    pub fn range(self, _field: &str, _range: (Bound<&Value>, Bound<&Value>)) -> Self {
        todo!()
    }

    /// Only rows whose field begins so; they come in its order.
    pub fn starts_with(self, _field: &str, _prefix: &str) -> Self {
        todo!()
    }

    /// From the last row to the first.
    pub fn rev(self) -> Self {
        todo!()
    }

    /// Goes on where a page ended.
    pub fn after(self, _cursor: impl Into<Option<Cursor>>) -> Self {
        todo!()
    }

    /// At most so many rows.
    pub fn limit(self, _rows: usize) -> Self {
        todo!()
    }

    /// Reads the rows.
    pub async fn collect(self) -> Result<Page<Row>, StoreError> {
        todo!()
    }

    /// Reads the first row.
    pub async fn first(self) -> Result<Option<Row>, StoreError> {
        todo!()
    }

    /// Counts the rows without reading them.
    pub async fn count(self) -> Result<u64, StoreError> {
        todo!()
    }

    /// Reads the rows one after the other.
    pub fn rows(self) -> Result<DynamicRows<'a>, StoreError> {
        todo!()
    }
}

/// Rows that are read one after the other.
#[derive(Debug)]
pub struct DynamicRows<'a> {
    _t: PhantomData<&'a ()>,
}

impl DynamicRows<'_> {
    /// The next row.
    pub async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        todo!()
    }
}
