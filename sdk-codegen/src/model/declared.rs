//! From the model of a table to the schema, where the module and its enums are known.

use sdk_schema::{Declared, Name, Table as TableSchema};

use super::{EnumLookup, Faults, Field, Table};

impl Table {
    /// The table for the schema of `module`, with what it and its fields were called.
    pub fn to_declared(&self, module: &Name, enums: EnumLookup<'_>) -> Result<Declared, Faults> {
        let mut faults = Faults::new();
        let fields: Vec<_> = self
            .fields
            .iter()
            .filter_map(|field| faults.keep(field.to_schema(module, enums)))
            .collect();
        let renamed = |field: &Field| Some((field.name.clone(), field.was.clone()?));
        faults.finish(Some(Declared {
            table: TableSchema {
                name: self.name.clone(),
                key: self.key_names(),
                fields,
                indexes: self.indexes.clone(),
                feed: self.feed,
            },
            was: self.was.clone(),
            fields_were: self.fields.iter().filter_map(renamed).collect(),
        }))
    }
}
