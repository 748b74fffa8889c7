//! Lists inside a row: a count, then the elements.
//!
//! Elements of fixed width stand one after the other; others follow a table of
//! their ends. Every number here has four bytes.

use sdk_schema::FieldType;

use super::RawField;
use crate::store::{error::DecodeError, layout::fixed_width};

/// The elements of a list in their order.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    ty: &'a FieldType,
    left: usize,
    shape: Shape<'a>,
}

#[derive(Debug, Clone)]
enum Shape<'a> {
    Fixed {
        width: usize,
        bytes: &'a [u8],
    },
    Variable {
        ends: &'a [u8],
        start: usize,
        bytes: &'a [u8],
    },
}

pub(super) const NUMBER_BYTES: usize = 4;

impl<'a> Elements<'a> {
    pub(super) fn new(bytes: &'a [u8], list: &'a FieldType) -> Result<Self, DecodeError> {
        let FieldType::Vec(ty) = list else {
            return Err(DecodeError::value(&"vec", &list));
        };
        let (count, rest) = number(bytes)?;
        let shape = match fixed_width(ty) {
            Some(width) => Shape::fixed(rest, count, width)?,
            None => Shape::variable(rest, count)?,
        };
        Ok(Self {
            ty,
            left: count,
            shape,
        })
    }
}

impl<'a> Shape<'a> {
    fn fixed(bytes: &'a [u8], count: usize, width: usize) -> Result<Self, DecodeError> {
        exactly(bytes.len(), count.saturating_mul(width))?;
        Ok(Self::Fixed { width, bytes })
    }

    fn variable(bytes: &'a [u8], count: usize) -> Result<Self, DecodeError> {
        let expected = count.saturating_mul(NUMBER_BYTES);
        let (ends, bytes) = bytes.split_at_checked(expected).ok_or(DecodeError::Short {
            expected,
            found: bytes.len(),
        })?;
        let last = ends.len().saturating_sub(NUMBER_BYTES);
        let end = if count == 0 {
            0
        } else {
            number(&ends[last..])?.0
        };
        exactly(bytes.len(), end)?;
        Ok(Self::Variable {
            ends,
            start: 0,
            bytes,
        })
    }

    fn next(&mut self) -> Result<&'a [u8], DecodeError> {
        match self {
            Self::Fixed { width, bytes } => {
                let (item, rest) = bytes.split_at(*width);
                *bytes = rest;
                Ok(item)
            }
            Self::Variable { ends, start, bytes } => {
                let (end, rest) = number(ends)?;
                let item = bytes.get(*start..end).ok_or(DecodeError::Offset {
                    start: *start,
                    end,
                    limit: bytes.len(),
                })?;
                (*ends, *start) = (rest, end);
                Ok(item)
            }
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<RawField<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = self.shape.next();
        Some(item.map(|bytes| RawField::new(Some(bytes), self.ty)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

fn number(bytes: &[u8]) -> Result<(usize, &[u8]), DecodeError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(DecodeError::Short {
        expected: NUMBER_BYTES,
        found: bytes.len(),
    })?;
    let number = usize::try_from(u32::from_le_bytes(*number)).unwrap_or(usize::MAX);
    Ok((number, rest))
}

fn exactly(found: usize, expected: usize) -> Result<(), DecodeError> {
    match found.checked_sub(expected) {
        None => Err(DecodeError::Short { expected, found }),
        Some(0) => Ok(()),
        Some(found) => Err(DecodeError::Trailing { found }),
    }
}
