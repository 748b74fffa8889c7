//! Releases: what an earlier binary knew, and whether it can run on the schema of now.
//!
//! A binary describes itself by `schema --json`: its tables and its migrations.
//! A later one reads that, and tells from its own operations what the earlier
//! one could no longer do. It needs no store and runs nothing.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    Application, Checksum, FoldedSchema, LintCode, Manifest, Migration, MigrationId, Name, Schema,
    Table, TableName,
    lint::{Made, breaks},
    merge,
};

/// What a binary, or the source of modules, declares: the document of `schema --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Release {
    /// The name of the host; none when it is only modules.
    pub host: Option<String>,
    /// The version of the host.
    pub version: Option<String>,
    /// All migrations in global order.
    pub migrations: Vec<ReleasedMigration>,
    /// The declared tables, each a key of the document.
    #[serde(flatten)]
    pub schema: Schema,
}

/// A migration that a release has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedMigration {
    /// Which it is.
    pub id: MigrationId,
    /// The checksum of its content.
    pub checksum: Checksum,
}

/// The document as it is read: keys with a dot are tables, others may be of a later version.
#[derive(Deserialize)]
struct Raw {
    host: Option<String>,
    version: Option<String>,
    migrations: Vec<ReleasedMigration>,
    #[serde(flatten)]
    rest: IndexMap<String, Json>,
}

impl TryFrom<Raw> for Release {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let mut schema = Schema::default();
        let tables = raw.rest.into_iter().filter(|(key, _)| key.contains('.'));
        for (key, json) in tables {
            let name: TableName = key
                .parse()
                .map_err(|error| format!("table `{key}`: {error}"))?;
            let table: Table =
                serde_json::from_value(json).map_err(|error| format!("table `{key}`: {error}"))?;
            schema.tables.insert(name, table);
        }
        Ok(Self {
            host: raw.host,
            version: raw.version,
            migrations: raw.migrations,
            schema,
        })
    }
}

impl Release {
    /// What modules declare, whether they fit together or not.
    pub fn of(modules: &[Manifest]) -> Self {
        let migrations = merge::in_global_order(modules).into_iter();
        let migrations = migrations.map(|migration| ReleasedMigration {
            id: migration.id.clone(),
            checksum: migration.checksum(),
        });
        let tables = modules.iter().flat_map(|module| {
            let tables = module.tables.iter();
            tables.map(|table| (table.full_name(&module.name), table.clone()))
        });
        let mut schema = Schema {
            tables: tables.collect(),
        };
        schema.tables.sort_unstable_keys();
        Self {
            host: None,
            version: None,
            migrations: migrations.collect(),
            schema,
        }
    }

    /// The same of a host.
    #[must_use]
    pub fn of_host(self, name: &str, version: &str) -> Self {
        Self {
            host: Some(name.to_owned()),
            version: Some(version.to_owned()),
            ..self
        }
    }
}

/// Whether an earlier release can run on the schema of a later one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CompatibilityReport {
    /// Whether it can.
    pub compatible: bool,
    /// Why it cannot.
    pub breaks: Vec<Break>,
    /// The migrations that it does not know.
    pub new: Vec<MigrationId>,
    /// The migrations of modules of both that it has and the later one lacks.
    pub unknown: Vec<MigrationId>,
    /// The migrations that both have with another content.
    pub changed: Vec<MigrationId>,
}

/// What an earlier release can no longer do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The migration after which it cannot, if it is one.
    pub migration: Option<MigrationId>,
    /// The operation, counted from 1.
    pub operation: Option<usize>,
    /// The lint that says so of the migration, if there is one.
    pub code: Option<LintCode>,
    /// What it cannot do and what can be done.
    pub message: String,
}

impl Application {
    /// Says whether the binary that `previous` describes can run on the schema of
    /// this application. Told from the operations that it does not know.
    pub fn compatibility(&self, previous: &Release) -> CompatibilityReport {
        let known = Known::new(self, previous);
        let mut report = CompatibilityReport {
            unknown: known.unknown(self),
            changed: known.changed(self),
            breaks: self.renamed_modules(&known),
            ..CompatibilityReport::default()
        };
        let mut folded = FoldedSchema::new();
        let mut made = Made::default();
        for migration in self.migrations() {
            let knowledge = known.of(migration);
            match knowledge {
                Knowledge::All => {}
                Knowledge::Nothing => report.new.push(migration.id.clone()),
                Knowledge::Part => report.breaks.push(partly_known(migration)),
            }
            let is_new = knowledge == Knowledge::Nothing;
            self.walk(
                migration,
                is_new,
                &mut folded,
                &mut made,
                &mut report.breaks,
            );
        }
        report.compatible =
            report.breaks.is_empty() && report.unknown.is_empty() && report.changed.is_empty();
        report
    }

    fn walk(
        &self,
        migration: &Migration,
        is_new: bool,
        folded: &mut FoldedSchema,
        made: &mut Made,
        found: &mut Vec<Break>,
    ) {
        let module = &migration.id.module;
        for (position, operation) in migration.operations.iter().enumerate() {
            if is_new {
                let breaks = breaks(operation, folded, made, module)
                    .into_iter()
                    .filter(|_| !self.still_has_index(module, operation));
                found.extend(breaks.map(|lint| Break {
                    migration: Some(migration.id.clone()),
                    operation: Some(position + 1),
                    code: Some(lint.code),
                    message: lint.message,
                }));
            }
            // An application has been folded before.
            if folded.apply(module, operation).is_err() {
                return;
            }
            if is_new {
                made.follow(module, operation);
            } else {
                made.follow_renames(module, operation);
            }
        }
    }

    /// An index that is dropped and made again is there.
    fn still_has_index(&self, module: &Name, operation: &crate::Operation) -> bool {
        let crate::Operation::DropIndex { table, fields } = operation else {
            return false;
        };
        let name = TableName::new(module.clone(), table.clone());
        let table = self.schema.tables.get(&name);
        table.is_some_and(|table| table.indexes.iter().any(|index| index.fields == *fields))
    }

    fn renamed_modules(&self, known: &Known<'_>) -> Vec<Break> {
        let old_name = |module: &Manifest| {
            let mut was = module.was.iter();
            was.find(|name| known.modules.contains_key(name.as_str()))
                .cloned()
        };
        let renamed = self
            .modules
            .iter()
            .filter_map(|module| Some((old_name(module)?, &module.name)));
        renamed
            .map(|(old, new)| Break {
                migration: None,
                operation: None,
                code: None,
                message: format!(
                    "module `{old}` is now called `{new}`, and the version before asks for the tables of `{old}`; stop it first"
                ),
            })
            .collect()
    }
}

/// What a release knows of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    All,
    /// It is a squash, and the release has some of what it stands for.
    Part,
    Nothing,
}

/// The migrations of a release, by what they are called now.
struct Known<'a> {
    migrations: HashMap<MigrationId, &'a ReleasedMigration>,
    /// The modules of its migrations, with their names of now.
    modules: HashMap<&'a str, Name>,
}

impl<'a> Known<'a> {
    fn new(application: &Application, release: &'a Release) -> Self {
        let named = |module: &Name| {
            let is = |known: &&Manifest| known.name == *module || known.was.contains(module);
            let known = application.modules.iter().find(is);
            known.map_or_else(|| module.clone(), |known| known.name.clone())
        };
        let mut modules: HashMap<&str, Name> = HashMap::new();
        let mut migrations = HashMap::new();
        for migration in &release.migrations {
            let module = &migration.id.module;
            let now = modules
                .entry(module.as_str())
                .or_insert_with(|| named(module));
            let id = MigrationId {
                module: now.clone(),
                ..migration.id.clone()
            };
            migrations.insert(id, migration);
        }
        Self {
            migrations,
            modules,
        }
    }

    fn of(&self, migration: &Migration) -> Knowledge {
        if self.migrations.contains_key(&migration.id) {
            return Knowledge::All;
        }
        let module = &migration.id.module;
        let has = |stamp, name: &Name| {
            let id = MigrationId {
                stamp,
                module: module.clone(),
                name: name.clone(),
            };
            self.migrations.contains_key(&id)
        };
        let parts = &migration.replaces;
        if !parts.is_empty() && parts.iter().all(|part| part.is_covered(&has)) {
            return Knowledge::All;
        }
        let mut all = parts.iter().flat_map(|part| part.all());
        if all.any(|part| has(part.stamp, &part.name)) {
            return Knowledge::Part;
        }
        Knowledge::Nothing
    }

    /// What the release has of linked modules and the application has not.
    fn unknown(&self, application: &Application) -> Vec<MigrationId> {
        let replaced: std::collections::HashSet<_> = application
            .migrations()
            .flat_map(|migration| {
                let parts = migration.replaces.iter().flat_map(|part| part.all());
                parts.map(|part| MigrationId {
                    stamp: part.stamp,
                    module: migration.id.module.clone(),
                    name: part.name.clone(),
                })
            })
            .collect();
        let unknown = self.migrations.iter().filter(|(id, _)| {
            application.module(&id.module).is_some()
                && application.migration(id).is_none()
                && !replaced.contains(id)
        });
        let mut unknown: Vec<_> = unknown.map(|(_, known)| known.id.clone()).collect();
        unknown.sort();
        unknown
    }

    fn changed(&self, application: &Application) -> Vec<MigrationId> {
        let both = application.migrations().filter(|migration| {
            let known = self.migrations.get(&migration.id);
            known.is_some_and(|known| known.checksum != migration.checksum())
        });
        both.map(|migration| migration.id.clone()).collect()
    }
}

fn partly_known(migration: &Migration) -> Break {
    let message = format!(
        "`{}` stands for migrations of which the version before has only some, so its operations do not tell what is new to it; ask a version that has them one by one",
        migration.id
    );
    Break {
        migration: Some(migration.id.clone()),
        operation: None,
        code: None,
        message,
    }
}
