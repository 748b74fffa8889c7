//! What must hold of a table by itself: its fields, key and indexes.

use std::collections::BTreeSet;

use super::FoldError;
use crate::{Field, FieldType, Index, Name, OnDelete, Table, Value, ValueError};

/// Checks a whole table, as `create_table` needs it.
pub(super) fn check_table(table: &Table) -> Result<(), FoldError> {
    if let Some(field) = first_repeated(table.fields.iter().map(|field| &field.name)) {
        return Err(FoldError::FieldTwice {
            table: table.name.clone(),
            field: field.clone(),
        });
    }
    for field in &table.fields {
        check_field(table, field)?;
    }
    check_key(table)?;
    let mut seen = BTreeSet::new();
    for index in &table.indexes {
        check_index_fields(table, index)?;
        if !seen.insert(&index.fields) {
            return Err(index_exists(table, index));
        }
    }
    Ok(())
}

/// Checks a field by itself and beside the others: expiry, default and `set_null`.
pub(super) fn check_field(table: &Table, field: &Field) -> Result<(), FoldError> {
    check_expiry(table, field)?;
    let sets_null = field
        .references
        .as_ref()
        .is_some_and(|reference| reference.on_delete == OnDelete::SetNull);
    if sets_null && !field.nullable {
        return Err(FoldError::SetNullOnRequired {
            table: table.name.clone(),
            field: field.name.clone(),
        });
    }
    match &field.default {
        Some(default) => check_default(table, field, default),
        None => Ok(()),
    }
}

/// One instant says when a row is gone, and it is no part of what identifies the row.
fn check_expiry(table: &Table, field: &Field) -> Result<(), FoldError> {
    if !field.expires {
        return Ok(());
    }
    let (name, expiring) = (table.name.clone(), field.name.clone());
    if field.ty != FieldType::Timestamp {
        return Err(FoldError::ExpiresNotTimestamp {
            table: name,
            field: expiring,
            ty: field.ty.clone(),
        });
    }
    if table.key.contains(&field.name) {
        return Err(FoldError::ExpiresInKey {
            table: name,
            field: expiring,
        });
    }
    let mut others = table.fields.iter().filter(|it| it.name != field.name);
    match others.find(|other| other.expires) {
        None => Ok(()),
        Some(other) => Err(FoldError::ExpiresTwice {
            table: name,
            first: other.name.clone(),
            second: expiring,
        }),
    }
}

/// A default must read back as itself: a number of another type, or NaN, does not.
fn check_default(table: &Table, field: &Field, default: &Value) -> Result<(), FoldError> {
    let json = default.to_json();
    let fault = match Value::from_json(&field.ty, &json) {
        Ok(value) if value == *default => return Ok(()),
        Ok(_) => ValueError {
            expected: field.ty.to_string(),
            found: format!("{default:?}"),
        },
        Err(error) => error,
    };
    Err(FoldError::Default {
        table: table.name.clone(),
        field: field.name.clone(),
        source: fault,
    })
}

pub(super) fn check_key(table: &Table) -> Result<(), FoldError> {
    let name = || table.name.clone();
    if table.key.is_empty() {
        return Err(FoldError::KeyEmpty {
            table: name(),
            known: table.field_list(),
        });
    }
    if let Some(field) = first_repeated(&table.key) {
        return Err(FoldError::KeyFieldTwice {
            table: name(),
            field: field.clone(),
        });
    }
    table.key.iter().try_for_each(|key| {
        let field = table.field(key).ok_or_else(|| FoldError::KeyFieldUnknown {
            table: name(),
            field: key.clone(),
            known: table.field_list(),
        })?;
        check_key_field(table, field)
    })
}

/// Checks that a field can be part of the key.
pub(super) fn check_key_field(table: &Table, field: &Field) -> Result<(), FoldError> {
    if field.nullable {
        return Err(FoldError::KeyFieldNullable {
            table: table.name.clone(),
            field: field.name.clone(),
        });
    }
    if !field.ty.is_orderable() {
        return Err(FoldError::KeyFieldNotOrderable {
            table: table.name.clone(),
            field: field.name.clone(),
            ty: field.ty.clone(),
        });
    }
    Ok(())
}

/// Checks an index that is to be added to a table.
pub(super) fn check_new_index(table: &Table, index: &Index) -> Result<(), FoldError> {
    check_index_fields(table, index)?;
    let taken = table.indexes.iter().any(|old| old.fields == index.fields);
    if taken {
        return Err(index_exists(table, index));
    }
    Ok(())
}

fn check_index_fields(table: &Table, index: &Index) -> Result<(), FoldError> {
    let name = || table.name.clone();
    if index.fields.is_empty() {
        return Err(FoldError::IndexEmpty {
            table: name(),
            known: table.field_list(),
        });
    }
    if let Some(field) = first_repeated(&index.fields) {
        return Err(FoldError::IndexFieldTwice {
            table: name(),
            index: index.label(),
            field: field.clone(),
        });
    }
    let mut list: Option<&Field> = None;
    for indexed in &index.fields {
        let field = table
            .field(indexed)
            .ok_or_else(|| FoldError::IndexFieldUnknown {
                table: name(),
                index: index.label(),
                field: indexed.clone(),
                known: table.field_list(),
            })?;
        if !field.ty.is_indexable() {
            return Err(FoldError::IndexFieldNotOrderable {
                table: name(),
                index: index.label(),
                field: indexed.clone(),
                ty: field.ty.clone(),
            });
        }
        if field.ty.element().is_none() {
            continue;
        }
        if let Some(first) = list.replace(field) {
            return Err(FoldError::IndexTwoLists {
                table: name(),
                index: index.label(),
                first: first.name.clone(),
                second: indexed.clone(),
            });
        }
    }
    Ok(())
}

fn index_exists(table: &Table, index: &Index) -> FoldError {
    FoldError::IndexExists {
        table: table.name.clone(),
        index: index.label(),
        known: index_list(table),
    }
}

/// The indexes of a table as messages list them.
pub(super) fn index_list(table: &Table) -> String {
    if table.indexes.is_empty() {
        return "none".to_owned();
    }
    let labels: Vec<_> = table.indexes.iter().map(Index::label).collect();
    labels.join(", ")
}

fn first_repeated<'a>(names: impl IntoIterator<Item = &'a Name>) -> Option<&'a Name> {
    let mut seen = BTreeSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}
