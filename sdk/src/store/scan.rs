//! Scans: rows in the order of the key or of an index.
//!
//! A scan is built, then run: nothing is read before. It reads one entry after
//! the other, so that a limit, or a reader that stops, costs nothing more.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

mod ends;
mod rows;

use std::{marker::PhantomData, sync::Arc};

pub use ends::{Text, ValueRange};
pub use rows::{Rows, ScanRow};

use sdk_schema::{Row, Value};

use super::{
    catalogue::{Binding, StoredTable},
    cursor::Cursor,
    error::StoreError,
    key::{KeyFor, KeyWriter, dynamic},
    query::Query,
    table::{FieldRef, Fields, Table},
    trees::ReadTrees,
};

/// A scan of a table, with rows of type `R`: a [`Table`], or the dynamic [`Row`].
///
/// Conditions that no key or index serves, names that are not fields and
/// cursors of other scans are reported when the scan is run.
#[must_use = "a scan reads nothing until it is run"]
pub struct Scan<'a, R> {
    trees: &'a dyn ReadTrees,
    /// The first thing that is wrong with the scan, once there is one.
    draft: Result<Draft, StoreError>,
    form: PhantomData<fn() -> R>,
}

struct Draft {
    binding: Arc<Binding>,
    query: Query,
}

/// Some rows, and where the next ones begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Where to go on; none after the last row.
    pub next: Option<Cursor>,
}

impl<'a, R: ScanRow> Scan<'a, R> {
    pub(crate) fn new(trees: &'a dyn ReadTrees, binding: Result<Arc<Binding>, StoreError>) -> Self {
        let query = Query::default();
        Self {
            trees,
            draft: binding.map(|binding| Draft { binding, query }),
            form: PhantomData,
        }
    }

    /// From the last row to the first.
    pub fn rev(self) -> Self {
        self.add(|query, _| {
            query.reverse = !query.reverse;
            Ok(())
        })
    }

    /// Goes on where a page ended; the conditions and the direction must be the same.
    pub fn after(self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.add(|query, _| {
            query.after = cursor.into();
            Ok(())
        })
    }

    /// At most so many rows.
    pub fn limit(self, rows: usize) -> Self {
        self.add(|query, _| {
            query.limit = Some(rows);
            Ok(())
        })
    }

    /// Reads the rows; with a limit the page says where the next one begins.
    pub async fn collect(self) -> Result<Page<R>, StoreError> {
        let mut rows = self.rows()?;
        let mut page = Page {
            rows: Vec::new(),
            next: None,
        };
        while let Some(row) = rows.read_next()? {
            page.rows.push(row);
        }
        page.next = rows.cursor()?;
        Ok(page)
    }

    /// Reads the first row.
    pub async fn first(self) -> Result<Option<R>, StoreError> {
        self.limit(1).rows()?.read_next()
    }

    /// Counts the rows without reading them.
    pub async fn count(self) -> Result<u64, StoreError> {
        self.rows()?.count_rest()
    }

    /// Reads the rows one after the other.
    pub fn rows(self) -> Result<Rows<'a, R>, StoreError> {
        let draft = self.draft?;
        Rows::new(self.trees, draft.binding, &draft.query)
    }

    fn add(
        mut self,
        condition: impl FnOnce(&mut Query, &StoredTable) -> Result<(), StoreError>,
    ) -> Self {
        if let Ok(draft) = &mut self.draft
            && let Err(fault) = condition(&mut draft.query, &draft.binding.table)
        {
            self.draft = Err(fault);
        }
        self
    }
}

impl<T: Table> Scan<'_, T> {
    /// Only rows whose field, or fields, have these values.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references are handed over alike"
    )]
    pub fn by<F: Fields<T>>(self, fields: F, values: impl KeyFor<F::Value>) -> Self {
        let mut encoded = KeyWriter::new();
        values.encode_for(&mut encoded);
        self.add(|query, table| query.equal(table, &fields.names(), encoded))
    }

    /// Only rows whose field is in the range; they come in its order. Without
    /// ends, `..`, the range is only an order.
    ///
    /// A range that has an end but no beginning leaves out null.
    pub fn range<V>(self, field: FieldRef<T, V>, range: impl ValueRange<V>) -> Self {
        self.add(|query, table| query.range(table, field.name(), range.ends()))
    }

    /// Only rows whose field begins so; they come in its order.
    pub fn starts_with<V: Text>(self, field: FieldRef<T, V>, prefix: &str) -> Self {
        self.add(|query, table| query.starts_with(table, field.name(), prefix))
    }
}

impl Scan<'_, Row> {
    /// Only rows whose field has this value.
    pub fn by(self, field: &str, value: &Value) -> Self {
        self.add(|query, table| {
            let encoded = ends::encode(table, field, value)?;
            query.equal(table, &[field], encoded)
        })
    }

    /// Only rows whose field is in the range; they come in its order. Without
    /// ends, `..`, the range is only an order.
    ///
    /// A range that has an end but no beginning leaves out null.
    pub fn range(self, field: &str, range: impl std::ops::RangeBounds<Value>) -> Self {
        self.add(|query, table| {
            query.range(table, field, ends::encode_range(table, field, &range)?)
        })
    }

    /// Only rows whose field begins so; they come in its order.
    pub fn starts_with(self, field: &str, prefix: &str) -> Self {
        self.add(|query, table| {
            ends::check_text(table, field)?;
            query.starts_with(table, field, prefix)
        })
    }
}
