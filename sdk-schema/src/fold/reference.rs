//! What must hold of references between tables.

use super::FoldError;
use crate::{Field, Table, TableName};

/// Checks where a field's reference leads. `target` is the table it names, and
/// `known` lists the tables of that module for the message.
pub(crate) fn check_reference(
    holder: &TableName,
    field: &Field,
    target: Option<&Table>,
    known: impl FnOnce() -> String,
) -> Result<(), FoldError> {
    let Some(reference) = &field.references else {
        return Ok(());
    };
    let (table, name) = (holder.clone(), field.name.clone());
    let Some(found) = target else {
        return Err(FoldError::ReferenceUnknown {
            table,
            field: name,
            target: reference.table.clone(),
            known: known(),
        });
    };
    let [key] = found.key.as_slice() else {
        return Err(FoldError::ReferenceCompositeKey {
            table,
            field: name,
            target: reference.table.clone(),
            key: found.key.join(", "),
        });
    };
    match found.field(key) {
        Some(target_key) if target_key.ty != field.ty => Err(FoldError::ReferenceType {
            table,
            field: name,
            found: field.ty.clone(),
            target: reference.table.clone(),
            key: key.clone(),
            expected: target_key.ty.clone(),
        }),
        _ => Ok(()),
    }
}
