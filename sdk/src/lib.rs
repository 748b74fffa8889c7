//! Link modules, get an application.

extern crate self as sdk;

pub mod clock;

pub mod app;
pub mod cli;
pub mod jobs;
pub mod lang;
pub mod migrate;
pub mod module;
pub mod seed;
pub mod store;

mod private;

pub use module::Module;
pub use sdk_macros::{Module, Table, TableEnum, job, step};
pub use store::{Table, TableEnum};

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}
