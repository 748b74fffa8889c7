//! A channel that remembers what has answered.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body_util::BodyExt;
use tonic::body::Body;
use tower::Service;

use crate::rpc::Channel;

/// A channel that remembers the paths of the methods that have answered with a
/// message: what is refused has none.
#[derive(Clone)]
pub(super) struct Recorded {
    channel: Channel,
    answered: Arc<Mutex<BTreeSet<String>>>,
}

impl Recorded {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            channel,
            answered: Arc::default(),
        }
    }

    pub(super) fn has_answered(&self, path: &str) -> bool {
        self.answered.lock().unwrap().contains(path)
    }
}

impl Service<Request<Body>> for Recorded {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.channel.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().to_owned();
        let answered = Arc::clone(&self.answered);
        let answer = self.channel.call(request);
        Box::pin(async move {
            let noted = move |frame: http_body::Frame<bytes::Bytes>| {
                if frame.is_data() {
                    answered.lock().unwrap().insert(path.clone());
                }
                frame
            };
            Ok(answer.await?.map(|body| Body::new(body.map_frame(noted))))
        })
    }
}
