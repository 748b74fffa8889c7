//! `call`: calls a method of a running host, which says by reflection what it has.

use std::{
    ffi::OsString,
    io::{self, IsTerminal},
    time::Duration,
};

use clap::CommandFactory;
use sdk_client::{CallError, Calls, Console, Files, Server, completion::Candidate, reflection};

use crate::{
    arguments::{Arguments, Call, ServerArguments},
    failure::Failure,
    server,
};

/// How long somebody waits for a word.
const COMPLETION_LIMIT: Duration = Duration::from_secs(2);

/// A call that did not end well.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// The words were not understood, or ask for help.
    Understood(clap::Error),
    /// It is not known which server is meant.
    Prepared(Failure),
    /// The host cannot be reached, or refused, or failed.
    Called(CallError),
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        Self::Prepared(failure)
    }
}

impl From<CallError> for Unfinished {
    fn from(error: CallError) -> Self {
        Self::Called(error)
    }
}

/// Carries it out; replies are shown as they come.
pub(crate) fn run(call: Call, outer: ServerArguments) -> Result<(), Unfinished> {
    let server = match server::resolve(&call.server.or(outer)) {
        Ok(server) => server,
        // Without a host, there is still something to say.
        Err(_) if asks_for_help(&call.words) => return Err(Unfinished::Understood(help())),
        Err(failure) => return Err(failure.into()),
    };
    let stopped = async {
        // Without the signal, the call ends by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    server::runtime()?.block_on(made(&server, &call.words, stopped))
}

async fn made(
    server: &Server,
    words: &[OsString],
    stopped: impl Future<Output = ()>,
) -> Result<(), Unfinished> {
    let connection = server.connect().await.map_err(CallError::from)?;
    let pool = reflection::pool(connection.clone()).await?;
    let calls = Calls::new(pool);
    let command = calls.command("call").bin_name("sdk-cli call");
    let words = [OsString::from("call")]
        .into_iter()
        .chain(words.iter().cloned());
    let matches = command
        .try_get_matches_from(words)
        .map_err(Unfinished::Understood)?;
    let call = calls.parse(&matches, &Files).map_err(CallError::from)?;
    let draws = io::stderr().is_terminal();
    let mut console = Console::new(io::stdout(), io::stderr(), draws);
    Ok(call.run(connection, &mut console, stopped).await?)
}

/// What the last of the words after `call` may become, as far as the host says it
/// soon enough.
pub(crate) fn complete<S: AsRef<str>>(
    arguments: &ServerArguments,
    words: &[S],
) -> Result<Vec<Candidate>, Unfinished> {
    let mut server = server::resolve(arguments)?;
    server.connect_timeout = COMPLETION_LIMIT;
    let found = server::runtime()?.block_on(async {
        let asked = async {
            let connection = server.connect().await.map_err(CallError::from)?;
            let pool = reflection::pool(connection).await?;
            Ok::<_, CallError>(Calls::new(pool).complete(words))
        };
        tokio::time::timeout(COMPLETION_LIMIT, asked).await
    });
    Ok(found.map_err(CallError::failed)??)
}

fn asks_for_help(words: &[OsString]) -> bool {
    words.iter().all(|word| word == "-h" || word == "--help")
}

/// What can be said of `call` without a host.
fn help() -> clap::Error {
    let words = ["sdk-cli", "help", "call"];
    match Arguments::command().try_get_matches_from(words) {
        Err(error) => error,
        Ok(_) => clap::Error::new(clap::error::ErrorKind::DisplayHelp),
    }
}
