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
mod call;
mod cargo_manifest;
mod chain;
mod changes;
mod check;
mod completion;
mod expand;
mod export;
mod failure;
mod field_spec;
mod host;
mod names;
mod new;
mod profile;
mod profiles;
mod project;
mod reading;
mod report;
mod rust_source;
mod schema;
mod server;
mod squash;
mod template;

use std::{
    env,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::Parser;
use sdk_client::completion::COMMAND;

use arguments::{Arguments, Command, ServerArguments};
use call::Unfinished;
use failure::Failure;
use project::Project;
use report::Report;

fn main() -> ExitCode {
    let mut words = env::args_os();
    if words.nth(1).is_some_and(|word| word == COMMAND) {
        return end(Ok(completion::complete(words)));
    }
    let arguments = Arguments::parse();
    let folder = match env::current_dir() {
        Ok(folder) => folder,
        Err(error) => {
            let message = format!("the current folder cannot be read: {error}");
            return end(Err(Failure::new(message)));
        }
    };
    match arguments.command {
        Command::Call(call) => end_call(call::run(call, arguments.server)),
        command => end(run(command, arguments.server, &folder)),
    }
}

/// Shows what came of a command.
fn end(result: Result<Report, Failure>) -> ExitCode {
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

/// Shows why a call did not end well; its replies have been shown as they came.
fn end_call(result: Result<(), Unfinished>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Unfinished::Understood(error)) => error.exit(),
        Err(Unfinished::Prepared(failure)) => end(Err(failure)),
        Err(Unfinished::Called(error)) => {
            let _ = write!(io::stderr(), "{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Carries a command out in `folder`.
fn run(command: Command, server: ServerArguments, folder: &Path) -> Result<Report, Failure> {
    match command {
        Command::New(what) => new::run(what, folder),
        Command::Check(wanted) => check::run(&Project::find(folder)?, &wanted),
        Command::Chain(chain) => chain::run(&chain, &Project::find(folder)?),
        Command::Squash(squash) => squash::run(&squash, &Project::find(folder)?),
        Command::Schema { json } => schema::run(&Project::find(folder)?, json),
        Command::Expand { module } => expand::run(&Project::find(folder)?, &module),
        Command::Profile(what) => profile::run(what),
        Command::Export(what) => export::run(what, server, folder),
        Command::Completion { shell } => Ok(completion::run(shell)),
        Command::Call(_) => Ok(Report::default()),
    }
}
