//! What the build script of a module calls.
//!
//! ```text
//! // build.rs
//! fn main() {
//!     sdk_build::module();
//! }
//! ```
//!
//! [`module`] reads the source and the folders of the crate, refuses what a
//! start would refuse, and writes one file for `sdk::include_module!`. All of
//! that is [`check`], which prints nothing and works on any folder; here is
//! only what makes it a build script: the environment, cargo's lines, the exit.

mod check;
mod script;

pub use check::{Checked, Imports, check};
#[doc(hidden)]
pub use script::built_in;
pub use script::module;
pub use sdk_codegen::{FileFault, FileFaults};
