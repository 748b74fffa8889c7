//! How a Rust type maps to its table.

use std::sync::Arc;

use sdk_schema::{Field, Timestamp};

use super::{StoredTable, corrupt};
use crate::store::{
    error::StoreError,
    row::{RowReader, RowView},
    scan::ScanRow,
};

/// The order of a type's declared fields against that of the table's fields.
#[derive(Debug)]
pub(crate) struct Binding {
    pub table: Arc<StoredTable>,
    /// For each declared field its position in the table.
    pub order: Vec<usize>,
    /// For each position in the table the declared field.
    pub declared: Vec<usize>,
}

impl Binding {
    /// The order of the table itself, for dynamic rows.
    pub(crate) fn of_table(table: &Arc<StoredTable>) -> Self {
        let order: Vec<_> = (0..table.fields().len()).collect();
        Self {
            table: Arc::clone(table),
            declared: order.clone(),
            order,
        }
    }

    /// Reads a row.
    pub(crate) fn read<R: ScanRow>(&self, key: &[u8], row: &[u8]) -> Result<R::Item, StoreError> {
        let table = &self.table;
        let row = table.view(row);
        row.and_then(|row| R::read(&self.reader(row)))
            .map_err(|error| corrupt(table, key, error))
    }

    /// Reads a row, unless it has expired.
    pub(crate) fn read_alive<R: ScanRow>(
        &self,
        key: &[u8],
        row: &[u8],
        now: Timestamp,
    ) -> Result<Option<R::Item>, StoreError> {
        let table = &self.table;
        let read = || {
            let row = table.view(row)?;
            if table.is_expired(&row, now)? {
                return Ok(None);
            }
            R::read(&self.reader(row)).map(Some)
        };
        read().map_err(|error| corrupt(table, key, error))
    }

    fn reader<'a>(&'a self, row: RowView<'a>) -> RowReader<'a> {
        let table = &self.table;
        RowReader::new(row, table.plan(&row), table.schema(), &self.order)
    }

    /// Compares the fields and the key that a type declares with those of the table.
    pub(crate) fn new(
        declared: &sdk_schema::Table,
        table: &Arc<StoredTable>,
    ) -> Result<Self, StoreError> {
        let mismatch = |detail: String| StoreError::Mismatch {
            table: table.name().to_string(),
            detail,
        };
        let place = |field: &Field| -> Result<usize, StoreError> {
            let position = table
                .position(&field.name)
                .ok_or_else(|| mismatch(format!("the store has no field `{}`", field.name)))?;
            compare(field, &table.fields()[position]).map_err(mismatch)?;
            Ok(position)
        };
        let order: Vec<_> = declared
            .fields
            .iter()
            .map(place)
            .collect::<Result<_, _>>()?;
        let index = |(position, field): (usize, &Field)| {
            let index = order.iter().position(|known| *known == position);
            index.ok_or_else(|| mismatch(format!("the type has no field `{}`", field.name)))
        };
        let fields = table.fields().iter().enumerate();
        let declared_at = fields.map(index).collect::<Result<_, _>>()?;
        if declared.key != table.schema().key {
            let (found, expected) = (declared.key.join(", "), table.schema().key.join(", "));
            return Err(mismatch(format!(
                "the key is ({found}), the store has ({expected})"
            )));
        }
        Ok(Self {
            table: Arc::clone(table),
            order,
            declared: declared_at,
        })
    }
}

fn compare(declared: &Field, stored: &Field) -> Result<(), String> {
    let shape = |field: &Field| {
        let nullable = if field.nullable { ", nullable" } else { "" };
        format!("{}{nullable}", field.ty)
    };
    if (&declared.ty, declared.nullable) == (&stored.ty, stored.nullable) {
        return Ok(());
    }
    Err(format!(
        "field `{}` is {}, the store has {}",
        declared.name,
        shape(declared),
        shape(stored)
    ))
}
