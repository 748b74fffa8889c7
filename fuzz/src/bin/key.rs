//! `sdk::store::fuzz::key` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: sdk_fuzz::plant("key", &sdk::store::fuzz::seeds()),
    |bytes: &[u8]| sdk::store::fuzz::key(bytes)
);
