//! The command socket: how a command reaches a host that is already running.
//!
//! The store has one opener. A command that finds it taken connects to
//! `host.sock` in the data folder, sends one JSON line with its words and its
//! standard input, and gets one JSON line back with what to print. Only the
//! owner of the folder may connect.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use super::command::{self, Outcome, Request};
use crate::host::Host;

/// The name of the socket in the data folder.
const FILE_NAME: &str = "host.sock";

/// The listening end, in the running host. Removes its file when dropped.
pub(crate) struct CommandSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl CommandSocket {
    /// Listens in `data`. The caller holds the store's lock, so that a socket
    /// left there is a dead host's.
    pub(crate) fn bind(data: &Path) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;

        let path = data.join(FILE_NAME);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers commands until it is dropped; those under way end with it.
    pub(crate) async fn serve(self, host: Arc<Host>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(answer(stream, Arc::clone(&host)));
                    }
                    Err(error) => tracing::warn!(%error, "the command socket cannot accept"),
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
    }
}

impl Drop for CommandSocket {
    fn drop(&mut self) {
        // The next host replaces a socket that is left, so this may fail.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(stream: UnixStream, host: Arc<Host>) {
    if let Err(error) = try_answer(stream, &host).await {
        tracing::warn!(%error, "a command through the socket was cut off");
    }
}

async fn try_answer(stream: UnixStream, host: &Host) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read).read_line(&mut line).await?;
    let request: Request = serde_json::from_str(&line)?;
    let outcome = command::run_on(host, &request).await;
    let mut line = serde_json::to_vec(&outcome)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    write.shutdown().await
}

/// Has the host that runs on `data` carry out a command.
///
/// # Errors
/// Fails when nobody listens there or the host goes away meanwhile.
pub(crate) async fn ask(data: &Path, request: &Request) -> io::Result<Outcome> {
    let (read, mut write) = UnixStream::connect(data.join(FILE_NAME))
        .await?
        .into_split();
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut line = String::new();
    BufReader::new(read).read_line(&mut line).await?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_str(&line)?)
}
