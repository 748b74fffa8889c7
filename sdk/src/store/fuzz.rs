//! What a fuzzer calls: the row decoder, the key codec and the cursor, each with
//! bytes that anybody may have made.
//!
//! Each function panics when the code under it does, or when what was decoded
//! does not survive being encoded and decoded again. The tests run them on
//! mutated encodings for a fixed count; `make fuzz` runs them under libFuzzer
//! for as long as one likes.

pub(super) mod samples;
