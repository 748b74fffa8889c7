//! Answers that are streams.

use std::future::Future;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

/// How many messages wait for a caller that reads slowly; then the service waits.
const WAITING: usize = 16;

/// The stream of an answer.
pub type Replies<T> = ReceiverStream<Result<T, Status>>;

/// Where a service puts the messages of a stream.
#[derive(Debug)]
pub struct Outlet<T>(mpsc::Sender<Result<T, Status>>);

impl<T: Send + 'static> Outlet<T> {
    /// Sends a message; waits while the caller is slow to read.
    ///
    /// # Errors
    /// Fails when the caller has gone.
    pub async fn send(&self, message: T) -> Result<(), Status> {
        let sent = self.0.send(Ok(message)).await;
        sent.map_err(|_| gone())
    }

    /// Sends a message that may be left out, as one of how far something has come: the
    /// caller gets it unless too many wait already.
    pub fn offer(&self, message: T) {
        let _ = self.0.try_send(Ok(message));
    }

    /// Sends a message from a thread that may block.
    ///
    /// # Errors
    /// Fails when the caller has gone.
    pub fn send_blocking(&self, message: T) -> Result<(), Status> {
        let sent = self.0.blocking_send(Ok(message));
        sent.map_err(|_| gone())
    }
}

fn gone() -> Status {
    Status::cancelled("the caller has gone")
}

/// Answers by a stream, whose messages `body` sends. It runs in a task of its own,
/// and is dropped when the caller has gone.
///
/// ```
/// use sdk::rpc::{Replies, Response, Status, replies};
///
/// # async fn count() -> Result<Response<Replies<u32>>, Status> {
/// Ok(replies(async |out| {
///     for number in 1..=3 {
///         out.send(number).await?;
///     }
///     Ok(())
/// }))
/// # }
/// ```
pub fn replies<T, F, R>(body: F) -> Response<Replies<T>>
where
    T: Send + 'static,
    F: FnOnce(Outlet<T>) -> R,
    R: Future<Output = Result<(), Status>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WAITING);
    let body = body(Outlet(sender.clone()));
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = body => ended,
            () = sender.closed() => return,
        };
        if let Err(status) = ended {
            // A caller that has gone need not be told.
            let _ = sender.send(Err(status)).await;
        }
    });
    Response::new(ReceiverStream::new(receiver))
}

/// Answers by a stream, whose messages `body` sends from a thread of its own that it
/// may block. It ends with the first message that nobody takes.
pub fn replies_from_thread<T: Send + 'static>(
    body: impl FnOnce(&Outlet<T>) -> Result<(), Status> + Send + 'static,
) -> Response<Replies<T>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        if let Err(status) = body(&Outlet(sender.clone())) {
            let _ = sender.blocking_send(Err(status));
        }
    });
    Response::new(ReceiverStream::new(receiver))
}
