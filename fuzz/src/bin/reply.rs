//! `sdk_client::fuzz::reply` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: sdk_fuzz::plant("reply", &sdk_client::fuzz::seeds()),
    |bytes: &[u8]| sdk_client::fuzz::reply(bytes)
);
