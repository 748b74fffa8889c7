//! The key codec: bytes that sort as the values do.
//!
//! redb compares keys byte by byte, so every value is written in a form whose
//! byte order is its own order, and every form says where it ends: a key of
//! several fields is the forms one after the other, and a scan by the leading
//! fields is a scan of one range. `docs/format-store.md` has the forms.
//!
//! Invariants, proved by property tests: the order of encoded keys is the order
//! of the values; no encoded value is the beginning of another of the same
//! type; what is encoded decodes to the same value. Of floats, `-0.0` and `0.0`
//! are one key, and so are all NaNs, which come after infinity.

pub(crate) mod dynamic;
#[cfg(test)]
mod tests;
mod typed;

pub use typed::{KeyFor, KeyValue, TableKey};

use smallvec::SmallVec;

use super::error::DecodeError;

/// The bytes of a key. Up to 64 stand where they are; more are allocated.
pub(crate) type KeyBytes = SmallVec<[u8; 64]>;

/// Receives the parts of a key, the most significant first.
#[derive(Debug, Default, Clone)]
pub struct KeyWriter(KeyBytes);

impl KeyWriter {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> KeyBytes {
        self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes what was written away, so that the buffer can be used again.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Writes a part of fixed width as it is.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Marks that the next part of a nullable field is there.
    pub(crate) fn present(&mut self) {
        self.0.push(PRESENT);
    }

    /// Writes the null of a nullable field.
    pub(crate) fn null(&mut self) {
        self.0.push(NULL);
    }

    /// Writes bytes so that they end themselves: NUL is escaped, two NULs end.
    pub(crate) fn terminated(&mut self, bytes: &[u8]) {
        self.escaped(bytes);
        self.raw(&TERMINATOR);
    }

    /// Writes the bytes that all longer values with this beginning begin with.
    pub(crate) fn escaped(&mut self, bytes: &[u8]) {
        let mut pieces = bytes.split(|byte| *byte == NUL);
        self.raw(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.raw(&[NUL, ESCAPED]);
            self.raw(piece);
        }
    }
}

/// The parts of a key that have not been read yet.
#[derive(Debug, Clone)]
pub struct KeyReader<'a>(&'a [u8]);

impl<'a> KeyReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let found = self.0.len();
        let (part, rest) = self.0.split_at_checked(len).ok_or(DecodeError::Short {
            expected: len,
            found,
        })?;
        self.0 = rest;
        Ok(part)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let found = self.0.len();
        let (part, rest) = self
            .0
            .split_first_chunk()
            .ok_or(DecodeError::Short { expected: N, found })?;
        self.0 = rest;
        Ok(*part)
    }

    /// Reads whether the next part of a nullable field is there.
    pub(crate) fn is_present(&mut self) -> Result<bool, DecodeError> {
        match self.array()? {
            [NULL] => Ok(false),
            [PRESENT] => Ok(true),
            [other] => Err(DecodeError::Value {
                expected: "0 for null or 1".to_owned(),
                found: other.to_string(),
            }),
        }
    }

    /// Reads what [`KeyWriter::terminated`] wrote.
    pub(crate) fn terminated(&mut self) -> Result<Vec<u8>, DecodeError> {
        let mut value = Vec::new();
        loop {
            let end = self.0.iter().position(|byte| *byte == NUL);
            value.extend_from_slice(self.take(end.unwrap_or(self.0.len()))?);
            match self.array()? {
                TERMINATOR => return Ok(value),
                [NUL, ESCAPED] => value.push(NUL),
                [_, other] => return Err(stray_escape(other)),
            }
        }
    }

    /// Passes over what [`KeyWriter::terminated`] wrote.
    pub(crate) fn skip_terminated(&mut self) -> Result<(), DecodeError> {
        loop {
            let end = self.0.iter().position(|byte| *byte == NUL);
            self.take(end.unwrap_or(self.0.len()))?;
            match self.array()? {
                TERMINATOR => return Ok(()),
                [NUL, ESCAPED] => {}
                [_, other] => return Err(stray_escape(other)),
            }
        }
    }

    /// Checks that the key ends here.
    pub(crate) fn finish(&self) -> Result<(), DecodeError> {
        match self.0.len() {
            0 => Ok(()),
            found => Err(DecodeError::Trailing { found }),
        }
    }
}

const NUL: u8 = 0;
const ESCAPED: u8 = 0xff;
const TERMINATOR: [u8; 2] = [NUL, NUL];
/// The form of a null.
pub(crate) const NULL: u8 = 0;
const PRESENT: u8 = 1;

fn stray_escape(found: u8) -> DecodeError {
    DecodeError::Value {
        expected: "0x00 or 0xff after NUL".to_owned(),
        found: format!("{found:#04x}"),
    }
}

/// The number whose unsigned order is the total order of floats: negative
/// numbers have all bits flipped, others the sign alone.
pub(crate) fn f64_order(value: f64) -> u64 {
    let bits = match value {
        v if v.is_nan() => f64::NAN.to_bits() & !SIGN_64,
        0.0 => 0,
        v => v.to_bits(),
    };
    if bits & SIGN_64 == 0 {
        bits | SIGN_64
    } else {
        !bits
    }
}

pub(crate) fn f64_from_order(order: u64) -> f64 {
    f64::from_bits(if order & SIGN_64 == 0 {
        !order
    } else {
        order & !SIGN_64
    })
}

pub(crate) fn f32_order(value: f32) -> u32 {
    let bits = match value {
        v if v.is_nan() => f32::NAN.to_bits() & !SIGN_32,
        0.0 => 0,
        v => v.to_bits(),
    };
    if bits & SIGN_32 == 0 {
        bits | SIGN_32
    } else {
        !bits
    }
}

pub(crate) fn f32_from_order(order: u32) -> f32 {
    f32::from_bits(if order & SIGN_32 == 0 {
        !order
    } else {
        order & !SIGN_32
    })
}

const SIGN_64: u64 = 1 << 63;
const SIGN_32: u32 = 1 << 31;

/// The smallest key that is greater than all keys that begin with `prefix`;
/// none when there is no such key.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<KeyBytes> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut successor = KeyBytes::from_slice(&prefix[..=last]);
    successor[last] += 1;
    Some(successor)
}
