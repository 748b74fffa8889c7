//! The body of a request, which is counted while it comes.
//!
//! What is held of a request is one message. The decoder makes room for it as soon as it
//! has read how long it is, so that much is taken from the budget then, whether it comes or
//! not; and it hands a message that is whole to the service before it asks for more. A
//! stream of requests therefore never holds more than its longest message and one frame
//! of HTTP, and takes no more than that, however many messages it has. What was taken is given
//! back when the call has ended.
//!
//! The bytes of a message are those that travel. What becomes of them when they are decoded
//! depends on the message, and lives as long as the service keeps it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::{Status, body::Body};

use super::throttle::Turn;
use crate::rpc::MAX_REQUEST_BYTES;

/// The body of a request that counts for its caller.
pub(super) struct RequestBody {
    body: Body,
    turn: Turn,
    framing: Framing,
    /// What has been taken for this body.
    taken_bytes: usize,
}

impl RequestBody {
    /// A body that holds the turn of its call: the call has not ended before it.
    pub(super) fn new(body: Body, turn: Turn) -> Self {
        Self {
            body,
            turn,
            framing: Framing::default(),
            taken_bytes: 0,
        }
    }

    fn count(&mut self, frame: &[u8]) -> Result<(), Status> {
        let message = self.framing.pass(frame);
        if message > MAX_REQUEST_BYTES {
            // The decoder refuses it, and makes no room for it.
            return Ok(());
        }
        let needed = message.saturating_add(frame.len());
        let more = needed.saturating_sub(self.taken_bytes);
        if more > 0 {
            self.turn.hold(more)?;
            self.taken_bytes = needed;
        }
        Ok(())
    }
}

type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &polled
            && let Some(data) = frame.data_ref()
            && let Err(refused) = self.count(data)
        {
            // Nothing more of it is read.
            self.body = Body::empty();
            return Poll::Ready(Some(Err(refused)));
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What stands before each message: whether it is compressed, and its length
/// (`Length-Prefixed-Message` in gRPC's specification of HTTP/2).
const PREFIX_BYTES: usize = 5;

/// Where in a sequence of messages a body stands.
#[derive(Default)]
struct Framing {
    prefix: [u8; PREFIX_BYTES],
    /// How much of the prefix has come.
    prefix_bytes: usize,
    /// The length of the message that is coming.
    message: usize,
    /// How much of it has not come.
    left: usize,
}

impl Framing {
    /// Goes over a frame of HTTP. Gives the length of the longest message that it has a
    /// part of.
    fn pass(&mut self, mut bytes: &[u8]) -> usize {
        let mut longest = if self.left > 0 { self.message } else { 0 };
        while let Some((first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let passed = self.left.min(bytes.len());
                self.left -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            self.prefix[self.prefix_bytes] = *first;
            self.prefix_bytes += 1;
            bytes = rest;
            if self.prefix_bytes == PREFIX_BYTES {
                self.prefix_bytes = 0;
                let [_, length @ ..] = self.prefix;
                self.message = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                self.left = self.message;
                longest = longest.max(self.message);
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(lengths: &[usize]) -> Vec<u8> {
        let message = |length: &usize| {
            let prefix = u32::try_from(*length).unwrap().to_be_bytes();
            [&[0][..], &prefix, &vec![7; *length]].concat()
        };
        lengths.iter().flat_map(message).collect()
    }

    #[test]
    fn the_longest_message_of_a_frame_is_found_wherever_the_frame_ends() {
        let check = |frames: &[&[u8]], expected: &[usize]| {
            let mut framing = Framing::default();
            let found: Vec<_> = frames.iter().map(|frame| framing.pass(frame)).collect();
            assert_eq!(found, expected);
        };
        check(&[&framed(&[3, 9, 0])], &[9]);
        check(&[&[0, 0], &[0, 1, 0], &[7; 255], &[7]], &[0, 256, 256, 256]);
        check(&[&[], &[0, 255, 255, 255, 255]], &[0, 4_294_967_295]);
    }

    proptest! {
        #[test]
        fn frames_may_be_cut_anywhere(
            lengths in prop::collection::vec(0_usize..40, 0..8),
            cut in 1_usize..60,
        ) {
            let body = framed(&lengths);
            let mut framing = Framing::default();
            let found = body.chunks(cut).map(|frame| framing.pass(frame)).max();
            let longest = lengths.iter().copied().max();
            prop_assert_eq!(found.unwrap_or(0), longest.unwrap_or(0));
            prop_assert_eq!((framing.left, framing.prefix_bytes), (0, 0));
        }
    }
}
