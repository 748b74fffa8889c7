//! The fold: what migrations produce when they are applied one after the other.
//!
//! The build folds the migrations of one module, the merge those of all modules
//! in global order, and the store keeps the folded tables as its catalogue. All
//! three go through [`FoldedSchema::apply`], so they cannot disagree.
//!
//! Invariants: an operation is applied as a whole or not at all; a field number
//! is never given twice in a table; a reference to a table of the own module
//! always leads to a table whose key is one field of the same type. References
//! to other modules are checked by [`FoldedSchema::check_references`], because a
//! build sees its own module only.

mod error;
pub(crate) mod reference;
mod shape;
mod table;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use error::{FoldError, FoldFault, ReferenceError};
pub use table::FoldedTable;

use crate::{Field, Migration, Name, Operation, Run, Schema, Table, TableName};

/// The tables that migrations produced so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FoldedSchema {
    /// The tables by full name, in no particular order.
    pub tables: IndexMap<TableName, FoldedTable>,
}

impl FoldedSchema {
    /// A schema without tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies one operation of `module`. On an error nothing has changed.
    pub fn apply(&mut self, module: &Name, operation: &Operation) -> Result<(), FoldError> {
        match operation {
            Operation::CreateTable(table) => self.create_table(module, table),
            Operation::RenameTable { from, to } => self.rename_table(module, from, to),
            Operation::DropTable { table } => self.drop_table(module, table),
            Operation::AddField { table, field } => {
                self.check_own_reference(module, table, field)?;
                self.require(module, table)?.add_field(field.clone())
            }
            Operation::RenameField { table, from, to } => {
                self.require(module, table)?.rename_field(from, to)
            }
            Operation::DropField { table, field } => self.require(module, table)?.drop_field(field),
            Operation::ChangeField { table, field } => {
                self.check_own_reference(module, table, field)?;
                self.require(module, table)?.change_field(field.clone())
            }
            Operation::AddIndex { table, index } => {
                self.require(module, table)?.add_index(index.clone())
            }
            Operation::DropIndex { table, fields } => {
                self.require(module, table)?.drop_index(fields)
            }
            Operation::ChangeTable { table, feed } => {
                self.require(module, table)?.table.feed = *feed;
                Ok(())
            }
            Operation::ChangeKey { table, key } => self.change_key(module, table, key),
            Operation::Run(run) => self.check_run(module, run),
        }
    }

    /// Applies the operations of a migration up to the first that fails.
    pub fn apply_migration(&mut self, migration: &Migration) -> Result<(), FoldFault> {
        self.apply_each(migration, |_, _| {})
    }

    /// Does the same and shows the schema after each operation.
    pub(crate) fn apply_each(
        &mut self,
        migration: &Migration,
        mut after: impl FnMut(&Self, &Operation),
    ) -> Result<(), FoldFault> {
        for (position, operation) in migration.operations.iter().enumerate() {
            check_online(migration, operation)
                .and_then(|()| self.apply(&migration.id.module, operation))
                .map_err(|source| FoldFault {
                    migration: migration.id.clone(),
                    operation: position + 1,
                    source: Box::new(source),
                })?;
            after(self, operation);
        }
        Ok(())
    }

    /// The tables without their numbers, in the order of their names.
    pub fn schema(&self) -> Schema {
        let mut tables: IndexMap<_, _> = self
            .tables
            .iter()
            .map(|(name, folded)| (name.clone(), folded.table.clone()))
            .collect();
        tables.sort_unstable_keys();
        Schema { tables }
    }

    /// Checks every reference, those to other modules included.
    pub fn check_references(&self) -> Vec<FoldError> {
        self.schema().check_references()
    }

    fn create_table(&mut self, module: &Name, table: &Table) -> Result<(), FoldError> {
        let name = self.free_name(module, &table.name)?;
        let folded = FoldedTable::new(table.clone())?;
        for field in &table.fields {
            self.check_reference_from(&name, field, table)?;
        }
        self.tables.insert(name, folded);
        Ok(())
    }

    fn rename_table(&mut self, module: &Name, from: &Name, to: &Name) -> Result<(), FoldError> {
        self.require(module, from)?;
        let new = self.free_name(module, to)?;
        let old = TableName::new(module.clone(), from.clone());
        if let Some(mut folded) = self.tables.swap_remove(&old) {
            folded.table.name = to.clone();
            self.tables.insert(new.clone(), folded);
        }
        let fields = self
            .tables
            .values_mut()
            .flat_map(|folded| &mut folded.table.fields);
        for reference in fields.filter_map(|field| field.references.as_mut()) {
            if reference.table == old {
                reference.table = new.clone();
            }
        }
        Ok(())
    }

    fn drop_table(&mut self, module: &Name, table: &Name) -> Result<(), FoldError> {
        self.require(module, table)?;
        let name = TableName::new(module.clone(), table.clone());
        if let Some((by_table, by_field)) = self.referrer(&name) {
            return Err(FoldError::TableReferenced {
                by_table: by_table.clone(),
                by_field: by_field.name.clone(),
                table: name,
            });
        }
        self.tables.swap_remove(&name);
        Ok(())
    }

    fn change_key(&mut self, module: &Name, table: &Name, key: &[Name]) -> Result<(), FoldError> {
        let folded = self.require(module, table)?;
        if folded.table.key == key {
            return Ok(());
        }
        let name = TableName::new(module.clone(), table.clone());
        let own = self.tables.get(&name);
        let own = own.and_then(|folded| folded.table.field_referring_to(&name));
        let referrer = own.map(|field| (&name, field)).or(self.referrer(&name));
        if let Some((by_table, by_field)) = referrer {
            return Err(FoldError::KeyReferenced {
                by_table: by_table.clone(),
                by_field: by_field.name.clone(),
                table: name,
            });
        }
        self.require(module, table)?.change_key(key)
    }

    fn check_run(&mut self, module: &Name, run: &Run) -> Result<(), FoldError> {
        match &run.table {
            Some(table) => self.require(module, table).map(|_| ()),
            None if run.online => Err(FoldError::OnlineOnce {
                step: run.step.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The first field, by name of table, of another table that refers to `target`.
    fn referrer(&self, target: &TableName) -> Option<(&TableName, &Field)> {
        let others = self.tables.iter().filter(|(name, _)| *name != target);
        others
            .filter_map(|(name, folded)| Some((name, folded.table.field_referring_to(target)?)))
            .min_by_key(|(name, _)| *name)
    }

    fn check_own_reference(
        &self,
        module: &Name,
        table: &Name,
        field: &Field,
    ) -> Result<(), FoldError> {
        let name = TableName::new(module.clone(), table.clone());
        match self.tables.get(&name) {
            Some(folded) => self.check_reference_from(&name, field, &folded.table),
            None => Err(self.missing(name)),
        }
    }

    pub(crate) fn check_reference_from(
        &self,
        holder: &TableName,
        field: &Field,
        holder_table: &Table,
    ) -> Result<(), FoldError> {
        let Some(reference) = &field.references else {
            return Ok(());
        };
        if reference.table.module != holder.module {
            return Ok(());
        }
        let target = if reference.table == *holder {
            Some(holder_table)
        } else {
            self.tables
                .get(&reference.table)
                .map(|folded| &folded.table)
        };
        reference::check_reference(holder, field, target, || self.known(&holder.module))
    }

    fn require(&mut self, module: &Name, table: &Name) -> Result<&mut FoldedTable, FoldError> {
        let name = TableName::new(module.clone(), table.clone());
        let Some(position) = self.tables.get_index_of(&name) else {
            return Err(self.missing(name));
        };
        Ok(&mut self.tables[position])
    }

    fn free_name(&self, module: &Name, table: &Name) -> Result<TableName, FoldError> {
        let name = TableName::new(module.clone(), table.clone());
        if self.tables.contains_key(&name) {
            return Err(FoldError::TableExists {
                known: self.known(module),
                table: name,
            });
        }
        Ok(name)
    }

    fn missing(&self, table: TableName) -> FoldError {
        FoldError::TableMissing {
            known: self.known(&table.module),
            table,
        }
    }

    fn known(&self, module: &Name) -> String {
        list_tables(self.tables.keys(), module)
    }
}

/// While the application is in use its schema stays: an online step stands
/// beside others of its kind alone.
fn check_online(migration: &Migration, operation: &Operation) -> Result<(), FoldError> {
    let online = |operation: &Operation| matches!(operation, Operation::Run(run) if run.online);
    match operation {
        Operation::Run(run) if run.online && !migration.operations.iter().all(online) => {
            Err(FoldError::OnlineBesideOther {
                step: run.step.clone(),
            })
        }
        _ => Ok(()),
    }
}

/// The tables of a module as messages list them.
pub(crate) fn list_tables<'a>(
    tables: impl Iterator<Item = &'a TableName>,
    module: &Name,
) -> String {
    let mut names: Vec<_> = tables
        .filter(|name| name.module == *module)
        .map(|name| name.table.as_str())
        .collect();
    names.sort_unstable();
    if names.is_empty() {
        return "no tables".to_owned();
    }
    names.join(", ")
}
