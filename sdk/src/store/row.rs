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
    layout::{Layout, Place, WIDE},
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
    pub fn is_null(&self) -> bool {
        self.bytes.is_none()
    }

    /// The type of the field as it was written.
    pub fn ty(&self) -> &'a FieldType {
        self.ty
    }

    /// The bytes of a value.
    pub fn bytes(&self) -> Result<&'a [u8], DecodeError> {
        self.bytes.ok_or_else(|| DecodeError::Null {
            expected: self.ty.to_string(),
        })
    }

    /// The bytes of a value of `N` bytes.
    pub fn fixed<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| DecodeError::Short {
            expected: N,
            found: bytes.len(),
        })
    }

    /// The text of a value that is text.
    pub fn text(&self) -> Result<&'a str, DecodeError> {
        utf8(self.bytes()?)
    }

    /// The elements of a list.
    pub fn elements(&self) -> Result<Elements<'a>, DecodeError> {
        Elements::new(self.bytes()?, self.ty)
    }
}

/// The layout that a row says it has; the flag of wide offsets is cut off.
pub(crate) fn layout_number(bytes: &[u8]) -> Result<u16, DecodeError> {
    Ok(head(bytes)? & !WIDE)
}

fn head(bytes: &[u8]) -> Result<u16, DecodeError> {
    let head = bytes.first_chunk().ok_or(DecodeError::Short {
        expected: 2,
        found: bytes.len(),
    })?;
    Ok(u16::from_le_bytes(*head))
}

/// The bytes of a row with the layout that they have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowView<'a> {
    bytes: &'a [u8],
    layout: &'a Layout,
    /// 2 or 4.
    end_bytes: usize,
    variable_at: usize,
}

impl<'a> RowView<'a> {
    /// Checks that all that is fixed is there and that the row ends where it says.
    pub(crate) fn new(bytes: &'a [u8], layout: &'a Layout) -> Result<Self, DecodeError> {
        let end_bytes = if head(bytes)? & WIDE == 0 { 2 } else { 4 };
        let view = Self {
            bytes,
            layout,
            end_bytes,
            variable_at: layout.ends_at() + layout.variables() * end_bytes,
        };
        let found = bytes.len().checked_sub(view.variable_at);
        let found = found.ok_or(DecodeError::Short {
            expected: view.variable_at,
            found: bytes.len(),
        })?;
        let expected = view.end(layout.variables());
        match found.cmp(&expected) {
            std::cmp::Ordering::Less => Err(DecodeError::Short { expected, found }),
            std::cmp::Ordering::Equal => Ok(view),
            std::cmp::Ordering::Greater => Err(DecodeError::Trailing {
                found: found - expected,
            }),
        }
    }

    pub(crate) fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// Where variable value number `count - 1` ends; 0 for none.
    fn end(&self, count: usize) -> usize {
        let Some(index) = count.checked_sub(1) else {
            return 0;
        };
        let at = self.layout.ends_at() + index * self.end_bytes;
        if self.end_bytes == 2 {
            usize::from(u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]]))
        } else {
            let end = [0, 1, 2, 3].map(|byte| self.bytes[at + byte]);
            usize::try_from(u32::from_le_bytes(end)).unwrap_or(usize::MAX)
        }
    }

    /// The field at a position of the layout.
    #[inline]
    pub(crate) fn field(&self, position: usize) -> Result<RawField<'a>, DecodeError> {
        let ty = &self.layout.fields[position].ty;
        let bytes = match self.layout.place(position) {
            _ if self.is_null(position) => None,
            Place::Fixed { offset, width } => Some(&self.bytes[offset..offset + width]),
            Place::Variable { index } => Some(self.variable(index)?),
        };
        Ok(RawField { bytes, ty })
    }

    fn is_null(&self, position: usize) -> bool {
        self.layout
            .null_bit(position)
            .is_some_and(|bit| self.bytes[2 + bit / 8] & (1 << (bit % 8)) != 0)
    }

    fn variable(&self, index: usize) -> Result<&'a [u8], DecodeError> {
        let (start, end) = (self.end(index), self.end(index + 1));
        let bytes = &self.bytes[self.variable_at..];
        bytes.get(start..end).ok_or(DecodeError::Offset {
            start,
            end,
            limit: bytes.len(),
        })
    }
}

/// A stored row as its type reads it: by the index of a declared field.
#[derive(Debug, Clone, Copy)]
pub struct RowReader<'a> {
    row: RowView<'a>,
    plan: &'a Plan,
    table: &'a sdk_schema::Table,
    /// For each declared or selected field its position in the table.
    order: &'a [usize],
}

impl<'a> RowReader<'a> {
    pub(crate) fn new(
        row: RowView<'a>,
        plan: &'a Plan,
        table: &'a sdk_schema::Table,
        order: &'a [usize],
    ) -> Self {
        Self {
            row,
            plan,
            table,
            order,
        }
    }

    /// Reads the fields as dynamic values.
    pub(crate) fn dynamic(&self) -> Result<sdk_schema::Row, DecodeError> {
        let value = |position: &usize| {
            let name = &self.table.fields[*position].name;
            let value = self.plan.read(&self.row, *position, dynamic::decode);
            let value = value.map_err(|error| error.in_field(name))?;
            Ok((name.clone(), value))
        };
        self.order.iter().map(value).collect()
    }

    /// Reads the field at `index` in the order of declaration, or of selection, by [`FieldValue::decode`](super::FieldValue::decode) of its type.
    #[inline]
    pub fn field<V>(
        &self,
        index: usize,
        decode: impl FnOnce(RawField<'_>) -> Result<V, DecodeError>,
    ) -> Result<V, DecodeError> {
        let position = *self
            .order
            .get(index)
            .ok_or_else(|| DecodeError::value(&"the index of a field", &index))?;
        self.plan
            .read(&self.row, position, decode)
            .map_err(|error| error.in_field(&self.table.fields[position].name))
    }
}
