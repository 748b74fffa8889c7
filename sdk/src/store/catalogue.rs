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
mod shared_map;
mod table;

use std::sync::Arc;

use sdk_schema::{FoldedSchema, Reference, TableName};

pub(crate) use binding::Binding;
pub(crate) use table::{Entries, Entry, StoredIndex, StoredTable, values_text};

use super::{
    error::{DecodeError, StoreError},
    table::Table,
    trees::{ReadTrees, TreeId, Trees},
};
use bindings::Bindings;
use raw::{RawHead, RawTable};
use shared_map::SharedMap;

/// All tables of the store, as one transaction sees them.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub head: RawHead,
    /// The tables by full name.
    tables: SharedMap<Arc<str>, Arc<StoredTable>>,
    /// The fields that refer to tables, by the table that they refer to.
    referrers: SharedMap<ReferrerKey, Arc<StoredTable>>,
    /// How Rust types map to these tables.
    bindings: Bindings,
}

/// The entries of tables, in their order, with what came of them: opening reads
/// the catalogue twice.
#[derive(Debug, Default)]
pub(crate) struct Parsed(Vec<(Vec<u8>, Arc<StoredTable>)>);

/// A field that refers to another table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Referrer<'a> {
    pub table: &'a Arc<StoredTable>,
    /// The position of the field.
    pub field: usize,
}

/// Which field of which table refers to which other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ReferrerKey {
    to: TableName,
    /// The table that refers.
    by: TreeId,
    /// The position of its field.
    field: usize,
}

impl Catalogue {
    pub(crate) fn new(head: RawHead, tables: Vec<Arc<StoredTable>>) -> Self {
        Self::default().with(head, &[], tables)
    }

    /// The catalogue in which some tables have taken the place of others.
    pub(crate) fn with(
        &self,
        head: RawHead,
        gone: &[Arc<StoredTable>],
        new: Vec<Arc<StoredTable>>,
    ) -> Self {
        let (mut tables, mut referrers) = (self.tables.clone(), self.referrers.clone());
        for table in gone {
            tables.remove(table.name().to_string().as_str());
            referrer_keys(table).for_each(|key| referrers.remove(&key));
        }
        for table in new {
            referrer_keys(&table).for_each(|key| referrers.insert(key, Arc::clone(&table)));
            tables.insert(table.name().to_string().into(), table);
        }
        Self {
            head,
            bindings: Bindings::for_types(tables.len()),
            tables,
            referrers,
        }
    }

    /// Reads the catalogue of a store; `None` when it has none yet.
    pub(crate) fn read(trees: &Trees<'_>) -> Result<Option<Self>, StoreError> {
        Self::read_again(trees, &mut Parsed::default())
    }

    /// Like [`read`](Self::read), and parses only what is not as it was read
    /// before.
    pub(crate) fn read_again(
        trees: &Trees<'_>,
        parsed: &mut Parsed,
    ) -> Result<Option<Self>, StoreError> {
        let Some(head) = trees.get(TreeId::Catalogue, raw::HEAD_KEY)? else {
            return Ok(None);
        };
        let head = raw::parse_head(head.value())?;
        let mut tables = Vec::new();
        for entry in trees.range(TreeId::Catalogue, raw::table_keys())? {
            tables.push(parsed.table(tables.len(), entry?.1.value())?);
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

    /// The table of that name, if there is one.
    pub(crate) fn find(&self, name: &TableName) -> Option<&Arc<StoredTable>> {
        self.tables.get(name.to_string().as_str())
    }

    /// The tables in the order of their full names.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<StoredTable>> {
        self.tables.iter().map(|(_, table)| table)
    }

    /// The fields that refer to a table.
    pub(crate) fn referrers(&self, to: &TableName) -> impl Iterator<Item = Referrer<'_>> {
        let from = self.referrers.from(|key| key.to < *to);
        from.take_while(move |(key, _)| key.to == *to)
            .map(|(key, table)| Referrer {
                table,
                field: key.field,
            })
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

impl Parsed {
    /// The table of the entry at a place.
    fn table(&mut self, place: usize, entry: &[u8]) -> Result<Arc<StoredTable>, StoreError> {
        match self.0.get(place) {
            Some((known, table)) if known == entry => return Ok(Arc::clone(table)),
            _ => self.0.truncate(place),
        }
        let raw: RawTable = raw::parse(entry)?;
        let name = raw.name();
        let table = StoredTable::new(raw).map_err(|error| StoreError::Damaged {
            detail: format!("catalogue of `{name}`: {error}"),
        })?;
        let table = Arc::new(table);
        self.0.push((entry.to_owned(), Arc::clone(&table)));
        Ok(table)
    }
}

fn referrer_keys(table: &StoredTable) -> impl Iterator<Item = ReferrerKey> {
    let key = |(field, reference): (usize, &Reference)| ReferrerKey {
        to: reference.table.clone(),
        by: table.rows(),
        field,
    };
    table.references().map(key)
}

/// A row of a table that cannot be read.
pub(crate) fn corrupt(table: &StoredTable, key: &[u8], source: DecodeError) -> StoreError {
    StoreError::Corrupt {
        table: table.name().to_string(),
        key: table.key_text(key),
        source,
    }
}
