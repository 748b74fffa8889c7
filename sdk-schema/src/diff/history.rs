//! What migrations have made, and what it was called on the way.

use std::collections::{BTreeMap, BTreeSet};

use crate::{FoldFault, FoldedSchema, FoldedTable, Migration, Name, Operation, TableName};

/// What the migrations of a module make, with the former names of its tables and
/// fields.
///
/// Marks of old names stay in the source after they have been carried out. An
/// exchange of two names that was carried out looks like one that was not, so
/// only the history can tell them apart.
#[derive(Debug, Clone, Default)]
pub struct History {
    fold: FoldedSchema,
    /// The former names of tables, by what they are called now.
    tables: BTreeMap<TableName, Former>,
    /// Whether a migration stands for others, whose renames are not to be seen.
    squashed: bool,
}

/// The former names of a table and, by their numbers, of its fields.
#[derive(Debug, Clone, Default)]
struct Former {
    names: BTreeSet<Name>,
    fields: BTreeMap<u16, BTreeSet<Name>>,
}

impl History {
    /// A history without migrations.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the migrations make.
    pub fn fold(&self) -> &FoldedSchema {
        &self.fold
    }

    /// Applies the operations of a migration up to the first that fails.
    ///
    /// # Errors
    /// The operation that cannot be applied.
    pub fn apply_migration(&mut self, migration: &Migration) -> Result<(), FoldFault> {
        self.squashed |= !migration.replaces.is_empty();
        let Self { fold, tables, .. } = self;
        fold.apply_each(migration, |fold, operation| {
            remember(fold, tables, &migration.id.module, operation);
        })
    }

    /// Whether marks of names that are exchanged can be told from those that
    /// have been carried out.
    pub(super) fn is_whole(&self) -> bool {
        !self.squashed
    }

    /// Whether the table was once called `was`.
    pub(super) fn table_was(&self, table: &TableName, was: &Name) -> bool {
        let former = self.tables.get(table);
        former.is_some_and(|former| former.names.contains(was))
    }

    /// Whether the field with that number of the table was once called `was`.
    pub(super) fn field_was(&self, table: &TableName, number: u16, was: &Name) -> bool {
        let former = self.tables.get(table);
        let names = former.and_then(|former| former.fields.get(&number));
        names.is_some_and(|names| names.contains(was))
    }
}

/// A history of which nothing is known but its result.
impl From<FoldedSchema> for History {
    fn from(fold: FoldedSchema) -> Self {
        Self {
            fold,
            ..Self::default()
        }
    }
}

/// Notes a name that an operation has just taken away.
fn remember(
    fold: &FoldedSchema,
    tables: &mut BTreeMap<TableName, Former>,
    module: &Name,
    operation: &Operation,
) {
    let full = |table: &Name| TableName::new(module.clone(), table.clone());
    match operation {
        Operation::RenameTable { from, to } => {
            let mut former = tables.remove(&full(from)).unwrap_or_default();
            former.names.insert(from.clone());
            tables.insert(full(to), former);
        }
        Operation::DropTable { table } => {
            tables.remove(&full(table));
        }
        Operation::RenameField { table, from, to } => {
            let folded = fold.tables.get(&full(table));
            if let Some(number) = folded.and_then(|it: &FoldedTable| it.number_of(to)) {
                let former = tables.entry(full(table)).or_default();
                let names = former.fields.entry(number).or_default();
                names.insert(from.clone());
            }
        }
        _ => {}
    }
}
