//! Values that look like something, by type and by `#[fake]`.
//!
//! Times are counted back from a fixed instant rather than from now, so that
//! the same call gives the same rows next year.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use fake::{
    Fake as _,
    faker::{address, company, internet, job, lorem, name, phone_number},
    locales::EN,
};
use rand::{RngExt, rngs::ChaCha8Rng};
use sdk_schema::{Fake, FakeKind, Field, FieldType, TableName, Timestamp, Value};
use uuid::{Builder, Uuid};

/// The microsecond from which times are counted: the start of 2026 in UTC.
const EPOCH_MICROS: i64 = 1_767_225_600_000_000;
const YEAR_SECONDS: i64 = 365 * 24 * 3600;
const SECOND_MICROS: i64 = 1_000_000;

/// What `#[fake]` says of the fields of all linked tables.
#[derive(Debug, Clone, Default)]
pub struct Fakes(HashMap<&'static str, &'static [(&'static str, Fake)]>);

impl Fakes {
    /// Adds the hints of a table, given by its full name.
    pub fn add(&mut self, table: &'static str, hints: &'static [(&'static str, Fake)]) {
        self.0.insert(table, hints);
    }

    /// The hints of a table by field.
    pub(super) fn of(&self, table: &TableName) -> &'static [(&'static str, Fake)] {
        self.0
            .get(table.to_string().as_str())
            .copied()
            .unwrap_or_default()
    }
}

/// A value of an open type, as often as not one that was there before.
pub(super) fn value(field: &Field, hint: Option<Fake>, rng: &mut ChaCha8Rng) -> Value {
    of_type(&field.ty, kind(field, hint), range(hint), rng)
}

/// A value of an open type that no other row number gives.
pub(super) fn counted(
    field: &Field,
    hint: Option<Fake>,
    number: u64,
    rng: &mut ChaCha8Rng,
) -> Value {
    let count = i64::try_from(number).unwrap_or(i64::MAX);
    match &field.ty {
        FieldType::String => Value::String(counted_text(&text(kind(field, hint), rng), number + 1)),
        FieldType::Bytes => Value::Bytes((number + 1).to_be_bytes().to_vec()),
        FieldType::Id => Value::Id(id(number, rng)),
        FieldType::Timestamp => timestamp(count),
        FieldType::Date => date(count),
        #[expect(
            clippy::cast_precision_loss,
            reason = "fewer rows than an f32 can count"
        )]
        FieldType::F32 => Value::F32((number + 1) as f32),
        #[expect(
            clippy::cast_precision_loss,
            reason = "fewer rows than an f64 can count"
        )]
        FieldType::F64 => Value::F64((number + 1) as f64),
        ty => integer(ty, i128::from(number) + 1),
    }
}

/// The bounds of a hint that gives some, the smaller first.
pub(super) fn range(hint: Option<Fake>) -> Option<(i64, i64)> {
    match hint {
        Some(Fake::Range { min, max }) => Some((min.min(max), max.max(min))),
        _ => None,
    }
}

/// A whole number as a value of an integer type.
pub(super) fn integer(ty: &FieldType, number: i128) -> Value {
    match ty {
        FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 | FieldType::U128 => {
            Value::Uint(u128::try_from(number).unwrap_or_default())
        }
        _ => Value::Int(number),
    }
}

/// Whether a type holds whole numbers.
pub(super) fn is_integer(ty: &FieldType) -> bool {
    use FieldType as T;
    let signed = matches!(ty, T::I8 | T::I16 | T::I32 | T::I64 | T::I128);
    signed || matches!(ty, T::U8 | T::U16 | T::U32 | T::U64 | T::U128)
}

/// The kind of text for a field: as the hint says, else as its name says.
fn kind(field: &Field, hint: Option<Fake>) -> Option<FakeKind> {
    match hint {
        Some(Fake::Word(kind)) => Some(kind),
        _ => FakeKind::from_word(&field.name),
    }
}

fn of_type(
    ty: &FieldType,
    kind: Option<FakeKind>,
    range: Option<(i64, i64)>,
    rng: &mut ChaCha8Rng,
) -> Value {
    match ty {
        FieldType::Bool => Value::Bool(rng.random()),
        FieldType::String => Value::String(text(kind, rng)),
        FieldType::Bytes => Value::Bytes(rng.random::<[u8; 16]>().to_vec()),
        FieldType::Id => Value::Id(id(rng.random_range(0..1 << 32), rng)),
        FieldType::Timestamp => timestamp(-rng.random_range(0..YEAR_SECONDS)),
        FieldType::Date => date(-rng.random_range(0..365)),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "two decimals do for an f32"
        )]
        FieldType::F32 => Value::F32(hundredths(range, rng) as f32),
        FieldType::F64 => Value::F64(hundredths(range, rng)),
        FieldType::Json => Value::Json(serde_json::json!({ "note": text(None, rng) })),
        FieldType::Enum(variants) => {
            Value::Enum(variants[rng.random_range(0..variants.len())].clone())
        }
        FieldType::Vec(element) => {
            let count = rng.random_range(0..4);
            let kind = kind.or(Some(FakeKind::Word));
            let element = |_| of_type(element, kind, range, rng);
            Value::Vec((0..count).map(element).collect())
        }
        number => {
            let (min, max) = range.unwrap_or((0, 100));
            integer(number, rng.random_range(min..=max).into())
        }
    }
}

/// A number with two decimals.
#[expect(
    clippy::cast_precision_loss,
    reason = "invented numbers need no precision"
)]
fn hundredths(range: Option<(i64, i64)>, rng: &mut ChaCha8Rng) -> f64 {
    let (min, max) = range.unwrap_or((0, 1_000));
    let hundredths = rng.random_range(min.saturating_mul(100)..=max.saturating_mul(100));
    hundredths as f64 / 100.0
}

fn text(kind: Option<FakeKind>, rng: &mut ChaCha8Rng) -> String {
    use FakeKind as K;
    match kind {
        Some(K::Word) => lorem::raw::Word(EN).fake_with_rng(rng),
        Some(K::Sentence) => lorem::raw::Sentence(EN, 4..10).fake_with_rng(rng),
        Some(K::Paragraph) => lorem::raw::Paragraph(EN, 2..5).fake_with_rng(rng),
        Some(K::Title) => capitalised(&words(2..6, rng).join(" ")),
        Some(K::Slug) => words(2..4, rng).join("-"),
        Some(K::Name) => name::raw::Name(EN).fake_with_rng(rng),
        Some(K::FirstName) => name::raw::FirstName(EN).fake_with_rng(rng),
        Some(K::LastName) => name::raw::LastName(EN).fake_with_rng(rng),
        Some(K::Username) => internet::raw::Username(EN).fake_with_rng(rng),
        Some(K::Email) => internet::raw::SafeEmail(EN).fake_with_rng(rng),
        Some(K::Phone) => phone_number::raw::PhoneNumber(EN).fake_with_rng(rng),
        Some(K::Company) => company::raw::CompanyName(EN).fake_with_rng(rng),
        Some(K::Industry) => company::raw::Industry(EN).fake_with_rng(rng),
        Some(K::Job) => job::raw::Title(EN).fake_with_rng(rng),
        Some(K::Street) => {
            let street: String = address::raw::StreetName(EN).fake_with_rng(rng);
            format!("{} {street}", rng.random_range(1..200))
        }
        Some(K::City) => address::raw::CityName(EN).fake_with_rng(rng),
        Some(K::PostalCode) => address::raw::PostCode(EN).fake_with_rng(rng),
        Some(K::Country) => address::raw::CountryName(EN).fake_with_rng(rng),
        Some(K::Url) => format!("https://{}/{}", domain(rng), words(1..3, rng).join("-")),
        Some(K::Domain) => domain(rng),
        Some(K::Color) => format!("#{:06x}", rng.random_range(0..1 << 24)),
        // Kinds to come look like the fields that say nothing.
        Some(_) | None => words(1..4, rng).join(" "),
    }
}

fn words(count: std::ops::Range<usize>, rng: &mut ChaCha8Rng) -> Vec<String> {
    lorem::raw::Words(EN, count).fake_with_rng(rng)
}

/// A domain of those that RFC 2606 keeps for examples.
fn domain(rng: &mut ChaCha8Rng) -> String {
    format!("{}.example.com", words(1..2, rng).join(""))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A text made unique by a number that stands between two signs, so that
/// `a1` with 2 and `a` with 12 do not meet.
fn counted_text(text: &str, number: u64) -> String {
    match text.split_once('@') {
        Some((person, domain)) => format!("{person}.{number}@{domain}"),
        None => format!("{text}-{number}"),
    }
}

/// A UUID of version 7 whose time counts milliseconds from the epoch.
fn id(number: u64, rng: &mut ChaCha8Rng) -> Uuid {
    let millis = EPOCH_MICROS.unsigned_abs() / 1_000 + number;
    Builder::from_unix_timestamp_millis(millis, &rng.random()).into_uuid()
}

fn timestamp(seconds: i64) -> Value {
    let micros = EPOCH_MICROS.saturating_add(seconds.saturating_mul(SECOND_MICROS));
    let instant = Timestamp::from_micros(micros).or(Timestamp::from_micros(EPOCH_MICROS));
    instant.map_or(Value::Null, Value::Timestamp)
}

fn date(days: i64) -> Value {
    let epoch = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    let day = TimeDelta::try_days(days).and_then(|days| epoch.checked_add_signed(days));
    Value::Date(day.unwrap_or(epoch))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn counted_texts_do_not_meet() {
        assert_eq!(counted_text("ada", 12), "ada-12");
        assert_eq!(counted_text("ada@example.org", 12), "ada.12@example.org");
        assert_ne!(counted_text("a1", 2), counted_text("a", 12));
        assert_ne!(counted_text("a1@b", 2), counted_text("a@b", 12));
    }

    #[test]
    fn every_kind_of_text_is_made() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (word, kind) in FakeKind::WORDS {
            assert!(!text(Some(*kind), &mut rng).is_empty(), "{word}");
        }
    }

    #[test]
    fn a_range_whose_ends_are_swapped_is_the_same_range() {
        let hint = Fake::Range { min: 5, max: 1 };
        assert_eq!(range(Some(hint)), Some((1, 5)));
    }
}
