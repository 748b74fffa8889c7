//! From the words of the process to its exit code.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};

use anyhow::anyhow;

use super::{
    App,
    command::{self, Ending, Request},
    progress::Progress,
    serve,
    terminal::Terminal,
};
use crate::{
    cli::{
        self, Command, CommandError, CommandLine, DataCommand, LangCommand, MigrateCommand, Output,
        Verdict,
    },
    clock::Clock,
    config::{Config, DEFAULT_DATA, KeySetting},
    host::{Host, Linked},
    migrate::{Event, Moment},
    store::{OpenError, Store},
};

/// Carries out a command line and prints what comes of it.
pub(super) fn run(app: App, words: impl Iterator<Item = OsString>) -> u8 {
    let mut terminal = Terminal::new(io::stdout());
    let ending = match texts(words) {
        Ok(words) => outcome(app, words, &mut terminal),
        Err(error) => Err(error).into(),
    };
    terminal.end(ending)
}

/// The words as text: what is no text can be no table, no key and no value.
fn texts(words: impl Iterator<Item = OsString>) -> Result<Vec<String>, CommandError> {
    let text = |(at, word): (usize, OsString)| {
        word.into_string().map_err(|word| {
            let found = word.display();
            CommandError::usage(format!("argument {at}, `{found}`, is not UTF-8"))
        })
    };
    words.enumerate().map(text).collect()
}

/// Carries out a command line. What it prints goes to `out`; `serve` and help
/// print by themselves.
fn outcome(app: App, words: Vec<String>, out: &mut (dyn Write + Send)) -> Ending {
    let line = match cli::parse(&app.name, &app.about, &app.version, &words) {
        Ok(line) => line,
        Err(error) => {
            // Help goes to standard output, complaints to standard error. A
            // terminal that is gone cannot be told.
            let _ = error.print();
            return Ending {
                exit_code: u8::try_from(error.exit_code()).unwrap_or(cli::EXIT_USAGE),
                ..Ending::default()
            };
        }
    };
    start_log();
    tokio::runtime::Runtime::new()
        .map_err(CommandError::from)
        .and_then(|runtime| runtime.block_on(carry_out(app, line, words, out)))
        .unwrap_or_else(|error| Err(error).into())
}

/// Sends the library's log, and what jobs log, to standard error.
fn start_log() {
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        // They would be reported by a panic where standard error is closed.
        .log_internal_errors(false);
    // A program that embeds a host may have set its own.
    let _ = log.try_init();
}

async fn carry_out(
    app: App,
    line: CommandLine,
    words: Vec<String>,
    out: &mut (dyn Write + Send),
) -> Result<Ending, CommandError> {
    let config = Config::from_env(&app.name);
    let data = config.data_dir(line.data);
    let key = config
        .store_key(line.store_key_file)
        .map_err(CommandError::usage)?;
    let remotes = app.remotes(&config).map_err(CommandError::usage)?;
    let linked = match (app.link(), &line.command) {
        (Ok(linked), _) => Arc::new(linked),
        (Err(error), Command::Doctor) => {
            return Ok(cli::doctor_unlinked(error, &mut Output::new(out, line.json)).into());
        }
        (Err(error), _) => return Err(error.into()),
    };
    match &line.command {
        Command::Version
        | Command::Schema
        | Command::Lang(_)
        | Command::Migrate(MigrateCommand::Compatible { .. }) => {
            Ok(about_binary(&linked, &line.command, &mut Output::new(out, line.json)).into())
        }
        Command::Serve(_) if line.json => Err(CommandError::usage(
            "serve prints no document: leave --json out",
        )),
        Command::Serve(args) => {
            refuse_unusable(&data)?;
            let options = cli::store_options(key)?;
            Ok(
                serve::serve(linked, &data, &options, &config, args, remotes)
                    .await
                    .into(),
            )
        }
        Command::Key(command) => {
            refuse_unusable(&data)?;
            let mut out = Output::new(out, line.json);
            Ok(cli::run_key(command, &data, key, &mut out).into())
        }
        Command::Migrate(MigrateCommand::Undo { yes }) => {
            refuse_unusable(&data)?;
            if !Store::exists(&data) {
                return Err(nothing_there(&linked, &data));
            }
            let options = cli::store_options(key)?;
            let mut out = Output::new(out, line.json);
            Ok(cli::undo_migrations(&data, &options, *yes, &mut out)
                .await
                .into())
        }
        Command::Doctor => Ok(examine(linked, &data, key, words, line.json, out).await),
        command => {
            let input = read_input(command)?;
            let request = Request { words, input };
            on_data(linked, &data, key, command, &request, out).await
        }
    }
}

/// Carries out `doctor`, which has something to say of a store that cannot be opened, too.
async fn examine(
    linked: Arc<Linked>,
    data: &Path,
    key: Option<KeySetting>,
    words: Vec<String>,
    json: bool,
    out: &mut (dyn Write + Send),
) -> Ending {
    let request = Request { words, input: None };
    let is_new = refuse_unusable(data).is_ok() && !Store::exists(data);
    let verdict = if is_new { Verdict::Warn } else { Verdict::Fail };
    let command = Command::Doctor;
    on_data(Arc::clone(&linked), data, key, &command, &request, out)
        .await
        .unwrap_or_else(|error| {
            let mut out = Output::new(out, json);
            cli::doctor_without_store(&linked, verdict, &error, &mut out).into()
        })
}

/// What needs no store.
fn about_binary(
    linked: &Linked,
    command: &Command,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        Command::Schema => cli::write_schema(linked, out),
        Command::Lang(LangCommand::Show { locale, key }) => {
            cli::show_translations(linked, locale.as_deref(), key.as_deref(), out)
        }
        Command::Migrate(MigrateCommand::Compatible { from }) => {
            cli::write_compatible(linked, from, out)
        }
        _ => cli::write_version(linked, out),
    }
}

/// What a command takes besides its words: the content of the file of an
/// import, the full path of that of a snapshot. A running host has another
/// working folder and standard input.
fn read_input(command: &Command) -> Result<Option<String>, CommandError> {
    match command {
        Command::Data(DataCommand::Import { file }) => read_import(file).map(Some),
        Command::Data(DataCommand::Snapshot { file }) => full_path(file).map(Some),
        _ => Ok(None),
    }
}

fn full_path(file: &Path) -> Result<String, CommandError> {
    let refused = |detail: &str| anyhow!("{}: {detail}", file.display());
    let full = std::path::absolute(file).map_err(|error| refused(&error.to_string()))?;
    let text = full.into_os_string().into_string();
    Ok(text.map_err(|_| refused("the path of its folder is not UTF-8"))?)
}

fn read_import(file: &Path) -> Result<String, CommandError> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    text.map_err(|error| CommandError::failed(anyhow!("{}: {error}", file.display())))
}

/// Carries out a command on the store in `data`, or through the host that has it open.
async fn on_data(
    linked: Arc<Linked>,
    data: &Path,
    key: Option<KeySetting>,
    command: &Command,
    request: &Request,
    out: &mut (dyn Write + Send),
) -> Result<Ending, CommandError> {
    refuse_unusable(data)?;
    let options = cli::store_options(key)?;
    let clock = Clock::system();
    let about = Arc::clone(&linked);
    let host = match command {
        // They answer for a store that is still to be made, and write nothing.
        Command::Migrate(MigrateCommand::Status | MigrateCommand::Plan { .. })
            if !Store::exists(data) =>
        {
            Ok(Host::on(linked, Store::in_memory(clock.clone())?, clock))
        }
        Command::Migrate(MigrateCommand::Apply { .. }) => {
            Host::open_with(linked, data, &options, clock)
        }
        _ if !Store::exists(data) => return Err(nothing_there(&linked, data)),
        _ => Host::open_with(linked, data, &options, clock),
    };
    match host {
        Ok(host) => {
            let mut progress = Progress::new();
            let mut watch = |event: Event<'_>| progress.show(&event);
            let ending = command::run_on(&host, request, &mut watch, out).await;
            progress.clear();
            Ok(ending)
        }
        // The running host may be of another version: what this binary would
        // apply, only this binary can say.
        Err(error @ (OpenError::Locked { .. } | OpenError::KeyMissing { .. }))
            if plans(command) =>
        {
            plan_for_running(&about, data, command, request, error, out).await
        }
        // Who may ask the running host needs no key.
        Err(error @ (OpenError::Locked { .. } | OpenError::KeyMissing { .. })) => {
            ask_running(data, request, error, out).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the answer depends on what this binary links.
fn plans(command: &Command) -> bool {
    matches!(
        command,
        Command::Migrate(MigrateCommand::Plan { .. } | MigrateCommand::Status)
    )
}

/// Plans for the store that another process has open, by what that one tells of it.
async fn plan_for_running(
    linked: &Linked,
    data: &Path,
    command: &Command,
    request: &Request,
    locked: OpenError,
    out: &mut (dyn Write + Send),
) -> Result<Ending, CommandError> {
    let words = [linked.name(), "migrate", "ledger", "--json"];
    let question = Request {
        words: words.map(str::to_owned).into(),
        input: None,
    };
    let mut told = Vec::new();
    let ending = ask_running(data, &question, locked, &mut told).await?;
    if ending.exit_code != 0 {
        let complaint = ending.complaint;
        return Err(CommandError::failed(anyhow!(
            "the running host does not tell what it has applied: {complaint}"
        ))
        .hint("its version may be too old for that: stop it, then ask again"));
    }
    let moment: Moment = serde_json::from_slice(&told).map_err(|error| {
        CommandError::failed(anyhow!("what the running host has applied: {error}"))
            .hint("its version may be another one: stop it, then ask again")
    })?;
    let line = cli::parse(linked.name(), "", linked.version(), &request.words)?;
    let Command::Migrate(command) = command else {
        return Ok(Ending::default());
    };
    let mut out = Output::new(out, line.json);
    Ok(cli::run_migrate_on_moment(linked, command, &moment, &mut out).into())
}

/// Fails when the data folder is there but is none, or is closed to this user.
fn refuse_unusable(data: &Path) -> Result<(), CommandError> {
    // The dot asks whether the folder can be entered.
    let error = match std::fs::metadata(data.join(".")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => error,
        _ => return Ok(()),
    };
    let refused = match error.kind() {
        io::ErrorKind::NotADirectory => anyhow!("{} is not a folder", data.display()),
        _ => anyhow!("{}: {error}", data.display()),
    };
    Err(CommandError::failed(refused).hint("--data names the folder of the host's data"))
}

fn nothing_there(linked: &Linked, data: &Path) -> CommandError {
    let name = linked.name();
    let option = match data {
        data if data == Path::new(DEFAULT_DATA) => String::new(),
        data => format!(" --data {}", data.display()),
    };
    CommandError::failed(anyhow!("there is no data in {}", data.display())).hint(format!(
        "`{name} serve{option}` or `{name} migrate apply{option}` make it"
    ))
}

#[cfg(unix)]
async fn ask_running(
    data: &Path,
    request: &Request,
    locked: OpenError,
    out: &mut (dyn Write + Send),
) -> Result<Ending, CommandError> {
    let (text, ending) = super::socket::ask(data, request)
        .await
        .map_err(|error| error.explain(locked))?;
    out.write_all(text.as_bytes())?;
    Ok(ending)
}

#[cfg(not(unix))]
async fn ask_running(
    _data: &Path,
    _request: &Request,
    locked: OpenError,
    _out: &mut (dyn Write + Send),
) -> Result<Ending, CommandError> {
    Err(locked.into())
}

#[cfg(test)]
mod tests;
