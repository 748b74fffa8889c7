//! What a check found, as data.

use std::fmt;

use sdk_schema::TableName;
use serde::Serialize;

use super::MAX_FAULTS;
use crate::store::catalogue::StoredTable;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// The tables by name.
    pub tables: Vec<TableCheck>,
    /// What is not as it should be, at most [`MAX_FAULTS`].
    pub faults: Vec<Fault>,
    /// How many faults are not listed.
    pub unlisted: u64,
}

/// What was looked at in one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TableCheck {
    /// The full name.
    pub table: TableName,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them are in another layout than the newest.
    pub in_old_layouts: u64,
    /// How many entries its indexes have.
    pub entries: u64,
    /// How many references of its rows were followed.
    pub references: u64,
    /// How many faults it has.
    pub faults: u64,
    /// How many of them making its indexes anew would end.
    pub index_faults: u64,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// Of what kind it is.
    pub kind: FaultKind,
    /// The table, if it is about one.
    pub table: Option<TableName>,
    /// The key of the row, as messages show it.
    pub key: Option<String>,
    /// The fields of the index in brackets.
    pub index: Option<String>,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The catalogue and the trees do not agree.
    Catalogue,
    /// A page of the file is not as it was written.
    Page,
    /// A tree cannot be read to its end.
    Tree,
    /// A row cannot be read, or does not fit its table.
    Row,
    /// A row stands under a key that is not its own.
    Key,
    /// An entry of an index is missing, or is there without its row, or the
    /// index cannot be read. Making the index anew ends it.
    Index,
    /// Two rows share values that must be unique.
    Unique,
    /// A row refers to one that is not there.
    Reference,
    /// An entry of the log of changes cannot be read, or one is missing.
    Log,
}

impl CheckReport {
    /// Whether everything is as it should be.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// Adds that a page is damaged.
    pub(crate) fn add_page_fault(&mut self, found: String) {
        self.faults.push(Fault {
            found,
            expected: "pages as they were written".to_owned(),
            ..Fault::new(FaultKind::Page)
        });
    }

    /// How many faults there are, the unlisted ones included.
    pub fn fault_count(&self) -> u64 {
        self.faults.len() as u64 + self.unlisted
    }

    /// The tables whose indexes should be made anew.
    pub fn tables_to_rebuild(&self) -> impl Iterator<Item = &TableName> {
        let faulty = self.tables.iter().filter(|table| table.index_faults > 0);
        faulty.map(|table| &table.table)
    }
}

impl Fault {
    pub(in crate::store) fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            table: None,
            key: None,
            index: None,
            found: String::new(),
            expected: String::new(),
        }
    }

    /// A fault of a row.
    pub(super) fn of_row(kind: FaultKind, table: &StoredTable, key: &[u8]) -> Self {
        Self {
            table: Some(table.name().clone()),
            key: Some(table.key_text(key)),
            ..Self::new(kind)
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.table, &self.key) {
            (Some(table), Some(key)) => write!(f, "`{table}` {key}: ")?,
            (Some(table), None) => write!(f, "`{table}`: ")?,
            (None, _) => {}
        }
        if let Some(index) = &self.index {
            write!(f, "index {index}: ")?;
        }
        write!(f, "{}; expected {}", self.found, self.expected)
    }
}

/// A report that is being written.
#[derive(Debug, Default)]
pub(in crate::store) struct Findings(CheckReport);

impl Findings {
    /// Turns to a table; counts and faults are about it until the next.
    pub(super) fn begin(&mut self, table: &StoredTable) {
        self.0.tables.push(TableCheck {
            table: table.name().clone(),
            rows: 0,
            in_old_layouts: 0,
            entries: 0,
            references: 0,
            faults: 0,
            index_faults: 0,
        });
    }

    /// The counts of the table that is being checked.
    pub(super) fn table(&mut self) -> &mut TableCheck {
        let current = self.0.tables.last_mut();
        current.expect("the checks of tables begin with `begin`")
    }

    pub(in crate::store) fn add(&mut self, fault: Fault) {
        if let (Some(name), Some(table)) = (&fault.table, self.0.tables.last_mut())
            && table.table == *name
        {
            table.faults += 1;
            table.index_faults += u64::from(fault.kind == FaultKind::Index);
        }
        if self.0.faults.len() < MAX_FAULTS {
            self.0.faults.push(fault);
        } else {
            self.0.unlisted += 1;
        }
    }

    pub(in crate::store) fn into_report(self) -> CheckReport {
        self.0
    }
}
