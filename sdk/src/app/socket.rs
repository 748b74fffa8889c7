//! The command socket: how a command reaches a host that is already running.
//!
//! The store has one opener. A command that finds it taken connects to
//! `host.sock` in the data folder, sends one JSON line with its words and its
//! standard input, and gets one JSON line back with what to print. Only the
//! owner of the folder may connect. A command that comes while the host starts
//! waits until it is ready; one whose asker has gone is dropped, and with it
//! what it has not committed.

mod ask;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use super::command::{self, Ending, Request};
use crate::{cli::CommandError, host::Host};

#[cfg(test)]
use ask::AskError;
pub(super) use ask::ask;

/// The name of the socket in the data folder.
const FILE_NAME: &str = "host.sock";

/// A folder for its owner alone in which the socket is made.
const NEW_FOLDER_NAME: &str = "host.new";

/// The largest request, which is an import: it is held in memory.
const MAX_REQUEST_BYTES: u64 = 256 * 1024 * 1024;

/// How long the socket waits when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a client may take to read its answer when the host stops.
const READING: Duration = Duration::from_secs(1);

/// What a host answers.
#[derive(Serialize, Deserialize)]
struct Answer {
    /// For standard output.
    out: String,
    #[serde(flatten)]
    ending: Ending,
}

/// The listening end, in the running host. Removes its file when dropped.
pub(crate) struct CommandSocket {
    listener: UnixListener,
    path: PathBuf,
}

/// A socket that answers commands until it is stopped.
pub(crate) struct RunningSocket {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl CommandSocket {
    /// Listens in `data`. The caller holds the store's lock, so that a socket
    /// left there is a dead host's.
    pub(crate) fn bind(data: &Path) -> io::Result<Self> {
        let path = data.join(FILE_NAME);
        let folder = data.join(NEW_FOLDER_NAME);
        let bound = bind_private(&folder, &path);
        // Empty by now, unless something failed.
        let _ = fs::remove_dir_all(&folder);
        Ok(Self {
            listener: bound?,
            path,
        })
    }

    /// Answers commands from now on.
    pub(crate) fn serve(self, host: Arc<Host>) -> RunningSocket {
        let (stop, stopped) = watch::channel(false);
        RunningSocket {
            stop,
            task: tokio::spawn(self.follow(host, stopped)),
        }
    }

    async fn follow(self, host: Arc<Host>, stopped: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        let mut stop = stopped.clone();
        loop {
            tokio::select! {
                () = asked(&mut stop) => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(answer(stream, Arc::clone(&host), stopped.clone()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the command socket cannot accept");
                        sleep(PAUSE).await;
                    }
                },
            }
        }
        // Nobody shall begin to wait for an answer from here on.
        drop(self);
        while connections.join_next().await.is_some() {}
    }
}

impl RunningSocket {
    /// Accepts nothing any more and returns when the commands under way have
    /// ended and their answers are read; what is not after `grace` is dropped.
    pub(crate) async fn stop(mut self, grace: Duration) {
        self.stop.send_replace(true);
        let grace = grace.saturating_add(READING);
        if timeout(grace, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for CommandSocket {
    fn drop(&mut self) {
        // The next host replaces a socket that is left, so this may fail.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes the socket where only the owner can reach it and moves it once it has
/// its mode: between bind and chmod anybody could connect.
fn bind_private(folder: &Path, path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    // Left by a host that was killed right here.
    let _ = fs::remove_dir_all(folder);
    fs::DirBuilder::new().mode(0o700).create(folder)?;
    let new = folder.join("s");
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    Ok(listener)
}

/// Returns when the socket shall stop.
async fn asked(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone stops it as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn answer(stream: UnixStream, host: Arc<Host>, stopped: watch::Receiver<bool>) {
    let (read, write) = stream.into_split();
    if let Err(error) = try_answer(BufReader::new(read), write, &host, stopped).await {
        tracing::warn!(%error, "a command through the socket was cut off");
    }
}

async fn try_answer(
    mut read: BufReader<OwnedReadHalf>,
    mut write: OwnedWriteHalf,
    host: &Host,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let line = tokio::select! {
        line = read_request(&mut read) => line?,
        // Whoever has not asked yet need not be waited for.
        () = asked(&mut stopped) => return Ok(()),
    };
    let answer = tokio::select! {
        answer = carry_out(host, &line) => answer,
        () = hung_up(&mut read) => return Ok(()),
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    tokio::select! {
        written = write.write_all(&line) => written?,
        () = overdue(&mut stopped) => return Ok(()),
    }
    write.shutdown().await
}

/// Returns when an answer should have been read: a client that does not read
/// cannot hold up a host that stops.
async fn overdue(stopped: &mut watch::Receiver<bool>) {
    asked(stopped).await;
    sleep(READING).await;
}

async fn read_request(read: &mut BufReader<OwnedReadHalf>) -> io::Result<String> {
    let mut line = String::new();
    read.take(MAX_REQUEST_BYTES).read_line(&mut line).await?;
    if line.ends_with('\n') {
        return Ok(line);
    }
    let error = format!(
        "expected a line of at most {MAX_REQUEST_BYTES} bytes, found {}",
        line.len()
    );
    Err(io::Error::new(io::ErrorKind::InvalidData, error))
}

async fn carry_out(host: &Host, line: &str) -> Answer {
    let request: Request = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => {
            let error = CommandError::usage(format!("the host cannot read the command: {error}"));
            let ending = Err(error).into();
            return Answer {
                out: String::new(),
                ending,
            };
        }
    };
    let mut out = Vec::new();
    let ending = command::run_on(host, &request, &mut |_| {}, &mut out).await;
    Answer {
        out: String::from_utf8_lossy(&out).into_owned(),
        ending,
    }
}

/// Returns when the other end has gone.
async fn hung_up(read: &mut BufReader<OwnedReadHalf>) {
    // It has said all it has to say: whatever else comes is dropped.
    while read.fill_buf().await.is_ok_and(|more| !more.is_empty()) {
        let length = read.buffer().len();
        read.consume(length);
    }
}

#[cfg(test)]
mod tests;
