//! The difference: operations that lead from the migrations to the source.
//!
//! A **declared** table is what the source says today; the **fold** is what the
//! migrations make. [`diff`] is a pure function of both, so the tool that writes
//! migrations and the build that misses one cannot disagree.
//!
//! Invariants: the operations apply in their order, and what they make equals
//! what is declared, but for the order of fields and indexes. To that end each
//! operation is applied to a working copy of the fold before it is kept.
//! Nothing is guessed: a rename needs a mark (`#[was]`), a new required field
//! needs a default, and what would lose or garble values is refused with what
//! to do instead.

mod difference;
mod fault;
mod rename;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use difference::{Difference, DifferenceKind};
pub use fault::DiffFault;

use crate::{
    Conversion, Field, FoldError, FoldedSchema, FoldedTable, Name, Operation, Table, TableName,
    fold::list_tables,
};

use rename::{Mark, MarkFault};

/// A table as the source declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The table.
    pub table: Table,
    /// Its former name, if the source marks one.
    pub was: Option<Name>,
    /// Fields that the source marks with a former name: now, and was.
    pub fields_were: Vec<(Name, Name)>,
}

/// A declaration without marks.
impl From<Table> for Declared {
    fn from(table: Table) -> Self {
        Self {
            table,
            was: None,
            fields_were: Vec::new(),
        }
    }
}

/// The operations that turn what the migrations of `module` make into what its
/// source declares; none when they agree. Marks of renames that have been
/// carried out are ignored. On faults, all of them are returned.
pub fn diff(
    module: &Name,
    from: &FoldedSchema,
    to: &[Declared],
) -> Result<Vec<Operation>, Vec<DiffFault>> {
    let mut differ = Differ::new(module, from, to);
    differ.rename_tables();
    differ.rename_fields();
    differ.refuse_other_keys();
    differ.drop_indexes();
    differ.drop_fields();
    differ.create_tables();
    differ.add_and_change_fields();
    differ.add_indexes();
    differ.change_tables();
    differ.drop_tables();
    if differ.faults.is_empty() {
        Ok(differ.operations)
    } else {
        Err(differ.faults)
    }
}

/// The working copy and what has been found so far.
struct Differ<'a> {
    module: &'a Name,
    now: FoldedSchema,
    /// Sound declarations, by name.
    declared: Vec<&'a Declared>,
    /// All declared names, also of tables that have a fault and are left alone.
    names: BTreeSet<&'a Name>,
    operations: Vec<Operation>,
    faults: Vec<DiffFault>,
}

impl<'a> Differ<'a> {
    fn new(module: &'a Name, from: &FoldedSchema, to: &'a [Declared]) -> Self {
        let mut differ = Self {
            module,
            now: from.clone(),
            declared: Vec::with_capacity(to.len()),
            names: BTreeSet::new(),
            operations: Vec::new(),
            faults: Vec::new(),
        };
        for declared in to {
            let table = &declared.table;
            if !differ.names.insert(&table.name) {
                let table = table.name.clone();
                differ.faults.push(DiffFault::DeclaredTwice { table });
            } else if let Err(error) = FoldedTable::new(table.clone()) {
                differ.faults.push(error.into());
            } else {
                differ.declared.push(declared);
            }
        }
        differ.declared.sort_by_key(|declared| &declared.table.name);
        differ
    }

    fn rename_tables(&mut self) {
        let existing = self.existing_tables();
        let marks = self.declared.iter().filter_map(|declared| {
            let now = &declared.table.name;
            let was = declared.was.as_ref()?;
            Some(Mark { now, was })
        });
        let marks: Vec<_> = marks.collect();
        let (renames, faults) = rename::resolve(&existing, &self.names, &marks);
        let known = list_tables(self.now.tables.keys(), self.module);
        let faults = faults.into_iter().map(|fault| table_fault(fault, &known));
        self.faults.extend(faults);
        for (from, to) in renames {
            self.keep(Operation::RenameTable { from, to });
        }
    }

    fn rename_fields(&mut self) {
        for declared in self.declared.clone() {
            let name = &declared.table.name;
            let Some(old) = self.folded(name) else {
                continue;
            };
            let existing = old.table.fields.iter().map(|field| field.name.clone());
            let fields = declared.table.fields.iter().map(|field| &field.name);
            let marks = declared
                .fields_were
                .iter()
                .map(|(now, was)| Mark { now, was });
            let marks: Vec<_> = marks.collect();
            let (renames, faults) = rename::resolve(&existing.collect(), &fields.collect(), &marks);
            let known = old.table.field_list();
            let faults = faults
                .into_iter()
                .map(|fault| field_fault(name, fault, &known));
            self.faults.extend(faults);
            for (from, to) in renames {
                let table = name.clone();
                self.keep(Operation::RenameField { table, from, to });
            }
        }
    }

    /// A table whose key differs is left alone from here on: one fault is enough.
    fn refuse_other_keys(&mut self) {
        let (same, other): (Vec<_>, Vec<_>) = self.declared.iter().copied().partition(|declared| {
            self.folded(&declared.table.name)
                .is_none_or(|old| old.table.key == declared.table.key)
        });
        for declared in other {
            let name = &declared.table.name;
            let from = self.folded(name).map(|old| old.table.key.join(", "));
            self.faults.push(DiffFault::KeyChanged {
                table: name.clone(),
                from: from.unwrap_or_default(),
                to: declared.table.key.join(", "),
            });
        }
        self.declared = same;
    }

    fn drop_indexes(&mut self) {
        self.for_each_pair(|old, new| {
            let gone = old
                .indexes
                .iter()
                .filter(|index| !new.indexes.contains(index));
            gone.map(|index| Operation::DropIndex {
                table: new.name.clone(),
                fields: index.fields.clone(),
            })
            .collect()
        });
    }

    fn drop_fields(&mut self) {
        self.for_each_pair(|old, new| {
            let gone = old
                .fields
                .iter()
                .filter(|field| new.field(&field.name).is_none());
            gone.map(|field| Operation::DropField {
                table: new.name.clone(),
                field: field.name.clone(),
            })
            .collect()
        });
    }

    /// Creates tables after those they refer to. In a circle one is made
    /// without its references, which [`Self::add_and_change_fields`] then adds.
    fn create_tables(&mut self) {
        let missing = self.declared.iter().map(|declared| &declared.table);
        let missing = missing.filter(|table| self.folded(&table.name).is_none());
        let mut open: Vec<_> = missing.cloned().map(Operation::CreateTable).collect();
        loop {
            let mut stuck = self.keep_in_any_order(open).into_iter();
            let Some((Operation::CreateTable(mut table), _)) = stuck.next() else {
                break;
            };
            self.cut_references(&mut table);
            open = std::iter::once(Operation::CreateTable(table))
                .chain(stuck.map(|(operation, _)| operation))
                .collect();
        }
    }

    /// Takes the references away that do not lead anywhere yet.
    fn cut_references(&self, table: &mut Table) {
        let name = TableName::new(self.module.clone(), table.name.clone());
        let whole = table.clone();
        for field in &mut table.fields {
            let check = self.now.check_reference_from(&name, field, &whole);
            if check.is_err() {
                field.references = None;
            }
        }
    }

    /// Adds come first, but a field may refer to a key that itself changes.
    fn add_and_change_fields(&mut self) {
        let mut adds = Vec::new();
        let mut changes = Vec::new();
        let mut faults = Vec::new();
        for declared in &self.declared {
            let Some(old) = self.folded(&declared.table.name) else {
                continue;
            };
            for field in &declared.table.fields {
                let (table, field) = (declared.table.name.clone(), field.clone());
                match old.table.field(&field.name) {
                    None => adds.push(Operation::AddField { table, field }),
                    Some(same) if *same == field => {}
                    Some(old) if old.nullable && !field.nullable && field.default.is_none() => {
                        let field = field.name;
                        faults.push(DiffFault::NullNeedsDefault { table, field });
                    }
                    Some(old) if old.ty.conversion_to(&field.ty) == Conversion::Checked => {
                        let (from, to) = (old.ty.clone(), field.ty);
                        let field = field.name;
                        faults.push(DiffFault::NotWider {
                            table,
                            field,
                            from,
                            to,
                        });
                    }
                    Some(_) => changes.push(Operation::ChangeField { table, field }),
                }
            }
        }
        self.faults.extend(faults);
        adds.extend(changes);
        self.keep_or_refuse(adds);
    }

    fn add_indexes(&mut self) {
        self.for_each_pair(|old, new| {
            // A field that could not be added has its fault already.
            let possible = new.indexes.iter().filter(|index| {
                index.fields.iter().all(|field| old.field(field).is_some())
                    && !old.indexes.contains(index)
            });
            possible
                .map(|index| Operation::AddIndex {
                    table: new.name.clone(),
                    index: index.clone(),
                })
                .collect()
        });
    }

    fn change_tables(&mut self) {
        self.for_each_pair(|old, new| {
            let change = || Operation::ChangeTable {
                table: new.name.clone(),
                feed: new.feed,
            };
            (old.feed != new.feed).then(change).into_iter().collect()
        });
    }

    /// Drops tables before those they refer to; references in circles are cut first.
    fn drop_tables(&mut self) {
        let existing = self.existing_tables();
        let doomed = existing
            .into_iter()
            .filter(|name| !self.names.contains(name));
        let drops = doomed.map(|table| Operation::DropTable { table }).collect();
        let stuck = self.keep_in_any_order(drops);
        let stuck: Vec<_> = stuck.into_iter().map(|(operation, _)| operation).collect();
        self.keep_or_refuse(self.cuts(&stuck));
        self.keep_or_refuse(stuck);
    }

    /// Changes after which the tables of `drops` no longer refer to each other.
    fn cuts(&self, drops: &[Operation]) -> Vec<Operation> {
        let tables = drops.iter().filter_map(|operation| match operation {
            Operation::DropTable { table } => self.folded(table),
            _ => None,
        });
        let tables: Vec<_> = tables.map(|folded| &folded.table).collect();
        let mut cuts = Vec::new();
        for (table, target) in tables
            .iter()
            .flat_map(|table| tables.iter().map(move |t| (table, t)))
        {
            let target = TableName::new(self.module.clone(), target.name.clone());
            let fields = table.fields.iter();
            let holders =
                fields.filter(|field| table.name != target.table && field.refers_to(&target));
            cuts.extend(holders.map(|field| Operation::ChangeField {
                table: table.name.clone(),
                field: Field {
                    references: None,
                    ..field.clone()
                },
            }));
        }
        cuts
    }

    /// Keeps the operations that `find` returns for each table, as it is and as declared.
    fn for_each_pair(&mut self, find: impl Fn(&Table, &Table) -> Vec<Operation>) {
        for declared in self.declared.clone() {
            let Some(old) = self.folded(&declared.table.name) else {
                continue;
            };
            for operation in find(&old.table, &declared.table) {
                self.keep(operation);
            }
        }
    }

    fn keep(&mut self, operation: Operation) {
        match self.now.apply(self.module, &operation) {
            Ok(()) => self.operations.push(operation),
            Err(error) => self.faults.push(error.into()),
        }
    }

    /// Keeps the operations in an order in which each can be applied, close to
    /// the given one, and returns those that cannot.
    fn keep_in_any_order(&mut self, mut open: Vec<Operation>) -> Vec<(Operation, FoldError)> {
        loop {
            let before = open.len();
            let mut stuck = Vec::new();
            for operation in open {
                match self.now.apply(self.module, &operation) {
                    Ok(()) => self.operations.push(operation),
                    Err(error) => stuck.push((operation, error)),
                }
            }
            if stuck.is_empty() || stuck.len() == before {
                return stuck;
            }
            open = stuck.into_iter().map(|(operation, _)| operation).collect();
        }
    }

    fn keep_or_refuse(&mut self, open: Vec<Operation>) {
        let stuck = self.keep_in_any_order(open);
        let faults = stuck.into_iter().map(|(_, error)| error.into());
        self.faults.extend(faults);
    }

    fn folded(&self, table: &Name) -> Option<&FoldedTable> {
        let name = TableName::new(self.module.clone(), table.clone());
        self.now.tables.get(&name)
    }

    fn existing_tables(&self) -> BTreeSet<Name> {
        let own = self
            .now
            .tables
            .keys()
            .filter(|name| name.module == *self.module);
        own.map(|name| name.table.clone()).collect()
    }
}

fn table_fault(fault: MarkFault, known: &str) -> DiffFault {
    match fault {
        MarkFault::Twice { was, first, second } => {
            DiffFault::TableRenamedTwice { was, first, second }
        }
        MarkFault::Unclear { now, was } => DiffFault::TableRenameUnclear { table: now, was },
        MarkFault::Unknown { now, was } => DiffFault::TableWasUnknown {
            table: now,
            was,
            known: known.to_owned(),
        },
        MarkFault::Circle { now, was } => DiffFault::TablesExchanged { table: now, was },
    }
}

fn field_fault(table: &Name, fault: MarkFault, known: &str) -> DiffFault {
    let table = table.clone();
    match fault {
        MarkFault::Twice { was, first, second } => DiffFault::FieldRenamedTwice {
            table,
            was,
            first,
            second,
        },
        MarkFault::Unclear { now, was } => DiffFault::FieldRenameUnclear {
            table,
            field: now,
            was,
        },
        MarkFault::Unknown { now, was } => DiffFault::FieldWasUnknown {
            table,
            field: now,
            was,
            known: known.to_owned(),
        },
        MarkFault::Circle { now, was } => DiffFault::FieldsExchanged {
            table,
            field: now,
            was,
        },
    }
}
