//! The model: what becomes of rows, by the operations alone.

use std::collections::BTreeMap;

use sdk_schema::{
    Field, FieldType, FoldedSchema, Migration, Name, Operation, Row, Schema, TableName, Value,
};
use serde_json::Value as Json;

use super::step;

/// The rows of all tables, and the schema that they have.
#[derive(Clone)]
pub(super) struct Model {
    folded: FoldedSchema,
    rows: BTreeMap<TableName, Vec<Row>>,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            folded: FoldedSchema::new(),
            rows: BTreeMap::new(),
        }
    }

    pub(super) fn schema(&self) -> Schema {
        self.folded.schema()
    }

    pub(super) fn insert(&mut self, table: &TableName, row: Row) {
        self.rows.entry(table.clone()).or_default().push(row);
    }

    /// The rows of a table as they are compared: in no order, their fields neither.
    pub(super) fn rows(&self, table: &TableName) -> Vec<String> {
        sorted(self.rows.get(table).map_or(&[], Vec::as_slice))
    }

    pub(super) fn apply(&mut self, migration: &Migration) {
        let module = &migration.id.module;
        for operation in &migration.operations {
            self.folded.apply(module, operation).unwrap();
            self.follow(module, operation);
        }
    }

    fn follow(&mut self, module: &Name, operation: &Operation) {
        match operation {
            Operation::RenameTable { from, to } => {
                let rows = self.rows.remove(&full(module, from));
                self.rows.extend(rows.map(|rows| (full(module, to), rows)));
            }
            Operation::DropTable { table } => {
                self.rows.remove(&full(module, table));
            }
            Operation::AddField { table, field } => self.each(module, table, |row| {
                row.set(field.name.clone(), field.absent_value().unwrap());
            }),
            Operation::RenameField { table, from, to } => self.each(module, table, |row| {
                let renamed = |name: &Name| {
                    if name == from {
                        to.clone()
                    } else {
                        name.clone()
                    }
                };
                *row = row
                    .iter()
                    .map(|(name, value)| (renamed(name), value.clone()))
                    .collect();
            }),
            Operation::DropField { table, field } => self.each(module, table, |row| {
                let kept = row.iter().filter(|(name, _)| *name != field);
                *row = kept
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
            }),
            Operation::ChangeField { table, field } => {
                self.each(module, table, |row| change(field, row));
            }
            Operation::Run(run) => match &run.table {
                Some(table) => self.each(module, table, step::carry_over),
                None => self.mark(),
            },
            _ => {}
        }
    }

    fn each(&mut self, module: &Name, table: &Name, body: impl FnMut(&mut Row)) {
        let rows = self.rows.get_mut(&full(module, table));
        rows.into_iter().flatten().for_each(body);
    }

    fn mark(&mut self) {
        for (name, rows) in &mut self.rows {
            let table = &self.folded.tables[name].table;
            for row in rows {
                step::mark(table, row);
            }
        }
    }
}

fn full(module: &Name, table: &Name) -> TableName {
    TableName::new(module.clone(), table.clone())
}

/// What a changed field makes of the value that it had.
fn change(field: &Field, row: &mut Row) {
    let value = match (row.get(&field.name).unwrap(), &field.default) {
        (Value::Null, Some(default)) if !field.nullable => default.clone(),
        (Value::Uint(number), _) if field.ty == FieldType::I64 => {
            Value::Int((*number).try_into().unwrap())
        }
        (value, _) => value.clone(),
    };
    row.set(field.name.clone(), value);
}

/// Rows as texts that are equal when the rows are.
pub(super) fn sorted(rows: &[Row]) -> Vec<String> {
    let text = |row: &Row| {
        let fields: BTreeMap<&str, Json> = row
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_json()))
            .collect();
        serde_json::to_string(&fields).unwrap()
    };
    let mut texts: Vec<_> = rows.iter().map(text).collect();
    texts.sort();
    texts
}
