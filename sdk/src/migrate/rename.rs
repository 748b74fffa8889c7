//! A module gets its present name: its tables, its part of the ledger, and what
//! the library's other tables say of it.

use sdk_schema::{ModuleRename, Name, Row, Value};

use super::{EventAction, MigrateError, MigrationEvent, Migrator, event, ledger};
use crate::store::{StoreError, WriteTx};

/// The library's tables that name modules, and the field that does.
const NAMING: [(&str, &str); 5] = [
    ("sdk.seed_file", "module"),
    ("sdk.seed_row", "table"),
    ("sdk.job", "id"),
    ("sdk.job_override", "job"),
    ("sdk.job_run", "job"),
];

impl Migrator<'_> {
    /// Gives a module its present name, in one transaction.
    pub(super) async fn rename(&self, rename: &ModuleRename) -> Result<(), MigrateError> {
        let entries = ledger::read(self.store).await?;
        let of_module = entries.iter().filter(|it| it.id.module == rename.from);
        let of_module: Vec<_> = of_module.collect();
        let write = self.store.write_alone(async |tx: &mut WriteTx<'_>| {
            tx.rename_module(&rename.from, &rename.to).await?;
            for entry in &of_module {
                let mut renamed = (*entry).clone();
                renamed.id.module = rename.to.clone();
                ledger::remove(tx, &entry.id).await?;
                ledger::enter(tx, &renamed).await?;
                let action = EventAction::Renamed;
                let mut told = MigrationEvent::new(self.clock, &renamed.id, action, self.host);
                told.before = Some(entry.id.to_string());
                event::record(tx, &told).await?;
            }
            for (table, field) in NAMING {
                rename_rows(tx, table, field, rename).await?;
            }
            Ok::<_, StoreError>(())
        });
        Ok(write.await?)
    }
}

/// Renames the module in the rows of a table, whose key may name it.
async fn rename_rows(
    tx: &mut WriteTx<'_>,
    table: &str,
    field: &str,
    rename: &ModuleRename,
) -> Result<(), StoreError> {
    let mut table = match tx.table(table) {
        Err(StoreError::UnknownTable { .. }) => return Ok(()),
        other => other?,
    };
    let rows = table.scan().collect().await?.rows;
    let key = table.schema().key.clone();
    for row in rows {
        let Some(renamed) = renamed(&row, field, rename) else {
            continue;
        };
        let key: Vec<_> = key
            .iter()
            .filter_map(|name| row.get(name).cloned())
            .collect();
        table.delete(&key).await?;
        table.insert(renamed).await?;
    }
    Ok(())
}

/// The row with the present name; none if it does not name the module.
fn renamed(row: &Row, field: &str, rename: &ModuleRename) -> Option<Row> {
    let Value::String(text) = row.get(field)? else {
        return None;
    };
    let rest = text.strip_prefix(rename.from.as_str())?;
    if !(rest.is_empty() || rest.starts_with('.')) {
        return None;
    }
    let mut renamed = row.clone();
    renamed.set(
        Name::new(field).ok()?,
        Value::String(format!("{}{rest}", rename.to)),
    );
    Some(renamed)
}
