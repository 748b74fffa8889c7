//! What a row must be besides lying in the range of a scan.
//!
//! A filter reads its field where it stands and compares the form that it has in
//! keys, whose order is that of the values: no row is decoded to be left out.

use sdk_schema::Timestamp;

use super::{Ends, contains, require, require_order, without_null};
use crate::store::{
    catalogue::StoredTable,
    error::{DecodeError, StoreError},
    key::KeyWriter,
    row::RowView,
};

/// What is asked of one field.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Its position.
    pub field: usize,
    pub test: Test,
}

/// What a field must be.
#[derive(Debug, Clone)]
pub enum Test {
    /// Null.
    Null,
    /// A value.
    NotNull,
    /// Between two values.
    Within(Ends),
}

impl Filter {
    pub(crate) fn new(table: &StoredTable, field: &str, test: Test) -> Result<Self, StoreError> {
        let field = require(table, field)?;
        let test = match test {
            Test::Within(ends) => {
                require_order(table, field)?;
                Test::Within(without_null(table, field, ends))
            }
            test => test,
        };
        Ok(Self { field, test })
    }

    pub(crate) fn accepts(
        &self,
        table: &StoredTable,
        row: &RowView<'_>,
        buffer: &mut KeyWriter,
    ) -> Result<bool, DecodeError> {
        let is_null = || table.read_field(row, self.field, |raw| Ok(raw.is_null()));
        match &self.test {
            Test::Null => is_null(),
            Test::NotNull => is_null().map(|null| !null),
            Test::Within(ends) => {
                buffer.clear();
                table.write_part(row, self.field, None, buffer)?;
                Ok(contains(ends, buffer.as_bytes()))
            }
        }
    }
}

/// Lets the rows through that a scan shall give: those that have not expired and
/// that all filters accept.
#[derive(Debug)]
pub(crate) struct Sieve {
    now: Timestamp,
    filters: Vec<Filter>,
    buffer: KeyWriter,
}

impl Sieve {
    pub(crate) fn new(now: Timestamp, filters: Vec<Filter>) -> Self {
        Self {
            now,
            filters,
            buffer: KeyWriter::new(),
        }
    }

    /// Whether it lets every row of the table through.
    pub(crate) fn is_open(&self, table: &StoredTable) -> bool {
        self.filters.is_empty() && table.expiry().is_none()
    }

    #[inline]
    pub(crate) fn accepts(
        &mut self,
        table: &StoredTable,
        row: &RowView<'_>,
    ) -> Result<bool, DecodeError> {
        if table.is_expired(row, self.now)? {
            return Ok(false);
        }
        for filter in &self.filters {
            if !filter.accepts(table, row, &mut self.buffer)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
