//! Values of fields, and rows of them, without knowing any Rust type.
//!
//! This is what the console, the command line, export, import and seeds use.
//! Their JSON is fixed here, one spelling for each type: [`FieldType`] says
//! which. Integers that do not fit 64 bits are decimal strings, because a JSON
//! number of that size is read as a float by most programs.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{FieldType, Name};

/// A UTC instant in whole microseconds since 1970.
///
/// ```
/// use sdk_schema::Timestamp;
/// let noon: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
/// assert_eq!(noon.to_string(), "2026-11-20T12:00:00.000000Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `micros` microseconds after 1970, if a calendar can show it.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(|_| Self(micros))
    }

    /// Microseconds since 1970; negative before.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// The same instant for `chrono`.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Cuts what is finer than a microsecond.
impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_micros())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(
            &self
                .to_chrono()
                .to_rfc3339_opts(SecondsFormat::Micros, true),
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|instant| instant.with_timezone(&Utc).into())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The value of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, in a nullable field.
    Null,
    /// A `bool`.
    Bool(bool),
    /// Any signed integer.
    Int(i128),
    /// Any unsigned integer.
    Uint(u128),
    /// An `f32`.
    F32(f32),
    /// An `f64`.
    F64(f64),
    /// A `string`.
    String(String),
    /// `bytes`.
    Bytes(Vec<u8>),
    /// An `id`.
    Id(Uuid),
    /// A `timestamp`.
    Timestamp(Timestamp),
    /// A `date`.
    Date(NaiveDate),
    /// A `json` document.
    Json(Json),
    /// The variant of an `enum`.
    Enum(Name),
    /// The elements of a `vec`.
    Vec(Vec<Value>),
}

/// Why something does not fit a field's type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct ValueError {
    /// What the field takes.
    pub expected: String,
    /// What was there, shortened.
    pub found: String,
}

impl ValueError {
    /// Puts the message together; a long `found` is cut.
    pub fn new(expected: impl fmt::Display, found: &Json) -> Self {
        let mut found = found.to_string();
        if let Some((cut, _)) = found.char_indices().nth(60) {
            found.truncate(cut);
            found.push('…');
        }
        Self {
            expected: expected.to_string(),
            found,
        }
    }
}

impl Value {
    /// Reads the JSON spelling of a value of type `ty`. `null` is refused: whether
    /// a field may be null is the field's affair ([`crate::Field::value_from_json`]).
    ///
    /// ```
    /// use sdk_schema::{FieldType, Value};
    /// let value = Value::from_json(&FieldType::U8, &serde_json::json!(7)).unwrap();
    /// assert_eq!(value, Value::Uint(7));
    /// let error = Value::from_json(&FieldType::U8, &serde_json::json!(300)).unwrap_err();
    /// assert_eq!(error.to_string(), "expected u8, found 300");
    /// ```
    pub fn from_json(ty: &FieldType, json: &Json) -> Result<Self, ValueError> {
        if let (FieldType::Vec(element), Json::Array(items)) = (ty, json) {
            let items = items.iter().map(|item| Self::from_json(element, item));
            return Ok(Self::Vec(items.collect::<Result<_, _>>()?));
        }
        scalar_from_json(ty, json).ok_or_else(|| ValueError::new(ty, json))
    }

    /// Reads a value of type `ty` from a word of a command line: JSON strings
    /// lose their quotes there.
    pub fn from_text(ty: &FieldType, text: &str) -> Result<Self, ValueError> {
        let quoted = Json::String(text.to_owned());
        let bare = match ty {
            FieldType::String | FieldType::Bytes | FieldType::Id => None,
            _ => serde_json::from_str(text).ok(),
        };
        bare.and_then(|json| Self::from_json(ty, &json).ok())
            .map_or_else(|| Self::from_json(ty, &quoted), Ok)
    }

    /// The JSON spelling of the value.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => {
                i64::try_from(*value).map_or_else(|_| Json::String(value.to_string()), Json::from)
            }
            Self::Uint(value) => {
                u64::try_from(*value).map_or_else(|_| Json::String(value.to_string()), Json::from)
            }
            Self::F32(value) => float_to_json(f64::from(*value), value),
            Self::F64(value) => float_to_json(*value, value),
            Self::String(value) => Json::String(value.clone()),
            Self::Bytes(value) => Json::String(BASE64_STANDARD.encode(value)),
            Self::Id(value) => Json::String(value.to_string()),
            Self::Timestamp(value) => Json::String(value.to_string()),
            Self::Date(value) => Json::String(value.to_string()),
            Self::Json(value) => value.clone(),
            Self::Enum(value) => Json::String(value.to_string()),
            Self::Vec(items) => items.iter().map(Self::to_json).collect(),
        }
    }
}

/// Shows the value as a table on a terminal does: JSON without the quotes of strings.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_json() {
            Json::Null => Ok(()),
            Json::String(text) => f.pad(&text),
            other => f.pad(&other.to_string()),
        }
    }
}

fn float_to_json(value: f64, exact: &impl fmt::Display) -> Json {
    // The shortest decimal of an f32 is not that of the f64 it widens to.
    let shortest: f64 = exact.to_string().parse().unwrap_or(value);
    serde_json::Number::from_f64(shortest).map_or_else(
        || {
            Json::String(match value {
                v if v.is_nan() => "NaN".to_owned(),
                v if v > 0.0 => "Infinity".to_owned(),
                _ => "-Infinity".to_owned(),
            })
        },
        Json::Number,
    )
}

fn scalar_from_json(ty: &FieldType, json: &Json) -> Option<Value> {
    let text = json.as_str();
    Some(match ty {
        FieldType::Bool => Value::Bool(json.as_bool()?),
        FieldType::I8 => signed(json, i8::MIN.into(), i8::MAX.into())?,
        FieldType::I16 => signed(json, i16::MIN.into(), i16::MAX.into())?,
        FieldType::I32 => signed(json, i32::MIN.into(), i32::MAX.into())?,
        FieldType::I64 => signed(json, i64::MIN.into(), i64::MAX.into())?,
        FieldType::I128 => signed(json, i128::MIN, i128::MAX)?,
        FieldType::U8 => unsigned(json, u8::MAX.into())?,
        FieldType::U16 => unsigned(json, u16::MAX.into())?,
        FieldType::U32 => unsigned(json, u32::MAX.into())?,
        FieldType::U64 => unsigned(json, u64::MAX.into())?,
        FieldType::U128 => unsigned(json, u128::MAX)?,
        #[expect(clippy::cast_possible_truncation, reason = "an f32 holds fewer digits")]
        FieldType::F32 => Value::F32(float(json)? as f32),
        FieldType::F64 => Value::F64(float(json)?),
        FieldType::String => Value::String(text?.to_owned()),
        FieldType::Bytes => Value::Bytes(BASE64_STANDARD.decode(text?).ok()?),
        FieldType::Id => Value::Id(Uuid::parse_str(text?).ok()?),
        FieldType::Timestamp => Value::Timestamp(text?.parse().ok()?),
        FieldType::Date => Value::Date(text?.parse().ok()?),
        FieldType::Json => Value::Json(json.clone()),
        FieldType::Enum(variants) => Value::Enum(
            variants
                .iter()
                .find(|variant| Some(variant.as_str()) == text)?
                .clone(),
        ),
        FieldType::Vec(_) => return None,
    })
}

fn signed(json: &Json, min: i128, max: i128) -> Option<Value> {
    let value = match json {
        Json::String(text) => text.parse().ok()?,
        // A number of JSON may be larger than an i64, and is a u64 then.
        other => other
            .as_i64()
            .map(i128::from)
            .or_else(|| other.as_u64().map(i128::from))?,
    };
    (min..=max).contains(&value).then_some(Value::Int(value))
}

fn unsigned(json: &Json, max: u128) -> Option<Value> {
    let value = match json {
        Json::String(text) => text.parse().ok()?,
        other => u128::from(other.as_u64()?),
    };
    (value <= max).then_some(Value::Uint(value))
}

fn float(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") => {
            text.parse().ok()
        }
        other => other.as_f64(),
    }
}

/// The fields of one row by name, in the order of the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row(Vec<(Name, Value)>);

impl Row {
    /// A row without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a field, if the row has it.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value)
    }

    /// Sets a field and returns what it held.
    pub fn set(&mut self, field: Name, value: Value) -> Option<Value> {
        if let Some((_, held)) = self.0.iter_mut().find(|(name, _)| *name == field) {
            return Some(std::mem::replace(held, value));
        }
        self.0.push((field, value));
        None
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The row as a JSON object in the order of its fields.
    pub fn to_json(&self) -> Json {
        Json::Object(
            self.iter()
                .map(|(name, value)| (name.to_string(), value.to_json()))
                .collect(),
        )
    }
}

impl FromIterator<(Name, Value)> for Row {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A type together with values of it.
    fn typed() -> impl Strategy<Value = (FieldType, Value)> {
        let name = |text: &str| Name::new(text).expect("a name");
        let variants = vec![name("calm"), name("angry")];
        let mood = FieldType::Enum(variants.clone());
        let list = FieldType::Vec(Box::new(FieldType::U16));
        prop_oneof![
            any::<bool>().prop_map(|v| (FieldType::Bool, Value::Bool(v))),
            any::<i8>().prop_map(|v| (FieldType::I8, Value::Int(v.into()))),
            any::<i64>().prop_map(|v| (FieldType::I64, Value::Int(v.into()))),
            any::<i128>().prop_map(|v| (FieldType::I128, Value::Int(v))),
            any::<u64>().prop_map(|v| (FieldType::U64, Value::Uint(v.into()))),
            any::<u128>().prop_map(|v| (FieldType::U128, Value::Uint(v))),
            any::<f32>().prop_map(|v| (FieldType::F32, Value::F32(v))),
            any::<f64>().prop_map(|v| (FieldType::F64, Value::F64(v))),
            any::<String>().prop_map(|v| (FieldType::String, Value::String(v))),
            any::<Vec<u8>>().prop_map(|v| (FieldType::Bytes, Value::Bytes(v))),
            any::<u128>().prop_map(|v| (FieldType::Id, Value::Id(Uuid::from_u128(v)))),
            (-62_135_596_800_000_000_i64..253_402_300_800_000_000).prop_map(|micros| {
                let value = Timestamp::from_micros(micros).expect("a day of the calendar");
                (FieldType::Timestamp, Value::Timestamp(value))
            }),
            (0_i32..3_000_000).prop_map(|days| {
                let date = NaiveDate::from_num_days_from_ce_opt(days).expect("a day");
                (FieldType::Date, Value::Date(date))
            }),
            (0..2_usize).prop_map(move |i| (mood.clone(), Value::Enum(variants[i].clone()))),
            any::<Vec<u16>>().prop_map(move |items| {
                let items = items.into_iter().map(|item| Value::Uint(item.into()));
                (list.clone(), Value::Vec(items.collect()))
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_value_survives_its_json((ty, value) in typed()) {
            prop_assert_eq!(Value::from_json(&ty, &value.to_json()), Ok(value));
        }

        #[test]
        fn a_value_survives_a_command_line((ty, value) in typed()) {
            prop_assert_eq!(Value::from_text(&ty, &value.to_string()), Ok(value));
        }
    }

    #[test]
    fn keeps_floats_that_json_has_no_number_for() {
        for text in ["NaN", "Infinity", "-Infinity"] {
            let value = Value::from_json(&FieldType::F64, &json!(text)).unwrap();
            assert_eq!(value.to_json(), json!(text));
        }
    }

    #[test]
    fn refuses_values_of_another_type_or_beyond_its_range() {
        let refused = [
            (FieldType::Bool, json!(0)),
            (FieldType::I8, json!(128)),
            (FieldType::U8, json!(-1)),
            (FieldType::I64, json!(1.5)),
            (FieldType::String, json!(1)),
            (FieldType::Bytes, json!("?")),
            (FieldType::Id, json!("1")),
            (FieldType::Date, json!("2026-02-30")),
            (FieldType::Timestamp, json!("2026-11-20")),
            (FieldType::I8, Json::Null),
        ];
        for (ty, json) in refused {
            let error = Value::from_json(&ty, &json).unwrap_err();
            assert_eq!(error.to_string(), format!("expected {ty}, found {json}"));
        }
    }
}
