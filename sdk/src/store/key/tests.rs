//! The order, the ends and the way back of encoded keys.

use std::{cmp::Ordering, fmt::Debug};

use proptest::prelude::*;
use sdk_schema::{Field, FieldType, Timestamp, Value};

use super::*;
use crate::store::{Date, Id};

fn encode<V: KeyValue>(value: &V) -> Vec<u8> {
    let mut out = KeyWriter::new();
    value.encode_key(&mut out);
    out.into_bytes().into_vec()
}

/// Checks all that is promised of the keys of two values that compare as `order` says.
fn check<V: KeyValue + Debug>(one: &V, other: &V, order: Ordering) {
    let (first, second) = (encode(one), encode(other));
    assert_eq!(first.cmp(&second), order, "{one:?} {other:?}");
    let is_prefix = first.starts_with(&second) || second.starts_with(&first);
    assert_eq!(is_prefix, order == Ordering::Equal, "{one:?} {other:?}");
    let mut reader = KeyReader::new(&first);
    let back = V::decode_key(&mut reader).unwrap();
    reader.finish().unwrap();
    assert_eq!(encode(&back), first, "{one:?}");
}

fn check_ord<V: KeyValue + Debug + Ord>(one: &V, other: &V) {
    check(one, other, one.cmp(other));
    let mut reader = encode(one);
    reader.push(7);
    let back = V::decode_key(&mut KeyReader::new(&reader)).unwrap();
    assert_eq!(&back, one, "what follows a value does not change it");
}

/// The order of floats: all NaNs are one number after infinity, and so are both zeros one.
fn float_order(one: f64, other: f64) -> Ordering {
    let by_nan = one.is_nan().cmp(&other.is_nan());
    by_nan.then(one.partial_cmp(&other).unwrap_or(Ordering::Equal))
}

/// Texts that are rich in what the codec escapes.
fn a_text() -> impl Strategy<Value = String> {
    prop::string::string_regex("[\u{0}\u{1}ab\u{ff}]{0,6}").expect("a pattern")
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0, 1, 2, 254, 255]), 0..6)
}

type Key = (String, Option<i16>, bool);

proptest! {
    #[test]
    fn integers_sort_as_numbers(one: (i8, i16, i32, i64, i128), other: (i8, i16, i32, i64, i128)) {
        check_ord(&one.0, &other.0);
        check_ord(&one.1, &other.1);
        check_ord(&one.2, &other.2);
        check_ord(&one.3, &other.3);
        check_ord(&one.4, &other.4);
    }

    #[test]
    fn unsigned_integers_sort_as_numbers(one: (u8, u16, u32, u64, u128), other: (u8, u16, u32, u64, u128)) {
        check_ord(&one.0, &other.0);
        check_ord(&one.1, &other.1);
        check_ord(&one.2, &other.2);
        check_ord(&one.3, &other.3);
        check_ord(&one.4, &other.4);
    }

    #[test]
    fn floats_have_a_total_order(one in prop::num::f64::ANY, other in prop::num::f64::ANY) {
        check(&one, &other, float_order(one, other));
        #[expect(clippy::cast_possible_truncation, reason = "any f32 will do")]
        let (one, other) = (one as f32, other as f32);
        check(&one, &other, float_order(one.into(), other.into()));
    }

    #[test]
    fn texts_and_bytes_sort_as_bytes(one in a_text(), other in a_text(), a in bytes(), b in bytes()) {
        check_ord(&one, &other);
        check_ord(&a, &b);
    }

    #[test]
    fn nothing_comes_before_something(one in prop::option::of(a_text()), other in prop::option::of(a_text())) {
        check_ord(&one, &other);
    }

    #[test]
    fn times_days_ids_and_truth_sort(one: (i32, i32, u128, bool), other: (i32, i32, u128, bool)) {
        let time = |micros: i32| Timestamp::from_micros(micros.into()).expect("a time");
        let day = |days: i32| Date::from_epoch_days(days / 1000).expect("a day");
        let id = |number: u128| Id::<()>::from_uuid(uuid::Uuid::from_u128(number));
        check_ord(&time(one.0), &time(other.0));
        check_ord(&day(one.1), &day(other.1));
        check_ord(&id(one.2), &id(other.2));
        check_ord(&one.3, &other.3);
    }

    #[test]
    fn composite_keys_sort_as_tuples(
        one: Key,
        other: Key,
        a in a_text(), b in a_text(),
    ) {
        for (one, other) in [(one.clone(), other), ((a, one.1, one.2), (b, one.1, one.2))] {
            let encode = |key: &Key| {
                let mut out = KeyWriter::new();
                KeyFor::<Key>::encode_for(key, &mut out);
                out.into_bytes()
            };
            assert_eq!(encode(&one).cmp(&encode(&other)), one.cmp(&other));
            let key = encode(&one);
            let back = Key::decode(&mut KeyReader::new(&key));
            assert_eq!(back, Ok(one));
        }
    }

    #[test]
    fn a_prefix_is_before_and_its_successor_after_all_that_begin_so(prefix in a_text(), rest in a_text(), other in a_text()) {
        let mut from = KeyWriter::new();
        from.escaped(prefix.as_bytes());
        let from = from.into_bytes();
        let to = after_prefix(&from);
        let is_between = |text: &String| {
            let key = KeyBytes::from_vec(encode(text));
            from <= key && to.as_ref().is_none_or(|to| key < *to)
        };
        let longer = [prefix.as_str(), &rest].concat();
        prop_assert!(is_between(&longer));
        prop_assert_eq!(is_between(&other), other.starts_with(&prefix));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(key in bytes(), nullable: bool) {
        for ty in FieldType::words().filter_map(FieldType::from_word) {
            let mut field = Field::new("any".parse().expect("a name"), ty);
            field.nullable = nullable;
            // Whether it is an error depends on the bytes.
            if let Ok(value) = dynamic::decode(&field, &mut KeyReader::new(&key)) {
                let mut out = KeyWriter::new();
                dynamic::encode(&field, &value, &mut out).expect("a value that was read");
            }
            let _ = dynamic::skip(&field, &mut KeyReader::new(&key));
        }
    }
}

#[test]
fn zeros_are_one_key_and_so_are_nans() {
    assert_eq!(encode(&0.0_f64), encode(&-0.0_f64));
    assert_eq!(encode(&f64::NAN), encode(&-f64::NAN));
    assert!(encode(&f64::NAN) > encode(&f64::INFINITY));
    assert!(encode(&f64::MIN) > encode(&f64::NEG_INFINITY));
}

#[test]
fn texts_that_concatenate_to_the_same_are_different_keys() {
    let encode = |key: (&str, &str)| {
        let mut out = KeyWriter::new();
        KeyFor::<(String, String)>::encode_for(&key, &mut out);
        out.into_bytes()
    };
    assert_ne!(encode(("a", "bc")), encode(("ab", "c")));
}

#[test]
fn a_dynamic_value_has_the_key_of_the_typed_one() {
    let check = |ty: FieldType, value: Value, typed: Vec<u8>| {
        let mut field = Field::new("any".parse().expect("a name"), ty);
        let mut out = KeyWriter::new();
        dynamic::encode(&field, &value, &mut out).unwrap();
        assert_eq!(out.into_bytes().into_vec(), typed);
        field.nullable = true;
        let mut out = KeyWriter::new();
        dynamic::encode(&field, &value, &mut out).unwrap();
        assert_eq!(out.into_bytes()[1..], typed);
    };
    check(FieldType::I16, Value::Int(-5), encode(&-5_i16));
    check(FieldType::U128, Value::Uint(5), encode(&5_u128));
    check(
        FieldType::String,
        Value::String("a\0".to_owned()),
        encode(&"a\0".to_owned()),
    );
    check(FieldType::Bool, Value::Bool(true), encode(&true));
}
