//! `sdk::store::fuzz::row` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: sdk_fuzz::plant("row", &sdk::store::fuzz::seeds()),
    |bytes: &[u8]| sdk::store::fuzz::row(bytes)
);
