//! The migrations of the benchmark: the same changes, as files of modules and as SQL.
//!
//! A module has five tables after each other, to each of which the same ten
//! things happen. Modules go on in turn, so that their stamps are interleaved as
//! those of modules that are written side by side.

use anyhow::{Context, Result, ensure};
use sdk::module::EmbeddedFile;
use sdk_schema::{FoldedSchema, Migration, Name, Table};
use serde_json::{Value as Json, json};

/// The migrations of a module.
pub(crate) const PER_MODULE: usize = 50;

/// What happens to one table and the one that refers to it.
const PER_TABLE: usize = 10;

/// The tables that a module ends with.
pub(crate) const TABLES_PER_MODULE: usize = PER_MODULE / PER_TABLE * 2;

/// A migration for each second of a day.
const MAX_MIGRATIONS: usize = 24 * 60 * 60;

/// The migrations of many modules.
pub(crate) struct History {
    pub modules: Vec<Module>,
    /// The migrations as SQL, in global order.
    pub sql: Vec<Sql>,
}

/// A module as a crate would have it.
pub(crate) struct Module {
    pub name: &'static str,
    pub files: &'static [EmbeddedFile],
    /// What the build script of its crate writes beside them.
    pub checksums: &'static [&'static str],
    /// What its migrations make.
    pub tables: Vec<Table>,
}

/// A migration as SQL.
#[cfg_attr(
    not(feature = "peers"),
    expect(dead_code, reason = "it is the peers that read it")
)]
pub(crate) struct Sql {
    pub name: String,
    pub text: String,
}

/// One thing that happens, in the words of both.
struct Change {
    name: String,
    operation: Json,
    sql: String,
}

impl History {
    pub(crate) fn new(modules: usize) -> Result<Self> {
        let migrations = modules * PER_MODULE;
        ensure!(
            migrations <= MAX_MIGRATIONS,
            "{migrations} migrations have more stamps than a day has seconds"
        );
        let names: Vec<_> = (0..modules).map(|number| format!("m{number:03}")).collect();
        let sql = (0..migrations).map(|position| {
            let change = change(&names[position % modules], position / modules);
            Sql {
                name: format!("{}_{}", names[position % modules], change.name),
                text: change.sql,
            }
        });
        let modules = names.iter().enumerate();
        Ok(Self {
            sql: sql.collect(),
            modules: modules
                .map(|(number, name)| module(number, name, names.len()))
                .collect::<Result<_>>()?,
        })
    }

    /// How many tables there are in the end, besides those that keep the history.
    pub(crate) fn tables(&self) -> usize {
        self.modules.len() * TABLES_PER_MODULE
    }
}

/// The module of that number among so many.
fn module(number: usize, name: &str, modules: usize) -> Result<Module> {
    let module: Name = name.parse()?;
    let (mut files, mut checksums, mut schema) = (Vec::new(), Vec::new(), FoldedSchema::new());
    for place in 0..PER_MODULE {
        let change = change(name, place);
        let content = json!({ "format": 1, "operations": [change.operation] });
        let file = EmbeddedFile {
            name: format!("{}_{}.json", stamp(place * modules + number), change.name).leak(),
            text: serde_json::to_string_pretty(&content)?.leak(),
        };
        let migration = Migration::parse(&module, file.name, file.text)?;
        schema.apply_migration(&migration).context(file.name)?;
        files.push(file);
        checksums.push(&*migration.checksum().to_string().leak());
    }
    Ok(Module {
        name: name.to_owned().leak(),
        files: files.leak(),
        checksums: checksums.leak(),
        tables: schema.schema().tables.into_values().collect(),
    })
}

/// A second of the first day of 2026.
fn stamp(second: usize) -> String {
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    format!("20260101T{hours:02}{minutes:02}{seconds:02}Z")
}

/// The migration of a module at a place. Long, because it is a table: an arm for
/// each place, the same change in our words and in those of SQL side by side.
fn change(module: &str, place: usize) -> Change {
    let number = place / PER_TABLE;
    let (item, part, good) = (
        format!("item{number}"),
        format!("part{number}"),
        format!("good{number}"),
    );
    // The name of a table, or of an index, in the one room that SQL has.
    let full = |name: &str| format!("{module}_{name}");
    let (table, parts, goods) = (full(&item), full(&part), full(&good));
    let index = |what: &str| format!("{table}_by_{what}");
    let (name, operation, sql) = match place % PER_TABLE {
        0 => (
            format!("create_{item}"),
            json!({ "create_table": { "name": item, "key": ["id"], "fields": [
                { "name": "id", "type": "id" },
                { "name": "name", "type": "string" },
                { "name": "amount", "type": "i64" },
                { "name": "at", "type": "timestamp", "nullable": true },
            ] } }),
            format!(
                "CREATE TABLE {table} (id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL, at INTEGER);"
            ),
        ),
        1 => (
            format!("add_note_to_{item}"),
            json!({ "add_field": { "table": item, "field": { "name": "note", "type": "string", "nullable": true } } }),
            format!("ALTER TABLE {table} ADD COLUMN note TEXT;"),
        ),
        2 => (
            format!("add_votes_to_{item}"),
            json!({ "add_field": { "table": item, "field": { "name": "votes", "type": "i64", "default": 0 } } }),
            format!("ALTER TABLE {table} ADD COLUMN votes INTEGER NOT NULL DEFAULT 0;"),
        ),
        3 => (
            format!("index_{item}_by_name"),
            json!({ "add_index": { "table": item, "index": { "fields": ["name"] } } }),
            format!("CREATE INDEX {} ON {table} (name);", index("name")),
        ),
        4 => (
            format!("rename_amount_of_{item}"),
            json!({ "rename_field": { "table": item, "from": "amount", "to": "total" } }),
            format!("ALTER TABLE {table} RENAME COLUMN amount TO total;"),
        ),
        5 => (
            format!("make_{item}_unique"),
            json!({ "add_index": { "table": item, "index": { "fields": ["name", "total"], "unique": true } } }),
            format!(
                "CREATE UNIQUE INDEX {} ON {table} (name, total);",
                index("total")
            ),
        ),
        6 => (
            format!("drop_index_of_{item}"),
            json!({ "drop_index": { "table": item, "fields": ["name"] } }),
            format!("DROP INDEX {};", index("name")),
        ),
        7 => (
            format!("drop_note_of_{item}"),
            json!({ "drop_field": { "table": item, "field": "note" } }),
            format!("ALTER TABLE {table} DROP COLUMN note;"),
        ),
        8 => (
            format!("create_{part}"),
            json!({ "create_table": { "name": part, "key": ["id"], "fields": [
                { "name": "id", "type": "id" },
                { "name": "item", "type": "id", "references": { "table": format!("{module}.{item}"), "on_delete": "cascade" } },
                { "name": "size", "type": "i64" },
            ] } }),
            format!(
                "CREATE TABLE {parts} (id BLOB PRIMARY KEY NOT NULL, item BLOB NOT NULL REFERENCES {table} (id) ON DELETE CASCADE, size INTEGER NOT NULL);\n\
                 CREATE INDEX {parts}_by_item ON {parts} (item);"
            ),
        ),
        _ => (
            format!("rename_{item}"),
            json!({ "rename_table": { "from": item, "to": good } }),
            format!("ALTER TABLE {table} RENAME TO {goods};"),
        ),
    };
    Change {
        name,
        operation,
        sql,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_go_on_in_turn() {
        let history = History::new(2).unwrap();
        let names: Vec<_> = history.sql.iter().map(|sql| sql.name.as_str()).collect();
        assert_eq!(names.len(), 2 * PER_MODULE);
        let expect = [
            "m000_create_item0",
            "m001_create_item0",
            "m000_add_note_to_item0",
        ];
        assert_eq!(names[..3], expect);
        let files = history.modules[1].files;
        assert_eq!(files[1].name, "20260101T000003Z_add_note_to_item0.json");
    }

    #[test]
    fn the_migrations_of_a_module_make_its_tables() {
        let history = History::new(1).unwrap();
        let tables = &history.modules[0].tables;
        assert_eq!(tables.len(), TABLES_PER_MODULE);
        assert_eq!(history.tables(), TABLES_PER_MODULE);
    }
}
