//! Every row, what its indexes hold for it, and what it refers to.

use sdk_schema::{Row, Value};

use super::{Fault, FaultKind, Findings};
use crate::store::{
    catalogue::{Entry, StoredIndex, StoredTable},
    encode,
    error::{DecodeError, StoreError},
    key::KeyReader,
    read::ReadTx,
    row::{RowReader, RowView, dynamic},
    trees::{EVERYTHING, ReadTrees},
    write::has_row,
};

/// A row that can be read.
struct Place<'a, 't> {
    tx: &'a ReadTx<'t>,
    table: &'a StoredTable,
    key: &'a [u8],
    row: RowView<'a>,
}

pub(super) fn check(
    tx: &ReadTx<'_>,
    table: &StoredTable,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    for entry in tx.trees.range(table.rows(), EVERYTHING)? {
        let (key, row) = entry?;
        let key = key.value();
        findings.table().rows += 1;
        match read(table, row.value()) {
            Ok(row) => {
                let is_old = row.layout().number != table.layout().number;
                findings.table().in_old_layouts += u64::from(is_old);
                let place = Place {
                    tx,
                    table,
                    key,
                    row,
                };
                place.check(findings)?;
            }
            Err(error) => findings.add(Fault {
                found: error,
                expected: "a row that can be read".to_owned(),
                ..Fault::of_row(FaultKind::Row, table, key)
            }),
        }
    }
    Ok(())
}

/// Reads a row in full, by its layout and as its table reads it.
fn read<'a>(table: &'a StoredTable, row: &'a [u8]) -> Result<RowView<'a>, String> {
    let view = table.view(row).map_err(text)?;
    by_layout(&view).map_err(text)?;
    let reader = RowReader::new(view, table.plan(&view), table.fields());
    let values: Row = reader.dynamic().map_err(text)?;
    let values: Vec<_> = values.iter().map(|(_, value)| value.clone()).collect();
    // Of the types nothing is looser than what a new row must be.
    encode::values(table, &values).map_err(|error| error.to_string())?;
    Ok(view)
}

/// Reads all fields of the layout, those that the table no longer has included.
fn by_layout(row: &RowView<'_>) -> Result<(), DecodeError> {
    for (position, field) in row.layout().fields.iter().enumerate() {
        let raw = row.field(position);
        let value = raw.and_then(dynamic::decode);
        value.map_err(|error| error.in_field(&field.name))?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn text(error: DecodeError) -> String {
    error.to_string()
}

impl Place<'_, '_> {
    fn check(&self, findings: &mut Findings) -> Result<(), StoreError> {
        self.check_key(findings);
        for index in self.table.indexes() {
            match self.table.entries(index, self.key, &self.row) {
                Ok(entries) => entries
                    .iter()
                    .try_for_each(|entry| self.check_entry(index, entry, findings))?,
                Err(error) => findings.add(self.unreadable(&error)),
            }
        }
        self.check_references(findings)
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        Fault::of_row(kind, self.table, self.key)
    }

    fn unreadable(&self, error: &DecodeError) -> Fault {
        Fault {
            found: error.to_string(),
            expected: "a row that can be read".to_owned(),
            ..self.fault(FaultKind::Row)
        }
    }

    /// Whether the row stands where its key says.
    fn check_key(&self, findings: &mut Findings) {
        let expected = match self.table.key_of(&self.row) {
            Ok(expected) if *expected == *self.key => return,
            Ok(expected) => self.table.key_text(&expected),
            Err(error) => error.to_string(),
        };
        findings.add(Fault {
            found: format!("the key {}", self.table.key_text(self.key)),
            expected: format!("{expected}, as the row says"),
            ..self.fault(FaultKind::Key)
        });
    }

    /// Whether an index has the entry of the row.
    fn check_entry(
        &self,
        index: &StoredIndex,
        entry: &Entry,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        let found = self.tx.trees.get(index.tree, &entry.key)?;
        let fault = match &found {
            Some(value) if *value.value() == *entry.value => return Ok(()),
            Some(value) if entry.unique => self.twice_or_wrong(index, entry, value.value())?,
            Some(value) => Fault {
                found: format!(
                    "an entry for the row {}",
                    self.table.key_text(value.value())
                ),
                ..self.fault(FaultKind::Index)
            },
            None => Fault {
                found: "no entry".to_owned(),
                ..self.fault(FaultKind::Index)
            },
        };
        findings.add(Fault {
            index: Some(self.table.label(&index.fields)),
            expected: self.entry_text(index, entry),
            ..fault
        });
        Ok(())
    }

    /// Decides whether another row has the same unique values, or the entry
    /// alone says so.
    fn twice_or_wrong(
        &self,
        index: &StoredIndex,
        entry: &Entry,
        other: &[u8],
    ) -> Result<Fault, StoreError> {
        let row = self.tx.trees.get(self.table.rows(), other)?;
        let shares = row.is_some_and(|row| {
            let view = self.table.view(row.value());
            let theirs = view.and_then(|view| self.table.entries(index, other, &view));
            theirs.is_ok_and(|theirs| theirs.iter().any(|theirs| theirs.key == entry.key))
        });
        let other = self.table.key_text(other);
        Ok(if shares {
            Fault {
                found: format!("the row {other} has the same values"),
                ..self.fault(FaultKind::Unique)
            }
        } else {
            Fault {
                found: format!("an entry for the row {other}"),
                ..self.fault(FaultKind::Index)
            }
        })
    }

    fn entry_text(&self, index: &StoredIndex, entry: &Entry) -> String {
        let mut parts = KeyReader::new(&entry.key);
        let values = self.table.parts_of(&index.fields, &mut parts);
        let values = values.unwrap_or_else(|_| vec![Value::Null]);
        format!(
            "an entry of its own for {}",
            crate::store::catalogue::values_text(&values)
        )
    }

    /// Whether what the row refers to is there.
    fn check_references(&self, findings: &mut Findings) -> Result<(), StoreError> {
        for (position, reference) in self.table.references() {
            let target = match self.table.reference_key(&self.row, position) {
                Ok(Some(target)) => target,
                Ok(None) => continue,
                Err(error) => {
                    findings.add(self.unreadable(&error));
                    continue;
                }
            };
            findings.table().references += 1;
            let name = reference.table.to_string();
            if !has_row(self.tx, &name, &target)? {
                let field = &self.table.fields()[position].name;
                let text = self.table.reference_text(position, &target);
                findings.add(Fault {
                    found: format!("`{name}` has no row {text}"),
                    expected: format!("the row that field `{field}` refers to"),
                    ..self.fault(FaultKind::Reference)
                });
            }
        }
        Ok(())
    }
}
