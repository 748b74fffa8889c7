//! What a field can hold.
//!
//! In files a type is a word, `"i64"`, or an object for the two that need
//! more: `{ "vec": "string" }`, `{ "enum": ["draft", "live"] }`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Name;

/// The type of a field, without its nullability.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// `true` or `false`.
    Bool,
    /// A signed integer of 8 bits.
    I8,
    /// A signed integer of 16 bits.
    I16,
    /// A signed integer of 32 bits.
    I32,
    /// A signed integer of 64 bits.
    I64,
    /// A signed integer of 128 bits.
    I128,
    /// An unsigned integer of 8 bits.
    U8,
    /// An unsigned integer of 16 bits.
    U16,
    /// An unsigned integer of 32 bits.
    U32,
    /// An unsigned integer of 64 bits.
    U64,
    /// An unsigned integer of 128 bits.
    U128,
    /// An IEEE 754 number of 32 bits.
    F32,
    /// An IEEE 754 number of 64 bits.
    F64,
    /// UTF-8 text.
    String,
    /// Bytes; in JSON standard base64.
    Bytes,
    /// A UUID, made as version 7.
    Id,
    /// A UTC instant in microseconds; in JSON RFC 3339.
    Timestamp,
    /// A day of the proleptic Gregorian calendar; in JSON `YYYY-MM-DD`.
    Date,
    /// A JSON document.
    Json,
    /// One of a list of names, in the order of their declaration.
    Enum(Vec<Name>),
    /// A list of values of one type.
    Vec(Box<FieldType>),
}

/// What becomes of the values of a field whose type changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// The type stays.
    Same,
    /// Every value is one of the new type.
    Wider,
    /// A value may be one of the new type: each is checked before the change.
    Checked,
    /// No value is one of the new type: a step has to make new ones.
    None,
}

/// The types that are one word, with that word.
const WORDS: [(&str, FieldType); 19] = [
    ("bool", FieldType::Bool),
    ("i8", FieldType::I8),
    ("i16", FieldType::I16),
    ("i32", FieldType::I32),
    ("i64", FieldType::I64),
    ("i128", FieldType::I128),
    ("u8", FieldType::U8),
    ("u16", FieldType::U16),
    ("u32", FieldType::U32),
    ("u64", FieldType::U64),
    ("u128", FieldType::U128),
    ("f32", FieldType::F32),
    ("f64", FieldType::F64),
    ("string", FieldType::String),
    ("bytes", FieldType::Bytes),
    ("id", FieldType::Id),
    ("timestamp", FieldType::Timestamp),
    ("date", FieldType::Date),
    ("json", FieldType::Json),
];

impl FieldType {
    /// The type that a word names, if it names one.
    pub fn from_word(word: &str) -> Option<Self> {
        WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, ty)| ty.clone())
    }

    /// The words that [`FieldType::from_word`] accepts, in their usual order.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }

    fn word(&self) -> Option<&'static str> {
        WORDS
            .iter()
            .find(|(_, ty)| ty == self)
            .map(|(word, _)| *word)
    }

    /// Whether a value has an order that the key codec keeps, so that the type
    /// can be a key. JSON documents and lists have none.
    pub fn is_orderable(&self) -> bool {
        !matches!(self, Self::Json | Self::Vec(_))
    }

    /// Whether a field of the type can be indexed: by its value, or, if it is a
    /// list, by each of its elements.
    pub fn is_indexable(&self) -> bool {
        self.element().unwrap_or(self).is_orderable()
    }

    /// What becomes of values when a field of this type gets the type `to`.
    ///
    /// ```
    /// use sdk_schema::{Conversion, FieldType};
    ///
    /// assert_eq!(FieldType::U8.conversion_to(&FieldType::I16), Conversion::Wider);
    /// assert_eq!(FieldType::I16.conversion_to(&FieldType::U8), Conversion::Checked);
    /// assert_eq!(FieldType::I16.conversion_to(&FieldType::String), Conversion::None);
    /// ```
    pub fn conversion_to(&self, to: &Self) -> Conversion {
        if self == to {
            return Conversion::Same;
        }
        match (self, to) {
            (Self::F32, Self::F64) => Conversion::Wider,
            (Self::F64, Self::F32) => Conversion::Checked,
            (Self::Enum(old), Self::Enum(new)) => {
                let new: std::collections::BTreeSet<_> = new.iter().collect();
                let all = old.iter().all(|variant| new.contains(variant));
                if all {
                    Conversion::Wider
                } else {
                    Conversion::Checked
                }
            }
            (Self::Vec(old), Self::Vec(new)) if matches!(**old, Self::Enum(_)) => {
                old.conversion_to(new)
            }
            _ => match (self.integer(), to.integer()) {
                (Some((old_signed, old_bits)), Some((signed, bits))) => {
                    let holds_all = bits > old_bits && (signed || !old_signed);
                    if holds_all {
                        Conversion::Wider
                    } else {
                        Conversion::Checked
                    }
                }
                _ => Conversion::None,
            },
        }
    }

    /// Whether an integer is signed, and its bits.
    fn integer(&self) -> Option<(bool, u32)> {
        Some(match self {
            Self::I8 => (true, 8),
            Self::I16 => (true, 16),
            Self::I32 => (true, 32),
            Self::I64 => (true, 64),
            Self::I128 => (true, 128),
            Self::U8 => (false, 8),
            Self::U16 => (false, 16),
            Self::U32 => (false, 32),
            Self::U64 => (false, 64),
            Self::U128 => (false, 128),
            _ => return None,
        })
    }

    /// Whether it is one of a list of names.
    pub(crate) fn is_enum(&self) -> bool {
        matches!(self, Self::Enum(_))
    }

    /// The type of the elements, if it is a list.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::Vec(element) => Some(element),
            _ => None,
        }
    }
}

/// Prints the word, `vec of T` or `enum of a, b`, as messages show it.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vec(element) => write!(f, "vec of {element}"),
            Self::Enum(variants) => write!(f, "enum of {}", variants.join(", ")),
            other => f.pad(other.word().unwrap_or_default()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Compound {
    Vec(Box<FieldType>),
    Enum(Vec<Name>),
}

impl Serialize for FieldType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Vec(element) => Compound::Vec(element.clone()).serialize(serializer),
            Self::Enum(variants) => Compound::Enum(variants.clone()).serialize(serializer),
            other => serializer.serialize_str(other.word().unwrap_or_default()),
        }
    }
}

impl<'de> Deserialize<'de> for FieldType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = FieldType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = FieldType::words().collect();
        write!(
            f,
            "a field type: {}, {{\"vec\": TYPE}} or {{\"enum\": [NAME, …]}}",
            words.join(", ")
        )
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<FieldType, E> {
        FieldType::from_word(word).ok_or_else(|| E::invalid_value(de::Unexpected::Str(word), &self))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<FieldType, A::Error> {
        let compound = Compound::deserialize(de::value::MapAccessDeserializer::new(map))?;
        match compound {
            Compound::Vec(element) if matches!(*element, FieldType::Vec(_)) => {
                Err(de::Error::custom("a vec cannot hold vecs: use `json`"))
            }
            Compound::Vec(element) => Ok(FieldType::Vec(element)),
            Compound::Enum(variants) => check_variants(variants).map_err(de::Error::custom),
        }
    }
}

fn check_variants(variants: Vec<Name>) -> Result<FieldType, String> {
    let mut seen = std::collections::BTreeSet::new();
    if variants.is_empty() {
        return Err("an enum needs at least one variant".to_owned());
    }
    match variants.iter().find(|variant| !seen.insert(*variant)) {
        Some(twice) => Err(format!("the enum lists `{twice}` twice")),
        None => Ok(FieldType::Enum(variants)),
    }
}
