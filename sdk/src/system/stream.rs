//! Answers that are streams: what makes them runs in a task of its own, no further
//! ahead of its caller than a few messages, and ends when the caller has gone.

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::rpc::Failure;

/// The messages of an answer.
pub(super) type Messages<T> = ReceiverStream<Result<T, Status>>;

/// How many messages may wait for whoever reads them.
const AHEAD: usize = 32;

/// Takes messages. Cheap to clone.
#[derive(Debug)]
pub(super) struct Sink<T>(mpsc::Sender<Result<T, Status>>);

impl<T> Clone for Sink<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Sink<T> {
    /// Hands a message over, and waits while too many wait to be read.
    pub(super) async fn send(&self, message: T) -> Result<(), Failure> {
        self.0.send(Ok(message)).await.map_err(|_| gone())
    }

    /// The same in a thread that may block.
    pub(super) fn blocking_send(&self, message: T) -> Result<(), Failure> {
        self.0.blocking_send(Ok(message)).map_err(|_| gone())
    }

    /// Hands a message over that may be left out when too many wait.
    pub(super) fn offer(&self, message: T) {
        // Whoever is behind hears the next one.
        let _ = self.0.try_send(Ok(message));
    }
}

/// Nobody will read this.
fn gone() -> Failure {
    Failure::aborted("CALLER_GONE", "the caller has gone")
}

/// The messages that `make` sends, and its failure at the end. It is dropped when the
/// caller goes.
pub(super) fn answer<T, F>(make: impl FnOnce(Sink<T>) -> F) -> Messages<T>
where
    T: Send + 'static,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let work = make(Sink(sender.clone()));
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = work => ended,
            () = sender.closed() => return,
        };
        if let Err(failure) = ended {
            // A caller who has gone meanwhile need not know.
            let _ = sender.send(Err(failure.into())).await;
        }
    });
    ReceiverStream::new(receiver)
}

/// The same of something that blocks its thread. It ends with the first message
/// that nobody takes.
pub(super) fn blocking_answer<T: Send + 'static>(
    make: impl FnOnce(&Sink<T>) -> Result<(), Failure> + Send + 'static,
) -> Messages<T> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        if let Err(failure) = make(&Sink(sender.clone())) {
            let _ = sender.blocking_send(Err(failure.into()));
        }
    });
    ReceiverStream::new(receiver)
}
