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
//! needs a value for the rows that are there, values of another type come from a
//! **step** that somebody writes, and what cannot be done at all is refused with
//! what to do instead.
//!
//! The order is one for all tables: renames; what becomes of indexes, tables and
//! fields without a step; room for new values; the steps; what the steps have made
//! possible; keys; what waited for them; what is no longer needed; indexes.

mod difference;
mod fault;
mod fields;
mod history;
mod rename;
mod step;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use difference::{Difference, DifferenceKind};
pub use fault::DiffFault;
pub use history::History;
pub use step::{StepPurpose, StepStub};

use crate::{
    Field, FoldError, FoldedSchema, FoldedTable, Name, Operation, Table, TableName, Value,
    fold::list_tables,
};

use fields::{FieldPlan, Planner};
use rename::{Mark, MarkFault, Names};

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

/// What is known beside the source and the migrations.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// What the rows that are there get in new fields, by table and field.
    pub fills: BTreeMap<(Name, Name), Value>,
    /// The names that no new step may have.
    pub steps: BTreeSet<Name>,
}

/// What a migration has to do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// Its operations, in order.
    pub operations: Vec<Operation>,
    /// The steps that they call and that have to be written.
    pub steps: Vec<StepStub>,
}

/// What turns that which the migrations of `module` make into what its source
/// declares; nothing when they agree. Marks of renames that have been carried
/// out are ignored. On faults, all of them are returned.
pub fn diff(
    module: &Name,
    history: &History,
    to: &[Declared],
    given: &Given,
) -> Result<Draft, Vec<DiffFault>> {
    let mut differ = Differ::new(module, history, to);
    differ.rename_tables();
    differ.rename_fields();
    differ.refuse_held_keys();
    differ.drop_indexes();
    let rekeyed = differ.rekeyed();
    differ.cut_own_keys(&rekeyed);
    let plan = differ.plan_fields(&rekeyed, given);
    differ.drop_fields(&plan, &rekeyed);
    let created = differ.create_tables(&rekeyed);
    let left = differ.carry_out(plan, &created, &rekeyed);
    differ.drop_left_fields(left);
    differ.add_indexes();
    differ.change_tables();
    differ.drop_tables();
    if differ.faults.is_empty() {
        Ok(differ.draft)
    } else {
        Err(differ.faults)
    }
}

/// The working copy and what has been found so far.
struct Differ<'a> {
    module: &'a Name,
    history: &'a History,
    now: FoldedSchema,
    /// What the tables were called before anything was renamed.
    were: BTreeMap<Name, Name>,
    /// Sound declarations, by name.
    declared: Vec<&'a Declared>,
    /// All declared names, also of tables that have a fault and are left alone.
    names: BTreeSet<&'a Name>,
    draft: Draft,
    faults: Vec<DiffFault>,
}

impl<'a> Differ<'a> {
    fn new(module: &'a Name, history: &'a History, to: &'a [Declared]) -> Self {
        let mut differ = Self {
            module,
            history,
            now: history.fold().clone(),
            were: BTreeMap::new(),
            declared: Vec::with_capacity(to.len()),
            names: BTreeSet::new(),
            draft: Draft::default(),
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
        let marks = self.declared.iter().filter_map(|declared| {
            let (now, was) = (declared.table.name.clone(), declared.was.clone()?);
            let done = self.history.table_was(&self.full(&now), &was);
            let exists = self.folded(&now).is_some();
            (!exists || !done).then_some(Mark { now, was })
        });
        let marks = marks.collect();
        let names = Names {
            existing: self.existing_tables(),
            declared: self.names.clone(),
            may_exchange: self.history.is_whole(),
        };
        let (renames, faults) = names.resolve(marks);
        let known = list_tables(self.now.tables.keys(), self.module);
        let faults = faults.into_iter().map(|fault| table_fault(fault, &known));
        self.faults.extend(faults);
        for (from, to) in renames {
            let first = self.were.remove(&from).unwrap_or_else(|| from.clone());
            self.were.insert(to.clone(), first);
            self.keep(Operation::RenameTable { from, to });
        }
    }

    fn rename_fields(&mut self) {
        for declared in self.declared.clone() {
            let name = &declared.table.name;
            let Some(old) = self.folded(name) else {
                continue;
            };
            let names = Names {
                existing: old.table.fields.iter().map(|it| it.name.clone()).collect(),
                declared: declared.table.fields.iter().map(|it| &it.name).collect(),
                may_exchange: self.history.is_whole(),
            };
            let (renames, faults) = names.resolve(self.field_marks(declared, old));
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

    /// The marks of fields that are not known to have been carried out.
    fn field_marks(&self, declared: &Declared, old: &FoldedTable) -> Vec<Mark> {
        let name = &declared.table.name;
        let first = self.full(self.were.get(name).unwrap_or(name));
        let is_open = |now: &Name, was: &Name| {
            let number = old.number_of(now);
            !number.is_some_and(|number| self.history.field_was(&first, number, was))
        };
        let marks = declared.fields_were.iter();
        marks
            .filter(|(now, was)| is_open(now, was))
            .map(|(now, was)| Mark {
                now: now.clone(),
                was: was.clone(),
            })
            .collect()
    }

    /// The tables whose rows get other keys.
    fn rekeyed(&self) -> BTreeSet<TableName> {
        let pairs = self.pairs().into_iter();
        let changed = pairs.filter(|(old, new)| fields::is_rekeyed(old, new));
        changed.map(|(_, new)| self.full(&new.name)).collect()
    }

    /// A key that other rows hold cannot change under them. Such a table and those
    /// that refer to it are left alone from here on: one fault is enough.
    fn refuse_held_keys(&mut self) {
        let rekeyed = self.rekeyed();
        let mut holders = BTreeSet::new();
        let mut faults = Vec::new();
        for (old, new) in self.pairs() {
            for held in &new.fields {
                let Some(reference) = &held.references else {
                    continue;
                };
                let target = &reference.table;
                let held_before = old.field(&held.name).is_some_and(|it| it.refers_to(target));
                if rekeyed.contains(target) && held_before {
                    holders.extend([new.name.clone(), target.table.clone()]);
                    faults.extend(self.held_key(&target.table, &new.name, &held.name));
                }
            }
        }
        self.faults.extend(faults);
        self.declared
            .retain(|declared| !holders.contains(&declared.table.name));
    }

    /// A key that refers to its own table cannot be replaced while it does, and while
    /// it is the key it cannot become what is declared.
    fn cut_own_keys(&mut self, rekeyed: &BTreeSet<TableName>) {
        let module = self.module.clone();
        self.for_each_pair(|old, new| {
            let own = new.full_name(&module);
            let key = old.fields.iter().filter(|it| old.key.contains(&it.name));
            let referring = key.filter(|field| rekeyed.contains(&own) && field.refers_to(&own));
            let cuts = referring.map(|field| {
                let mut field = field.clone();
                cut(&mut field);
                Operation::ChangeField {
                    table: new.name.clone(),
                    field,
                }
            });
            cuts.collect()
        });
    }

    fn held_key(&self, table: &Name, by_table: &Name, by_field: &Name) -> Option<DiffFault> {
        let mut pairs = self.pairs().into_iter();
        let (old, new) = pairs.find(|(_, new)| new.name == *table)?;
        Some(DiffFault::KeyHeld {
            table: table.clone(),
            from: describe_key(old),
            to: describe_key(new),
            by_table: by_table.clone(),
            by_field: by_field.clone(),
        })
    }

    /// Also those over a field whose values go into a new one: they are made again.
    fn drop_indexes(&mut self) {
        self.for_each_pair(|old, new| {
            let converted = fields::converted(old, new);
            let gone = old.indexes.iter().filter(|index| {
                !new.indexes.contains(index) || index.fields.iter().any(|it| converted.contains(it))
            });
            gone.map(|index| Operation::DropIndex {
                table: new.name.clone(),
                fields: index.fields.clone(),
            })
            .collect()
        });
    }

    fn plan_fields(&self, rekeyed: &BTreeSet<TableName>, given: &Given) -> FieldPlan {
        let mut all = FieldPlan::default();
        let mut steps = given.steps.clone();
        for (from, to) in self.pairs() {
            let planner = Planner {
                given,
                from,
                to,
                rekeyed,
                steps: &mut steps,
            };
            all.append(planner.plan());
        }
        all
    }

    /// Drops the fields that no step may want to read and no key holds.
    fn drop_fields(&mut self, plan: &FieldPlan, rekeyed: &BTreeSet<TableName>) {
        let read: BTreeSet<_> = plan.steps.iter().map(|step| &step.table).collect();
        let refers = |field: &Field| rekeyed.iter().any(|table| field.refers_to(table));
        self.for_each_pair(|old, new| {
            let gone = old.fields.iter().filter(|field| {
                new.field(&field.name).is_none()
                    && !old.key.contains(&field.name)
                    && (!read.contains(&new.name) || refers(field))
            });
            gone.map(|field| drop_field(new, field)).collect()
        });
    }

    /// Creates tables after those they refer to. In a circle one is made
    /// without its references, which are then added with the fields. Returns
    /// the names of those tables.
    fn create_tables(&mut self, rekeyed: &BTreeSet<TableName>) -> BTreeSet<Name> {
        let missing = self.declared.iter().map(|declared| &declared.table);
        let missing = missing.filter(|table| self.folded(&table.name).is_none());
        let mut created: Vec<_> = missing.cloned().collect();
        for field in created.iter_mut().flat_map(|table| &mut table.fields) {
            if rekeyed.iter().any(|table| field.refers_to(table)) {
                cut(field);
            }
        }
        let names = created.iter().map(|table| table.name.clone()).collect();
        let mut open: Vec<_> = created.into_iter().map(Operation::CreateTable).collect();
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
        names
    }

    /// Takes the references away that do not lead anywhere yet.
    fn cut_references(&self, table: &mut Table) {
        let name = self.full(&table.name);
        let whole = table.clone();
        for field in &mut table.fields {
            let check = self.now.check_reference_from(&name, field, &whole);
            if check.is_err() {
                cut(field);
            }
        }
    }

    /// Carries the plan out up to the new keys, and returns what is left of it.
    fn carry_out(
        &mut self,
        mut plan: FieldPlan,
        created: &BTreeSet<Name>,
        rekeyed: &BTreeSet<TableName>,
    ) -> Vec<Operation> {
        self.add_references(created, rekeyed, &mut plan);
        let cuts = self.cuts(&self.doomed_tables(), |target| rekeyed.contains(target));
        self.keep_or_refuse(cuts);
        // Adds come first, but a field may refer to a key that itself changes.
        let is_change = |operation: &Operation| matches!(operation, Operation::ChangeField { .. });
        plan.plain.sort_by_key(is_change);
        let mut left = self.keep_what_can_be(plan.plain);
        left.extend(self.keep_what_can_be(plan.prepare));
        for step in plan.steps {
            self.keep(step.run());
            self.draft.steps.push(step);
        }
        left.extend(self.keep_what_can_be(plan.finish));
        self.change_keys();
        left.extend(plan.late);
        left
    }

    /// Plans the references that tables were created without.
    fn add_references(
        &self,
        created: &BTreeSet<Name>,
        rekeyed: &BTreeSet<TableName>,
        plan: &mut FieldPlan,
    ) {
        let pairs = self.pairs().into_iter();
        for (old, new) in pairs.filter(|(_, new)| created.contains(&new.name)) {
            let lacking = new.fields.iter();
            for field in lacking.filter(|it| old.field(&it.name) != Some(*it)) {
                let waits = rekeyed.iter().any(|table| field.refers_to(table));
                let list = if waits {
                    &mut plan.late
                } else {
                    &mut plan.plain
                };
                list.push(Operation::ChangeField {
                    table: new.name.clone(),
                    field: field.clone(),
                });
            }
        }
    }

    fn change_keys(&mut self) {
        self.for_each_pair(|old, new| {
            let change = || Operation::ChangeKey {
                table: new.name.clone(),
                key: new.key.clone(),
            };
            (old.key != new.key).then(change).into_iter().collect()
        });
    }

    /// Drops what only the steps and the old keys needed, together with what is
    /// left to do.
    fn drop_left_fields(&mut self, mut left: Vec<Operation>) {
        for (old, new) in self.pairs() {
            let gone = old.fields.iter().filter(|it| new.field(&it.name).is_none());
            let drops = gone.map(|field| drop_field(new, field));
            left.extend(drops.collect::<Vec<_>>());
        }
        self.keep_or_refuse(left);
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
        let doomed = self.doomed_tables();
        let drops = doomed
            .into_iter()
            .map(|table| Operation::DropTable { table });
        let stuck = self.keep_in_any_order(drops.collect());
        let stuck: Vec<_> = stuck.into_iter().map(|(operation, _)| operation).collect();
        let doomed = self.doomed_tables();
        let cuts = self.cuts(&doomed, |target| doomed.contains(&target.table));
        self.keep_or_refuse(cuts);
        self.keep_or_refuse(stuck);
    }

    /// The tables that the source no longer declares.
    fn doomed_tables(&self) -> Vec<Name> {
        let existing = self.existing_tables().into_iter();
        existing.filter(|name| !self.names.contains(name)).collect()
    }

    /// Changes after which none of `tables` refers to another one that `is_target`.
    fn cuts(&self, tables: &[Name], is_target: impl Fn(&TableName) -> bool) -> Vec<Operation> {
        let mut cuts = Vec::new();
        for table in tables.iter().filter_map(|table| self.folded(table)) {
            let table = &table.table;
            let own = self.full(&table.name);
            let holders = table.fields.iter().filter(|field| {
                let reference = field.references.as_ref();
                reference.is_some_and(|it| it.table != own && is_target(&it.table))
            });
            cuts.extend(holders.map(|field| {
                let mut field = field.clone();
                cut(&mut field);
                Operation::ChangeField {
                    table: table.name.clone(),
                    field,
                }
            }));
        }
        cuts
    }

    /// The tables that exist and are declared: as they are, and as declared.
    fn pairs(&self) -> Vec<(&Table, &'a Table)> {
        let pairs = self.declared.iter().filter_map(|declared| {
            let old = self.folded(&declared.table.name)?;
            Some((&old.table, &declared.table))
        });
        pairs.collect()
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
            Ok(()) => self.draft.operations.push(operation),
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
                    Ok(()) => self.draft.operations.push(operation),
                    Err(error) => stuck.push((operation, error)),
                }
            }
            if stuck.is_empty() || stuck.len() == before {
                return stuck;
            }
            open = stuck.into_iter().map(|(operation, _)| operation).collect();
        }
    }

    /// Keeps what can be applied and returns the rest for later.
    fn keep_what_can_be(&mut self, open: Vec<Operation>) -> Vec<Operation> {
        let stuck = self.keep_in_any_order(open);
        stuck.into_iter().map(|(operation, _)| operation).collect()
    }

    fn keep_or_refuse(&mut self, open: Vec<Operation>) {
        let stuck = self.keep_in_any_order(open);
        let faults = stuck.into_iter().map(|(_, error)| error.into());
        self.faults.extend(faults);
    }

    fn full(&self, table: &Name) -> TableName {
        TableName::new(self.module.clone(), table.clone())
    }

    fn folded(&self, table: &Name) -> Option<&FoldedTable> {
        self.now.tables.get(&self.full(table))
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

fn drop_field(table: &Table, field: &Field) -> Operation {
    Operation::DropField {
        table: table.name.clone(),
        field: field.name.clone(),
    }
}

/// Takes a reference away.
fn cut(field: &mut Field) {
    field.references = None;
}

/// The fields of the key with their types.
fn describe_key(table: &Table) -> String {
    let fields = table.key.iter().filter_map(|name| table.field(name));
    let words: Vec<_> = fields
        .map(|field| format!("{} {}", field.name, field.ty))
        .collect();
    words.join(", ")
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
