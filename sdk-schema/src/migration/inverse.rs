//! Operations that take an operation back.

use crate::{Field, FoldedSchema, FoldedTable, Name, Operation, TableName};

impl Operation {
    /// The operations that take this one back, given the schema `before` it;
    /// `None` when rows or values would not come back, or when nobody can know.
    pub fn inverse(&self, before: &FoldedSchema, module: &Name) -> Option<Vec<Self>> {
        let find = |table: &Name| {
            let name = TableName::new(module.clone(), table.clone());
            before.tables.get(&name)
        };
        let back = match self.clone() {
            Self::CreateTable(table) => Self::DropTable { table: table.name },
            Self::RenameTable { from, to } => Self::RenameTable { from: to, to: from },
            Self::AddField { table, field } => Self::DropField {
                table,
                field: field.name,
            },
            Self::RenameField { table, from, to } => Self::RenameField {
                table,
                from: to,
                to: from,
            },
            Self::ChangeField { table, field } => Self::ChangeField {
                field: field_to_return_to(find(&table)?, &field)?,
                table,
            },
            Self::AddIndex { table, index } => Self::DropIndex {
                table,
                fields: index.fields,
            },
            Self::DropIndex { table, fields } => {
                let indexes = &find(&table)?.table.indexes;
                let index = indexes.iter().find(|index| index.fields == fields)?;
                Self::AddIndex {
                    index: index.clone(),
                    table,
                }
            }
            Self::ChangeTable { table, .. } => Self::ChangeTable {
                feed: find(&table)?.table.feed,
                table,
            },
            Self::ChangeKey { table, .. } => Self::ChangeKey {
                key: find(&table)?.table.key.clone(),
                table,
            },
            Self::Run(run) => {
                let run = run.taken_back()?;
                return Some(run.map(Self::Run).into_iter().collect());
            }
            Self::DropTable { .. } | Self::DropField { .. } => return None,
        };
        Some(vec![back])
    }
}

/// The field as it was, when a change back is allowed and brings every value back.
fn field_to_return_to(before: &FoldedTable, new: &Field) -> Option<Field> {
    let old = before.table.field(&new.name)?.clone();
    let nulls_were_replaced = old.nullable && !new.nullable;
    let mut after = before.clone();
    after.change_field(new.clone()).ok()?;
    after.change_field(old.clone()).ok()?;
    (!nulls_were_replaced).then_some(old)
}
