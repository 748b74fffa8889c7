//! `profile`: keeps how servers are reached.

use std::{io, path::Path};

use sdk_client::Server;

use crate::{
    arguments::{NewProfile, Profile},
    failure::Failure,
    profiles::Profiles,
    report::Report,
    server,
};

/// Carries it out.
pub(crate) fn run(what: Profile) -> Result<Report, Failure> {
    let mut profiles = Profiles::of_user()?;
    let done = match what {
        Profile::List => return Ok(list(&profiles)),
        Profile::Add(new) => {
            let server = server_of(&new)?;
            server.check()?;
            profiles.add(&new.name, &server)?;
            format!("added {}", new.name)
        }
        Profile::Use { name } => {
            profiles.use_by_default(&name)?;
            format!("in use: {name}")
        }
        Profile::Remove { name } => {
            profiles.remove(&name)?;
            format!("removed {name}")
        }
    };
    profiles.save()?;
    Ok(Report::text(done))
}

fn server_of(new: &NewProfile) -> Result<Server, Failure> {
    let mut server = Server::new(&new.server);
    server.token = match &new.token_file {
        Some(file) => Some(server::read_token(file)?),
        None if new.token_stdin => Some(typed_token()?),
        None => None,
    };
    // Commands are called from anywhere.
    server.ca = new.ca.as_deref().map(absolute).transpose()?;
    server.fingerprint = new.fingerprint;
    server.plaintext = new.plaintext;
    Ok(server)
}

fn typed_token() -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    read.map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
    match line.trim() {
        "" => Err(Failure::new("standard input has no token")),
        token => Ok(token.to_owned()),
    }
}

fn absolute(file: &Path) -> Result<std::path::PathBuf, Failure> {
    let absolute = std::path::absolute(file);
    absolute.map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

/// A line for each, with a star before the one in use.
fn list(profiles: &Profiles) -> Report {
    let names = profiles.names();
    if names.is_empty() {
        return Report::text("no profiles").hint("sdk-cli profile add NAME --server URL");
    }
    let width = names
        .iter()
        .map(|name| name.len())
        .max()
        .unwrap_or_default();
    let mut report = Report::default();
    for name in &names {
        let star = if profiles.current() == Some(*name) {
            '*'
        } else {
            ' '
        };
        let shown = match profiles.server(name) {
            Ok(server) => described(&server),
            Err(error) => error.to_string(),
        };
        report.line(format!("{star} {name:width$}  {shown}"));
    }
    report
}

fn described(server: &Server) -> String {
    let notes = [
        server.token.as_ref().map(|_| "token".to_owned()),
        server.ca.as_ref().map(|ca| format!("ca {}", ca.display())),
        server.fingerprint.map(|_| "pinned".to_owned()),
        server.plaintext.then(|| "plaintext".to_owned()),
    ];
    let notes: Vec<_> = notes.into_iter().flatten().collect();
    if notes.is_empty() {
        return server.url.clone();
    }
    format!("{}  {}", server.url, notes.join(", "))
}
