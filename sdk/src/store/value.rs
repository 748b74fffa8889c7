//! The Rust types that a field can have: [`FieldValue`] and its implementations.

use chrono::NaiveDate;
use sdk_schema::{FieldType, Name, Timestamp};
use uuid::Uuid;

use super::{
    error::DecodeError,
    id::Id,
    key::{KeyReader, KeyWriter},
    row::{FieldWriter, RawField},
};

/// A day of the proleptic Gregorian calendar.
pub type Date = NaiveDate;

/// A JSON document.
pub type Json = serde_json::Value;

/// A Rust type that a field can have.
///
/// Implemented for `bool`, the integers, `f32`, `f64`, `String`, `Vec<u8>`
/// (bytes), [`Id`], [`Timestamp`], [`Date`], [`Json`], `Option` and `Vec` of
/// these, and by `#[derive(TableEnum)]`.
pub trait FieldValue: Sized {
    /// Whether the field may be null.
    const NULLABLE: bool = false;

    /// Whether the type can stand in a `Vec`.
    #[doc(hidden)]
    const ELEMENT: bool = true;

    /// Whether a `Vec` of these is one value, `bytes`.
    #[doc(hidden)]
    const BYTE: bool = false;

    /// The type of the field, without its nullability.
    fn field_type() -> FieldType;

    /// Writes the value into the row.
    fn encode(&self, out: &mut FieldWriter<'_>);

    /// Reads the value from the row.
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError>;

    /// The type of a field of a `Vec` of these.
    #[doc(hidden)]
    fn list_type() -> FieldType {
        const { assert!(Self::ELEMENT, "a `Vec` field holds no options and no lists") };
        FieldType::Vec(Box::new(Self::field_type()))
    }

    /// Writes a `Vec` of these.
    #[doc(hidden)]
    fn encode_list(list: &[Self], out: &mut FieldWriter<'_>) {
        out.list(list, Self::encode);
    }

    /// Reads a `Vec` of these.
    #[doc(hidden)]
    #[inline]
    fn decode_list(field: RawField<'_>) -> Result<Vec<Self>, DecodeError> {
        field.elements()?.map(|item| Self::decode(item?)).collect()
    }
}

/// An enum without data whose variants a field can hold, by their names.
///
/// Derived: `#[derive(TableEnum)]`.
pub trait TableEnum: Copy + 'static {
    /// The names in the order of their declaration.
    const VARIANTS: &'static [&'static str];

    /// The name of this variant.
    fn as_str(self) -> &'static str;

    /// The variant of that name.
    fn from_name(name: &str) -> Option<Self>;
}

impl FieldValue for bool {
    fn field_type() -> FieldType {
        FieldType::Bool
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.fixed([u8::from(*self)]);
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        match field.fixed()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(refuse_bool(other)),
        }
    }
}

macro_rules! numbers {
    ($($ty:ty: $variant:ident;)*) => {$(
        impl FieldValue for $ty {
            fn field_type() -> FieldType {
                FieldType::$variant
            }

            fn encode(&self, out: &mut FieldWriter<'_>) {
                out.fixed(self.to_le_bytes());
            }

            #[inline]
            fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
                field.fixed().map(Self::from_le_bytes)
            }
        }
    )*};
}
numbers! {
    i8: I8; i16: I16; i32: I32; i64: I64; i128: I128;
    u16: U16; u32: U32; u64: U64; u128: U128;
    f32: F32; f64: F64;
}

/// A list of `u8` is `bytes`, not a `vec`.
impl FieldValue for u8 {
    const BYTE: bool = true;

    fn field_type() -> FieldType {
        FieldType::U8
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.fixed([*self]);
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        field.fixed().map(|[byte]| byte)
    }

    fn list_type() -> FieldType {
        FieldType::Bytes
    }

    fn encode_list(list: &[Self], out: &mut FieldWriter<'_>) {
        out.variable(list);
    }

    #[inline]
    fn decode_list(field: RawField<'_>) -> Result<Vec<Self>, DecodeError> {
        field.bytes().map(<[u8]>::to_vec)
    }
}

impl FieldValue for String {
    fn field_type() -> FieldType {
        FieldType::String
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.variable(self.as_bytes());
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        field.text().map(str::to_owned)
    }
}

impl<T> FieldValue for Id<T> {
    fn field_type() -> FieldType {
        FieldType::Id
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.fixed(*self.uuid().as_bytes());
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        field.fixed().map(Uuid::from_bytes).map(Self::from_uuid)
    }
}

impl FieldValue for Timestamp {
    fn field_type() -> FieldType {
        FieldType::Timestamp
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.fixed(self.as_micros().to_le_bytes());
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        i64::decode(field).and_then(timestamp_from_micros)
    }
}

impl FieldValue for NaiveDate {
    fn field_type() -> FieldType {
        FieldType::Date
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.fixed(self.to_epoch_days().to_le_bytes());
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        i32::decode(field).and_then(date_from_days)
    }
}

impl FieldValue for Json {
    fn field_type() -> FieldType {
        FieldType::Json
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        out.variable(self.to_string().as_bytes());
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        serde_json::from_slice(field.bytes()?)
            .map_err(|error| DecodeError::value(&FieldType::Json, &error))
    }
}

impl<V: FieldValue> FieldValue for Option<V> {
    const NULLABLE: bool = true;
    const ELEMENT: bool = false;

    fn field_type() -> FieldType {
        const { assert!(!V::NULLABLE, "an option of an option is no field") };
        V::field_type()
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        match self {
            None => out.null(),
            Some(value) => value.encode(out),
        }
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        (!field.is_null()).then(|| V::decode(field)).transpose()
    }
}

impl<V: FieldValue> FieldValue for Vec<V> {
    const ELEMENT: bool = V::BYTE;

    fn field_type() -> FieldType {
        V::list_type()
    }

    fn encode(&self, out: &mut FieldWriter<'_>) {
        V::encode_list(self, out);
    }

    #[inline]
    fn decode(field: RawField<'_>) -> Result<Self, DecodeError> {
        V::decode_list(field)
    }
}

/// What `#[derive(TableEnum)]` delegates to.
pub mod table_enum {
    use super::{
        DecodeError, FieldType, FieldWriter, KeyReader, KeyWriter, Name, RawField, TableEnum, utf8,
    };

    /// The type of a field of the enum.
    ///
    /// # Panics
    ///
    /// When a variant's name is not a [`Name`]; the derive makes none such.
    pub fn field_type<E: TableEnum>() -> FieldType {
        let name = |text: &&str| Name::new(text).expect("the derive writes names in snake case");
        FieldType::Enum(E::VARIANTS.iter().map(name).collect())
    }

    /// Writes the variant's name into the row.
    pub fn encode<E: TableEnum>(value: &E, out: &mut FieldWriter<'_>) {
        out.variable(value.as_str().as_bytes());
    }

    /// Reads the variant from its name.
    pub fn decode<E: TableEnum>(field: RawField<'_>) -> Result<E, DecodeError> {
        variant(field.text()?)
    }

    /// Writes the variant's name as a part of a key.
    pub fn encode_key<E: TableEnum>(value: &E, out: &mut KeyWriter) {
        out.terminated(value.as_str().as_bytes());
    }

    /// Reads the variant from a part of a key.
    pub fn decode_key<E: TableEnum>(key: &mut KeyReader<'_>) -> Result<E, DecodeError> {
        variant(utf8(&key.terminated()?)?)
    }

    fn variant<E: TableEnum>(name: &str) -> Result<E, DecodeError> {
        E::from_name(name).ok_or_else(|| DecodeError::value(&field_type::<E>(), &name))
    }
}

#[inline]
pub(crate) fn timestamp_from_micros(micros: i64) -> Result<Timestamp, DecodeError> {
    Timestamp::from_micros(micros).ok_or_else(|| refuse_micros(micros))
}

pub(crate) fn date_from_days(days: i32) -> Result<NaiveDate, DecodeError> {
    NaiveDate::from_epoch_days(days).ok_or_else(|| DecodeError::value(&FieldType::Date, &days))
}

#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|error| refuse_text(&error))
}

#[cold]
fn refuse_bool(found: u8) -> DecodeError {
    DecodeError::value(&FieldType::Bool, &found)
}

#[cold]
fn refuse_text(error: &std::str::Utf8Error) -> DecodeError {
    DecodeError::value(&FieldType::String, error)
}

#[cold]
fn refuse_micros(micros: i64) -> DecodeError {
    DecodeError::value(&FieldType::Timestamp, &micros)
}
