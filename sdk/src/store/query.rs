//! What a scan asks for, and the one range of one tree that answers it.
//!
//! A scan goes by the key or by an index whose leading fields are those of its
//! conditions: first all fields with a given value, in any order, then at most
//! one field with a range. Such a scan is one range of one tree; any other is
//! refused with a list of what exists. What a row must be besides is a
//! [`Filter`], tried on each row of the range.
//!
//! An index over a list has a row once for each element, and not at all for an
//! empty list: it serves only scans that say which element.

mod explanation;
mod filter;
mod range;

use std::{collections::BTreeSet, ops::Bound};

use sdk_schema::Timestamp;
use smallvec::SmallVec;

pub use explanation::{Explanation, Through};
pub(crate) use filter::{Filter, Sieve, Test};
pub(crate) use range::{Ends, KeyRange, contains};

use super::{
    catalogue::{StoredIndex, StoredTable},
    cursor::Cursor,
    error::{DecodeError, StoreError},
    key::{KeyBytes, KeyReader, KeyValue, KeyWriter, NULL, after_prefix, dynamic::skip},
    trees::TreeId,
};

/// The conditions of a scan. The first that names what is not there is kept
/// and reported when the scan is run.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Fields by position, with the encoded value that they must have; of a
    /// list, the element.
    equal: SmallVec<[(usize, KeyBytes); 2]>,
    /// The field that the rows are ordered by, with the values it may have.
    range: Option<Range>,
    pub filters: Vec<Filter>,
    pub reverse: bool,
    pub after: Option<Cursor>,
    pub limit: Option<usize>,
    /// How many entries are looked at, those included whose rows are left out.
    pub examined: Option<usize>,
}

/// The values that the field may have by which the rows are ordered.
#[derive(Debug)]
struct Range {
    field: usize,
    ends: Ends,
    /// Whether they are the texts with one beginning, which `ends` starts with.
    is_prefix: bool,
}

/// The way into a table: its key, or one of its indexes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    pub tree: TreeId,
    /// Its place among the indexes of the table.
    index: Option<usize>,
}

impl Access {
    /// The index, if it is not the key.
    pub(crate) fn index<'a>(&self, table: &'a StoredTable) -> Option<&'a StoredIndex> {
        self.index.map(|place| &table.indexes()[place])
    }

    /// The fields that entries are sorted by.
    fn fields<'a>(&self, table: &'a StoredTable) -> &'a [usize] {
        self.index(table).map_or(table.key(), |index| &index.fields)
    }
}

impl Query {
    /// All rows of a table whose field refers to the row with that key.
    pub(crate) fn referring(table: &StoredTable, field: usize, target: &[u8]) -> Self {
        let mut value = KeyWriter::new();
        if table.fields()[field].nullable {
            value.present();
        }
        value.raw(target);
        let mut query = Self::default();
        query.equal.push((field, value.into_bytes()));
        query
    }

    /// All rows of a table that are gone at an instant, those that expired first
    /// in front; none when its rows do not expire.
    pub(crate) fn expired(table: &StoredTable, now: Timestamp) -> Option<Self> {
        let field = table.expiry()?;
        let mut to = KeyWriter::new();
        if table.fields()[field].nullable {
            to.present();
        }
        now.encode_key(&mut to);
        let ends = (Bound::Unbounded, Bound::Included(to.into_bytes()));
        Some(Self::within(table, field, ends))
    }

    /// All rows of a table that expire by that field, the first in front.
    pub(crate) fn expiring(table: &StoredTable, field: usize) -> Self {
        let mut last = KeyWriter::new();
        if table.fields()[field].nullable {
            last.present();
        }
        last.raw(&[u8::MAX; 8]);
        let ends = (Bound::Unbounded, Bound::Included(last.into_bytes()));
        Self::within(table, field, ends)
    }

    /// All rows of a table whose field has a value between two others.
    fn within(table: &StoredTable, field: usize, ends: Ends) -> Self {
        Self {
            range: Some(Range {
                field,
                ends: without_null(table, field, ends),
                is_prefix: false,
            }),
            ..Self::default()
        }
    }

    /// Adds that fields have the values that stand one after the other in `values`.
    pub(crate) fn equal(
        &mut self,
        table: &StoredTable,
        fields: &[&str],
        values: &KeyWriter,
    ) -> Result<(), StoreError> {
        let values = values.as_bytes();
        let mut parts = KeyReader::new(values);
        for field in fields {
            let position = require(table, field)?;
            require_order(table, position)?;
            let start = values.len() - parts.rest().len();
            skip(&table.fields()[position], &mut parts)
                .map_err(|error| value_error(table, field, &error))?;
            let end = values.len() - parts.rest().len();
            let value = KeyBytes::from_slice(&values[start..end]);
            self.equal.push((position, value));
        }
        Ok(())
    }

    /// Adds that a list has an element.
    pub(crate) fn containing(
        &mut self,
        table: &StoredTable,
        field: &str,
        element: KeyWriter,
    ) -> Result<(), StoreError> {
        let position = require_list(table, field)?;
        self.equal.push((position, element.into_bytes()));
        Ok(())
    }

    /// Adds that a field lies between two values.
    pub(crate) fn range(
        &mut self,
        table: &StoredTable,
        field: &str,
        ends: Ends,
    ) -> Result<(), StoreError> {
        let field = require(table, field)?;
        require_order(table, field)?;
        self.range = Some(Range {
            field,
            ends: without_null(table, field, ends),
            is_prefix: false,
        });
        Ok(())
    }

    /// Adds that a field of text begins so.
    pub(crate) fn starts_with(
        &mut self,
        table: &StoredTable,
        field: &str,
        prefix: &str,
    ) -> Result<(), StoreError> {
        let field = require(table, field)?;
        let mut first = KeyWriter::new();
        if table.fields()[field].nullable {
            first.present();
        }
        first.escaped(prefix.as_bytes());
        let first = first.into_bytes();
        let to = after_prefix(&first).map_or(Bound::Unbounded, Bound::Excluded);
        self.range = Some(Range {
            field,
            ends: (Bound::Included(first), to),
            is_prefix: true,
        });
        Ok(())
    }

    /// Adds what each row of the range must be besides.
    pub(crate) fn filter(
        &mut self,
        table: &StoredTable,
        field: &str,
        test: Test,
    ) -> Result<(), StoreError> {
        self.filters.push(Filter::new(table, field, test)?);
        Ok(())
    }

    /// Finds the way into the table that serves the conditions: the key if it
    /// does, else the index with the fewest fields.
    pub(crate) fn access(&self, table: &StoredTable) -> Result<Access, StoreError> {
        if self.is_served_by(table.key(), None) {
            return Ok(Access {
                tree: table.rows(),
                index: None,
            });
        }
        let serving = table.indexes().iter().enumerate();
        let serving = serving.filter(|(_, index)| self.is_served_by(&index.fields, index.list));
        match serving.min_by_key(|(_, index)| index.fields.len()) {
            Some((place, index)) => Ok(Access {
                tree: index.tree,
                index: Some(place),
            }),
            None => Err(self.no_index(table)),
        }
    }

    fn is_served_by(&self, fields: &[usize], list: Option<usize>) -> bool {
        let Some((leading, rest)) = fields.split_at_checked(self.equal.len()) else {
            return false;
        };
        let has_range = match &self.range {
            Some(range) => rest.first() == Some(&range.field),
            None => true,
        };
        // The fields of an index are distinct: as many as there are conditions,
        // each with one, leave none without.
        has_range
            && list.is_none_or(|list| leading.contains(&list))
            && leading.iter().all(|field| self.value_of(*field).is_some())
    }

    fn value_of(&self, field: usize) -> Option<&KeyBytes> {
        let mut equal = self.equal.iter();
        equal
            .find(|(known, _)| *known == field)
            .map(|(_, value)| value)
    }

    fn no_index(&self, table: &StoredTable) -> StoreError {
        let ranged = self.range.iter().map(|range| range.field);
        let equal = self.equal.iter().map(|(field, _)| *field);
        let fields: Vec<_> = equal.chain(ranged).collect();
        let mut known = vec![format!("the key {}", table.label(table.key()))];
        let labels = table
            .indexes()
            .iter()
            .map(|index| table.label(&index.fields));
        known.extend(labels.collect::<BTreeSet<_>>());
        StoreError::NoIndex {
            table: table.name().to_string(),
            fields: table.label(&fields),
            known: known.join(", "),
        }
    }

    /// The key of the only entry that can be the answer, when the conditions name
    /// all fields of the key or of a unique index.
    pub(crate) fn point(&self, table: &StoredTable, access: Access) -> Option<KeyBytes> {
        let fields = access.fields(table);
        if self.range.is_some() || self.after.is_some() || self.equal.len() != fields.len() {
            return None;
        }
        let is_unique = access.index(table).is_none_or(|index| index.unique);
        // Rows with a null among their values share them.
        let is_null = |(field, value): &(usize, KeyBytes)| {
            let field = &table.fields()[*field];
            field.nullable && field.ty.element().is_none() && value.as_slice() == [NULL]
        };
        let is_point = is_unique && !self.equal.iter().any(is_null);
        is_point.then(|| self.prefix(table, access))
    }

    /// The values of the fields in front, as keys begin with them.
    fn prefix(&self, table: &StoredTable, access: Access) -> KeyBytes {
        let mut prefix = KeyBytes::new();
        let fields = access.fields(table).iter();
        for value in fields.map_while(|field| self.value_of(*field)) {
            prefix.extend_from_slice(value);
        }
        prefix
    }

    /// The range of the tree that holds the answer, from the cursor on.
    pub(crate) fn key_range(
        &self,
        table: &StoredTable,
        access: Access,
    ) -> Result<KeyRange, StoreError> {
        let prefix = self.prefix(table, access);
        let range = KeyRange::new(prefix, self.range.as_ref().map(|range| &range.ends));
        match &self.after {
            None => Ok(range),
            Some(cursor) => self.go_on(table, access.tree, range, cursor),
        }
    }

    fn go_on(
        &self,
        table: &StoredTable,
        tree: TreeId,
        range: KeyRange,
        cursor: &Cursor,
    ) -> Result<KeyRange, StoreError> {
        let refuse = |detail: &str| StoreError::Cursor {
            table: table.name().to_string(),
            detail: detail.to_owned(),
        };
        if cursor.tree() != tree {
            return Err(refuse("it was made by a scan in another order"));
        }
        if !range.contains(cursor.key()) {
            return Err(refuse("it was made by a scan with other values"));
        }
        let end = Bound::Excluded(KeyBytes::from_slice(cursor.key()));
        Ok(if self.reverse {
            KeyRange { to: end, ..range }
        } else {
            KeyRange { from: end, ..range }
        })
    }
}

/// As in SQL, what is smaller than a value is a value: null is not.
fn without_null(table: &StoredTable, field: usize, ends: Ends) -> Ends {
    match ends {
        (Bound::Unbounded, to) if table.fields()[field].nullable && to != Bound::Unbounded => {
            let mut some = KeyWriter::new();
            some.present();
            (Bound::Included(some.into_bytes()), to)
        }
        ends => ends,
    }
}

pub(crate) fn require(table: &StoredTable, field: &str) -> Result<usize, StoreError> {
    table
        .position(field)
        .ok_or_else(|| StoreError::UnknownField {
            table: table.name().to_string(),
            field: field.to_owned(),
            known: table.schema().field_list(),
        })
}

fn require_list(table: &StoredTable, field: &str) -> Result<usize, StoreError> {
    let position = require(table, field)?;
    let ty = &table.fields()[position].ty;
    match ty.element() {
        Some(_) => Ok(position),
        None => Err(StoreError::Value {
            table: table.name().to_string(),
            field: field.to_owned(),
            expected: "a list".to_owned(),
            found: ty.to_string(),
        }),
    }
}

/// Checks that a field has an order; a list has not, its elements may.
fn require_order(table: &StoredTable, field: usize) -> Result<(), StoreError> {
    let field = &table.fields()[field];
    if field.ty.is_orderable() {
        return Ok(());
    }
    let hint = match field.ty.element() {
        Some(_) => ", or `containing` with an element",
        None => "",
    };
    Err(StoreError::Value {
        table: table.name().to_string(),
        field: field.name.to_string(),
        expected: format!("a type with an order{hint}"),
        found: field.ty.to_string(),
    })
}

fn value_error(table: &StoredTable, field: &str, error: &DecodeError) -> StoreError {
    StoreError::Value {
        table: table.name().to_string(),
        field: field.to_owned(),
        expected: "a value of its type".to_owned(),
        found: error.to_string(),
    }
}
