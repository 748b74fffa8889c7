//! The row format: an offset table.
//!
//! ```text
//! layout | null bitmap | fixed fields | end offsets | variable bytes
//! ```
//!
//! Any field is found in constant time, and a row is read by its own layout
//! whatever its table looks like today. `docs/format-store.md` has every byte.
//!
//! Reading never panics, whatever the bytes: lengths and offsets that lie are
//! a [`DecodeError`].

pub(crate) mod dynamic;
mod list;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use writer::EncodeFault;
pub use {list::Elements, writer::FieldWriter};

use sdk_schema::FieldType;

use super::{
    error::DecodeError,
    layout::{Layout, Place, Slot, WIDE},
    plan::Plan,
    value::utf8,
};

/// The bytes of one field.
#[derive(Debug, Clone, Copy)]
pub struct RawField<'a> {
    bytes: Option<&'a [u8]>,
    ty: &'a FieldType,
}

impl<'a> RawField<'a> {
    pub(crate) fn new(bytes: Option<&'a [u8]>, ty: &'a FieldType) -> Self {
        Self { bytes, ty }
    }

    /// Whether the field is null.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.bytes.is_none()
    }

    /// The type of the field as it was written.
    pub fn ty(&self) -> &'a FieldType {
        self.ty
    }

    /// The bytes of a value.
    #[inline]
    pub fn bytes(&self) -> Result<&'a [u8], DecodeError> {
        self.bytes.ok_or_else(|| self.refuse_null())
    }

    #[cold]
    fn refuse_null(&self) -> DecodeError {
        DecodeError::Null {
            expected: self.ty.to_string(),
        }
    }

    /// The bytes of a value of `N` bytes.
    #[inline]
    pub fn fixed<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| short(N, bytes.len()))
    }

    /// The text of a value that is text.
    #[inline]
    pub fn text(&self) -> Result<&'a str, DecodeError> {
        utf8(self.bytes()?)
    }

    /// The elements of a list.
    pub fn elements(&self) -> Result<Elements<'a>, DecodeError> {
        Elements::new(self.bytes()?, self.ty)
    }
}

#[cold]
fn short(expected: usize, found: usize) -> DecodeError {
    DecodeError::Short { expected, found }
}

/// The layout that a row says it has; the flag of wide offsets is cut off.
#[inline]
pub(crate) fn layout_number(bytes: &[u8]) -> Result<u16, DecodeError> {
    Ok(head(bytes)? & !WIDE)
}

#[inline]
fn head(bytes: &[u8]) -> Result<u16, DecodeError> {
    match bytes.first_chunk() {
        Some(head) => Ok(u16::from_le_bytes(*head)),
        None => Err(short(2, bytes.len())),
    }
}

/// The bytes of an end offset, by the flag in the head.
const NARROW: usize = 2;
const WIDE_BYTES: usize = 4;

/// The bytes of a row with the layout that they have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowView<'a> {
    bytes: &'a [u8],
    layout: &'a Layout,
    /// 2 or 4.
    end_bytes: usize,
    ends_at: usize,
    variable_at: usize,
}

impl<'a> RowView<'a> {
    /// Checks that all that is fixed is there and that the row ends where it says.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], layout: &'a Layout) -> Result<Self, DecodeError> {
        let is_wide = head(bytes)? & WIDE != 0;
        let end_bytes = if is_wide { WIDE_BYTES } else { NARROW };
        let view = Self {
            bytes,
            layout,
            end_bytes,
            ends_at: layout.ends_at(),
            variable_at: layout.ends_at() + layout.variables() * end_bytes,
        };
        let Some(found) = bytes.len().checked_sub(view.variable_at) else {
            return Err(short(view.variable_at, bytes.len()));
        };
        let expected = view.variable_bytes();
        match found.cmp(&expected) {
            std::cmp::Ordering::Less => Err(short(expected, found)),
            std::cmp::Ordering::Equal => Ok(view),
            std::cmp::Ordering::Greater => Err(DecodeError::Trailing {
                found: found - expected,
            }),
        }
    }

    pub(crate) fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// How many variable bytes there are, as the last end offset says.
    fn variable_bytes(&self) -> usize {
        match self.layout.variables().checked_sub(1) {
            None => 0,
            Some(last) => self.ends(last).1,
        }
    }

    /// Where a variable value starts and ends, counted from the first of them.
    #[inline]
    fn ends(&self, index: usize) -> (usize, usize) {
        let ends = &self.bytes[self.ends_at..self.variable_at];
        if self.end_bytes == NARROW {
            let end = |bytes: &[u8]| {
                let end = bytes.first_chunk();
                end.map_or(usize::MAX, |end| u16::from_le_bytes(*end).into())
            };
            match index.checked_sub(1) {
                None => (0, end(ends)),
                // The end of the value before and its own stand side by side.
                Some(before) => match ends[before * NARROW..].first_chunk() {
                    Some([a, b, c, d]) => {
                        let (start, end) = ([*a, *b], [*c, *d]);
                        let number = |bytes| usize::from(u16::from_le_bytes(bytes));
                        (number(start), number(end))
                    }
                    None => (0, usize::MAX),
                },
            }
        } else {
            let end = |index: usize| {
                let end = ends[index * WIDE_BYTES..].first_chunk();
                let end = end.map(|end| usize::try_from(u32::from_le_bytes(*end)));
                end.and_then(Result::ok).unwrap_or(usize::MAX)
            };
            (index.checked_sub(1).map_or(0, end), end(index))
        }
    }

    /// The field at a position of the layout.
    pub(crate) fn field(&self, position: usize) -> Result<RawField<'a>, DecodeError> {
        let slot = self.layout.slot(position);
        match self.bytes_at(slot) {
            Some(bytes) => Ok(RawField::new(bytes, &self.layout.fields[position].ty)),
            None => Err(self.fault_at(slot)),
        }
    }

    /// The bytes of a field, of which a null has none. `None` when the end
    /// offsets lie.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each field makes reading a row half as slow again"
    )]
    #[expect(
        clippy::option_option,
        reason = "a `Result` would carry its error through each read"
    )]
    pub(crate) fn bytes_at(&self, slot: Slot) -> Option<Option<&'a [u8]>> {
        if slot.is_null(self.bytes) {
            return Some(None);
        }
        let (start, end) = match slot.place() {
            Place::Fixed { offset, width } => (offset, offset + width),
            Place::Variable { index } => {
                let (start, end) = self.ends(index);
                let at = self.variable_at;
                (at.saturating_add(start), at.saturating_add(end))
            }
        };
        self.bytes.get(start..end).map(Some)
    }

    /// Why a field has no bytes.
    #[cold]
    pub(crate) fn fault_at(&self, slot: Slot) -> DecodeError {
        let (start, end) = match slot.place() {
            Place::Fixed { offset, width } => (offset, offset + width),
            Place::Variable { index } => self.ends(index),
        };
        DecodeError::Offset {
            start,
            end,
            limit: self.bytes.len() - self.variable_at,
        }
    }
}

/// A stored row as its type reads it: by the index of a declared or selected field.
#[derive(Debug, Clone, Copy)]
pub struct RowReader<'a> {
    row: RowView<'a>,
    plan: &'a Plan,
    /// The fields of the plan.
    fields: &'a [sdk_schema::Field],
    /// For each selected field its position in the plan; none when all are read
    /// in the order of the plan.
    selected: Option<&'a [usize]>,
}

impl<'a> RowReader<'a> {
    #[inline]
    pub(crate) fn new(row: RowView<'a>, plan: &'a Plan, fields: &'a [sdk_schema::Field]) -> Self {
        Self {
            row,
            plan,
            fields,
            selected: None,
        }
    }

    /// The same row, of which only the fields at these positions are read.
    #[inline]
    pub(crate) fn selecting(self, selected: Option<&'a [usize]>) -> Self {
        Self { selected, ..self }
    }

    /// Reads the fields as dynamic values.
    pub(crate) fn dynamic(&self) -> Result<sdk_schema::Row, DecodeError> {
        let count = self.selected.map_or(self.fields.len(), <[usize]>::len);
        let value = |index| {
            let position = self.selected.map_or(index, |selected| selected[index]);
            let value = self.field(index, dynamic::decode)?;
            Ok((self.fields[position].name.clone(), value))
        };
        (0..count).map(value).collect()
    }

    /// Reads the field at `index` in the order of declaration, or of selection, by
    /// [`FieldValue::decode`](super::FieldValue::decode) of its type.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each field makes reading a row half as slow again"
    )]
    pub fn field<V>(
        &self,
        index: usize,
        decode: impl FnOnce(RawField<'_>) -> Result<V, DecodeError>,
    ) -> Result<V, DecodeError> {
        let position = match self.selected {
            None => index,
            Some(selected) => selected.get(index).copied().unwrap_or(usize::MAX),
        };
        match self.fields.get(position) {
            Some(field) => self.plan.read(&self.row, field, position, decode),
            None => Err(no_field(index)),
        }
    }
}

#[cold]
fn no_field(index: usize) -> DecodeError {
    DecodeError::value(&"the index of a field", &index)
}
