//! Which server a command is about: that of `--server`, or that of a profile.

use std::{fs, path::Path};

use sdk_client::Server;
use tokio::runtime::{Builder, Runtime};

use crate::{arguments::ServerArguments, failure::Failure, profiles::Profiles};

/// The server that is meant.
pub(crate) fn resolve(arguments: &ServerArguments) -> Result<Server, Failure> {
    let mut server = match &arguments.server {
        // What a profile knows is not meant for another server.
        Some(url) => Server::new(url),
        None => of_profile(arguments)?,
    };
    if let Some(file) = &arguments.token_file {
        server.token = Some(read_token(file)?);
    }
    if arguments.ca.is_some() || arguments.fingerprint.is_some() {
        server.ca.clone_from(&arguments.ca);
        server.fingerprint = arguments.fingerprint;
    }
    Ok(server)
}

fn of_profile(arguments: &ServerArguments) -> Result<Server, Failure> {
    let profiles = Profiles::of_user()?;
    let named = arguments.profile.as_ref().map(ToString::to_string);
    let name = named.as_deref().or(profiles.current());
    let name = name.ok_or_else(|| Failure {
        hint: Some(
            "sdk-cli --server URL call …, or sdk-cli profile add NAME --server URL".to_owned(),
        ),
        ..Failure::new("no server is named, and no profile is in use")
    })?;
    Ok(profiles.server(name)?)
}

/// The token in a file.
pub(crate) fn read_token(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))?;
    match text.trim() {
        "" => Err(Failure::new(format!("{} has no token", file.display()))),
        token => Ok(token.to_owned()),
    }
}

/// What runs calls; only commands that talk to a server start it.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("the runtime does not start: {error}")))
}
