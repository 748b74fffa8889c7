//! `sdk::store::fuzz::key` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sdk::store::fuzz::key(bytes));
