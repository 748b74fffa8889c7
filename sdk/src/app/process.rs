//! From the words of the process to its exit code.

use std::{
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};

use super::{
    App,
    command::{self, Outcome, Request},
    serve,
};
use crate::{
    cli::{self, Command, CommandError, CommandLine, DataCommand, MigrateCommand, Output},
    clock::Clock,
    config::Config,
    host::{Host, Linked},
    store::{OpenError, Store},
};

/// Carries out a command line and prints what comes of it.
pub(super) fn run(app: App, words: Vec<String>) -> u8 {
    let line = match cli::parse(&app.name, &app.about, &app.version, &words) {
        Ok(line) => line,
        Err(error) => {
            // Help goes to standard output, complaints to standard error. A
            // terminal that is gone cannot be told.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(cli::EXIT_USAGE);
        }
    };
    let outcome = tokio::runtime::Runtime::new()
        .map_err(CommandError::from)
        .and_then(|runtime| runtime.block_on(carry_out(app, line, words)))
        .unwrap_or_else(Outcome::from);
    print(&outcome)
}

/// Prints an outcome and returns its exit code; 1 when it cannot be printed.
fn print(outcome: &Outcome) -> u8 {
    let printed = io::stdout().write_all(outcome.out.as_bytes());
    let complained = match outcome.err.as_str() {
        "" => Ok(()),
        err => writeln!(io::stderr(), "{err}"),
    };
    match printed.and(complained) {
        Ok(()) => outcome.exit_code,
        Err(_) => cli::EXIT_FAILED,
    }
}

async fn carry_out(
    app: App,
    line: CommandLine,
    words: Vec<String>,
) -> Result<Outcome, CommandError> {
    let config = Config::from_env(&app.name);
    let data = config.data_dir(line.data);
    let linked = Arc::new(app.link()?);
    match &line.command {
        Command::Version | Command::Schema => about_binary(&linked, &line.command, line.json),
        Command::Serve(args) => serve::serve(linked, &data, &config, args)
            .await
            .map(|()| Outcome::default()),
        command => {
            let input = read_input(command)?;
            on_data(linked, &data, command, Request { words, input }).await
        }
    }
}

/// What needs no store.
fn about_binary(linked: &Linked, command: &Command, json: bool) -> Result<Outcome, CommandError> {
    let mut bytes = Vec::new();
    let mut out = Output::new(&mut bytes, json);
    match command {
        Command::Schema => cli::write_schema(linked, &mut out)?,
        _ => cli::write_version(linked, &mut out)?,
    }
    Ok(Outcome {
        out: String::from_utf8_lossy(&bytes).into_owned(),
        ..Outcome::default()
    })
}

/// What a command reads besides its words: the file of an import. It is read
/// here because a running host has another working folder and standard input.
fn read_input(command: &Command) -> Result<Option<String>, CommandError> {
    let Command::Data(DataCommand::Import { file }) = command else {
        return Ok(None);
    };
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    text.map(Some)
        .map_err(|error| CommandError::failed(anyhow::anyhow!("{}: {error}", file.display())))
}

/// Carries out a command on the store in `data`, or through the host that has it open.
async fn on_data(
    linked: Arc<Linked>,
    data: &Path,
    command: &Command,
    request: Request,
) -> Result<Outcome, CommandError> {
    let clock = Clock::system();
    if !Store::exists(data) {
        return match command {
            // They answer for a store that is still to be made, and write nothing.
            Command::Migrate(MigrateCommand::Status | MigrateCommand::Plan) => {
                let host = Host::on(linked, Store::in_memory(clock.clone())?, clock);
                Ok(command::run_on(&host, &request).await)
            }
            Command::Migrate(MigrateCommand::Apply { .. }) => {
                let host = open(linked, data, clock)?;
                Ok(command::run_on(&host, &request).await)
            }
            _ => Err(nothing_there(&linked, data)),
        };
    }
    match Host::open(Arc::clone(&linked), data, clock) {
        Ok(host) => Ok(command::run_on(&host, &request).await),
        Err(error @ OpenError::Locked { .. }) => ask_running(data, &request, error).await,
        Err(error) => Err(cannot_open(error)),
    }
}

/// Opens a host, or says what to do about the error.
pub(super) fn open(linked: Arc<Linked>, data: &Path, clock: Clock) -> Result<Host, CommandError> {
    Host::open(linked, data, clock).map_err(cannot_open)
}

fn nothing_there(linked: &Linked, data: &Path) -> CommandError {
    let name = linked.name();
    let option = match data {
        data if data == Path::new(crate::config::DEFAULT_DATA) => String::new(),
        data => format!(" --data {}", data.display()),
    };
    CommandError::failed(anyhow::anyhow!("there is no data in {}", data.display())).hint(format!(
        "`{name} serve{option}` or `{name} migrate apply{option}` make it"
    ))
}

fn cannot_open(error: OpenError) -> CommandError {
    let hint = match &error {
        OpenError::Locked { .. } => Some("stop the other host, or give this one another --data"),
        OpenError::Damaged { .. } => Some(
            "nothing was changed; restore the file from a backup, or move it away to start anew",
        ),
        _ => None,
    };
    match hint {
        Some(hint) => CommandError::failed(error).hint(hint),
        None => CommandError::failed(error),
    }
}

#[cfg(unix)]
async fn ask_running(
    data: &Path,
    request: &Request,
    locked: OpenError,
) -> Result<Outcome, CommandError> {
    // Nobody on the socket: the lock is held by something that is no host of ours.
    super::socket::ask(data, request)
        .await
        .map_err(|_| cannot_open(locked))
}

#[cfg(not(unix))]
async fn ask_running(
    _data: &Path,
    _request: &Request,
    locked: OpenError,
) -> Result<Outcome, CommandError> {
    Err(cannot_open(locked))
}
