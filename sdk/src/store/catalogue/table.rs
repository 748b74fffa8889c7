//! A table with everything that reading and writing its rows takes.

use sdk_schema::{Field, FoldedTable, Reference, TableName, Timestamp, Value};
use smallvec::SmallVec;

use super::raw::{RawIndex, RawTable};
use crate::store::{
    error::DecodeError,
    key::{self, KeyBytes, KeyReader, KeyWriter},
    layout::{Layout, MAX_LAYOUTS},
    plan::{Plan, StoredValue},
    row::{self, RawField, RowView},
    scalar,
    trees::TreeId,
    value::FieldValue,
};

/// A table of the catalogue, ready for use.
#[derive(Debug, Clone)]
pub(crate) struct StoredTable {
    raw: RawTable,
    name: TableName,
    layouts: Vec<Layout>,
    /// Parallel to `layouts`.
    plans: Vec<Plan>,
    /// The positions of the key's fields.
    key: Vec<usize>,
    indexes: Vec<StoredIndex>,
    /// The position of the field that says when a row is gone.
    expiry: Option<usize>,
}

/// An index of a table, ready for use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredIndex {
    pub tree: TreeId,
    /// The positions of its fields.
    pub fields: Vec<usize>,
    /// The position of the field that is a list, if one is.
    pub list: Option<usize>,
    pub unique: bool,
}

/// What an index holds for one row, or for one element of its list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub key: KeyBytes,
    pub value: KeyBytes,
    /// Whether no other row may have an entry with this key.
    pub unique: bool,
}

/// All that an index holds for one row, in the order of the keys.
pub(crate) type Entries = SmallVec<[Entry; 1]>;

impl StoredTable {
    /// Checks that the parts of an entry of the catalogue fit each other.
    pub(crate) fn new(raw: RawTable) -> Result<Self, DecodeError> {
        let table = &raw.folded.table;
        if raw.folded.numbers.len() != table.fields.len() {
            let (expected, found) = (table.fields.len(), raw.folded.numbers.len());
            return Err(DecodeError::value(&format!("{expected} numbers"), &found));
        }
        if !(1..=MAX_LAYOUTS).contains(&raw.layouts.len()) {
            let expected = format!("1 to {MAX_LAYOUTS} layouts");
            return Err(DecodeError::value(&expected, &raw.layouts.len()));
        }
        let layouts: Vec<_> = (0..)
            .zip(&raw.layouts)
            .map(|(number, fields)| Layout::new(number, fields.clone()))
            .collect();
        let key = table.key.iter().map(|name| {
            let position = table.fields.iter().position(|field| field.name == *name);
            position.ok_or_else(|| DecodeError::value(&"a field of the key", name))
        });
        let indexes = raw.indexes.iter().map(|index| stored_index(&raw, index));
        Ok(Self {
            name: raw.name(),
            plans: plans(&raw, &layouts)?,
            key: key.collect::<Result<_, _>>()?,
            indexes: indexes.collect::<Result<_, _>>()?,
            expiry: table.fields.iter().position(|field| field.expires),
            layouts,
            raw,
        })
    }

    pub(crate) fn raw(&self) -> &RawTable {
        &self.raw
    }

    pub(crate) fn name(&self) -> &TableName {
        &self.name
    }

    pub(crate) fn folded(&self) -> &FoldedTable {
        &self.raw.folded
    }

    pub(crate) fn schema(&self) -> &sdk_schema::Table {
        &self.raw.folded.table
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.raw.folded.table.fields
    }

    /// The position of a field.
    pub(crate) fn position(&self, field: &str) -> Option<usize> {
        self.fields().iter().position(|known| known.name == field)
    }

    /// The tree of the rows.
    pub(crate) fn rows(&self) -> TreeId {
        TreeId::Rows(self.raw.id)
    }

    /// The positions of the key's fields, the most significant first.
    pub(crate) fn key(&self) -> &[usize] {
        &self.key
    }

    /// The declared indexes and those that the store keeps for references.
    pub(crate) fn indexes(&self) -> &[StoredIndex] {
        &self.indexes
    }

    /// The position of the field that says when a row is gone.
    pub(crate) fn expiry(&self) -> Option<usize> {
        self.expiry
    }

    /// Whether a row is gone at `now`: its expiry is at or before it.
    #[inline]
    pub(crate) fn is_expired(
        &self,
        row: &RowView<'_>,
        now: Timestamp,
    ) -> Result<bool, DecodeError> {
        match self.expiry {
            None => Ok(false),
            Some(position) => self.is_at_or_before(row, position, now),
        }
    }

    fn is_at_or_before(
        &self,
        row: &RowView<'_>,
        position: usize,
        now: Timestamp,
    ) -> Result<bool, DecodeError> {
        self.read_field(row, position, |raw| {
            Ok(!raw.is_null() && i64::decode(raw)? <= now.as_micros())
        })
    }

    /// The fields that refer to other tables, by position.
    pub(crate) fn references(&self) -> impl Iterator<Item = (usize, &Reference)> {
        let fields = self.fields().iter().enumerate();
        fields.filter_map(|(position, field)| Some((position, field.references.as_ref()?)))
    }

    /// The layout that rows are written in. Its positions are those of the fields.
    pub(crate) fn layout(&self) -> &Layout {
        self.layouts
            .last()
            .expect("a table has a layout from its making on")
    }

    /// Reads the head of a row.
    #[inline]
    pub(crate) fn view<'a>(&'a self, row: &'a [u8]) -> Result<RowView<'a>, DecodeError> {
        let found = row::layout_number(row)?;
        let layout = self.layouts.get(usize::from(found));
        match layout {
            Some(layout) => RowView::new(row, layout),
            None => Err(DecodeError::Layout { found }),
        }
    }

    /// How the fields are found in the rows of each layout.
    pub(crate) fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// How the fields are found in a row.
    #[inline]
    pub(crate) fn plan(&self, row: &RowView<'_>) -> &Plan {
        &self.plans[usize::from(row.layout().number)]
    }

    /// Reads a field of a row without a copy of its bytes.
    #[inline]
    pub(crate) fn read_field<V>(
        &self,
        row: &RowView<'_>,
        position: usize,
        read: impl FnOnce(RawField<'_>) -> Result<V, DecodeError>,
    ) -> Result<V, DecodeError> {
        let field = &self.fields()[position];
        self.plan(row).read(row, field, position, read)
    }

    /// Whether two rows are known to have the same values in some fields, because
    /// they have the same bytes there.
    pub(crate) fn have_same_bytes(
        &self,
        positions: &[usize],
        a: &RowView<'_>,
        b: &RowView<'_>,
    ) -> Result<bool, DecodeError> {
        if a.layout().number != b.layout().number {
            return Ok(false);
        }
        for position in positions {
            let same = self.read_field(a, *position, |a| {
                self.read_field(b, *position, |b| {
                    Ok(match (a.is_null(), b.is_null()) {
                        (false, false) => a.bytes()? == b.bytes()?,
                        (a, b) => a && b,
                    })
                })
            })?;
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The key of a row.
    pub(crate) fn key_of(&self, row: &RowView<'_>) -> Result<KeyBytes, DecodeError> {
        let mut out = KeyWriter::new();
        for position in &self.key {
            self.write_part(row, *position, None, &mut out)?;
        }
        Ok(out.into_bytes())
    }

    /// What an index holds for the row with that key: one entry; of a list, one
    /// for each distinct element, so none when it is empty or null.
    pub(crate) fn entries(
        &self,
        index: &StoredIndex,
        key: &[u8],
        row: &RowView<'_>,
    ) -> Result<Entries, DecodeError> {
        let mut entries = Entries::new();
        let Some(list) = index.list else {
            entries.push(self.entry(index, key, row, None)?);
            return Ok(entries);
        };
        self.read_field(row, list, |raw| {
            if raw.is_null() {
                return Ok(());
            }
            for element in raw.elements()? {
                entries.push(self.entry(index, key, row, Some(element?))?);
            }
            Ok(())
        })?;
        entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        entries.dedup_by(|a, b| a.key == b.key);
        Ok(entries)
    }

    /// The entry of a row; `element` stands in for the list.
    fn entry(
        &self,
        index: &StoredIndex,
        key: &[u8],
        row: &RowView<'_>,
        element: Option<RawField<'_>>,
    ) -> Result<Entry, DecodeError> {
        let mut out = KeyWriter::new();
        let mut has_null = false;
        for position in &index.fields {
            let element = element.filter(|_| index.list == Some(*position));
            has_null |= self.write_part(row, *position, element, &mut out)?;
        }
        let unique = index.unique && !has_null;
        if !unique {
            out.raw(key);
        }
        let value = if index.unique { key } else { &[] };
        Ok(Entry {
            key: out.into_bytes(),
            value: KeyBytes::from_slice(value),
            unique,
        })
    }

    /// Writes a field of a row, or the element of a list, as a part of a key and
    /// says whether it is null.
    pub(crate) fn write_part(
        &self,
        row: &RowView<'_>,
        position: usize,
        element: Option<RawField<'_>>,
        out: &mut KeyWriter,
    ) -> Result<bool, DecodeError> {
        if let Some(element) = element {
            return key::dynamic::transcode(element, out).map(|()| false);
        }
        let nullable = self.fields()[position].nullable;
        self.read_field(row, position, |raw| {
            if nullable && raw.is_null() {
                out.null();
                return Ok(true);
            }
            if nullable {
                out.present();
            }
            key::dynamic::transcode(raw, out).map(|()| false)
        })
    }

    /// The key of the row that a field of this row refers to; none when it is null.
    pub(crate) fn reference_key(
        &self,
        row: &RowView<'_>,
        position: usize,
    ) -> Result<Option<KeyBytes>, DecodeError> {
        self.read_field(row, position, |raw| {
            if raw.is_null() {
                return Ok(None);
            }
            let mut out = KeyWriter::new();
            key::dynamic::transcode(raw, &mut out)?;
            Ok(Some(out.into_bytes()))
        })
    }

    /// What [`StoredTable::reference_key`] found, as messages show it.
    pub(crate) fn reference_text(&self, position: usize, key: &[u8]) -> String {
        let value = scalar::take(&self.fields()[position].ty, &mut KeyReader::new(key));
        value.map_or_else(|_| format!("{key:02x?}"), |value| values_text(&[value]))
    }

    /// The key of the row that an entry of an index stands for.
    pub(crate) fn key_of_entry<'a>(
        &self,
        index: &StoredIndex,
        entry_key: &'a [u8],
        entry_value: &'a [u8],
    ) -> Result<&'a [u8], DecodeError> {
        if index.unique {
            return Ok(entry_value);
        }
        let mut parts = KeyReader::new(entry_key);
        for position in &index.fields {
            key::dynamic::skip(&self.fields()[*position], &mut parts)?;
        }
        Ok(parts.rest())
    }

    /// The values of a key.
    pub(crate) fn key_values(&self, key: &[u8]) -> Result<Vec<Value>, DecodeError> {
        let mut parts = KeyReader::new(key);
        let values = self.parts_of(&self.key, &mut parts)?;
        parts.finish()?;
        Ok(values)
    }

    /// The values of some fields at the head of a key.
    pub(crate) fn parts_of(
        &self,
        positions: &[usize],
        parts: &mut KeyReader<'_>,
    ) -> Result<Vec<Value>, DecodeError> {
        let fields = positions.iter().map(|position| &self.fields()[*position]);
        fields
            .map(|field| key::dynamic::decode(field, parts))
            .collect()
    }

    /// A key as messages show it.
    pub(crate) fn key_text(&self, key: &[u8]) -> String {
        match self.key_values(key) {
            Ok(values) => values_text(&values),
            Err(_) => format!("{key:02x?}"),
        }
    }

    /// The names of some fields in brackets.
    pub(crate) fn label(&self, positions: &[usize]) -> String {
        let names = positions.iter().map(|at| self.fields()[*at].name.as_str());
        format!("({})", names.collect::<Vec<_>>().join(", "))
    }
}

/// How the fields of a table are found in rows of each layout.
fn plans(raw: &RawTable, layouts: &[Layout]) -> Result<Vec<Plan>, DecodeError> {
    let folded = &raw.folded;
    let plan = |layout: &Layout| {
        let is_written = usize::from(layout.number) + 1 == layouts.len();
        Plan::new(&folded.table.fields, &folded.numbers, layout, |number| {
            match absent(raw, number)? {
                // Rows that are written have all fields.
                None if is_written => Err(no_value(raw, number)),
                value => Ok(value),
            }
        })
    };
    layouts.iter().map(plan).collect()
}

fn stored_index(raw: &RawTable, index: &RawIndex) -> Result<StoredIndex, DecodeError> {
    let position = |number: &u16| {
        let numbers = &raw.folded.numbers;
        let position = numbers.iter().position(|known| known == number);
        position.ok_or_else(|| DecodeError::value(&"the number of a field", number))
    };
    let fields: Vec<_> = index
        .fields
        .iter()
        .map(position)
        .collect::<Result<_, _>>()?;
    let is_list = |field: &&usize| raw.folded.table.fields[**field].ty.element().is_some();
    Ok(StoredIndex {
        tree: TreeId::Index(index.id),
        list: fields.iter().find(is_list).copied(),
        fields,
        unique: index.unique,
    })
}

/// What rows have in place of a younger field; none when no row is without it.
fn absent(raw: &RawTable, number: u16) -> Result<Option<StoredValue>, DecodeError> {
    let field = raw
        .folded
        .field_by_number(number)
        .ok_or_else(|| DecodeError::value(&"the number of a field", &number))?;
    let Some(json) = raw.absent.get(&number) else {
        return Ok(None);
    };
    let value = field.value_from_json(json);
    let stored = value.and_then(|value| StoredValue::new(field, &value));
    stored
        .map(Some)
        .map_err(|error| DecodeError::value(&error.expected, &error.found))
        .map_err(|error| error.in_field(&field.name))
}

fn no_value(raw: &RawTable, number: u16) -> DecodeError {
    let error = DecodeError::value(&"a value for rows without the field", &"none");
    match raw.folded.field_by_number(number) {
        Some(field) => error.in_field(&field.name),
        None => error,
    }
}

/// One value as it is, several in brackets.
pub(crate) fn values_text(values: &[Value]) -> String {
    match values {
        [value] => value.to_json().to_string(),
        values => {
            let texts: Vec<_> = values
                .iter()
                .map(|value| value.to_json().to_string())
                .collect();
            format!("({})", texts.join(", "))
        }
    }
}
