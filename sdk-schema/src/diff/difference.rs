//! Where what the migrations make differs from what the source declares.

use std::{collections::BTreeSet, fmt};

use crate::{Field, Index, Schema, Table, TableName, migration::describe_feed};

/// One thing in which a migrated table differs from the declared one.
///
/// Shown as `table `post`: field `votes` is not in the migrations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: TableName,
    /// What differs.
    pub kind: DifferenceKind,
}

/// What differs between a migrated and a declared table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// No migration makes the table.
    #[error("it is not in the migrations")]
    TableNotMigrated,
    /// The migrations make a table that the source lacks.
    #[error("it is in the migrations, but the source does not declare it")]
    TableNotDeclared,
    /// The keys have other fields.
    #[error("its key is ({migrated}) in the migrations and ({declared}) in the source")]
    Key {
        /// The key that the migrations make.
        migrated: String,
        /// The key of the source.
        declared: String,
    },
    /// No migration makes the field.
    #[error("field `{field}` is not in the migrations")]
    FieldNotMigrated {
        /// The field.
        field: String,
    },
    /// The migrations make a field that the source lacks.
    #[error("field `{field}` is in the migrations, but the source does not declare it")]
    FieldNotDeclared {
        /// The field.
        field: String,
    },
    /// Type, nullability, default, reference or expiry of a field are other ones.
    #[error("field `{field}` is ({migrated}) in the migrations and ({declared}) in the source")]
    Field {
        /// The field.
        field: String,
        /// What the migrations make.
        migrated: String,
        /// What the source declares.
        declared: String,
    },
    /// One has a change feed and the other has none.
    #[error("it has {migrated} in the migrations and {declared} in the source")]
    Feed {
        /// What the migrations make.
        migrated: &'static str,
        /// What the source declares.
        declared: &'static str,
    },
    /// No migration makes the index.
    #[error("{index} is not in the migrations")]
    IndexNotMigrated {
        /// The index in words.
        index: String,
    },
    /// The migrations make an index that the source lacks.
    #[error("{index} is in the migrations, but the source does not declare it")]
    IndexNotDeclared {
        /// The index in words.
        index: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table `{}`: {}", self.table.table, self.kind)
    }
}

impl Schema {
    /// Compares this schema, which migrations made, with the one the source
    /// declares. The order of fields and of indexes does not count: a new field
    /// is declared where it reads best and stored last.
    pub fn differences(&self, declared: &Self) -> Vec<Difference> {
        let names: BTreeSet<_> = self.tables.keys().chain(declared.tables.keys()).collect();
        names
            .into_iter()
            .flat_map(|name| {
                let kinds = match (self.tables.get(name), declared.tables.get(name)) {
                    (Some(migrated), Some(declared)) => compare_tables(migrated, declared),
                    (Some(_), None) => vec![DifferenceKind::TableNotDeclared],
                    _ => vec![DifferenceKind::TableNotMigrated],
                };
                kinds.into_iter().map(move |kind| Difference {
                    table: name.clone(),
                    kind,
                })
            })
            .collect()
    }
}

fn compare_tables(migrated: &Table, declared: &Table) -> Vec<DifferenceKind> {
    let mut kinds = Vec::new();
    if migrated.key != declared.key {
        kinds.push(DifferenceKind::Key {
            migrated: migrated.key.join(", "),
            declared: declared.key.join(", "),
        });
    }
    if migrated.feed != declared.feed {
        kinds.push(DifferenceKind::Feed {
            migrated: describe_feed(migrated.feed),
            declared: describe_feed(declared.feed),
        });
    }
    kinds.extend(
        declared
            .fields
            .iter()
            .filter_map(|field| compare_field(migrated, field)),
    );
    let dropped = migrated
        .fields
        .iter()
        .filter(|field| declared.field(&field.name).is_none());
    kinds.extend(dropped.map(|field| DifferenceKind::FieldNotDeclared {
        field: field.name.to_string(),
    }));
    let lacks = |table: &Table, index: &Index| !table.indexes.contains(index);
    let added = declared
        .indexes
        .iter()
        .filter(|index| lacks(migrated, index));
    kinds.extend(added.map(|index| DifferenceKind::IndexNotMigrated {
        index: index.describe(),
    }));
    let dropped = migrated
        .indexes
        .iter()
        .filter(|index| lacks(declared, index));
    kinds.extend(dropped.map(|index| DifferenceKind::IndexNotDeclared {
        index: index.describe(),
    }));
    kinds
}

fn compare_field(migrated: &Table, declared: &Field) -> Option<DifferenceKind> {
    let field = declared.name.to_string();
    match migrated.field(&declared.name) {
        None => Some(DifferenceKind::FieldNotMigrated { field }),
        Some(same) if same == declared => None,
        Some(other) => Some(DifferenceKind::Field {
            field,
            migrated: other.describe(),
            declared: declared.describe(),
        }),
    }
}
