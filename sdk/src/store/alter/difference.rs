//! What is different between a table and the same table after an operation.

use sdk_schema::{Conversion, Field, FoldedTable, Value};

use super::{RawTable, StoreError, refuse};
use crate::store::plan::{StoredValue, convert};

/// Fields by number, sorted by what their change asks for.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Fields that are new.
    added: Vec<u16>,
    /// Fields that are gone.
    dropped: Vec<u16>,
    /// Fields whose values are written otherwise: their indexes are made anew.
    pub retyped: Vec<u16>,
    /// Fields that held null and get their default in its place.
    pub required: Vec<u16>,
    /// Fields whose values may not all be values from now on: each has to be.
    pub checked: Vec<u16>,
    /// Whether rows stand under other keys.
    pub is_rekeyed: bool,
    /// Fields that refer to a table and did not refer to that one before, or whose
    /// default takes the place of null.
    pub referring: Vec<u16>,
}

impl Difference {
    pub(super) fn new(old: &FoldedTable, new: &FoldedTable) -> Self {
        let mut difference = Self::default();
        for (field, number) in new.table.fields.iter().zip(&new.numbers) {
            match old.field_by_number(*number) {
                Some(before) => difference.compare(*number, before, field),
                None => difference.added.push(*number),
            }
            let before = old.field_by_number(*number);
            let referred = before.and_then(|field| field.references.as_ref());
            let refers = field.references.as_ref();
            let is_new = refers.map(|r| &r.table) != referred.map(|r| &r.table);
            // A default that takes the place of null may be the key of no row.
            let is_filled = difference.required.contains(number);
            if refers.is_some() && (is_new || is_filled) {
                difference.referring.push(*number);
            }
        }
        let gone = |number: &&u16| new.field_by_number(**number).is_none();
        difference.dropped = old.numbers.iter().filter(gone).copied().collect();
        difference.is_rekeyed = key(old) != key(new);
        difference
    }

    fn compare(&mut self, number: u16, old: &Field, new: &Field) {
        if (&old.ty, old.nullable) != (&new.ty, new.nullable) {
            self.retyped.push(number);
        }
        let is_required = old.nullable && !new.nullable;
        let is_checked = old.ty.conversion_to(&new.ty) == Conversion::Checked;
        if is_checked || is_required && new.default.is_none() {
            self.checked.push(number);
        }
        if is_required && new.default.is_some() {
            self.required.push(number);
        }
    }

    /// Whether rows that were written before may not be readable from now on,
    /// were there any that did not become another.
    pub(super) fn leaves_rows_behind(&self) -> bool {
        !(self.required.is_empty() && self.checked.is_empty())
    }

    /// Whether rows are written otherwise from now on.
    pub(super) fn needs_layout(&self) -> bool {
        !(self.added.is_empty() && self.dropped.is_empty() && self.retyped.is_empty())
    }

    /// Brings up to date what rows have in place of fields that they lack. A value
    /// that fits no longer goes: there is no row that has it.
    pub(super) fn adapt_absent(
        &self,
        old: &FoldedTable,
        raw: &mut RawTable,
    ) -> Result<(), StoreError> {
        for number in &self.dropped {
            raw.absent.remove(number);
        }
        for number in &self.added {
            let value = new_field(raw, *number)
                .absent_value()
                .unwrap_or(Value::Null);
            raw.absent.insert(*number, value.to_json());
        }
        for number in &self.retyped {
            let (Some(json), Some(before)) = (raw.absent.get(number), old.field_by_number(*number))
            else {
                continue;
            };
            let field = new_field(raw, *number);
            let value = before.value_from_json(json);
            let value = value.map_err(|error| refuse(&raw.name(), error.to_string()))?;
            let value = filled(field, convert(&field.ty, value));
            match StoredValue::new(field, &value) {
                Ok(_) => raw.absent.insert(*number, value.to_json()),
                Err(_) => raw.absent.remove(number),
            };
        }
        Ok(())
    }
}

/// The numbers of the fields of the key.
fn key(folded: &FoldedTable) -> Vec<Option<u16>> {
    let key = folded.table.key.iter();
    key.map(|field| folded.number_of(field)).collect()
}

/// The field of that number in the table as it shall be.
fn new_field(raw: &RawTable, number: u16) -> &Field {
    let field = raw.folded.field_by_number(number);
    field.expect("the difference names fields of the new table")
}

/// The default in place of a null that the field no longer takes.
pub(super) fn filled(field: &Field, value: Value) -> Value {
    match (&field.default, value) {
        (Some(default), Value::Null) if !field.nullable => default.clone(),
        (_, value) => value,
    }
}
