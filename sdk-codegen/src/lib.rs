//! Rust source to model to tokens.
//!
//! An ordinary library behind the derives, the build script and the tool, so
//! that all of them read a module in one way and all of it can be tested:
//!
//! * [`model`]: what an author declares, read from syntax, with all faults;
//! * [`derive`]: the expansion of each derive and attribute.

pub mod derive;
mod faults;
pub mod model;
