//! From files to faults and Rust.
