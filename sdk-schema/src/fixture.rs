//! What the tests of this crate are made of, written as the files write it.

use serde_json::Value as Json;

use crate::{FoldedSchema, Manifest, Migration, MigrationId, Name, Operation, Table};

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub(crate) fn id(text: &str) -> MigrationId {
    text.parse().unwrap()
}

pub(crate) fn table(json: Json) -> Table {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn operations(json: Json) -> Vec<Operation> {
    serde_json::from_value(json).unwrap()
}

/// What the operations of module `blog` make.
pub(crate) fn fold(json: Json) -> FoldedSchema {
    let mut folded = FoldedSchema::new();
    for operation in operations(json) {
        folded.apply(&name("blog"), &operation).unwrap();
    }
    folded
}

/// A migration such as `blog/20261120T101530Z_create_post`.
pub(crate) fn migration(text: &str, json: Json) -> Migration {
    Migration::new(id(text), operations(json))
}

/// A module with these migrations, which declares what they make.
pub(crate) fn module(module: &str, migrations: Vec<Migration>) -> Manifest {
    let mut folded = FoldedSchema::new();
    for migration in &migrations {
        folded.apply_migration(migration).unwrap();
    }
    let tables = folded.schema().tables.into_values();
    Manifest {
        tables: tables.collect(),
        migrations,
        ..Manifest::new(name(module), "0.1.0")
    }
}

/// Texts in lines, as people read them.
pub(crate) fn lines<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let lines: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    lines.join("\n")
}
