//! The body of an answer, watched to its end.

use std::{
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
    metrics::{MethodMetrics, code_name},
    throttle::Turn,
};
use crate::rpc::CallInfo;

/// Returns when streams are to end.
pub(super) type Stopped = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is known of a call until it ends; it is counted and logged then.
pub(super) struct Record {
    metrics: Arc<MethodMetrics>,
    info: CallInfo,
    began: Instant,
    code: Option<Code>,
    /// The place among the calls under way, free again with this.
    _turn: Turn,
}

impl Record {
    pub(super) fn begin(metrics: &Arc<MethodMetrics>, info: CallInfo, turn: Turn) -> Self {
        metrics.begins();
        Self {
            metrics: Arc::clone(metrics),
            info,
            began: Instant::now(),
            code: None,
            _turn: turn,
        }
    }

    /// An answer whose end this sees.
    pub(super) fn watch(
        self,
        response: Response<Body>,
        stopped: Option<Stopped>,
    ) -> Response<Body> {
        let mut record = self;
        // An answer without a message has its status among the headers.
        record.note(response.headers());
        let end = record.code.is_some();
        response.map(|body| {
            if end {
                drop(record);
                return body;
            }
            Body::new(Observed {
                body,
                record: Some(record),
                stopped,
            })
        })
    }

    fn note(&mut self, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.code = Some(status.code());
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
        let (caller, request) = (self.info.caller.id(), self.info.request_id.as_str());
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => {
                tracing::error!(method, code = name, caller, request, ms, "call");
            }
            Code::Ok | Code::Cancelled | Code::ResourceExhausted => {
                tracing::debug!(method, code = name, caller, request, ms, "call");
            }
            _ => tracing::info!(method, code = name, caller, request, ms, "call"),
        }
    }
}

struct Observed {
    body: Body,
    record: Option<Record>,
    stopped: Option<Stopped>,
}

impl http_body::Body for Observed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.record.is_none() {
            return Poll::Ready(None);
        }
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    let mut record = this.record.take();
                    if let Some(record) = &mut record {
                        record.note(trailers);
                    }
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                this.record = None;
                Poll::Ready(end)
            }
            Poll::Pending => this.poll_stopped(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.record.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Observed {
    /// Ends a stream that has nothing to say while the host stops.
    fn poll_stopped(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(stopped) = &mut self.stopped else {
            return Poll::Pending;
        };
        if stopped.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let status = super::edge::stopping();
        if let Some(mut record) = self.record.take() {
            record.code = Some(status.code());
        }
        let mut trailers = HeaderMap::new();
        let added = status.add_header(&mut trailers);
        Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
    }
}
