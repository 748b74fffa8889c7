//! Writing a row, field by field in the order of its layout.

use super::list::NUMBER_BYTES;
use crate::store::layout::{Layout, Place, WIDE, fixed_width};
use sdk_schema::FieldType;

/// Receives the fields of one row.
#[derive(Debug)]
pub struct FieldWriter<'a> {
    layout: &'a Layout,
    position: usize,
    bytes: Vec<u8>,
    /// Where each variable value ends, counted from the first one's start.
    ends: Vec<usize>,
    /// Set while the elements of a list are written.
    list: Option<List>,
    fault: Option<EncodeFault>,
}

/// A list that is being written; its first element starts at `start`.
#[derive(Debug, Clone, Copy)]
struct List {
    start: usize,
    elements: Elements,
}

/// How the elements of a list are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elements {
    /// All have the same number of bytes.
    Fixed { width: usize },
    /// Each has an end; that of the next one belongs at `next_end_at`.
    Variable { next_end_at: usize },
}

/// Why a row cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EncodeFault {
    /// What was written does not have the shape of the field's type.
    Shape { position: usize },
    /// A value has more bytes than 32 bits can count.
    TooLarge { position: usize },
}

impl<'a> FieldWriter<'a> {
    /// Begins a row; `bytes` is a buffer to reuse.
    pub(crate) fn new(layout: &'a Layout, mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        // The ends are taken to be narrow, as nearly all are; `finish` widens.
        bytes.resize(layout.ends_at() + layout.variables() * NARROW, 0);
        Self {
            layout,
            position: 0,
            bytes,
            ends: Vec::with_capacity(layout.variables()),
            list: None,
            fault: None,
        }
    }

    /// Says which field comes next.
    pub(crate) fn at(&mut self, position: usize) {
        self.position = position;
    }

    /// Writes a value whose type has a fixed width.
    pub fn fixed<const N: usize>(&mut self, value: [u8; N]) {
        if let Some(list) = self.list {
            if list.elements != (Elements::Fixed { width: N }) {
                self.refuse_shape();
            }
            self.bytes.extend_from_slice(&value);
            return;
        }
        match self.layout.place(self.position) {
            Place::Fixed { offset, width } if width == N => {
                self.bytes[offset..offset + N].copy_from_slice(&value);
            }
            _ => self.refuse_shape(),
        }
    }

    /// Writes a value of any length.
    pub fn variable(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        match self.list {
            None => self.end_variable(),
            Some(list) => self.end_element(list),
        }
    }

    /// Writes null.
    pub fn null(&mut self) {
        match self.layout.null_bit(self.position) {
            Some(bit) if self.list.is_none() => self.bytes[2 + bit / 8] |= 1 << (bit % 8),
            _ => self.refuse_shape(),
        }
        if let Place::Variable { .. } = self.layout.place(self.position) {
            self.end_variable();
        }
    }

    /// Writes a list, each element by `encode`.
    pub fn list<T>(&mut self, items: &[T], mut encode: impl FnMut(&T, &mut Self)) {
        let FieldType::Vec(element) = &self.layout.fields[self.position].ty else {
            return self.refuse_shape();
        };
        let Ok(count) = u32::try_from(items.len()) else {
            return self.refuse_size();
        };
        self.bytes.extend_from_slice(&count.to_le_bytes());
        let elements = self.begin_elements(element, items.len());
        self.list = Some(List {
            start: self.bytes.len(),
            elements,
        });
        for item in items {
            encode(item, self);
        }
        self.end_list(items.len());
        self.end_variable();
    }

    /// Leaves room for the ends of elements that have ends.
    fn begin_elements(&mut self, element: &FieldType, count: usize) -> Elements {
        if let Some(width) = fixed_width(element) {
            return Elements::Fixed { width };
        }
        let next_end_at = self.bytes.len();
        self.bytes.resize(next_end_at + count * NUMBER_BYTES, 0);
        Elements::Variable { next_end_at }
    }

    fn end_element(&mut self, list: List) {
        let Elements::Variable { next_end_at: at } = list.elements else {
            return self.refuse_shape();
        };
        let Ok(end) = u32::try_from(self.bytes.len() - list.start) else {
            return self.refuse_size();
        };
        let next_end_at = at + NUMBER_BYTES;
        if next_end_at > list.start {
            return self.refuse_shape();
        }
        self.bytes[at..next_end_at].copy_from_slice(&end.to_le_bytes());
        self.list = Some(List {
            elements: Elements::Variable { next_end_at },
            ..list
        });
    }

    /// Checks that every element was written once.
    fn end_list(&mut self, count: usize) {
        let is_whole = self.list.take().is_some_and(|list| match list.elements {
            Elements::Fixed { width } => self.bytes.len() - list.start == count * width,
            Elements::Variable { next_end_at } => next_end_at == list.start,
        });
        if !is_whole {
            self.refuse_shape();
        }
    }

    fn end_variable(&mut self) {
        match self.layout.place(self.position) {
            Place::Variable { index } if index == self.ends.len() => {
                self.ends.push(self.bytes.len() - self.variable_at());
            }
            _ => self.refuse_shape(),
        }
    }

    fn variable_at(&self) -> usize {
        self.layout.ends_at() + self.layout.variables() * NARROW
    }

    fn refuse_shape(&mut self) {
        let position = self.position;
        self.fault.get_or_insert(EncodeFault::Shape { position });
    }

    fn refuse_size(&mut self) {
        let position = self.position;
        self.fault.get_or_insert(EncodeFault::TooLarge { position });
    }

    /// Writes the head and the end offsets and returns the row.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, EncodeFault> {
        if self.ends.len() != self.layout.variables() {
            self.refuse_shape();
        }
        let last = self.ends.last().copied().unwrap_or_default();
        if u32::try_from(last).is_err() {
            self.refuse_size();
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let wide = u16::try_from(last).is_err();
        let head = self.layout.number | if wide { WIDE } else { 0 };
        self.bytes[..2].copy_from_slice(&head.to_le_bytes());
        let ends_at = self.layout.ends_at();
        let narrow = ends_at..self.variable_at();
        if wide {
            let ends = self.ends.iter().flat_map(|end| end_bytes::<4>(*end));
            self.bytes.splice(narrow, ends);
        } else {
            let ends = self.ends.iter().flat_map(|end| end_bytes::<NARROW>(*end));
            self.bytes[narrow]
                .iter_mut()
                .zip(ends)
                .for_each(|(byte, end)| *byte = end);
        }
        Ok(self.bytes)
    }
}

/// The bytes of an end offset when all of them fit sixteen bits.
const NARROW: usize = 2;

/// The lowest `N` bytes of an end, the lowest first.
fn end_bytes<const N: usize>(end: usize) -> [u8; N] {
    std::array::from_fn(|byte| end.to_le_bytes()[byte])
}
