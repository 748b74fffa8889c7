//! The tables and fields that an operation names.

use crate::{Field, Name, Operation};

impl Operation {
    /// The table that it is about, by the name before it; a step may be about none.
    pub fn table(&self) -> Option<&Name> {
        match self {
            Self::CreateTable(table) => Some(&table.name),
            Self::Run(run) => run.table.as_ref(),
            other => other.changed_table(),
        }
    }

    /// The table that the operation changes, by its name before it. A table that
    /// is made was not there, and a step changes no table, only rows.
    pub(crate) fn changed_table(&self) -> Option<&Name> {
        match self {
            Self::CreateTable(_) | Self::Run(_) => None,
            Self::RenameTable { from: table, .. }
            | Self::DropTable { table }
            | Self::AddField { table, .. }
            | Self::RenameField { table, .. }
            | Self::DropField { table, .. }
            | Self::ChangeField { table, .. }
            | Self::AddIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::ChangeTable { table, .. }
            | Self::ChangeKey { table, .. } => Some(table),
        }
    }

    /// The tables of the own module that the operation names, apart from references.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Name> {
        let other = match self {
            Self::CreateTable(table) => Some(&table.name),
            Self::RenameTable { to, .. } => Some(to),
            Self::Run(run) => run.table.as_ref(),
            _ => None,
        };
        self.changed_table().into_iter().chain(other)
    }

    /// The fields that the operation declares.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        let (one, several) = match self {
            Self::CreateTable(table) => (None, table.fields.as_slice()),
            Self::AddField { field, .. } | Self::ChangeField { field, .. } => {
                (Some(field), [].as_slice())
            }
            _ => (None, [].as_slice()),
        };
        one.into_iter().chain(several)
    }
}
