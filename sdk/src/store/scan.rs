//! Scans: rows in the order of the key or of an index.
//!
//! A scan is built, then run: nothing is read before. It reads one entry after
//! the other, so that a limit, or a reader that stops, costs nothing more.

#![expect(
    clippy::unused_async,
    reason = "this engine answers at once; one on another machine will not"
)]

mod condition;
mod ends;
mod entries;
mod rows;
mod selection;

use std::{marker::PhantomData, sync::Arc};

use smallvec::SmallVec;

pub use condition::{Condition, Is, IsNotNull, IsNull, ValueCondition};
pub use ends::{List, Text, ValueRange};
pub use rows::{Rows, ScanRow};
pub use selection::{Selected, Selection};

use sdk_schema::{Row, Value};

use super::{
    catalogue::{Binding, StoredTable},
    cursor::Cursor,
    error::StoreError,
    key::{KeyFor, KeyWriter, dynamic},
    query::{Explanation, Query},
    table::{FieldRef, Fields, Table},
    trees::ReadTrees,
};

/// A scan of a table, with rows of type `R`: a [`Table`], some of its fields
/// ([`Selected`]), or the dynamic [`Row`].
///
/// Conditions that no key or index serves, names that are not fields and
/// cursors of other scans are reported when the scan is run.
///
/// ```
/// # use sdk::{clock::Clock, prelude::*, schema::Operation, store::StoreError};
/// #[derive(Table, Debug, Clone, PartialEq)]
/// #[table(module = "blog", index(author, published_at))]
/// struct Post {
///     #[key]
///     id: u64,
///     author: String,
///     published_at: u32,
///     #[index]
///     tags: Vec<String>,
///     votes: i64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let store = Store::in_memory(Clock::system())?;
/// # let create = Operation::CreateTable(Post::table().clone());
/// # let module = "blog".parse()?;
/// # store.write(async |tx| tx.apply(&module, &create).await).await?;
/// let post = Post {
///     id: 1,
///     author: "Ada".into(),
///     published_at: 1843,
///     tags: vec!["engines".into(), "notes".into()],
///     votes: 12,
/// };
/// store.write(async |tx| tx.insert(&post).await).await?;
///
/// let (titles, tagged) = store
///     .read(async |tx| {
///         let newest = tx
///             .scan::<Post>()
///             .by(Post::AUTHOR, "Ada")
///             .filter(Post::VOTES, 10..)
///             .rev()
///             .limit(20);
///         let newest = newest.select((Post::ID, Post::VOTES)).collect().await?;
///         let tagged = tx.scan::<Post>().containing(Post::TAGS, "notes").count().await?;
///         Ok::<_, StoreError>((newest.rows, tagged))
///     })
///     .await?;
/// assert_eq!(titles, [(1, 12)]);
/// assert_eq!(tagged, 1);
/// # Ok(())
/// # }
/// ```
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
    /// The positions of the selected fields; those of the type when none are.
    selected: Option<Positions>,
}

/// Positions of fields.
type Positions = SmallVec<[usize; 4]>;

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
        let draft = binding.map(|binding| Draft {
            binding,
            query: Query::default(),
            selected: None,
        });
        Self {
            trees,
            draft,
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

    /// Goes on where a page ended; the conditions and the direction must be the
    /// same. Filters and the selection may be others.
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

    /// Looks at no more than so many rows, those included that filters or their expiry
    /// leave out: the page that ends there may have no row at all, and says where to go on.
    ///
    /// It bounds what a page costs whatever its filters are. [`first`](Self::first),
    /// [`exists`](Self::exists) and [`count`](Self::count), which cannot go on, look at all.
    pub fn examine(self, rows: usize) -> Self {
        self.add(|query, _| {
            // One that looks at none would never come to an end.
            query.examined = Some(rows.max(1));
            Ok(())
        })
    }

    /// Reads the rows; with a limit the page says where the next one begins.
    pub async fn collect(self) -> Result<Page<R::Item>, StoreError> {
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
    pub async fn first(self) -> Result<Option<R::Item>, StoreError> {
        self.limit(1).examining_all().rows()?.read_next()
    }

    /// Whether there is a row.
    pub async fn exists(self) -> Result<bool, StoreError> {
        Ok(self.limit(1).examining_all().rows()?.count_rest()? > 0)
    }

    /// Counts the rows. Reads them only where filters or their expiry ask for it.
    pub async fn count(self) -> Result<u64, StoreError> {
        self.examining_all().rows()?.count_rest()
    }

    /// Reads the rows one after the other.
    pub fn rows(self) -> Result<Rows<'a, R>, StoreError> {
        let draft = self.draft?;
        let rows = Rows::new(self.trees, draft.binding, &draft.query)?;
        Ok(rows.selecting(draft.selected))
    }

    /// Says which key or index it goes by, and what it does with its conditions.
    /// Reads nothing.
    pub fn explain(self) -> Result<Explanation, StoreError> {
        let draft = self.draft?;
        draft.query.explain(&draft.binding.table)
    }

    fn examining_all(self) -> Self {
        self.add(|query, _| {
            query.examined = None;
            Ok(())
        })
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

    /// The same scan with rows of another form.
    fn selecting<S>(
        self,
        find: impl FnOnce(&StoredTable) -> Result<Positions, StoreError>,
    ) -> Scan<'a, S> {
        let draft = self.draft.and_then(|mut draft| {
            draft.selected = Some(find(&draft.binding.table)?);
            Ok(draft)
        });
        Scan {
            trees: self.trees,
            draft,
            form: PhantomData,
        }
    }
}

impl<'a, T: Table> Scan<'a, T> {
    /// Only rows whose field, or fields, have these values.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references are handed over alike"
    )]
    pub fn by<F: Fields<T>>(self, fields: F, values: impl KeyFor<F::Value>) -> Self {
        let mut encoded = KeyWriter::new();
        values.encode_for(&mut encoded);
        self.add(|query, table| query.equal(table, fields.names().as_ref(), &encoded))
    }

    /// Only rows whose list has this element; an index over the list must serve.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references are handed over alike"
    )]
    pub fn containing<V: List>(
        self,
        list: FieldRef<T, V>,
        element: impl KeyFor<V::Element>,
    ) -> Self {
        let mut encoded = KeyWriter::new();
        element.encode_for(&mut encoded);
        self.add(|query, table| query.containing(table, list.name(), encoded))
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

    /// Only rows whose field is so, though no index serves: each row of the scan
    /// is tried, and is not decoded when it is left out.
    ///
    /// The condition is a range of values, [`Is`], [`IsNull`] or [`IsNotNull`].
    pub fn filter<V>(self, field: FieldRef<T, V>, condition: impl Condition<V>) -> Self {
        self.add(|query, table| query.filter(table, field.name(), condition.test()))
    }

    /// Only these fields of the rows, one or a tuple of them; the others are not
    /// decoded.
    pub fn select<F: Selection<T>>(self, fields: F) -> Scan<'a, Selected<T, F>> {
        self.selecting(|table| selection::positions(table, fields.names().as_ref()))
    }
}

impl<'a> Scan<'a, Row> {
    /// Only rows whose field has this value.
    pub fn by(self, field: &str, value: &Value) -> Self {
        self.add(|query, table| {
            let encoded = ends::encode(table, field, value)?;
            query.equal(table, &[field], &encoded)
        })
    }

    /// Only rows whose list has this element; an index over the list must serve.
    pub fn containing(self, list: &str, element: &Value) -> Self {
        self.add(|query, table| {
            let encoded = ends::encode(table, list, element)?;
            query.containing(table, list, encoded)
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

    /// Only rows whose field is so, though no index serves: each row of the scan
    /// is tried, and is not decoded when it is left out.
    pub fn filter(self, field: &str, condition: impl ValueCondition) -> Self {
        self.add(|query, table| {
            let test = condition.test().encode(table, field)?;
            query.filter(table, field, test)
        })
    }

    /// Only these fields of the rows; the others are not decoded.
    pub fn select(self, fields: &[&str]) -> Scan<'a, Row> {
        self.selecting(|table| selection::positions(table, fields))
    }
}
