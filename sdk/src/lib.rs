//! Link modules, get an application.
//!
//! A **module** is a crate that declares tables, migrations, seeds, jobs and
//! translations; all of it is embedded when the crate compiles. A **host**
//! links modules into one binary:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     sdk::App::new("acme").main()
//! }
//! ```
//!
//! When the host starts, everything that its modules declare is merged in
//! global order into one running application: one [`store`], one history of
//! migrations ([`migrate`]), [`seed`]s, one scheduler ([`jobs`]), one catalogue
//! of translations ([`lang`]), one command line ([`cli`]).
//!
//! A module is declared by [`macro@Table`], [`macro@TableEnum`], [`macro@job`],
//! [`macro@step`] and [`macro@Module`], and by [`include_module!`] with the
//! build script `fn main() { sdk_build::module() }`. The smallest one lies in
//! `templates/module`, larger ones in `examples/modules`.
//!
//! The modules of this crate are layers, the lowest first; no import points up.

pub mod clock;
pub mod config;

pub mod store;

pub mod migrate;

pub mod jobs;
pub mod lang;
pub mod seed;

pub mod module;

pub mod host;

pub mod cli;

pub mod app;

pub mod prelude;
mod private;

pub use anyhow::{Error, Result};
pub use app::App;
pub use module::Module;
pub use sdk_macros::{Module, Table, TableEnum, job, step};
/// The vocabulary of the data: names, values, rows, tables, migrations.
pub use sdk_schema as schema;
pub use store::{Table, TableEnum};

/// Includes what the module's build script has written: the embedded folders
/// and one function for each message in `translations/`. Stands at the root of
/// a module's crate.
#[macro_export]
macro_rules! include_module {
    () => {
        include!(concat!(env!("OUT_DIR"), "/sdk_module.rs"));
    };
}

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}
