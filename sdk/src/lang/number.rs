//! Numbers as messages show and count them: decimals that keep their digits.
//!
//! A plural depends on the digits that are shown: English says "1 star" and
//! "1.0 stars". A binary float cannot tell these apart, so a [`Number`] is a
//! decimal. No operation fails or panics; what is beyond 38 digits loses its
//! last ones.

use std::fmt;

/// A number for a message, with the digits that shall be shown.
///
/// ```
/// use sdk::lang::Number;
/// assert_eq!(Number::from(1.5), "1.5".parse().unwrap());
/// assert_ne!(Number::from(1), "1.0".parse().unwrap());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(Repr);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Repr {
    /// `digits` divided by ten `fraction` times.
    Decimal { digits: i128, fraction: u32 },
    /// What no such decimal can be: huge, infinite or not a number.
    Float(f64),
}

/// The most digits after the point that a float is given.
const FLOAT_FRACTION: usize = 30;

/// The most digits after the point that a number has, so that a power of ten
/// always fits.
const MOST_FRACTION: usize = 38;

/// Why a text is not a [`Number`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a number: expected digits with at most one point, such as `-12.50`")]
pub struct NumberError {
    /// The refused text.
    pub found: String,
}

impl Number {
    /// A number with its digits: `parse("1.0")` shows as `1.0`.
    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let is_number = !whole.is_empty() && all_digits(whole) && all_digits(fraction);
        if !is_number || fraction.len() > MOST_FRACTION {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        Some(Self(Repr::Decimal {
            digits: if negative { -digits } else { digits },
            fraction: u32::try_from(fraction.len()).ok()?,
        }))
    }

    /// With at most `most` digits after the point, half to even. Zeros at the
    /// end go only if digits were cut.
    pub(super) fn rounded(self, most: u32) -> Self {
        let Repr::Decimal { digits, fraction } = self.0 else {
            return self;
        };
        if fraction <= most {
            return self;
        }
        let unit = 10_i128.pow(fraction - most);
        let (mut digits, rest) = (digits.div_euclid(unit), digits.rem_euclid(unit));
        let half = unit / 2;
        if rest > half || (rest == half && digits % 2 != 0) {
            digits += 1;
        }
        let fraction = most;
        Self(Repr::Decimal { digits, fraction }).without_zeros()
    }

    /// Without zeros at the end of the fraction.
    fn without_zeros(self) -> Self {
        match self.0 {
            Repr::Decimal { digits, fraction } if fraction > 0 && digits % 10 == 0 => {
                let (digits, fraction) = (digits / 10, fraction - 1);
                Self(Repr::Decimal { digits, fraction }).without_zeros()
            }
            _ => self,
        }
    }

    /// A hundred times this number.
    pub(super) fn hundredfold(self) -> Self {
        match self.0 {
            Repr::Decimal { digits, fraction } if fraction >= 2 => {
                let fraction = fraction - 2;
                Self(Repr::Decimal { digits, fraction })
            }
            Repr::Decimal { digits, fraction } => {
                match digits.checked_mul(10_i128.pow(2 - fraction)) {
                    Some(digits) => Self(Repr::Decimal {
                        digits,
                        fraction: 0,
                    }),
                    None => Self(Repr::Float(self.to_float() * 100.0)),
                }
            }
            Repr::Float(float) => Self(Repr::Float(float * 100.0)),
        }
    }

    /// This number less `offset`.
    pub(super) fn less(self, offset: u32) -> Self {
        let Repr::Decimal { digits, fraction } = self.0 else {
            return self;
        };
        let unit = 10_i128.pow(fraction);
        let offset_digits = unit.checked_mul(i128::from(offset));
        match offset_digits.and_then(|offset| digits.checked_sub(offset)) {
            Some(digits) => Self(Repr::Decimal { digits, fraction }),
            None => Self(Repr::Float(self.to_float() - f64::from(offset))),
        }
    }

    /// Whether this number is `exact`, whatever zeros it shows.
    pub(super) fn is(self, exact: u32) -> bool {
        self.without_zeros() == Self::from(exact)
    }

    /// The nearest float.
    fn to_float(self) -> f64 {
        match self.0 {
            Repr::Decimal { .. } => self.to_string().parse().unwrap_or(f64::NAN),
            Repr::Float(float) => float,
        }
    }
}

/// In plain digits, as in no locale: `-1234.50`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Float(float) if float.is_infinite() => {
                f.write_str(if float > 0.0 { "∞" } else { "-∞" })
            }
            Repr::Float(float) => write!(f, "{float}"),
            Repr::Decimal { digits, fraction } => {
                let sign = if digits < 0 { "-" } else { "" };
                let fraction = fraction as usize;
                let text = format!("{:0>width$}", digits.unsigned_abs(), width = fraction + 1);
                let (whole, fraction) = text.split_at(text.len() - fraction);
                let point = if fraction.is_empty() { "" } else { "." };
                write!(f, "{sign}{whole}{point}{fraction}")
            }
        }
    }
}

impl std::str::FromStr for Number {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text).ok_or_else(|| NumberError {
            found: text.to_owned(),
        })
    }
}

/// Lets every integer be a number.
macro_rules! integers {
    ($($integer:ty: $widen:expr),*) => {$(
        impl From<$integer> for Number {
            fn from(integer: $integer) -> Self {
                let widen: fn($integer) -> i128 = $widen;
                Self(Repr::Decimal { digits: widen(integer), fraction: 0 })
            }
        }
    )*};
}

integers!(
    i8: i128::from, i16: i128::from, i32: i128::from, i64: i128::from, isize: |n| n as i128,
    u8: i128::from, u16: i128::from, u32: i128::from, u64: i128::from, usize: |n| n as i128
);

/// The shortest decimal that is this float: `0.1` is one tenth.
impl From<f64> for Number {
    fn from(float: f64) -> Self {
        Self::parse(&float.to_string())
            .or_else(|| Self::parse(&format!("{float:.FLOAT_FRACTION$}")))
            .unwrap_or(Self(Repr::Float(float)))
    }
}

impl From<f32> for Number {
    fn from(float: f32) -> Self {
        Self::parse(&float.to_string()).unwrap_or_else(|| f64::from(float).into())
    }
}
