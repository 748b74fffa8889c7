//! Rust source to model to tokens.
//!
//! An ordinary library behind the derives, the build script and the tool, so
//! that all of them read a module in one way and all of it can be tested:
//!
//! * [`model`]: what an author declares, read from syntax, with all faults;
//! * [`source`]: a whole crate, read from its files without a compiler;
//! * [`folder`]: the files beside the source;
//! * [`check`]: whether a start would accept both;
//! * [`generated`]: what a build script writes;
//! * [`mod@derive`]: the expansion of each derive and attribute.

pub mod check;
pub mod derive;
mod faults;
mod file_fault;
#[cfg(test)]
mod fixture;
pub mod folder;
pub mod generated;
pub mod model;
pub mod source;

pub use file_fault::{FileFault, FileFaults};

#[cfg(test)]
mod ui;
