//! The command socket: how a command reaches a host that is already running.
//!
//! The store has one opener. A command that finds it taken connects to
//! `host.sock` in the data folder and calls the services there: gRPC, that is HTTP/2,
//! without a token, because only the owner of the folder may connect. A call that
//! comes while the host starts waits until it is ready; one whose caller has gone is
//! dropped, and with it what it has not committed. What comes is answered by the same
//! [`Edge`] as what comes over the port, but may take as long as it takes.

mod ask;

use std::{
    convert::Infallible,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::Request;
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};
use tonic::body::Body;

use crate::server::{Edge, Peer};

pub(super) use ask::connect;

/// The name of the socket in the data folder.
const FILE_NAME: &str = "host.sock";

/// A folder for its owner alone in which the socket is made.
const NEW_FOLDER_NAME: &str = "host.new";

/// How long the socket waits when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a client may take to read its answer when the host stops.
const READING: Duration = Duration::from_secs(1);

/// Whoever may connect.
const OWNER: Peer = Peer {
    address: None,
    is_owner: true,
};

/// How much of a stream may be on its way before it is read: bulk rows should not wait
/// for each other.
const WINDOW_BYTES: u32 = 1 << 20;

/// The listening end, in the running host. Removes its file when dropped.
pub(crate) struct CommandSocket {
    listener: UnixListener,
    path: PathBuf,
}

/// A socket that answers calls until it is stopped.
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

    /// Answers calls from now on.
    pub(crate) fn serve(self, edge: Edge) -> RunningSocket {
        let (stop, stopped) = watch::channel(false);
        RunningSocket {
            stop,
            task: tokio::spawn(self.follow(edge, stopped)),
        }
    }

    async fn follow(self, edge: Edge, stopped: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        let mut stop = stopped.clone();
        loop {
            tokio::select! {
                () = asked(&mut stop) => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(answer(stream, edge.clone(), stopped.clone()));
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
    /// Accepts nothing any more and returns when the calls under way have
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

/// Answers the calls of one connection.
async fn answer(stream: UnixStream, edge: Edge, mut stopped: watch::Receiver<bool>) {
    // Each call holds one: whoever has nothing under way need not be waited for.
    let under_way = Arc::new(());
    let calls = Arc::clone(&under_way);
    let service = service_fn(move |request: Request<Incoming>| {
        let (edge, call) = (edge.clone(), Arc::clone(&calls));
        async move {
            let response = edge.call(OWNER, request.map(Body::new)).await;
            Ok::<_, Infallible>(response.map(|body| Counted { body, _call: call }))
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = asked(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            // The connection and its service hold one each, too.
            if Arc::strong_count(&under_way) <= 2 {
                // What has been answered is still to be read.
                let _ = timeout(READING, connection).await;
                return;
            }
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the command socket was cut off");
    }
}

/// The body of an answer, and that it is not at its end.
struct Counted {
    body: Body,
    _call: Arc<()>,
}

impl http_body::Body for Counted {
    type Data = bytes::Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::pin::Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
pub(super) mod tests;
