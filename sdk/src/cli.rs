//! The command line of a host.
//!
//! A command line is parsed into a [`Command`] and carried out by calls to the
//! [system services](crate::system) of a host: of one in this process when no host
//! runs on the data folder, else of the running one, which is reached through its
//! socket. There is no second way in. What a service answers is data; only this
//! module turns it into text, or, with `--json`, into the documents that
//! `docs/format-cli.md` describes.
//!
//! Exit codes: 0 done, 1 failed, 2 the command line was not understood.

mod data;
mod doctor;
mod document;
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
mod session;
mod token;
mod transfer;

pub(crate) use doctor::{doctor_unlinked, doctor_without_store};
pub use error::{CommandError, EXIT_FAILED, EXIT_USAGE};
pub(crate) use execute::{Input, execute};
pub(crate) use job::when;
pub(crate) use key::{run as run_key, store_options};
pub(crate) use migrate::{
    RELEASE_HINT, plan_on_moment, undo as undo_migrations, write_linked, write_start_step,
    write_started,
};
pub use output::Output;
pub(crate) use parse::command;
pub use parse::{
    CallArgs, Command, CommandLine, DataCommand, JobCommand, KeyCommand, LangCommand, LogFormat,
    MarkAs, MigrateCommand, MigratePolicy, Moment, NewToken, SeedCommand, ServeArgs, TokenArgs,
    TokenCommand, parse, parse_with,
};
pub(crate) use session::Session;
pub(crate) use token::{refused as tokens_refused, run as run_token};
