//! What must hold of references between tables.

use super::{FoldError, ReferenceError};
use crate::{Field, Reference, Table, TableName};

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
    let error = match target {
        Some(target) => unfit(holder, field, reference, target),
        None => Some(ReferenceError::Unknown {
            table: holder.clone(),
            field: field.name.clone(),
            target: reference.table.clone(),
            known: known(),
        }),
    };
    error.map_or(Ok(()), |error| Err(Box::new(error).into()))
}

/// Why the key of `target` is none that the field can hold.
fn unfit(
    holder: &TableName,
    field: &Field,
    reference: &Reference,
    target: &Table,
) -> Option<ReferenceError> {
    let [key] = target.key.as_slice() else {
        return Some(ReferenceError::CompositeKey {
            table: holder.clone(),
            field: field.name.clone(),
            target: reference.table.clone(),
            key: target.key.join(", "),
        });
    };
    let expected = &target.field(key)?.ty;
    (*expected != field.ty).then(|| ReferenceError::KeyType {
        table: holder.clone(),
        field: field.name.clone(),
        found: field.ty.clone(),
        target: reference.table.clone(),
        key: key.clone(),
        expected: expected.clone(),
    })
}
