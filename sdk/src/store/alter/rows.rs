//! What an operation does to rows, and what it asks of them.

use std::ops::Bound;

use sdk_schema::{Field, FieldType, Row, Value};

use super::{
    RawTable, ReadTrees, ReadTx, StoreError, StoredTable, difference::filled, ready, refuse,
};
use crate::store::{
    catalogue::{Binding, corrupt},
    encode,
    plan::{StoredValue, convert},
    row::dynamic,
    trees::{EVERYTHING, Guard},
    write::has_row,
};

/// How many rows are read before some are written back.
const BATCH: usize = 1000;

/// Checks that what some fields hold are values of what they shall be, in all
/// rows: those of the table as it is.
pub(super) fn check_values(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    new: &RawTable,
    numbers: &[u16],
) -> Result<(), StoreError> {
    if numbers.is_empty() {
        return Ok(());
    }
    let fields = numbers.iter().map(|number| {
        let position = position(table, *number)?;
        Ok((position, new.folded.field_by_number(*number)))
    });
    let fields: Vec<_> = fields.collect::<Result<_, StoreError>>()?;
    for entry in tx.trees.range(table.rows(), EVERYTHING)? {
        let (key, row) = entry?;
        let fail = |error| corrupt(table, key.value(), error);
        let view = table.view(row.value()).map_err(fail)?;
        for (position, field) in &fields {
            let value = table.read_field(&view, *position, dynamic::decode);
            let Some(field) = field else { continue };
            check_value(table, key.value(), field, value.map_err(fail)?)?;
        }
    }
    Ok(())
}

/// Checks that a row holds a value of what a field shall be.
fn check_value(
    table: &StoredTable,
    key: &[u8],
    field: &Field,
    value: Value,
) -> Result<(), StoreError> {
    let value = filled(field, convert(&field.ty, value));
    let Err(error) = StoredValue::new(field, &value) else {
        return Ok(());
    };
    let expected = match (&field.ty, &value) {
        (FieldType::F32, Value::F64(_)) => "an f32 that equals it".to_owned(),
        _ => error.expected,
    };
    let detail = format!(
        "field `{}` of the row with the key {} is {}, where {expected} is expected",
        field.name,
        table.key_text(key),
        error.found,
    );
    Err(refuse(table.name(), detail))
}

/// Puts the default of a field in place of null, in all rows that hold null.
///
/// No index is touched: those over the field are made anew afterwards.
pub(super) fn fill_nulls(
    tx: &mut ReadTx<'_>,
    raw: &RawTable,
    number: u16,
) -> Result<(), StoreError> {
    let table = ready(raw.clone())?;
    let position = position(&table, number)?;
    let mut from = Bound::Unbounded;
    loop {
        let mut last = None;
        let mut filled = Vec::new();
        let after = from.as_ref().map(Vec::as_slice);
        for entry in tx
            .trees
            .range(table.rows(), (after, Bound::Unbounded))?
            .take(BATCH)
        {
            let (key, row) = entry?;
            if let Some(row) = fill_null(&table, position, &key, &row)? {
                filled.push((key.value().to_vec(), row));
            }
            last = Some(key.value().to_vec());
        }
        for (key, row) in filled {
            tx.trees.insert(table.rows(), &key, &row)?;
        }
        match last {
            Some(key) => from = Bound::Excluded(key),
            None => return Ok(()),
        }
    }
}

/// The row with the default in place of null; none when it does not hold null.
fn fill_null(
    table: &StoredTable,
    position: usize,
    key: &Guard<'_>,
    row: &Guard<'_>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let is_null = table
        .view(row.value())
        .and_then(|view| table.read_field(&view, position, |raw| Ok(raw.is_null())));
    if !is_null.map_err(|error| corrupt(table, key.value(), error))? {
        return Ok(None);
    }
    let table = std::sync::Arc::new(table.clone());
    let row = Binding::of_table(&table).read::<Row>(key.value(), row.value())?;
    let mut values: Vec<_> = row.iter().map(|(_, value)| value.clone()).collect();
    values[position] = filled(&table.fields()[position], Value::Null);
    encode::values(&table, &values).map(Some)
}

/// Checks that what a field refers to is there, in all rows.
pub(super) fn check_references(
    tx: &ReadTx<'_>,
    raw: &RawTable,
    number: u16,
) -> Result<(), StoreError> {
    let table = ready(raw.clone())?;
    let position = position(&table, number)?;
    let field = &table.fields()[position];
    let Some(reference) = &field.references else {
        return Ok(());
    };
    let target = reference.table.to_string();
    // The catalogue has the table as it was, and does not know its newest rows.
    let is_self = reference.table == *table.name();
    for entry in tx.trees.range(table.rows(), EVERYTHING)? {
        let (key, row) = entry?;
        let referred = table
            .view(row.value())
            .and_then(|row| table.reference_key(&row, position));
        let referred = referred.map_err(|error| corrupt(&table, key.value(), error))?;
        let Some(referred) = referred else { continue };
        let is_there = if is_self {
            tx.has_row(&table, &referred)?
        } else {
            has_row(tx, &target, &referred)?
        };
        if !is_there {
            let detail = format!(
                "field `{}` of the row with the key {} is {}, which `{target}` does not have",
                field.name,
                table.key_text(key.value()),
                table.reference_text(position, &referred),
            );
            return Err(refuse(table.name(), detail));
        }
    }
    Ok(())
}

fn position(table: &StoredTable, number: u16) -> Result<usize, StoreError> {
    let numbers = &table.folded().numbers;
    let position = numbers.iter().position(|known| *known == number);
    position.ok_or_else(|| refuse(table.name(), format!("it has no field number {number}")))
}
