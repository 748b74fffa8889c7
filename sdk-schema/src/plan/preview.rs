//! The preview: a plan with what it means for the rows that are there.

use std::collections::HashMap;

use serde::Serialize;

use super::{Adopted, ModuleRename, Plan, Planned, Resumed};
use crate::{
    Checksum, Conversion, Field, FoldedSchema, FoldedTable, Lint, MigrationId, Name, Operation,
    TableName, lint,
};

/// A plan with what it means for one database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// Modules that get another name.
    pub renamed: Vec<ModuleRename>,
    /// Squashes that take the place of applied migrations.
    pub adopted: Vec<PreviewedSquash>,
    /// The migrations in global order.
    pub pending: Vec<PreviewedMigration>,
    /// What modules applied that are no longer linked.
    pub orphaned: Vec<MigrationId>,
}

/// A squash that takes the place of what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewedSquash {
    /// The squash.
    pub id: MigrationId,
    /// What it stands for, in the order of application.
    pub replaces: Vec<MigrationId>,
}

/// A migration that is to be applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreviewedMigration {
    /// Which one.
    #[serde(flatten)]
    pub id: MigrationIdParts,
    /// What it does, in a sentence.
    pub description: String,
    /// The checksum of its file.
    pub checksum: Checksum,
    /// Whether one that comes later in global order has been applied.
    pub late: bool,
    /// Where it goes on, if it was interrupted.
    pub resumes: Option<Resumed>,
    /// Its operations in their order.
    pub operations: Vec<PreviewedOperation>,
    /// What is to be said of it, allowed or not.
    pub lints: Vec<Lint>,
}

/// An identity in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationIdParts {
    /// The module.
    pub module: Name,
    /// The stamp.
    pub stamp: crate::Stamp,
    /// The name.
    pub name: Name,
}

impl From<&MigrationId> for MigrationIdParts {
    fn from(id: &MigrationId) -> Self {
        Self {
            module: id.module.clone(),
            stamp: id.stamp,
            name: id.name.clone(),
        }
    }
}

/// An operation that is to be carried out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreviewedOperation {
    /// The operation.
    pub operation: Operation,
    /// The same in words.
    pub in_words: String,
    /// How many rows the table has now; none when nobody can know, as of what a
    /// step does or of a table that a step may have filled.
    pub rows: Option<u64>,
    /// What is done with them.
    pub work: Work,
}

/// What an operation does with the rows of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Nothing: only the catalogue changes.
    Catalogue,
    /// Reads each of them, to check it or to make an index.
    Reads,
    /// Reads each of them and may write it.
    Rewrites,
    /// Removes all of them.
    Removes,
    /// What a step does.
    Unknown,
}

impl Work {
    /// The work in words, for a table of so many rows.
    pub fn describe(self, rows: Option<u64>) -> String {
        let rows = match rows {
            None => "rows".to_owned(),
            Some(1) => "1 row".to_owned(),
            Some(rows) => format!("{rows} rows"),
        };
        match self {
            Self::Catalogue => "no row is touched".to_owned(),
            Self::Reads => format!("reads {rows}"),
            Self::Rewrites => format!("reads {rows} and may write them"),
            Self::Removes => format!("removes {rows}"),
            Self::Unknown => "does what its code says".to_owned(),
        }
    }
}

impl Plan {
    /// Says what the plan means for a database that has these tables with so
    /// many rows.
    pub fn preview(&self, schema: &FoldedSchema, rows: &HashMap<TableName, u64>) -> Preview {
        let mut outlook = Outlook {
            schema: schema.clone(),
            rows: rows
                .iter()
                .map(|(name, n)| (name.clone(), Some(*n)))
                .collect(),
        };
        let pending = self
            .pending
            .iter()
            .map(|planned| outlook.migration(planned));
        Preview {
            pending: pending.collect(),
            renamed: self.renamed.clone(),
            adopted: self.adopted.iter().map(PreviewedSquash::from).collect(),
            orphaned: self.orphaned.iter().map(|it| it.id.clone()).collect(),
        }
    }
}

impl From<&Adopted> for PreviewedSquash {
    fn from(adopted: &Adopted) -> Self {
        Self {
            id: adopted.migration.clone(),
            replaces: adopted.replaces.iter().map(|it| it.id.clone()).collect(),
        }
    }
}

/// The database as it will be before the next operation.
struct Outlook {
    schema: FoldedSchema,
    rows: HashMap<TableName, Option<u64>>,
}

impl Outlook {
    fn migration(&mut self, planned: &Planned) -> PreviewedMigration {
        let migration = &planned.migration;
        let done = planned.resumes.as_ref();
        let done = done.map_or(0, |resumed| resumed.progress.operations);
        // What was done already cannot be advised against any more.
        let lints = if done == 0 {
            lint(&self.schema, migration)
        } else {
            Vec::new()
        };
        let operations = migration.operations.iter().skip(done);
        PreviewedMigration {
            id: (&migration.id).into(),
            description: migration.description.clone(),
            checksum: planned.checksum,
            late: planned.late,
            resumes: planned.resumes.clone(),
            lints,
            operations: operations
                .map(|operation| self.operation(&migration.id.module, operation))
                .collect(),
        }
    }

    fn operation(&mut self, module: &Name, operation: &Operation) -> PreviewedOperation {
        let name = operation
            .table()
            .map(|table| TableName::new(module.clone(), table.clone()));
        let table = name.as_ref().and_then(|name| self.schema.tables.get(name));
        let work = work(operation, table);
        let rows = name.as_ref().and_then(|name| self.rows.get(name).copied());
        let rows = rows.flatten().filter(|_| work != Work::Unknown);
        self.go_on(module, operation, name);
        PreviewedOperation {
            operation: operation.clone(),
            in_words: operation.describe(),
            rows,
            work,
        }
    }

    fn go_on(&mut self, module: &Name, operation: &Operation, name: Option<TableName>) {
        // A plan has been checked to fold; if it does not, the counts just stay.
        let _ = self.schema.apply(module, operation);
        match (operation, name) {
            (Operation::CreateTable(_), Some(name)) => {
                self.rows.insert(name, Some(0));
            }
            (Operation::RenameTable { to, .. }, Some(from)) => {
                if let Some(rows) = self.rows.remove(&from) {
                    let to = TableName::new(module.clone(), to.clone());
                    self.rows.insert(to, rows);
                }
            }
            (Operation::DropTable { .. }, Some(name)) => {
                self.rows.remove(&name);
            }
            // Its code may insert and delete anywhere.
            (Operation::Run(_), _) => self.rows.values_mut().for_each(|rows| *rows = None),
            _ => {}
        }
    }
}

fn work(operation: &Operation, table: Option<&FoldedTable>) -> Work {
    match operation {
        Operation::DropTable { .. } => Work::Removes,
        Operation::AddIndex { .. } => Work::Reads,
        Operation::ChangeKey { .. } => Work::Rewrites,
        Operation::Run(run) if run.table.is_some() => Work::Rewrites,
        Operation::Run(_) => Work::Unknown,
        Operation::AddField { field, .. } if field.references.is_some() => Work::Reads,
        Operation::ChangeField { field, .. } => {
            let old = table.and_then(|folded| folded.table.field(&field.name));
            old.map_or(Work::Catalogue, |old| work_of_change(old, field, table))
        }
        _ => Work::Catalogue,
    }
}

fn work_of_change(old: &Field, new: &Field, table: Option<&FoldedTable>) -> Work {
    if old.nullable && !new.nullable && new.default.is_some() {
        return Work::Rewrites;
    }
    let conversion = old.ty.conversion_to(&new.ty);
    let mut indexes = table.iter().flat_map(|folded| &folded.table.indexes);
    let is_indexed = indexes.any(|index| index.fields.contains(&new.name));
    let reads = conversion == Conversion::Checked
        || (old.nullable && !new.nullable)
        || (conversion != Conversion::Same && is_indexed)
        || (new.references.is_some() && old.references != new.references);
    if reads { Work::Reads } else { Work::Catalogue }
}
