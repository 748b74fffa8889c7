//! The asking end of the command socket.

use std::{
    io,
    path::{Path, PathBuf},
};

use sdk_client::Server;
use tokio::net::UnixStream;

use super::FILE_NAME;
use crate::{
    cli::CommandError,
    rpc::{CallInfo, Caller, Channel, Remote},
    store::OpenError,
};

/// Why a running host cannot be asked.
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
    /// The path of the socket cannot be written down.
    #[error("{path}: its path is not UTF-8")]
    Path {
        /// The socket.
        path: PathBuf,
    },
}

impl AskError {
    /// What the user reads, `locked` being why there was a host to ask.
    pub(crate) fn explain(self, locked: OpenError) -> CommandError {
        match &self {
            Self::Unreachable { source, .. } if is_nobody(source) => locked.into(),
            _ => CommandError::failed(locked).hint(format!(
                "it cannot be asked to do it ({self}): stop it, or give this one another --data"
            )),
        }
    }
}

/// Whether nobody listens: what holds the store is no host, or is about to stop.
fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

/// A channel to the host that runs on `data`.
pub(crate) async fn connect(data: &Path) -> Result<Channel, AskError> {
    let path = data.join(FILE_NAME);
    // Calls connect by themselves: this says why they could not.
    if let Err(source) = UnixStream::connect(&path).await
        && source.kind() != io::ErrorKind::ConnectionReset
    {
        return Err(AskError::Unreachable { path, source });
    }
    let Some(text) = path.to_str() else {
        return Err(AskError::Path { path });
    };
    let remote = Remote::new(Server::new(format!("unix:{text}")), None);
    Ok(Channel::to(remote, CallInfo::by(Caller::owner())))
}
