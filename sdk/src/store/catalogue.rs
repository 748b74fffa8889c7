//! The catalogue: what tables, layouts and indexes the store has.
//!
//! It stands in the tree `catalogue` as JSON, one entry for each table and one
//! for what they share, so that any tool can read any row. In memory it is
//! never changed: a migration makes a new one, and transactions that began
//! earlier keep theirs.
//!
//! Vocabulary: a [`StoredTable`] is a table with everything that reading and
//! writing its rows takes; a [`RawTable`](raw::RawTable) is its entry on disk.

mod binding;
mod bindings;
pub(crate) mod raw;
mod table;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sdk_schema::{FoldedSchema, TableName};

pub(crate) use binding::Binding;
pub(crate) use table::{Entries, Entry, StoredIndex, StoredTable, values_text};

use super::{
    error::{DecodeError, StoreError},
    table::Table,
    trees::{ReadTrees, TreeId, Trees},
};
use bindings::Bindings;
use raw::{RawHead, RawTable};

/// All tables of the store, as one transaction sees them.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub head: RawHead,
    tables: BTreeMap<String, Arc<StoredTable>>,
    /// For each table the fields that refer to it.
    referrers: HashMap<TableName, Vec<Referrer>>,
    /// How Rust types map to these tables.
    bindings: Bindings,
}

/// A field that refers to another table.
#[derive(Debug, Clone)]
pub(crate) struct Referrer {
    pub table: Arc<StoredTable>,
    /// The position of the field.
    pub field: usize,
}

impl Catalogue {
    pub(crate) fn new(head: RawHead, tables: Vec<Arc<StoredTable>>) -> Self {
        let mut referrers: HashMap<_, Vec<_>> = HashMap::new();
        for table in &tables {
            for (field, reference) in table.references() {
                let referrer = Referrer {
                    table: Arc::clone(table),
                    field,
                };
                referrers
                    .entry(reference.table.clone())
                    .or_default()
                    .push(referrer);
            }
        }
        let named = |table: Arc<StoredTable>| (table.name().to_string(), table);
        Self {
            head,
            bindings: Bindings::for_types(tables.len()),
            tables: tables.into_iter().map(named).collect(),
            referrers,
        }
    }

    /// Reads the catalogue of a store; `None` when it has none yet.
    pub(crate) fn read(trees: &Trees<'_>) -> Result<Option<Self>, StoreError> {
        let Some(head) = trees.get(TreeId::Catalogue, raw::HEAD_KEY)? else {
            return Ok(None);
        };
        let head = raw::parse_head(head.value())?;
        let mut tables = Vec::new();
        let (from, to) = raw::table_keys();
        for entry in trees.range(TreeId::Catalogue, (from, to))? {
            let raw: RawTable = raw::parse(entry?.1.value())?;
            let name = raw.name();
            let table = StoredTable::new(raw).map_err(|error| StoreError::Damaged {
                detail: format!("catalogue of `{name}`: {error}"),
            })?;
            tables.push(Arc::new(table));
        }
        Ok(Some(Self::new(head, tables)))
    }

    /// The table of that full name.
    pub(crate) fn table(&self, name: &str) -> Result<&Arc<StoredTable>, StoreError> {
        self.tables
            .get(name)
            .ok_or_else(|| StoreError::UnknownTable {
                table: name.to_owned(),
            })
    }

    /// The tables in the order of their full names.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<StoredTable>> {
        self.tables.values()
    }

    /// The fields that refer to a table.
    pub(crate) fn referrers(&self, table: &TableName) -> &[Referrer] {
        self.referrers.get(table).map_or(&[], Vec::as_slice)
    }

    /// What the migrations made of the tables.
    pub(crate) fn schema(&self) -> FoldedSchema {
        let folded = |table: &Arc<StoredTable>| (table.name().clone(), table.folded().clone());
        FoldedSchema {
            tables: self.tables().map(folded).collect(),
        }
    }

    /// How the type `T` maps to its table, found out at its first use.
    pub(crate) fn bind<T: Table>(&self) -> Result<&Arc<Binding>, StoreError> {
        self.bindings
            .get_or_insert::<T>(|| Binding::new(T::table(), self.table(T::TABLE_NAME)?))
    }
}

/// A row of a table that cannot be read.
pub(crate) fn corrupt(table: &StoredTable, key: &[u8], source: DecodeError) -> StoreError {
    StoreError::Corrupt {
        table: table.name().to_string(),
        key: table.key_text(key),
        source,
    }
}
