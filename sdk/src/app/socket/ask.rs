//! The asking end of the command socket.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
};

use super::{Answer, FILE_NAME, MAX_REQUEST_BYTES};
use crate::{
    app::command::{Ending, Request},
    cli::CommandError,
    store::OpenError,
};

/// Why a running host did not carry out a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// Nobody listens, or not for this user.
    #[error("{path}: {source}")]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The command is larger than a host takes.
    #[error(
        "the command has {found} bytes with its input; a running host takes at most {MAX_REQUEST_BYTES}"
    )]
    TooLarge {
        /// Its size.
        found: usize,
    },
    /// The host went away.
    #[error("the host that runs on this folder went away before it answered")]
    Gone,
    /// The host is of another version.
    #[error("the host that runs on this folder gave an answer that cannot be read: {0}")]
    Answer(serde_json::Error),
}

impl AskError {
    /// What the user reads, `locked` being why there was a host to ask.
    pub(crate) fn explain(self, locked: OpenError) -> CommandError {
        let hint = match &self {
            Self::Unreachable { source, .. } if is_nobody(source) => return locked.into(),
            Self::Unreachable { .. } => {
                return CommandError::failed(locked).hint(format!(
                    "it cannot be asked to do it ({self}): stop it, or give this one another --data"
                ));
            }
            Self::TooLarge { .. } => "stop the host and run this again, or give it in parts",
            Self::Gone => "its log says why; look what was done before you run this again",
            Self::Answer(_) => "use the program that the host was started from",
        };
        CommandError::failed(self).hint(hint)
    }
}

/// Whether nobody listens: what holds the store is no host, or is about to stop.
fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

/// Has the host that runs on `data` carry out a command. Returns what it
/// printed and how it ended.
pub(crate) async fn ask(data: &Path, request: &Request) -> Result<(String, Ending), AskError> {
    let path = data.join(FILE_NAME);
    let stream = UnixStream::connect(&path)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::ConnectionReset => AskError::Gone,
            _ => AskError::Unreachable { path, source },
        })?;
    let mut line = serde_json::to_vec(request).map_err(AskError::Answer)?;
    line.push(b'\n');
    if line.len() as u64 > MAX_REQUEST_BYTES {
        return Err(AskError::TooLarge { found: line.len() });
    }
    let answer = exchange(stream, &line).await.map_err(|_| AskError::Gone)?;
    if answer.is_empty() {
        return Err(AskError::Gone);
    }
    let Answer { out, ending } = serde_json::from_str(&answer).map_err(AskError::Answer)?;
    Ok((out, ending))
}

async fn exchange(stream: UnixStream, line: &[u8]) -> io::Result<String> {
    let (read, mut write) = stream.into_split();
    write.write_all(line).await?;
    let mut answer = String::new();
    BufReader::new(read).read_line(&mut answer).await?;
    Ok(answer)
}
