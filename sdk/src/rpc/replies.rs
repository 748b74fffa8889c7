//! Answers that are streams.
//!
//! What a service sends waits in a queue until its caller has room for it. A caller that
//! reads slowly, or never, costs what the queue holds, and the service waits.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use prost::Message;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};
use tokio_stream::Stream;
use tonic::{Response, Status};

/// How many messages wait for a caller that reads slowly; then the service waits.
const WAITING: usize = 16;

/// How many bytes they have together; a message that has more waits alone.
const WAITING_BYTES: u32 = 256 * 1024;

/// A message that waits, and its part of the room for them, which is free again when it
/// is taken.
type Waiting<T> = (Result<T, Status>, Option<OwnedSemaphorePermit>);

/// The stream of an answer.
#[derive(Debug)]
pub struct Replies<T>(mpsc::Receiver<Waiting<T>>);

/// Where a service puts the messages of a stream.
#[derive(Debug)]
pub struct Outlet<T> {
    sender: mpsc::Sender<Waiting<T>>,
    room: Arc<Semaphore>,
}

impl<T: Message + 'static> Outlet<T> {
    /// Sends a message; waits while the caller is slow to read.
    ///
    /// # Errors
    /// Fails when the caller has gone.
    pub async fn send(&self, message: T) -> Result<(), Status> {
        let room = Arc::clone(&self.room).acquire_many_owned(size_of(&message));
        let room = room.await.map_err(|_| gone())?;
        let sent = self.sender.send((Ok(message), Some(room))).await;
        sent.map_err(|_| gone())
    }

    /// Sends a message that may be left out, as one of how far something has come: the
    /// caller gets it unless too many wait already.
    pub fn offer(&self, message: T) {
        let room = Arc::clone(&self.room).try_acquire_many_owned(size_of(&message));
        if let Ok(room) = room {
            let _ = self.sender.try_send((Ok(message), Some(room)));
        }
    }

    /// Sends a message from a thread that may block.
    ///
    /// # Errors
    /// Fails when the caller has gone.
    pub fn send_blocking(&self, message: T) -> Result<(), Status> {
        Handle::current().block_on(self.send(message))
    }
}

/// How much room a message takes.
fn size_of(message: &impl Message) -> u32 {
    let bytes = u32::try_from(message.encoded_len()).unwrap_or(u32::MAX);
    bytes.min(WAITING_BYTES)
}

fn queue<T>() -> (Outlet<T>, Replies<T>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let room = Semaphore::new(usize::try_from(WAITING_BYTES).unwrap_or(usize::MAX));
    let outlet = Outlet {
        sender,
        room: Arc::new(room),
    };
    (outlet, Replies(receiver))
}

impl<T> Stream for Replies<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.poll_recv(cx);
        next.map(|next| next.map(|(message, _room)| message))
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
    T: Message + 'static,
    F: FnOnce(Outlet<T>) -> R,
    R: Future<Output = Result<(), Status>> + Send + 'static,
{
    let (outlet, replies) = queue();
    let sender = outlet.sender.clone();
    let body = body(outlet);
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = body => ended,
            () = sender.closed() => return,
        };
        if let Err(status) = ended {
            // A caller that has gone need not be told.
            let _ = sender.send((Err(status), None)).await;
        }
    });
    Response::new(replies)
}

/// Answers by a stream, whose messages `body` sends from a thread of its own that it
/// may block. It ends with the first message that nobody takes.
pub fn replies_from_thread<T: Message + 'static>(
    body: impl FnOnce(&Outlet<T>) -> Result<(), Status> + Send + 'static,
) -> Response<Replies<T>> {
    let (outlet, replies) = queue();
    tokio::task::spawn_blocking(move || {
        if let Err(status) = body(&outlet) {
            let _ = outlet.sender.blocking_send((Err(status), None));
        }
    });
    Response::new(replies)
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt;

    use super::*;

    /// How many messages of so many bytes are sent before the service waits.
    async fn sent_at_once(bytes: usize) -> usize {
        let (outlet, replies) = queue::<Vec<u8>>();
        let mut sent = 0;
        while tokio::select! {
            biased;
            sent = outlet.send(vec![7; bytes]) => sent.is_ok(),
            () = std::future::ready(()) => false,
        } {
            sent += 1;
        }
        drop(replies);
        assert!(outlet.send(vec![7; bytes]).await.is_err());
        sent
    }

    #[tokio::test]
    async fn what_waits_for_a_slow_caller_is_bounded_in_number_and_in_bytes() {
        assert_eq!(sent_at_once(0).await, WAITING);
        assert_eq!(sent_at_once(100).await, WAITING);
        assert_eq!(sent_at_once(100 * 1024).await, 2);
        assert_eq!(sent_at_once(10 * 1024 * 1024).await, 1);
    }

    #[tokio::test]
    async fn messages_come_in_their_order_and_the_error_last() {
        let answer = replies(async |out| {
            for number in 0..100_u64 {
                out.send(number).await?;
            }
            Err(Status::internal("that was all"))
        });
        let mut all: Vec<_> = answer.into_inner().collect().await;
        assert_eq!(all.pop().unwrap().unwrap_err().message(), "that was all");
        let numbers: Vec<_> = all.into_iter().map(Result::unwrap).collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_thread_that_may_block_waits_for_its_caller() {
        let answer = replies_from_thread(|out| {
            (0..100_u64).try_for_each(|number| out.send_blocking(number))
        });
        assert_eq!(answer.into_inner().collect::<Vec<_>>().await.len(), 100);
    }
}
