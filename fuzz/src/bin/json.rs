//! `sdk_client::fuzz::json` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: sdk_fuzz::plant("json", &sdk_client::fuzz::seeds()),
    |bytes: &[u8]| sdk_client::fuzz::json(bytes)
);
