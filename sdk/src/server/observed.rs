//! A call from its begin to the end of its answer: counted, logged, ended in time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use tonic::{Code, Status, body::Body};

use super::{
    edge::{panicked, too_late},
    metrics::{MethodMetrics, code_name},
    throttle::Turn,
};
use crate::rpc::{Caller, RequestId};

/// When a stream of answers ends although there may be more.
pub(super) struct Ending {
    /// From then on nothing is sent, even if it is there.
    pub(super) deadline: Option<Instant>,
    /// Returns what the caller is told. A stream that has something to say goes on.
    pub(super) ended: Pin<Box<dyn Future<Output = Status> + Send>>,
}

/// What is known of a call until it ends; it is counted and logged then.
pub(super) struct Record {
    metrics: Arc<MethodMetrics>,
    request_id: RequestId,
    began: Instant,
    code: Option<Code>,
    /// Who calls, and the place among the calls under way, free again with this.
    admitted: Option<(Caller, Turn)>,
}

impl Record {
    pub(super) fn begin(metrics: &Arc<MethodMetrics>, request_id: &RequestId) -> Self {
        metrics.begins();
        Self {
            metrics: Arc::clone(metrics),
            request_id: request_id.clone(),
            began: Instant::now(),
            code: None,
            admitted: None,
        }
    }

    /// It is known who calls, and that they may.
    pub(super) fn admit(&mut self, caller: Caller, turn: Turn) {
        self.admitted = Some((caller, turn));
    }

    /// The answer to a call that may not begin.
    pub(super) fn refuse(mut self, refused: Status) -> Response<Body> {
        self.code = Some(refused.code());
        refused.into_http()
    }

    /// An answer whose end this sees.
    pub(super) fn watch(
        mut self,
        response: Response<Body>,
        ending: Option<Ending>,
    ) -> Response<Body> {
        // An answer without a message has its status among the headers.
        self.note(response.headers());
        if self.code.is_some() {
            return response;
        }
        response.map(|body| {
            Body::new(Observed {
                body,
                record: Some(self),
                ending,
            })
        })
    }

    fn note(&mut self, headers: &HeaderMap) {
        if let Some(code) = headers.get(Status::GRPC_STATUS) {
            self.code = Some(Code::from_bytes(code.as_bytes()));
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // Whoever drops a call before its end has gone.
        let code = self.code.unwrap_or(Code::Cancelled);
        let took = self.began.elapsed();
        self.metrics.ends(code, took);
        let (method, name) = (self.metrics.name(), code_name(code));
        let caller = self.admitted.as_ref();
        let caller = caller.map_or("unknown", |(caller, _)| caller.id());
        let request = self.request_id.as_str();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => {
                // What is broken inside has told so already; this may also be a message that is none.
                tracing::warn!(method, code = name, caller, request, ms, "call");
            }
            Code::Ok | Code::Cancelled | Code::ResourceExhausted => {
                tracing::debug!(method, code = name, caller, request, ms, "call");
            }
            _ => tracing::info!(method, code = name, caller, request, ms, "call"),
        }
    }
}

/// The body of an answer.
struct Observed {
    body: Body,
    /// None once the answer has ended.
    record: Option<Record>,
    ending: Option<Ending>,
}

type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

impl http_body::Body for Observed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let this = &mut *self;
        if this.record.is_none() {
            return Poll::Ready(None);
        }
        if this.is_too_late() {
            return this.end(&too_late());
        }
        let body = &mut this.body;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            http_body::Body::poll_frame(Pin::new(body), cx)
        }));
        match polled {
            Err(_) => this.end(&panicked()),
            Ok(Poll::Pending) => this.poll_ending(cx),
            Ok(Poll::Ready(Some(Ok(frame)))) => {
                if let Some(trailers) = frame.trailers_ref()
                    && let Some(mut record) = this.record.take()
                {
                    record.note(trailers);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Ok(end) => {
                this.record = None;
                end
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.record.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.body)
    }
}

impl Observed {
    fn is_too_late(&self) -> bool {
        let deadline = self.ending.as_ref().and_then(|ending| ending.deadline);
        deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    fn poll_ending(&mut self, cx: &mut Context<'_>) -> Polled {
        let Some(ending) = &mut self.ending else {
            return Poll::Pending;
        };
        match ending.ended.as_mut().poll(cx) {
            Poll::Ready(status) => self.end(&status),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Ends the answer with this status, whatever the service had still to say.
    fn end(&mut self, status: &Status) -> Polled {
        if let Some(mut record) = self.record.take() {
            record.code = Some(status.code());
        }
        self.body = Body::empty();
        let mut trailers = HeaderMap::new();
        let added = status.add_header(&mut trailers);
        Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
    }
}
