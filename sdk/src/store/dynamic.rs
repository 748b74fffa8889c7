//! Tables by name, rows as values: what the console, export, import and seeds use.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

use std::sync::Arc;

use sdk_schema::{Field, Name, Row, RowError, TableName, Value, ValueError};

use super::{
    catalogue::{Binding, StoredTable},
    encode,
    error::StoreError,
    key::{KeyBytes, KeyWriter, dynamic as key},
    query::Query,
    scan::{Rows, Scan},
    trees::ReadTrees,
    write::{Mode, WriteRows},
};

/// A table of a transaction.
pub struct TableView<'a> {
    trees: &'a dyn ReadTrees,
    binding: Arc<Binding>,
}

impl<'a> TableView<'a> {
    pub(super) fn new(trees: &'a dyn ReadTrees, binding: Arc<Binding>) -> Self {
        Self { trees, binding }
    }

    /// The full name.
    pub fn name(&self) -> &TableName {
        self.binding.table.name()
    }

    /// Fields, key and indexes.
    pub fn schema(&self) -> &sdk_schema::Table {
        self.binding.table.schema()
    }

    /// How many rows there are. Counts nothing but rows that have expired and are
    /// not yet removed.
    pub fn len(&self) -> Result<u64, StoreError> {
        let all = self.trees.len(self.binding.table.rows())?;
        Ok(all.saturating_sub(self.expired()?))
    }

    /// How many rows have expired and are not yet removed.
    fn expired(&self) -> Result<u64, StoreError> {
        let table = &self.binding.table;
        let Some(query) = Query::expired(table, self.trees.now()) else {
            return Ok(0);
        };
        let rows = Rows::<Row>::new(self.trees, Arc::clone(&self.binding), &query)?;
        rows.count_entries()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.len()? == 0)
    }

    /// The row with that key.
    pub async fn get(&self, key: &[Value]) -> Result<Option<Row>, StoreError> {
        let key = encode_key(&self.binding.table, key)?;
        match self.trees.get(self.binding.table.rows(), &key)? {
            Some(row) => self
                .binding
                .read_alive::<Row>(&key, row.value(), self.trees.now()),
            None => Ok(None),
        }
    }

    /// Rows in the order of the key or of an index.
    pub fn scan(&self) -> Scan<'a, Row> {
        Scan::new(self.trees, Ok(Arc::clone(&self.binding)))
    }
}

/// A table of a transaction that can be changed.
pub struct TableMut<'a> {
    tx: &'a mut dyn WriteRows,
    binding: Arc<Binding>,
}

impl<'a> TableMut<'a> {
    pub(super) fn new(tx: &'a mut dyn WriteRows, binding: Arc<Binding>) -> Self {
        Self { tx, binding }
    }

    /// The table without the ability to change it.
    pub fn view(&self) -> TableView<'_> {
        TableView::new(self.tx.trees(), Arc::clone(&self.binding))
    }

    /// The full name.
    pub fn name(&self) -> &TableName {
        self.binding.table.name()
    }

    /// Fields, key and indexes.
    pub fn schema(&self) -> &sdk_schema::Table {
        self.binding.table.schema()
    }

    /// How many rows there are. Counts nothing but rows that have expired and are
    /// not yet removed.
    pub fn len(&self) -> Result<u64, StoreError> {
        self.view().len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        self.view().is_empty()
    }

    /// The row with that key.
    pub async fn get(&self, key: &[Value]) -> Result<Option<Row>, StoreError> {
        self.view().get(key).await
    }

    /// Rows in the order of the key or of an index.
    pub fn scan(&self) -> Scan<'_, Row> {
        self.view().scan()
    }

    /// Adds a row; fields that it does not name get their default.
    pub async fn insert(&mut self, row: Row) -> Result<(), StoreError> {
        self.write(&row, Mode::Insert)
    }

    /// Replaces the row with the same key; fields that it does not name get
    /// their default.
    pub async fn update(&mut self, row: Row) -> Result<(), StoreError> {
        self.write(&row, Mode::Update)
    }

    /// Adds the row, or replaces the one with the same key; fields that it does
    /// not name get their default.
    pub async fn upsert(&mut self, row: Row) -> Result<(), StoreError> {
        self.write(&row, Mode::Upsert)
    }

    /// Deletes the row with that key and says whether there was one.
    pub async fn delete(&mut self, key: &[Value]) -> Result<bool, StoreError> {
        let key = encode_key(&self.binding.table, key)?;
        self.tx.delete_row(&self.binding.table, key.into_vec())
    }

    fn write(&mut self, row: &Row, mode: Mode) -> Result<(), StoreError> {
        let table = &self.binding.table;
        let bytes = encode_row(table, row)?;
        self.tx.write_row(table, mode, &bytes)
    }
}

/// The bytes of a row; fields that it does not name get their default.
pub(super) fn encode_row(table: &StoredTable, row: &Row) -> Result<Vec<u8>, StoreError> {
    let values = complete(table.schema(), row)?;
    encode::values(table, &values)
}

/// The values of all fields in their order, defaults included.
fn complete(table: &sdk_schema::Table, row: &Row) -> Result<Vec<Value>, RowError> {
    if let Some((unknown, _)) = row.iter().find(|(name, _)| table.field(name).is_none()) {
        return Err(RowError::UnknownField {
            table: table.name.clone(),
            field: unknown.to_string(),
            known: table.field_list(),
        });
    }
    let value = |field: &Field| {
        let given = row.get(&field.name).cloned();
        given
            .or_else(|| field.absent_value())
            .ok_or_else(|| RowError::MissingField {
                table: table.name.clone(),
                field: field.name.clone(),
            })
    };
    table.fields.iter().map(value).collect()
}

/// The bytes of a key from the values of its fields.
fn encode_key(table: &StoredTable, values: &[Value]) -> Result<KeyBytes, StoreError> {
    if values.len() != table.key().len() {
        return Err(StoreError::Value {
            table: table.name().to_string(),
            field: table.label(table.key()),
            expected: format!("{} values", table.key().len()),
            found: values.len().to_string(),
        });
    }
    let mut out = KeyWriter::new();
    for (position, value) in table.key().iter().zip(values) {
        let field = &table.fields()[*position];
        key::encode(field, value, &mut out)
            .map_err(|source| row_error(table, &field.name, source))?;
    }
    Ok(out.into_bytes())
}

fn row_error(table: &StoredTable, field: &Name, source: ValueError) -> RowError {
    RowError::Value {
        table: table.schema().name.clone(),
        field: field.clone(),
        source,
    }
}
