//! The command line of a host.
//!
//! A command line is parsed into a [`Command`] and carried out on a
//! [`Host`](crate::host::Host): in this process when no host runs on the data
//! folder, else by the running one, which is asked through its socket. Both
//! ways give the same bytes. What a command finds is data; only this module
//! turns it into text, or, with `--json`, into the documents that
//! `docs/format-cli.md` describes.
//!
//! Exit codes: 0 done, 1 failed, 2 the command line was not understood.

mod data;
mod doctor;
mod error;
mod execute;

mod job;
mod key;
mod lang;
mod migrate;
mod output;
mod parse;
mod schema;
mod seed;
mod transfer;

pub(crate) use data::row_counts;
pub(crate) use doctor::{Verdict, doctor_unlinked, doctor_without_store};
pub use error::{CommandError, EXIT_FAILED, EXIT_USAGE};
pub(crate) use execute::execute;
pub(crate) use job::next_run;
pub(crate) use key::{run as run_key, store_options};
pub(crate) use lang::show as show_translations;
pub(crate) use migrate::{
    compatible as write_compatible, run_on_moment as run_migrate_on_moment,
    undo as undo_migrations, write_linked, write_start_step, write_started,
};
pub use output::Output;
pub use parse::{
    Command, CommandLine, DataCommand, JobCommand, KeyCommand, LangCommand, MarkAs, MigrateCommand,
    MigratePolicy, SeedCommand, ServeArgs, parse,
};
pub(crate) use schema::{write_schema, write_version};
