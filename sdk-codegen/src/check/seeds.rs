//! Seeds: rows fit their tables, keys and unique values stand once in a set,
//! and references lead to rows that are seeded.
//!
//! A reference is checked where the table it leads to is seeded too: rows of
//! other modules and rows that people enter are not known here. Real rows
//! cannot refer to test rows, because production does not have these.

use std::collections::{BTreeMap, BTreeSet};

use sdk_schema::{Field, Name, Row, SeedFile, SeedRowFault, SeedSet, Table, Value};

use crate::{
    file_fault::{FileFault, listed},
    folder::{Entry, Reading, SEEDS},
    source::Module,
};

/// Checks all seed files.
pub(super) fn check(module: &Module, reading: &Reading) -> Vec<FileFault> {
    let mut faults = Vec::new();
    let files = &reading.folder.seeds;
    let seeded: Vec<_> = files
        .iter()
        .filter_map(|entry| Seeded::read(module, entry, &mut faults))
        .collect();
    faults.extend(twins(&seeded));
    // With a row missing, those that refer to it are not at fault.
    if faults.is_empty() && reading.is_whole(SEEDS) {
        faults.extend(references(module, &seeded));
    }
    faults
}

/// A seed file whose rows fit its table.
struct Seeded<'a> {
    entry: &'a Entry<SeedFile>,
    table: &'a Table,
    rows: Vec<Row>,
}

impl<'a> Seeded<'a> {
    fn read(
        module: &'a Module,
        entry: &'a Entry<SeedFile>,
        faults: &mut Vec<FileFault>,
    ) -> Option<Self> {
        let Some(declared) = module.table(&entry.content.table) else {
            faults.push(unknown_table(module, entry));
            return None;
        };
        match entry.content.rows_of(&declared.table) {
            Ok(rows) => Some(Self {
                entry,
                table: &declared.table,
                rows,
            }),
            Err(error) => {
                let fault = |fault: SeedRowFault| FileFault::new(&entry.file, fault);
                faults.extend(error.faults.into_iter().map(fault));
                None
            }
        }
    }

    fn set(&self) -> SeedSet {
        self.entry.content.set
    }

    /// The rows whose `field` holds none of the known keys.
    fn strangers(&self, field: &Field, known: &BTreeSet<&String>) -> Vec<FileFault> {
        let referred = field
            .references
            .as_ref()
            .map(|reference| &reference.table.table);
        let rows = self.rows().filter_map(|(number, row)| {
            let value = label(row, std::slice::from_ref(&field.name))?;
            let target = referred.filter(|_| !known.contains(&value))?;
            let message = format!(
                "row {number}: field `{}` is {value}, expected the key of a seeded row of `{target}`",
                field.name
            );
            Some(FileFault::new(&self.entry.file, message))
        });
        rows.collect()
    }

    /// The values that no other row may have: number of the row, fields, values.
    fn unique_values(&self) -> impl Iterator<Item = (usize, &'a [Name], String)> {
        let table = self.table;
        let indexes = table.indexes.iter().filter(|index| index.unique);
        let unique: Vec<_> = std::iter::once(&table.key)
            .chain(indexes.map(|index| &index.fields))
            .collect();
        self.rows().flat_map(move |(number, row)| {
            let values = unique.clone().into_iter();
            values.filter_map(move |fields| Some((number, fields.as_slice(), label(row, fields)?)))
        })
    }

    /// The rows with their numbers, which count from 1.
    fn rows(&self) -> impl Iterator<Item = (usize, &Row)> {
        (1..).zip(&self.rows)
    }
}

fn unknown_table(module: &Module, entry: &Entry<SeedFile>) -> FileFault {
    let tables = module.tables.iter().map(|declared| &declared.table.name);
    let message = format!(
        "table `{}` is not one of module `{}`, which has {}",
        entry.content.table,
        module.name,
        listed(tables)
    );
    FileFault::new(&entry.file, message)
}

/// Rows of one set that would meet in a key or in a unique index.
fn twins(seeded: &[Seeded<'_>]) -> Vec<FileFault> {
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for file in seeded {
        for (number, fields, values) in file.unique_values() {
            let here = (&file.entry.file, number);
            let claim = (file.set(), &file.table.name, fields, values.clone());
            let (first, first_number) = *seen.entry(claim).or_insert(here);
            if (first, first_number) != here {
                let message = format!(
                    "row {number}: ({}) is {values} in row {first_number} of {} already",
                    fields.join(", "),
                    first.display()
                );
                faults.push(FileFault::new(&file.entry.file, message));
            }
        }
    }
    faults
}

/// The values of some fields as messages show them; none if one is null, which
/// is unlike every other value.
fn label(row: &Row, fields: &[Name]) -> Option<String> {
    let values = fields.iter().map(|field| match row.get(field) {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.to_json().to_string()),
    });
    Some(values.collect::<Option<Vec<_>>>()?.join(", "))
}

/// References of rows to rows that no file seeds.
fn references(module: &Module, seeded: &[Seeded<'_>]) -> Vec<FileFault> {
    let keys = Keys::of(seeded);
    let mut faults = Vec::new();
    for file in seeded {
        for field in &file.table.fields {
            let target = field.references.as_ref().map(|reference| &reference.table);
            let own = target.filter(|target| target.module == module.name);
            let known = own.and_then(|target| keys.known(file.set(), &target.table));
            if let Some(known) = known {
                faults.extend(file.strangers(field, &known));
            }
        }
    }
    faults
}

/// The keys of the seeded rows, by set and table.
struct Keys<'a>(BTreeMap<(SeedSet, &'a Name), BTreeSet<String>>);

impl<'a> Keys<'a> {
    fn of(seeded: &'a [Seeded<'a>]) -> Self {
        let mut keys: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for file in seeded {
            let known = keys.entry((file.set(), &file.table.name)).or_default();
            known.extend(
                file.rows
                    .iter()
                    .filter_map(|row| label(row, &file.table.key)),
            );
        }
        Self(keys)
    }

    /// The keys that a row of `set` can refer to; none if nothing is seeded.
    fn known<'k>(&'k self, set: SeedSet, table: &'k Name) -> Option<BTreeSet<&'k String>> {
        let sets: &[_] = match set {
            SeedSet::Real => &[SeedSet::Real],
            SeedSet::Test => &[SeedSet::Real, SeedSet::Test],
        };
        let found: Vec<_> = sets
            .iter()
            .filter_map(|set| self.0.get(&(*set, table)))
            .collect();
        (!found.is_empty()).then(|| found.into_iter().flatten().collect())
    }
}
