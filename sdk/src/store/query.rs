//! What a scan asks for, and the one range of one tree that answers it.
//!
//! A scan goes by the key or by an index whose leading fields are those of its
//! conditions: first all fields with a given value, in any order, then at most
//! one field with a range. Such a scan is one range of one tree; any other is
//! refused with a list of what exists.

use std::{collections::BTreeSet, ops::Bound};

use super::{
    catalogue::{StoredIndex, StoredTable},
    cursor::Cursor,
    error::StoreError,
    key::{KeyReader, KeyWriter, after_prefix, dynamic::skip},
    trees::TreeId,
};

/// The ends of a range, each as the encoded value of one field.
pub(crate) type Ends = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// The conditions of a scan. The first that names what is not there is kept
/// and reported when the scan is run.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Fields by position, with the encoded value that they must have.
    equal: Vec<(usize, Vec<u8>)>,
    /// The field that the rows are ordered by, with the values it may have.
    range: Option<(usize, Ends)>,
    pub reverse: bool,
    pub after: Option<Cursor>,
    pub limit: Option<usize>,
}

/// The way into a table: its key, or one of its indexes.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub tree: TreeId,
    pub index: Option<StoredIndex>,
}

/// All entries of a tree whose keys are not smaller than `from` and smaller
/// than `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub from: Bound<Vec<u8>>,
    pub to: Bound<Vec<u8>>,
}

impl Query {
    /// All rows of a table whose field refers to the row with that key.
    pub(crate) fn referring(table: &StoredTable, field: usize, target: &[u8]) -> Self {
        let mut value = KeyWriter::new();
        if table.fields()[field].nullable {
            value.present();
        }
        value.raw(target);
        Self {
            equal: vec![(field, value.into_bytes())],
            ..Self::default()
        }
    }

    /// Adds that fields have the values that stand one after the other in `values`.
    pub(crate) fn equal(
        &mut self,
        table: &StoredTable,
        fields: &[&str],
        values: KeyWriter,
    ) -> Result<(), StoreError> {
        let values = values.into_bytes();
        let mut parts = KeyReader::new(&values);
        for field in fields {
            let position = require(table, field)?;
            let start = values.len() - parts.rest().len();
            skip(&table.fields()[position], &mut parts)
                .map_err(|error| value_error(table, field, &error))?;
            let end = values.len() - parts.rest().len();
            self.equal.push((position, values[start..end].to_vec()));
        }
        Ok(())
    }

    /// Adds that a field lies between two values.
    pub(crate) fn range(
        &mut self,
        table: &StoredTable,
        field: &str,
        ends: Ends,
    ) -> Result<(), StoreError> {
        let position = require(table, field)?;
        // As in SQL, what is smaller than a value is a value: null is not.
        let ends = match ends {
            (Bound::Unbounded, to)
                if table.fields()[position].nullable && to != Bound::Unbounded =>
            {
                let mut some = KeyWriter::new();
                some.present();
                (Bound::Included(some.into_bytes()), to)
            }
            ends => ends,
        };
        self.range = Some((position, ends));
        Ok(())
    }

    /// Adds that a field of text begins so.
    pub(crate) fn starts_with(
        &mut self,
        table: &StoredTable,
        field: &str,
        prefix: &str,
    ) -> Result<(), StoreError> {
        let position = require(table, field)?;
        let mut first = KeyWriter::new();
        if table.fields()[position].nullable {
            first.present();
        }
        first.escaped(prefix.as_bytes());
        let first = first.into_bytes();
        let to = after_prefix(&first).map_or(Bound::Unbounded, Bound::Excluded);
        self.range = Some((position, (Bound::Included(first), to)));
        Ok(())
    }

    /// Finds the way into the table that serves the conditions: the key if it
    /// does, else the index with the fewest fields.
    pub(crate) fn access(&self, table: &StoredTable) -> Result<Access, StoreError> {
        if self.is_served_by(table.key()) {
            return Ok(Access {
                tree: table.rows(),
                index: None,
            });
        }
        let serving = table.indexes().iter();
        let serving = serving.filter(|index| self.is_served_by(&index.fields));
        match serving.min_by_key(|index| index.fields.len()) {
            Some(index) => Ok(Access {
                tree: index.tree,
                index: Some(index.clone()),
            }),
            None => Err(self.no_index(table)),
        }
    }

    fn is_served_by(&self, fields: &[usize]) -> bool {
        let Some((leading, rest)) = fields.split_at_checked(self.equal.len()) else {
            return false;
        };
        let wanted: BTreeSet<_> = self.equal.iter().map(|(field, _)| field).collect();
        let has_range = match &self.range {
            Some((field, _)) => rest.first() == Some(field),
            None => true,
        };
        has_range && wanted.len() == leading.len() && leading.iter().all(|f| wanted.contains(f))
    }

    fn no_index(&self, table: &StoredTable) -> StoreError {
        let ranged = self.range.iter().map(|(field, _)| *field);
        let fields: Vec<_> = self
            .equal
            .iter()
            .map(|(field, _)| *field)
            .chain(ranged)
            .collect();
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

    /// The range of the tree that holds the answer, from the cursor on.
    pub(crate) fn key_range(
        &self,
        table: &StoredTable,
        access: &Access,
    ) -> Result<KeyRange, StoreError> {
        let fields = access
            .index
            .as_ref()
            .map_or(table.key(), |index| &index.fields);
        let value_of = |field: &usize| self.equal.iter().find(|(known, _)| known == field);
        let leading = fields.iter().map_while(value_of);
        let prefix: Vec<u8> = leading.flat_map(|(_, value)| value).copied().collect();
        let ends = self.range.as_ref().map(|(_, ends)| ends);
        let range = KeyRange::new(&prefix, ends);
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
        let end = Bound::Excluded(cursor.key().to_vec());
        Ok(if self.reverse {
            KeyRange { to: end, ..range }
        } else {
            KeyRange { from: end, ..range }
        })
    }
}

impl KeyRange {
    /// All keys that begin with `prefix` and go on with a value between `ends`.
    fn new(prefix: &[u8], ends: Option<&Ends>) -> Self {
        let (from, to) = ends.unwrap_or(&(Bound::Unbounded, Bound::Unbounded));
        let joined = |value: &Vec<u8>| [prefix, value].concat();
        // What follows the value in a key is not part of the comparison.
        let after = |key: &[u8], bound: fn(Vec<u8>) -> Bound<Vec<u8>>| {
            after_prefix(key).map_or(Bound::Unbounded, bound)
        };
        Self {
            from: match from {
                Bound::Unbounded => Bound::Included(prefix.to_vec()),
                Bound::Included(value) => Bound::Included(joined(value)),
                Bound::Excluded(value) => after(&joined(value), Bound::Included),
            },
            to: match to {
                Bound::Unbounded => after(prefix, Bound::Excluded),
                Bound::Included(value) => after(&joined(value), Bound::Excluded),
                Bound::Excluded(value) => Bound::Excluded(joined(value)),
            },
        }
    }

    pub(crate) fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        let (from, to) = (self.from.as_ref(), self.to.as_ref());
        (from.map(Vec::as_slice), to.map(Vec::as_slice))
    }

    fn contains(&self, key: &[u8]) -> bool {
        std::ops::RangeBounds::<[u8]>::contains(&self.bounds(), key)
    }

    /// Whether no key can lie in it. redb does not take such a range.
    pub(crate) fn is_empty(&self) -> bool {
        match self.bounds() {
            (
                Bound::Included(from) | Bound::Excluded(from),
                Bound::Included(to) | Bound::Excluded(to),
            ) => from >= to,
            _ => false,
        }
    }
}

fn require(table: &StoredTable, field: &str) -> Result<usize, StoreError> {
    table
        .position(field)
        .ok_or_else(|| StoreError::UnknownField {
            table: table.name().to_string(),
            field: field.to_owned(),
            known: table.schema().field_list(),
        })
}

fn value_error(table: &StoredTable, field: &str, error: &super::error::DecodeError) -> StoreError {
    StoreError::Value {
        table: table.name().to_string(),
        field: field.to_owned(),
        expected: "a value of its type".to_owned(),
        found: error.to_string(),
    }
}
