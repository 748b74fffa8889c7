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

/// The fields of a layout with their places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub number: u16,
    pub fields: Vec<LayoutField>,
    places: Vec<Place>,
    null_bits: Vec<Option<usize>>,
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
            places: Vec::with_capacity(fields.len()),
            null_bits: Vec::with_capacity(fields.len()),
            ends_at: NUMBER_BYTES + nullable.div_ceil(8),
            variables: 0,
            fields: Vec::new(),
        };
        let mut bits = 0..;
        for field in &fields {
            let place = layout.next_place(&field.ty);
            layout.places.push(place);
            layout
                .null_bits
                .push(if field.nullable { bits.next() } else { None });
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

    pub(crate) fn place(&self, position: usize) -> Place {
        self.places[position]
    }

    /// The bit of the bitmap that is set when the field is null.
    pub(crate) fn null_bit(&self, position: usize) -> Option<usize> {
        self.null_bits[position]
    }

    pub(crate) fn ends_at(&self) -> usize {
        self.ends_at
    }

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
