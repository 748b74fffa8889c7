//! Whether something is under way on a connection, and since when nothing is.
//!
//! Requests alone count. A client that only answers pings, or sends some, is idle.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::sleep;
use tonic::{Status, body::Body};

use super::Limits;

/// What happens on one connection. Cheap to clone.
#[derive(Clone)]
pub(super) struct Activity(Arc<Happened>);

struct Happened {
    began: Instant,
    was_asked: AtomicBool,
    under_way: AtomicUsize,
    /// When nothing was under way any more, in milliseconds since the begin.
    ended_ms: AtomicU64,
}

/// A request that is under way until its answer has been handed over as a whole.
pub(super) struct UnderWay(Activity);

impl Activity {
    pub(super) fn begin() -> Self {
        Self(Arc::new(Happened {
            began: Instant::now(),
            was_asked: AtomicBool::new(false),
            under_way: AtomicUsize::new(0),
            ended_ms: AtomicU64::new(0),
        }))
    }

    /// Counts a request.
    pub(super) fn ask(&self) -> UnderWay {
        self.0.was_asked.store(true, Ordering::Relaxed);
        self.0.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// Whether anything was ever asked.
    pub(super) fn was_asked(&self) -> bool {
        self.0.was_asked.load(Ordering::Relaxed)
    }

    /// Whether something is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.0.under_way.load(Ordering::Relaxed) > 0
    }

    /// Returns when nothing has been under way for so long that the connection shall be
    /// closed.
    pub(super) async fn idle(&self, limits: &Limits) {
        while let Some(wait) = self.left(limits) {
            // What is asked meanwhile may be over by then, and the other limit hold.
            sleep(wait.min(limits.idle)).await;
        }
    }

    /// How long it may at least go on as it is.
    fn left(&self, limits: &Limits) -> Option<Duration> {
        if self.is_under_way() {
            return Some(limits.idle);
        }
        let most = if self.was_asked() {
            limits.idle
        } else {
            limits.head
        };
        let ended = Duration::from_millis(self.0.ended_ms.load(Ordering::Relaxed));
        let quiet = self.0.began.elapsed().saturating_sub(ended);
        most.checked_sub(quiet).filter(|left| !left.is_zero())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let happened = &self.0.0;
        let now = u64::try_from(happened.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        happened.ended_ms.store(now, Ordering::Relaxed);
        happened.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer; with it ends what was under way.
pub(super) struct AnswerBody {
    pub(super) body: Body,
    pub(super) _under_way: UnderWay,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
