//! Which changes a feed gives, as the catalogue of a moment understands it.
//!
//! Tables and fields are named in a [`Scope`]; migrations may rename or move them
//! while the feed goes on, so the names are looked up again whenever the
//! catalogue is another.

use std::{collections::HashMap, sync::Arc};

use sdk_schema::TableName;

use super::{Change, Effect, FeedError, RawChange};
use crate::store::{
    catalogue::{Binding, Catalogue, StoredTable, corrupt},
    error::{DecodeError, StoreError},
    key::KeyWriter,
    query::{Filter, Test},
    scan::ScanRow,
};

type Bind = fn(&Catalogue) -> Result<Arc<Binding>, StoreError>;
type MakeTest = dyn Fn(&StoredTable, &str) -> Result<Test, StoreError> + Send + Sync;

/// What was asked for.
pub(super) struct Scope {
    tables: Tables,
    clauses: Vec<Clause>,
}

enum Tables {
    Typed(Bind),
    Named(Vec<String>),
    All,
}

/// A condition.
pub(super) enum Clause {
    /// The key begins with the values of these fields.
    KeyPrefix {
        fields: Vec<String>,
        prefix: Vec<u8>,
    },
    /// A field is so.
    Filter { field: String, test: Arc<MakeTest> },
}

/// What was asked for, in the words of a catalogue.
pub(super) struct Resolved {
    pub catalogue: Arc<Catalogue>,
    targets: HashMap<u32, Target>,
    buffer: KeyWriter,
}

struct Target {
    binding: Arc<Binding>,
    name: Arc<TableName>,
    prefix: Vec<u8>,
    filters: Vec<Filter>,
}

impl Scope {
    pub(super) fn typed(bind: Bind) -> Self {
        Self::of(Tables::Typed(bind))
    }

    pub(super) fn tables(names: Vec<String>) -> Self {
        Self::of(Tables::Named(names))
    }

    pub(super) fn all() -> Self {
        Self::of(Tables::All)
    }

    fn of(tables: Tables) -> Self {
        Self {
            tables,
            clauses: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, clause: Clause) {
        self.clauses.push(clause);
    }

    /// Looks everything up.
    pub(super) fn resolve(&self, catalogue: &Arc<Catalogue>) -> Result<Resolved, FeedError> {
        let of_table = |table: &Arc<StoredTable>| Arc::new(Binding::of_table(table));
        let bindings: Vec<_> = match &self.tables {
            Tables::Typed(bind) => vec![bind(catalogue)?],
            Tables::Named(names) => {
                let tables = names.iter().map(|name| catalogue.table(name).map(of_table));
                tables.collect::<Result<_, _>>()?
            }
            Tables::All => {
                let logged = catalogue.tables().filter(|table| table.schema().feed);
                logged.map(of_table).collect()
            }
        };
        let target = |binding: Arc<Binding>| -> Result<_, FeedError> {
            Ok((binding.table.raw().id, self.target(&binding)?))
        };
        Ok(Resolved {
            catalogue: Arc::clone(catalogue),
            targets: bindings.into_iter().map(target).collect::<Result<_, _>>()?,
            buffer: KeyWriter::new(),
        })
    }

    fn target(&self, binding: &Arc<Binding>) -> Result<Target, FeedError> {
        let table = &binding.table;
        if !table.schema().feed {
            return Err(FeedError::NotLogged {
                table: table.name().to_string(),
            });
        }
        let mut target = Target {
            name: Arc::new(table.name().clone()),
            prefix: Vec::new(),
            filters: Vec::new(),
            binding: Arc::clone(binding),
        };
        for clause in &self.clauses {
            match clause {
                Clause::KeyPrefix { fields, prefix } => {
                    check_leading(table, fields)?;
                    target.prefix.clone_from(prefix);
                }
                Clause::Filter { field, test } => {
                    let test = test(table, field)?;
                    target.filters.push(Filter::new(table, field, test)?);
                }
            }
        }
        Ok(target)
    }
}

/// Checks that the key begins with these fields.
fn check_leading(table: &StoredTable, fields: &[String]) -> Result<(), StoreError> {
    let key = &table.schema().key;
    let mut pairs = key.iter().zip(fields);
    if fields.len() <= key.len() && pairs.all(|(key, field)| key.as_str() == field) {
        return Ok(());
    }
    Err(StoreError::NoIndex {
        table: table.name().to_string(),
        fields: format!("({})", fields.join(", ")),
        known: format!("the key {}", table.label(table.key())),
    })
}

impl Resolved {
    /// The change as the feed gives it; none when it was not asked for.
    pub(super) fn change<R: ScanRow>(
        &mut self,
        raw: &RawChange<'_>,
    ) -> Result<Option<Change<R::Item>>, StoreError> {
        let Some(target) = self.targets.get(&raw.table) else {
            return Ok(None);
        };
        if !raw.key.starts_with(&target.prefix) {
            return Ok(None);
        }
        let mut matches = |row: Option<&[u8]>| match row {
            None => Ok(false),
            Some(row) => target
                .accepts(row, &mut self.buffer)
                .map_err(|error| corrupt(&target.binding.table, raw.key, error)),
        };
        let effect = match (matches(raw.old)?, matches(raw.new)?) {
            (false, false) => return Ok(None),
            (false, true) => Effect::Enters,
            (true, true) => Effect::Stays,
            (true, false) => Effect::Leaves,
        };
        let read = |row: Option<&[u8]>| {
            row.map(|row| target.binding.read::<R>(raw.key, row))
                .transpose()
        };
        Ok(Some(Change {
            table: Arc::clone(&target.name),
            old: read(raw.old)?,
            new: read(raw.new)?,
            effect,
            expired: raw.expired,
        }))
    }
}

impl Target {
    fn accepts(&self, row: &[u8], buffer: &mut KeyWriter) -> Result<bool, DecodeError> {
        let table = &self.binding.table;
        let row = table.view(row)?;
        for filter in &self.filters {
            if !filter.accepts(table, &row, buffer)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
