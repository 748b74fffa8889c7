//! Numbers as messages show and count them: decimals that keep their digits.
//!
//! A plural depends on the digits that are shown: English says "1 star" and
//! "1.0 stars". A binary float cannot tell these apart, so a [`Number`] is a
//! decimal. No operation fails or panics; what is beyond 38 digits loses its
//! last ones.

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
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        Some(Self(Repr::Decimal {
            digits: if negative { -digits } else { digits },
            fraction: u32::try_from(fraction.len()).ok()?,
        }))
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
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(integer: $integer) -> Self {
                Self(Repr::Decimal { digits: integer as i128, fraction: 0 })
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

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
