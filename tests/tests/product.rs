//! Whole-product tests, in one program.

#[path = "product/layering.rs"]
mod layering;
