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
//! # What a module looks like
//!
//! A module is a crate whose build script is `fn main() { sdk_build::module(); }`.
//! Its manifest ([`macro@Module`]) lists what it declares, and
//! [`include_module!`] brings the files beside the source: migrations, seeds,
//! translations, mail templates.
//!
//! ```text
//! // examples/modules/campaign/src/lib.rs
//! sdk::include_module!();
//!
//! /// The module, for a host to link.
//! #[derive(Module)]
//! #[module(
//!     name = "campaign",
//!     requires(geo::Geo),
//!     tables(Organisation, Project, Supporter, Pledge, Tag, ProjectTag),
//!     jobs(digest, expire_pledges),
//!     steps(fill_slugs, count_minor_units),
//!     services(CampaignService)
//! )]
//! pub struct Campaign;
//! ```
//!
//! A table ([`macro@Table`]) is a struct, an enum in it a [`macro@TableEnum`]:
//!
//! ```text
//! // examples/modules/campaign/src/tables.rs
//! /// A person who supports projects.
//! #[derive(Table, Debug, Clone, PartialEq)]
//! pub struct Supporter {
//!     /// Identifies the supporter.
//!     #[key]
//!     pub id: Id<Supporter>,
//!     /// Where mail reaches them.
//!     #[unique]
//!     #[fake(email)]
//!     pub email: String,
//!     /// What they want to be called.
//!     #[fake(name)]
//!     pub name: String,
//!     /// Where they live, if they say so.
//!     #[references(geo::Country, on_delete = "set_null")]
//!     pub country: Option<String>,
//!     /// When they first came.
//!     pub joined: Timestamp,
//!     /// The language they want mail in.
//!     #[references(geo::Language, on_delete = "set_null")]
//!     pub language: Option<String>,
//! }
//! ```
//!
//! A [`macro@job`] is a function on a schedule, a [`macro@step`] one that
//! migrations call:
//!
//! ```text
//! // examples/modules/campaign/src/jobs.rs
//! /// Counts the pledges of the last 24 hours by project and logs them.
//! #[job(
//!     schedule = "0 7 * * MON-FRI",
//!     tz = "Europe/Berlin",
//!     missed = "once",
//!     overlap = "forbid",
//!     timeout = "5m",
//!     retry = 2
//! )]
//! pub(crate) async fn digest(cx: &JobContext) -> Result<()> {
//!     let counts = count_pledges(cx.store(), before(cx.due(), DAY), cx.due()).await?;
//!     let english = cx.lang("en")?;
//!     for (project, pledges) in &counts {
//!         tracing::info!("{}", english.format(&project.headline(*pledges)));
//!     }
//!     tracing::info!(projects = counts.len(), "digest done");
//!     Ok(())
//! }
//! ```
//!
//! The smallest module lies in `templates/module`, larger ones in
//! `examples/modules`.
//!
//! # How this crate is made
//!
//! The modules of this crate are layers, the lowest first; no import points up.

pub mod clock;
pub mod config;

pub mod store;

pub mod migrate;

pub mod lang;

pub mod rpc;

pub mod jobs;
pub mod seed;

pub mod module;

pub mod host;

pub mod system;

pub mod server;

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

// `proto::sdk::v1`: the messages, clients and servers of the system services.
include!(concat!(env!("OUT_DIR"), "/sdk_module.rs"));

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}
