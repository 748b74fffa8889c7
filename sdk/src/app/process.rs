//! From the words of the process to its exit code.

use std::{
    collections::HashMap,
    ffi::OsString,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use sdk_client::completion::{COMMAND, script};

use super::{
    App, call, completion, ending::Ending, log, progress::Progress, serve, terminal::Terminal,
};
use crate::{
    cli::{
        self, Command, CommandError, CommandLine, DataCommand, Input, MigrateCommand, Output,
        Session, TokenArgs, TokenCommand,
    },
    clock::Clock,
    config::{Config, DEFAULT_DATA, KeySetting},
    host::{Host, Linked, private_folder},
    migrate::Moment,
    proto::sdk::v1::{ApplyResponse, GetLedgerRequest, Verdict},
    rpc::{Caller, Channel, Remote, Services},
    server::identity::TOKENS,
    store::{OpenError, Store},
    system,
};

/// Carries out a command line and prints what comes of it.
pub(super) fn run(app: App, words: impl Iterator<Item = OsString>) -> u8 {
    let mut terminal = Terminal::new(io::stdout());
    let mut words = words.peekable();
    let program = words.next();
    if words.next_if(|word| word == COMMAND).is_some() {
        let written = terminal.write_all(completion::answer(app, words).as_bytes());
        return terminal.end(written.map_err(CommandError::from).into());
    }
    let ending = match texts(program.into_iter().chain(words)) {
        Ok(words) => outcome(app, &words, &mut terminal),
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
fn outcome(app: App, words: &[String], out: &mut (dyn Write + Send)) -> Ending {
    let parsed = cli::parse_with(&app.name, &app.about, &app.version, &app.defaults, words);
    let line = match parsed {
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
    let config = Config::from_env(&app.name).with_defaults(app.defaults.clone());
    log::start(&config, &line)
        .and_then(|()| Ok(tokio::runtime::Runtime::new()?))
        .and_then(|runtime| runtime.block_on(carry_out(app, &config, line, out)))
        .unwrap_or_else(|error| Err(error).into())
}

async fn carry_out(
    app: App,
    config: &Config,
    line: CommandLine,
    out: &mut (dyn Write + Send),
) -> Result<Ending, CommandError> {
    if let Command::Completion { shell } = line.command {
        out.write_all(script(shell, &app.name).as_bytes())?;
        return Ok(Ending::default());
    }
    let data = config.data_dir(line.data);
    let key = config
        .store_key(line.store_key_file)
        .map_err(CommandError::usage)?;
    let remotes = app.remotes(config).map_err(CommandError::usage)?;
    let linked = match (app.link(), &line.command) {
        (Ok(linked), _) => Arc::new(linked),
        (Err(error), Command::Doctor) => {
            return Ok(cli::doctor_unlinked(&error, &mut Output::new(out, line.json)).into());
        }
        (Err(error), _) => return Err(error.into()),
    };
    let mut printed = Output::new(out, line.json);
    match &line.command {
        Command::Serve(_) if line.json => Err(CommandError::usage(
            "serve prints no document: leave --json out",
        )),
        Command::Serve(args) => {
            refuse_unusable(&data)?;
            let options = cli::store_options(key)?;
            Ok(serve::serve(linked, &data, &options, config, args, remotes)
                .await
                .into())
        }
        Command::Key(command) => {
            refuse_unusable(&data)?;
            Ok(cli::run_key(command, &data, key, &mut printed).into())
        }
        Command::Token(args) => {
            let file = tokens_file(config, args, &data)?;
            change_tokens(args, &file, &linked, &mut printed)
        }
        Command::Migrate(MigrateCommand::Undo { yes }) => {
            refuse_unusable(&data)?;
            if !Store::exists(&data) {
                return Err(nothing_there(&linked, &data));
            }
            let options = cli::store_options(key)?;
            Ok(cli::undo_migrations(&data, &options, *yes, &mut printed)
                .await
                .into())
        }
        command => {
            let json = printed.is_json();
            let input = match command {
                Command::Call(args) => match call::understand(&linked, &args.words, json) {
                    Ok(call) => Input {
                        call: Some(call),
                        ..Input::default()
                    },
                    Err(ending) => return Ok(ending),
                },
                command => open_input(command)?,
            };
            let asking = Asking {
                linked,
                remotes,
                data: &data,
                key,
                command,
            };
            asking.carry_out(input, &mut printed).await
        }
    }
}

fn change_tokens(
    args: &TokenArgs,
    file: &Path,
    linked: &Linked,
    printed: &mut Output<'_>,
) -> Result<Ending, CommandError> {
    let now = Clock::system().now();
    let remarks = cli::run_token(&args.command, file, linked.methods()?, now, printed)?;
    Ok(Ending {
        complaint: remarks.join("\n"),
        ..Ending::default()
    })
}

/// The file of tokens that a host with the same settings reads. That of the data folder
/// can be made before the host has been started.
fn tokens_file(config: &Config, args: &TokenArgs, data: &Path) -> Result<PathBuf, CommandError> {
    if let Some(file) = config.tokens_file(args.tokens.clone()) {
        return Ok(file);
    }
    refuse_unusable(data)?;
    if matches!(args.command, TokenCommand::New(_)) {
        private_folder(data).map_err(|error| refused(data, &error))?;
    }
    Ok(data.join(TOKENS))
}

/// What a command reads or writes besides standard output. A running host has another
/// working folder and standard input.
fn open_input(command: &Command) -> Result<Input, CommandError> {
    let mut input = Input::default();
    match command {
        Command::Data(DataCommand::Import { file }) => {
            input.lines = Some(if file == Path::new("-") {
                Box::new(BufReader::new(io::stdin()))
            } else {
                let opened = std::fs::File::open(file);
                Box::new(BufReader::new(
                    opened.map_err(|error| refused(file, &error))?,
                ))
            });
        }
        Command::Data(DataCommand::Snapshot { file }) => {
            let full = std::path::absolute(file).map_err(|error| refused(file, &error))?;
            if full.to_str().is_none() {
                return Err(refused(file, &"the path of its folder is not UTF-8"));
            }
            input.file = Some(full);
        }
        Command::Data(DataCommand::Put { row, .. }) => {
            input.text = Some(match row.strip_prefix('@') {
                Some(file) => read_text(Path::new(file))?,
                None => row.clone(),
            });
        }
        Command::Migrate(MigrateCommand::Compatible { from }) => {
            let read = read_text(from);
            input.text = Some(read.map_err(|error| error.hint(cli::RELEASE_HINT))?);
        }
        _ => {}
    }
    Ok(input)
}

fn read_text(file: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(file).map_err(|error| refused(file, &error))
}

fn refused(file: &Path, detail: &dyn std::fmt::Display) -> CommandError {
    CommandError::failed(anyhow!("{}: {detail}", file.display()))
}

/// A command that asks a host: one of this process, or the one that runs on the data.
struct Asking<'a> {
    linked: Arc<Linked>,
    remotes: HashMap<String, Remote>,
    data: &'a Path,
    key: Option<KeySetting>,
    command: &'a Command,
}

impl Asking<'_> {
    async fn carry_out(self, input: Input, out: &mut Output<'_>) -> Result<Ending, CommandError> {
        if !matches!(self.command, Command::Doctor) {
            return self.ask(input, out).await;
        }
        // It has something to say of a store that cannot be opened, too.
        let is_new = refuse_unusable(self.data).is_ok() && !Store::exists(self.data);
        let verdict = if is_new { Verdict::Warn } else { Verdict::Fail };
        let linked = Arc::clone(&self.linked);
        let asked = self.ask(input, out).await;
        Ok(asked.unwrap_or_else(|error| {
            cli::doctor_without_store(&linked, verdict, &error, out).into()
        }))
    }

    async fn ask(self, input: Input, out: &mut Output<'_>) -> Result<Ending, CommandError> {
        if self.needs_no_store() {
            let clock = Clock::system();
            let store = Store::in_memory(clock.clone())?;
            let host = Host::on(Arc::clone(&self.linked), store, clock);
            return self.ask_here(host, input, out).await;
        }
        match self.open()? {
            Ok(host) => self.ask_here(host, input, out).await,
            Err(locked) => self.ask_running(locked, input, out).await,
        }
    }

    /// What the binary itself knows, and what may be asked of a store that is still to
    /// be made, which writes nothing.
    fn needs_no_store(&self) -> bool {
        match self.command {
            Command::Version
            | Command::Schema
            | Command::Lang(_)
            | Command::Migrate(MigrateCommand::Compatible { .. }) => true,
            Command::Migrate(MigrateCommand::Status | MigrateCommand::Plan { .. }) => {
                refuse_unusable(self.data).is_ok() && !Store::exists(self.data)
            }
            _ => false,
        }
    }

    /// The host of this process, or why another one must be asked.
    fn open(&self) -> Result<Result<Host, OpenError>, CommandError> {
        refuse_unusable(self.data)?;
        let options = cli::store_options(self.key.clone())?;
        let makes = matches!(self.command, Command::Migrate(MigrateCommand::Apply { .. }));
        if !makes && !Store::exists(self.data) {
            return Err(nothing_there(&self.linked, self.data));
        }
        let linked = Arc::clone(&self.linked);
        match Host::open_with(linked, self.data, &options, Clock::system()) {
            Ok(host) => Ok(Ok(host)),
            // Who may ask the running host needs no key.
            Err(error @ (OpenError::Locked { .. } | OpenError::KeyMissing { .. })) => {
                Ok(Err(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn ask_here(
        self,
        host: Host,
        input: Input,
        out: &mut Output<'_>,
    ) -> Result<Ending, CommandError> {
        let services: Services = system::services(&Arc::new(host), self.remotes)?;
        let channel = services.channel(Caller::owner());
        Ok(ask(&self.linked, channel, self.command, input, out).await)
    }

    async fn ask_running(
        self,
        locked: OpenError,
        input: Input,
        out: &mut Output<'_>,
    ) -> Result<Ending, CommandError> {
        let channel = connect(self.data, locked).await?;
        // The running host may be of another version: what this binary would
        // apply, only this binary can say.
        match self.command {
            Command::Migrate(command @ (MigrateCommand::Plan { .. } | MigrateCommand::Status)) => {
                let moment = moment(&Session::new(&self.linked, channel)).await?;
                Ok(cli::plan_on_moment(&self.linked, command, &moment, out).into())
            }
            command => Ok(ask(&self.linked, channel, command, input, out).await),
        }
    }
}

/// Carries out a command by calls on a channel.
async fn ask(
    linked: &Linked,
    channel: Channel,
    command: &Command,
    input: Input,
    out: &mut Output<'_>,
) -> Ending {
    if let Some(call) = input.call {
        return call::make(call, channel, out).await;
    }
    let session = Session::new(linked, channel);
    let mut progress = Progress::new();
    let mut watch = |run: &ApplyResponse| progress.show(run);
    let ended = cli::execute(&session, command, input, &mut watch, out).await;
    progress.clear();
    ended.into()
}

/// What the running host tells of its store, by which this binary plans.
async fn moment(session: &Session<'_>) -> Result<Moment, CommandError> {
    let told = session.migrations().get_ledger(GetLedgerRequest {}).await;
    let told = told.map_err(|status| {
        let complaint = status.message();
        CommandError::failed(anyhow!(
            "the running host does not tell what it has applied: {complaint}"
        ))
        .hint("its version may be too old for that: stop it, then ask again")
    })?;
    system::told(told.into_inner()).map_err(|error| {
        CommandError::failed(anyhow!("what the running host has applied: {error}"))
            .hint("its version may be another one: stop it, then ask again")
    })
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

/// A channel to the host that has the store open.
#[cfg(unix)]
async fn connect(data: &Path, locked: OpenError) -> Result<Channel, CommandError> {
    let connected = super::socket::connect(data).await;
    connected.map_err(|error| error.explain(locked))
}

#[cfg(not(unix))]
#[expect(clippy::unused_async, reason = "with a socket, it waits for it")]
async fn connect(_data: &Path, locked: OpenError) -> Result<Channel, CommandError> {
    Err(locked.into())
}

#[cfg(test)]
mod tests;
