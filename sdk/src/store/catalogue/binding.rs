//! How a Rust type maps to its table.

use std::sync::Arc;

use sdk_schema::{Field, Timestamp};

use super::{StoredTable, corrupt};
use crate::store::{
    error::StoreError,
    plan::Plan,
    row::{RowReader, RowView},
    scan::ScanRow,
};

/// A table and the type that its rows are read as.
#[derive(Debug)]
pub(crate) struct Binding {
    pub table: Arc<StoredTable>,
    /// Of a Rust type; none for dynamic rows, which are as the table is.
    typed: Option<Typed>,
}

/// The order of a type's declared fields against that of the table's fields.
#[derive(Debug)]
struct Typed {
    /// In the order of their declaration.
    fields: &'static [Field],
    /// For each position in the table the declared field.
    declared: Vec<usize>,
    /// For each layout, in the order of the declared fields.
    plans: Vec<Plan>,
}

impl Binding {
    /// The order of the table itself, for dynamic rows.
    pub(crate) fn of_table(table: &Arc<StoredTable>) -> Self {
        Self {
            table: Arc::clone(table),
            typed: None,
        }
    }

    /// For each position in the table the declared field.
    pub(crate) fn declared(&self) -> impl Iterator<Item = usize> {
        let typed = self.typed.as_ref();
        (0..self.table.fields().len())
            .map(move |position| typed.map_or(position, |typed| typed.declared[position]))
    }

    /// Reads a row.
    pub(crate) fn read<R: ScanRow>(&self, key: &[u8], row: &[u8]) -> Result<R::Item, StoreError> {
        let table = &self.table;
        let row = table.view(row);
        row.and_then(|row| R::read(&self.reader(row, None)))
            .map_err(|error| corrupt(table, key, error))
    }

    /// Reads a row, unless it has expired.
    #[inline]
    pub(crate) fn read_alive<R: ScanRow>(
        &self,
        key: &[u8],
        row: &[u8],
        now: Timestamp,
    ) -> Result<Option<R::Item>, StoreError> {
        let table = &self.table;
        let view = table.view(row).and_then(|row| {
            let is_expired = table.is_expired(&row, now)?;
            Ok((!is_expired).then_some(row))
        });
        let row = match view {
            Ok(Some(row)) => R::read(&self.reader(row, None)),
            Ok(None) => return Ok(None),
            Err(error) => Err(error),
        };
        match row {
            Ok(row) => Ok(Some(row)),
            Err(error) => Err(corrupt(table, key, error)),
        }
    }

    /// The row by the index of its declared fields, or of those at the selected
    /// positions of the table.
    #[inline]
    pub(crate) fn reader<'a>(
        &'a self,
        row: RowView<'a>,
        selected: Option<&'a [usize]>,
    ) -> RowReader<'a> {
        match &self.typed {
            Some(typed) if selected.is_none() => {
                let plan = &typed.plans[usize::from(row.layout().number)];
                RowReader::new(row, plan, typed.fields)
            }
            _ => {
                let table = &self.table;
                RowReader::new(row, table.plan(&row), table.fields()).selecting(selected)
            }
        }
    }

    /// Compares the fields and the key that a type declares with those of the table.
    pub(crate) fn new(
        declared: &'static sdk_schema::Table,
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
        let plans = table.plans().iter();
        Ok(Self {
            typed: Some(Typed {
                fields: &declared.fields,
                declared: declared_at,
                plans: plans.map(|plan| plan.in_order(&order)).collect(),
            }),
            table: Arc::clone(table),
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
