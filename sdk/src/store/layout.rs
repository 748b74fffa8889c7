//! The layout of rows: which fields they have and where each stands.
//!
//! A table has one layout for each set of fields it ever had. A row names its
//! layout in its first two bytes, so rows of several layouts live side by side.

use sdk_schema::{FieldType, Name};
use serde::{Deserialize, Serialize};

/// A field of a layout. Its number is what identifies it: names change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayoutField {
    /// Never given to another field of the table.
    pub number: u16,
    /// The name when the layout was made, for tools that know the layout alone.
    pub name: Name,
    /// What the bytes hold.
    #[serde(rename = "type")]
    pub ty: FieldType,
    /// Whether the field has a bit in the null bitmap.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nullable: bool,
}

/// Where a field stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At a fixed distance from the beginning of the row.
    Fixed { offset: usize, width: usize },
    /// In the variable part, as value number `index` of it.
    Variable { index: usize },
}

/// Where a field stands and where it says that it is null. Twelve bytes: those
/// of all fields are looked at for each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The distance from the beginning of the row, or the index in the variable part.
    at: u32,
    /// The bytes of a value; none for a variable one, as no type has values of no bytes.
    width: u32,
    /// The byte of the null bitmap; the first of the row for a field that has no bit.
    null_byte: u16,
    /// The bit in it that is set when the field is null; none for a field that
    /// never is.
    null_mask: u8,
}

impl Slot {
    fn new(place: Place, null_bit: Option<usize>) -> Self {
        let (at, width) = match place {
            Place::Fixed { offset, width } => (offset, width),
            Place::Variable { index } => (index, 0),
        };
        let byte = null_bit.map_or(0, |bit| NUMBER_BYTES + bit / 8);
        let small = "a table has at most 65534 fields of at most 16 bytes";
        Self {
            at: u32::try_from(at).expect(small),
            width: u32::try_from(width).expect(small),
            null_byte: u16::try_from(byte).expect(small),
            null_mask: null_bit.map_or(0, |bit| 1 << (bit % 8)),
        }
    }

    #[inline]
    pub(crate) fn place(self) -> Place {
        let (at, width) = (self.at as usize, self.width as usize);
        if width == 0 {
            Place::Variable { index: at }
        } else {
            Place::Fixed { offset: at, width }
        }
    }

    /// Whether a row, whose fixed part is there, has null in its place.
    #[inline]
    pub(crate) fn is_null(self, row: &[u8]) -> bool {
        self.null_mask != 0 && row[usize::from(self.null_byte)] & self.null_mask != 0
    }

    /// The bit of the bitmap that is set when the field is null.
    fn null_bit(self) -> Option<usize> {
        let bit = self.null_mask.checked_ilog2()?;
        let before = (usize::from(self.null_byte) - NUMBER_BYTES) * 8;
        Some(before + bit as usize)
    }
}

/// The fields of a layout with their places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub number: u16,
    pub fields: Vec<LayoutField>,
    /// Where each field stands.
    slots: Vec<Slot>,
    /// Where the end offsets begin: the length of all that is fixed.
    ends_at: usize,
    variables: usize,
}

/// The bytes of the layout number at the head of a row.
pub(crate) const NUMBER_BYTES: usize = 2;

/// The bit of the layout number that says that end offsets have four bytes.
pub(crate) const WIDE: u16 = 1 << 15;

/// How many layouts a table can have: the bits that [`WIDE`] leaves.
pub(crate) const MAX_LAYOUTS: usize = WIDE as usize;

impl Layout {
    pub(crate) fn new(number: u16, fields: Vec<LayoutField>) -> Self {
        let nullable = fields.iter().filter(|field| field.nullable).count();
        let mut layout = Self {
            number,
            slots: Vec::with_capacity(fields.len()),
            ends_at: NUMBER_BYTES + nullable.div_ceil(8),
            variables: 0,
            fields: Vec::new(),
        };
        let mut bits = 0..;
        for field in &fields {
            let place = layout.next_place(&field.ty);
            let null_bit = if field.nullable { bits.next() } else { None };
            layout.slots.push(Slot::new(place, null_bit));
        }
        layout.fields = fields;
        layout
    }

    fn next_place(&mut self, ty: &FieldType) -> Place {
        if let Some(width) = fixed_width(ty) {
            let offset = self.ends_at;
            self.ends_at += width;
            Place::Fixed { offset, width }
        } else {
            let index = self.variables;
            self.variables += 1;
            Place::Variable { index }
        }
    }

    #[inline]
    pub(crate) fn slot(&self, position: usize) -> Slot {
        self.slots[position]
    }

    pub(crate) fn place(&self, position: usize) -> Place {
        self.slots[position].place()
    }

    /// The bit of the bitmap that is set when the field is null.
    pub(crate) fn null_bit(&self, position: usize) -> Option<usize> {
        self.slots[position].null_bit()
    }

    #[inline]
    pub(crate) fn ends_at(&self) -> usize {
        self.ends_at
    }

    #[inline]
    pub(crate) fn variables(&self) -> usize {
        self.variables
    }

    pub(crate) fn position(&self, number: u16) -> Option<usize> {
        self.fields.iter().position(|field| field.number == number)
    }
}

/// The bytes of a type whose values all have the same.
pub(crate) fn fixed_width(ty: &FieldType) -> Option<usize> {
    Some(match ty {
        FieldType::Bool | FieldType::I8 | FieldType::U8 => 1,
        FieldType::I16 | FieldType::U16 => 2,
        FieldType::I32 | FieldType::U32 | FieldType::F32 | FieldType::Date => 4,
        FieldType::I64 | FieldType::U64 | FieldType::F64 | FieldType::Timestamp => 8,
        FieldType::I128 | FieldType::U128 | FieldType::Id => 16,
        FieldType::String
        | FieldType::Bytes
        | FieldType::Json
        | FieldType::Enum(_)
        | FieldType::Vec(_) => return None,
    })
}
