//! The tool of module authors and host owners.
//!
//! It writes applications, modules and parts of them, and says what a build
//! or a start would refuse. It compiles nothing: source is read by the parser
//! that the derives use, files are read by the readers of the build script.
//!
//! A command reads, prepares all its changes in memory, and then writes them
//! together or not at all. It gives a [`report::Report`] or a
//! [`failure::Failure`]; only this file prints.

mod arguments;
mod cargo_manifest;
mod chain;
mod changes;
mod check;
mod expand;
mod failure;
mod field_spec;
mod host;
mod names;
mod new;
mod project;
mod reading;
mod report;
mod rust_source;
mod schema;
mod squash;
mod template;

use std::{
    env,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;
use project::Project;
use report::Report;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = env::current_dir()
        .map_err(|error| Failure::new(format!("the current folder cannot be read: {error}")))
        .and_then(|folder| run(arguments.command, &folder));
    // Whoever closed the other end does not want to read it.
    match result {
        Ok(report) => {
            let _ = write!(io::stdout(), "{report}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = write!(io::stdout(), "{}", failure.report);
            let _ = write!(io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Carries a command out in `folder`.
fn run(command: Command, folder: &Path) -> Result<Report, Failure> {
    match command {
        Command::New(what) => new::run(what, folder),
        Command::Check(wanted) => check::run(&Project::find(folder)?, &wanted),
        Command::Chain(chain) => chain::run(&chain, &Project::find(folder)?),
        Command::Squash(squash) => squash::run(&squash, &Project::find(folder)?),
        Command::Schema { json } => schema::run(&Project::find(folder)?, json),
        Command::Expand { module } => expand::run(&Project::find(folder)?, &module),
    }
}
