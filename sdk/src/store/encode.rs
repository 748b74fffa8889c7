//! Rows become bytes: typed ones and dynamic ones, the same bytes.

use sdk_schema::{RowError, Value};

use super::{
    catalogue::{Binding, StoredTable},
    error::StoreError,
    row::{EncodeFault, FieldWriter, dynamic},
    table::Table,
};

/// The bytes of a typed row.
pub(super) fn typed<T: Table>(binding: &Binding, row: &T) -> Result<Vec<u8>, StoreError> {
    let mut out = FieldWriter::new(binding.table.layout(), Vec::new());
    for (position, declared) in binding.declared().enumerate() {
        out.at(position);
        row.encode_field(declared, &mut out);
    }
    out.finish().map_err(|fault| refuse(&binding.table, fault))
}

/// The bytes of a row with these values, one for each field.
pub(super) fn values(table: &StoredTable, values: &[Value]) -> Result<Vec<u8>, StoreError> {
    let mut out = FieldWriter::new(table.layout(), Vec::new());
    for (position, (field, value)) in table.fields().iter().zip(values).enumerate() {
        out.at(position);
        dynamic::encode(field, value, &mut out).map_err(|source| RowError::Value {
            table: table.schema().name.clone(),
            field: field.name.clone(),
            source,
        })?;
    }
    out.finish().map_err(|fault| refuse(table, fault))
}

fn refuse(table: &StoredTable, fault: EncodeFault) -> StoreError {
    let (position, detail) = match fault {
        EncodeFault::Shape { position } => (position, "was not written as its type is"),
        EncodeFault::TooLarge { position } => (position, "has more than 4 GiB"),
    };
    StoreError::Mismatch {
        table: table.name().to_string(),
        detail: format!("field `{}` {detail}", table.fields()[position].name),
    }
}
