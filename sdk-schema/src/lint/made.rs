//! What operations made themselves, of which neither rows nor an earlier
//! version can know.

use std::collections::BTreeMap;

use crate::{Field, Name, Operation, TableName};

/// What stands in a table or a field that was just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A table without rows; a field that is null in each row.
    Nothing,
    /// A field that is its default in each row.
    Default,
    /// Whatever a step has written.
    Anything,
}

/// The tables and fields that operations made, under their names of now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    tables: BTreeMap<TableName, Content>,
    fields: BTreeMap<(TableName, Name), Content>,
}

impl Made {
    /// Whether the table was made.
    pub(crate) fn has_table(&self, table: &TableName) -> bool {
        self.tables.contains_key(table)
    }

    /// Whether the table, or the field in a table that was there, was made.
    pub(crate) fn has_field(&self, table: &TableName, field: &Name) -> bool {
        self.has_table(table) || self.content(table, field).is_some()
    }

    /// Whether the table was made and has no rows.
    pub(crate) fn is_empty_table(&self, table: &TableName) -> bool {
        self.tables.get(table) == Some(&Content::Nothing)
    }

    /// What is in a field that was made in a table that was there.
    pub(crate) fn content(&self, table: &TableName, field: &Name) -> Option<Content> {
        self.fields.get(&(table.clone(), field.clone())).copied()
    }

    /// Takes an operation into account that has been folded.
    pub(crate) fn follow(&mut self, module: &Name, operation: &Operation) {
        let full = |table: &Name| TableName::new(module.clone(), table.clone());
        match operation {
            Operation::CreateTable(table) => {
                self.tables.insert(full(&table.name), Content::Nothing);
            }
            Operation::AddField { table, field } => self.add_field(full(table), field),
            Operation::DropTable { table } => self.forget_table(&full(table)),
            Operation::DropField { table, field } => {
                self.fields.remove(&(full(table), field.clone()));
            }
            Operation::Run(run) => self.write(run.table.as_ref().map(full).as_ref()),
            _ => self.follow_renames(module, operation),
        }
    }

    /// Takes only the names into account that an operation changes.
    pub(crate) fn follow_renames(&mut self, module: &Name, operation: &Operation) {
        let full = |table: &Name| TableName::new(module.clone(), table.clone());
        match operation {
            Operation::RenameTable { from, to } => self.rename_table(&full(from), &full(to)),
            Operation::RenameField { table, from, to } => {
                if let Some(content) = self.fields.remove(&(full(table), from.clone())) {
                    self.fields.insert((full(table), to.clone()), content);
                }
            }
            _ => {}
        }
    }

    fn add_field(&mut self, table: TableName, field: &Field) {
        if self.has_table(&table) {
            return;
        }
        let content = match field.default {
            None => Content::Nothing,
            Some(_) => Content::Default,
        };
        self.fields.insert((table, field.name.clone()), content);
    }

    fn forget_table(&mut self, table: &TableName) {
        self.tables.remove(table);
        self.fields.retain(|(of, _), _| of != table);
    }

    fn rename_table(&mut self, from: &TableName, to: &TableName) {
        if let Some(content) = self.tables.remove(from) {
            self.tables.insert(to.clone(), content);
        }
        let fields = std::mem::take(&mut self.fields).into_iter();
        self.fields = fields
            .map(|((table, field), content)| {
                let table = if table == *from { to.clone() } else { table };
                ((table, field), content)
            })
            .collect();
    }

    /// A step may have written into one table, or into any.
    fn write(&mut self, table: Option<&TableName>) {
        let is_meant = |name: &TableName| table.is_none_or(|table| table == name);
        for (_, content) in self.tables.iter_mut().filter(|(name, _)| is_meant(name)) {
            *content = Content::Anything;
        }
        let fields = self.fields.iter_mut();
        for (_, content) in fields.filter(|((name, _), _)| is_meant(name)) {
            *content = Content::Anything;
        }
    }
}
