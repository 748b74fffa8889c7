//! `call`: any method of any service, by what the descriptors say of it.

use std::{
    ffi::OsString,
    io::{self, IsTerminal},
};

use sdk_client::{Call, CallError, Calls, Console, Files};

use super::ending::Ending;
use crate::{
    cli::{CommandError, EXIT_USAGE, Output},
    host::Linked,
    rpc::{Channel, Methods},
};

/// The flags that all commands of a host take.
const RESERVED: [&str; 2] = ["data", "store-key-file"];

/// All methods as commands.
pub(super) fn calls(methods: &Methods) -> Calls {
    Calls::new(methods.pool().clone()).reserve(RESERVED)
}

/// Understands the words after `call`.
///
/// # Errors
/// How the command ends when they ask for help or cannot be understood.
pub(super) fn understand(linked: &Linked, words: &[OsString], json: bool) -> Result<Call, Ending> {
    let methods = linked.methods();
    let pool = methods.map_err(|error| Ending::from(Err(CommandError::failed(error))))?;
    let calls = calls(pool);
    let command = calls
        .command("call")
        .bin_name(format!("{} call", linked.name()));
    let all = [OsString::from("call")].into_iter();
    let matches = command
        .try_get_matches_from(all.chain(words.iter().cloned()))
        .map_err(|error| shown(&error))?;
    let call = calls.parse(&matches, &Files);
    let call = call.map_err(|error| ended(&CallError::from(error)))?;
    let json = json || call.is_json();
    Ok(call.with_json(json))
}

/// Makes the call; replies are shown as they come.
pub(super) async fn make(call: Call, channel: Channel, out: &mut Output<'_>) -> Ending {
    let stopped = async {
        // Without the signal, the call ends by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let draws = io::stderr().is_terminal();
    let mut console = Console::new(out.writer(), io::stderr(), draws);
    match call.run(channel, &mut console, stopped).await {
        Ok(()) => Ending::default(),
        Err(error) => ended(&error),
    }
}

fn ended(error: &CallError) -> Ending {
    Ending {
        exit_code: error.exit_code(),
        complaint: error.to_string().trim_end().to_owned(),
    }
}

/// Help goes to standard output, complaints to standard error.
fn shown(error: &clap::Error) -> Ending {
    // A terminal that is gone cannot be told.
    let _ = error.print();
    Ending {
        exit_code: u8::try_from(error.exit_code()).unwrap_or(EXIT_USAGE),
        ..Ending::default()
    }
}
