//! What a fuzzer calls.
