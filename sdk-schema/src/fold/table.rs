//! One folded table: the declared table and the numbers of its fields.

use serde::{Deserialize, Serialize};

use super::{FoldError, shape};
use crate::{Conversion, Field, FieldType, Index, Name, Table};

/// A table as migrations made it.
///
/// Every field has a number, by which rows are stored. A number stays with its
/// field through renames and changes, and is never given to another field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldedTable {
    /// The table.
    pub table: Table,
    /// The number of each field, in the order of `table.fields`.
    pub numbers: Vec<u16>,
    /// The number that the next new field gets.
    pub next_number: u16,
}

impl FoldedTable {
    /// Checks a new table and numbers its fields from 1.
    pub fn new(table: Table) -> Result<Self, FoldError> {
        shape::check_table(&table)?;
        let mut folded = Self {
            numbers: Vec::with_capacity(table.fields.len()),
            next_number: 1,
            table,
        };
        for position in 0..folded.table.fields.len() {
            let number = folded.take_number(&folded.table.fields[position].name.clone())?;
            folded.numbers.push(number);
        }
        Ok(folded)
    }

    /// The number of a field.
    pub fn number_of(&self, field: &str) -> Option<u16> {
        self.numbers.get(self.position(field)?).copied()
    }

    /// The field with a number; `None` when it was dropped or never was.
    pub fn field_by_number(&self, number: u16) -> Option<&Field> {
        let position = self.numbers.iter().position(|known| *known == number)?;
        self.table.fields.get(position)
    }

    /// Adds a field that is nullable or has a default.
    pub fn add_field(&mut self, field: Field) -> Result<(), FoldError> {
        self.refuse_taken(&field.name)?;
        shape::check_field(&self.table, &field)?;
        if !field.nullable && field.default.is_none() {
            return Err(FoldError::NoDefault {
                table: self.table.name.clone(),
                field: field.name,
            });
        }
        let number = self.take_number(&field.name)?;
        self.table.fields.push(field);
        self.numbers.push(number);
        Ok(())
    }

    /// Renames a field, also in the key and in the indexes. It keeps its number.
    pub fn rename_field(&mut self, from: &Name, to: &Name) -> Result<(), FoldError> {
        let position = self.require(from)?;
        self.refuse_taken(to)?;
        self.table.fields[position].name = to.clone();
        let indexed = self
            .table
            .indexes
            .iter_mut()
            .flat_map(|index| &mut index.fields);
        for name in self.table.key.iter_mut().chain(indexed) {
            if name == from {
                *name = to.clone();
            }
        }
        Ok(())
    }

    /// Drops a field that is neither in the key nor in an index, and retires its number.
    pub fn drop_field(&mut self, field: &Name) -> Result<(), FoldError> {
        let position = self.require(field)?;
        if self.table.key.contains(field) {
            return Err(FoldError::FieldInKey {
                table: self.table.name.clone(),
                field: field.clone(),
                key: self.table.key.join(", "),
            });
        }
        let holder = self
            .table
            .indexes
            .iter()
            .find(|index| index.fields.contains(field));
        if let Some(index) = holder {
            return Err(FoldError::FieldInIndex {
                table: self.table.name.clone(),
                field: field.clone(),
                index: index.label(),
            });
        }
        self.table.fields.remove(position);
        self.numbers.remove(position);
        Ok(())
    }

    /// Replaces the declaration of the field of that name. It keeps its number.
    pub fn change_field(&mut self, field: Field) -> Result<(), FoldError> {
        let position = self.require(&field.name)?;
        shape::check_field(&self.table, &field)?;
        self.check_change(&self.table.fields[position], &field)?;
        self.table.fields[position] = field;
        Ok(())
    }

    /// Replaces the key.
    pub fn change_key(&mut self, key: &[Name]) -> Result<(), FoldError> {
        let table = Table {
            key: key.to_vec(),
            ..self.table.clone()
        };
        shape::check_table(&table)?;
        self.table = table;
        Ok(())
    }

    /// Adds an index.
    pub fn add_index(&mut self, index: Index) -> Result<(), FoldError> {
        shape::check_new_index(&self.table, &index)?;
        self.table.indexes.push(index);
        Ok(())
    }

    /// Drops the index over exactly these fields.
    pub fn drop_index(&mut self, fields: &[Name]) -> Result<(), FoldError> {
        let position = self
            .table
            .indexes
            .iter()
            .position(|index| index.fields == fields);
        let Some(position) = position else {
            return Err(FoldError::IndexMissing {
                table: self.table.name.clone(),
                index: format!("({})", fields.join(", ")),
                known: shape::index_list(&self.table),
            });
        };
        self.table.indexes.remove(position);
        Ok(())
    }

    fn check_change(&self, old: &Field, new: &Field) -> Result<(), FoldError> {
        let (table, field) = (self.table.name.clone(), new.name.clone());
        let (from, to) = (old.ty.clone(), new.ty.clone());
        let in_key = self.table.key.contains(&new.name);
        let conversion = from.conversion_to(&to);
        // A new variant changes no stored key; a wider number would change all of them.
        let keeps_keys = match conversion {
            Conversion::Same => true,
            Conversion::Wider | Conversion::Checked => matches!(from, FieldType::Enum(_)),
            Conversion::None => false,
        };
        if in_key && !keeps_keys {
            return Err(FoldError::KeyTypeChanged {
                table,
                field,
                from,
                to,
            });
        }
        if conversion == Conversion::None {
            return Err(FoldError::NotConvertible {
                table,
                field,
                from,
                to,
            });
        }
        if in_key {
            shape::check_key_field(&self.table, new)?;
        }
        Ok(())
    }

    fn position(&self, field: &str) -> Option<usize> {
        self.table
            .fields
            .iter()
            .position(|known| known.name == field)
    }

    fn require(&self, field: &Name) -> Result<usize, FoldError> {
        self.position(field).ok_or_else(|| FoldError::FieldMissing {
            table: self.table.name.clone(),
            field: field.clone(),
            known: self.table.field_list(),
        })
    }

    fn refuse_taken(&self, field: &Name) -> Result<(), FoldError> {
        match self.position(field) {
            None => Ok(()),
            Some(_) => Err(FoldError::FieldExists {
                table: self.table.name.clone(),
                field: field.clone(),
                known: self.table.field_list(),
            }),
        }
    }

    fn take_number(&mut self, field: &Name) -> Result<u16, FoldError> {
        let number = self.next_number;
        self.next_number = number
            .checked_add(1)
            .ok_or_else(|| FoldError::NumbersExhausted {
                table: self.table.name.clone(),
                field: field.clone(),
            })?;
        Ok(number)
    }
}
