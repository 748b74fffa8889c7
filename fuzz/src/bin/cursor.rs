//! `sdk::store::fuzz::cursor` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: sdk_fuzz::plant("cursor", &sdk::store::fuzz::seeds()),
    |bytes: &[u8]| sdk::store::fuzz::cursor(bytes)
);
