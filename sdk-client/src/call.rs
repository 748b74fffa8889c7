//! A call: a method and its request, or its requests, and how it runs.

use std::{
    fmt,
    future::{self, Future},
    io::{self, BufRead},
    pin::pin,
    thread,
    time::{Duration, Instant},
};

use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};
use tonic::{
    Code, Request, Response, Status, Streaming,
    client::{Grpc, GrpcService},
    codegen::{Body, Bytes, StdError, http::uri::PathAndQuery},
};

use crate::{
    codec::DynamicCodec, failure::CallError, human, input::Source, json, names::NamedMethod,
    options::MethodOptions, progress::Progress, render, terminal::Terminal,
};

/// The largest reply that is taken, in bytes.
const MAX_REPLY_BYTES: usize = 64 << 20;

/// How many requests of a stream are read ahead.
const READ_AHEAD: usize = 16;

/// A call that was understood and has not been made yet.
pub struct Call {
    method: MethodDescriptor,
    options: MethodOptions,
    requests: Requests,
    timeout: Option<Duration>,
    json: bool,
    warnings: Vec<String>,
}

/// What is sent.
pub(crate) enum Requests {
    /// One message.
    One(DynamicMessage),
    /// A message for each line of JSON.
    Lines((Source, Box<dyn BufRead + Send>)),
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The request may hold secrets.
        f.debug_struct("Call")
            .field("method", &self.method.full_name())
            .field("timeout", &self.timeout)
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

impl Call {
    pub(crate) fn new(named: &NamedMethod, requests: Requests) -> Self {
        Self {
            method: named.method.clone(),
            options: named.options.clone(),
            requests,
            timeout: None,
            json: false,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// The method that is called.
    pub fn method(&self) -> &MethodDescriptor {
        &self.method
    }

    /// The request; none if it sends a stream.
    pub fn request(&self) -> Option<&DynamicMessage> {
        match &self.requests {
            Requests::One(message) => Some(message),
            Requests::Lines(_) => None,
        }
    }

    /// Whether replies are shown as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// The call with replies as JSON, or as text.
    #[must_use]
    pub fn with_json(self, json: bool) -> Self {
        Self { json, ..self }
    }

    /// The call with a time limit, which the server is told, too.
    #[must_use]
    pub fn with_timeout(self, timeout: Option<Duration>) -> Self {
        Self { timeout, ..self }
    }

    /// Makes the call over `service` and shows what comes back.
    ///
    /// When `stop` is done first, the call is cancelled: a stream of replies
    /// then has ended well, and any other call with [`Code::Cancelled`].
    ///
    /// # Errors
    /// [`CallError`] when the server refuses or fails, when it cannot be reached,
    /// when a line of a stream of requests is no request, and when the terminal
    /// takes no more.
    pub async fn run<T>(
        self,
        service: T,
        terminal: &mut dyn Terminal,
        stop: impl Future<Output = ()>,
    ) -> Result<(), CallError>
    where
        T: GrpcService<tonic::body::Body>,
        T::ResponseBody: Body<Data = Bytes> + Send + 'static,
        <T::ResponseBody as Body>::Error: Into<StdError> + Send,
    {
        let ends_well = self.method.is_server_streaming();
        let mut stop = pin!(stop);
        let timeout = self.timeout;
        for warning in &self.warnings {
            terminal.warn(warning);
        }
        let ended = {
            let mut made = pin!(limited(timeout, self.make(service, terminal)));
            future::poll_fn(|cx| {
                // What has come is shown before the end is looked at.
                match made.as_mut().poll(cx) {
                    std::task::Poll::Ready(made) => std::task::Poll::Ready(Some(made)),
                    std::task::Poll::Pending => stop.as_mut().poll(cx).map(|()| None),
                }
            })
            .await
        };
        terminal.clear();
        match ended {
            Some(made) => made,
            None if ends_well => Ok(()),
            None => Err(CallError::of_status(&Status::cancelled(
                "the call was cancelled",
            ))),
        }
    }

    async fn make<T>(self, service: T, terminal: &mut dyn Terminal) -> Result<(), CallError>
    where
        T: GrpcService<tonic::body::Body>,
        T::ResponseBody: Body<Data = Bytes> + Send + 'static,
        <T::ResponseBody as Body>::Error: Into<StdError> + Send,
    {
        let Self {
            method,
            options,
            requests,
            timeout,
            json,
            warnings: _,
        } = self;
        let mut wire = Wire::new(service, &method, timeout)?;
        let shown = Shown {
            method: &method,
            options: &options,
            json,
        };
        match requests {
            Requests::One(message) if method.is_server_streaming() => {
                let replies = wire.server_streaming(message).await?;
                shown.stream(replies, terminal).await
            }
            Requests::One(message) => shown.one(&wire.unary(message).await?, terminal),
            Requests::Lines(lines) => {
                let (requests, broken, _open) = send_lines(lines, method.input());
                let sent = async {
                    if method.is_server_streaming() {
                        let replies = wire.streaming(requests).await?;
                        shown.stream(replies, terminal).await
                    } else {
                        shown.one(&wire.client_streaming(requests).await?, terminal)
                    }
                };
                tokio::select! {
                    ended = sent => ended,
                    Ok(fault) = broken => Err(fault),
                }
            }
        }
    }
}

/// A method of a server.
struct Wire<T> {
    grpc: Grpc<T>,
    path: PathAndQuery,
    codec: DynamicCodec,
    timeout: Option<Duration>,
}

impl<T> Wire<T>
where
    T: GrpcService<tonic::body::Body>,
    T::ResponseBody: Body<Data = Bytes> + Send + 'static,
    <T::ResponseBody as Body>::Error: Into<StdError> + Send,
{
    fn new(
        service: T,
        method: &MethodDescriptor,
        timeout: Option<Duration>,
    ) -> Result<Self, CallError> {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let path = PathAndQuery::try_from(path.clone())
            .map_err(|error| CallError::failed(format!("`{path}` is no path: {error}")))?;
        Ok(Self {
            grpc: Grpc::new(service).max_decoding_message_size(MAX_REPLY_BYTES),
            path,
            codec: DynamicCodec::new(method.output()),
            timeout,
        })
    }

    async fn unary(&mut self, message: DynamicMessage) -> Result<DynamicMessage, CallError> {
        self.ready().await?;
        let request = self.request(message);
        let sent = self
            .grpc
            .unary(request, self.path.clone(), self.codec.clone());
        received(sent.await)
    }

    async fn server_streaming(
        &mut self,
        message: DynamicMessage,
    ) -> Result<Streaming<DynamicMessage>, CallError> {
        self.ready().await?;
        let request = self.request(message);
        let (path, codec) = (self.path.clone(), self.codec.clone());
        let sent = self.grpc.server_streaming(request, path, codec);
        received(sent.await)
    }

    async fn client_streaming(
        &mut self,
        messages: impl Stream<Item = DynamicMessage> + Send + 'static,
    ) -> Result<DynamicMessage, CallError> {
        self.ready().await?;
        let request = self.request(messages);
        let (path, codec) = (self.path.clone(), self.codec.clone());
        let sent = self.grpc.client_streaming(request, path, codec);
        received(sent.await)
    }

    async fn streaming(
        &mut self,
        messages: impl Stream<Item = DynamicMessage> + Send + 'static,
    ) -> Result<Streaming<DynamicMessage>, CallError> {
        self.ready().await?;
        let request = self.request(messages);
        let (path, codec) = (self.path.clone(), self.codec.clone());
        let sent = self.grpc.streaming(request, path, codec);
        received(sent.await)
    }

    async fn ready(&mut self) -> Result<(), CallError> {
        let ready = self.grpc.ready().await;
        ready.map_err(|error| CallError::of_status(&Status::from_error(error.into())))
    }

    /// A request that tells the server how long it may take.
    fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        if let Some(timeout) = self.timeout {
            request.set_timeout(timeout);
        }
        request
    }
}

fn received<M>(response: Result<Response<M>, Status>) -> Result<M, CallError> {
    let message = response.map(Response::into_inner);
    message.map_err(|status| CallError::of_status(&status))
}

/// Waits no longer than the limit, whatever the server does.
async fn limited(
    limit: Option<Duration>,
    made: impl Future<Output = Result<(), CallError>>,
) -> Result<(), CallError> {
    let Some(limit) = limit else {
        return made.await;
    };
    let begun = Instant::now();
    let late = || {
        let limit = human::format_limit(limit);
        let message = format!("the call took longer than {limit}");
        CallError::of_status(&Status::deadline_exceeded(message))
    };
    match tokio::time::timeout(limit, made).await {
        Err(_) => Err(late()),
        // The channel and the server have clocks, too.
        Ok(Err(error))
            if error.code == Some(Code::DeadlineExceeded) && begun.elapsed() >= limit =>
        {
            Err(late())
        }
        Ok(made) => made,
    }
}

/// How replies are shown.
struct Shown<'a> {
    method: &'a MethodDescriptor,
    options: &'a MethodOptions,
    json: bool,
}

impl Shown<'_> {
    fn one(&self, message: &DynamicMessage, terminal: &mut dyn Terminal) -> Result<(), CallError> {
        let text = render::reply(message, self.method, self.json);
        write(terminal, &text)
    }

    async fn stream(
        &self,
        mut replies: Streaming<DynamicMessage>,
        terminal: &mut dyn Terminal,
    ) -> Result<(), CallError> {
        while let Some(message) = replies.next().await {
            let message = message.map_err(|status| CallError::of_status(&status))?;
            self.streamed(&message, terminal)?;
        }
        Ok(())
    }

    fn streamed(
        &self,
        message: &DynamicMessage,
        terminal: &mut dyn Terminal,
    ) -> Result<(), CallError> {
        let Some(fields) = self.options.progress.as_ref().filter(|_| !self.json) else {
            return write(terminal, &render::streamed(message, self.json));
        };
        terminal.progress(&Progress::of(message, fields));
        let told = [&*fields.done, &*fields.total, &*fields.label];
        write(terminal, &render::line(message, &told))
    }
}

fn write(terminal: &mut dyn Terminal, text: &str) -> Result<(), CallError> {
    if text.is_empty() {
        return Ok(());
    }
    terminal
        .write(text)
        .map_err(|error| CallError::of_output(&error))
}

/// Sends a message for each line, on a thread of its own: reading may block for
/// as long as somebody types.
///
/// The stream ends after the last line, and not by itself as long as the last
/// value returned is kept: after a line that is no message, it neither goes on
/// nor ends, so that the server does not take it for complete.
fn send_lines(
    (source, lines): (Source, Box<dyn BufRead + Send>),
    desc: MessageDescriptor,
) -> (
    impl Stream<Item = DynamicMessage> + Send + 'static,
    oneshot::Receiver<CallError>,
    mpsc::Sender<Option<DynamicMessage>>,
) {
    let (messages, received) = mpsc::channel(READ_AHEAD);
    let (fault, broken) = oneshot::channel();
    let open = messages.clone();
    thread::spawn(move || {
        let read = |(at, line): (usize, io::Result<String>)| {
            let line = line.map_err(|error| format!("{source} cannot be read: {error}"))?;
            let message = match line.trim() {
                "" => return Ok(None),
                text => json::read(&desc, text.as_bytes()),
            };
            let in_line = |error| format!("{source}: line {}: {error}", at + 1);
            message.map(Some).map_err(in_line)
        };
        for line in lines.lines().enumerate() {
            match read(line) {
                Ok(None) => {}
                Ok(message) => {
                    if messages.blocking_send(message).is_err() {
                        return;
                    }
                }
                Err(message) => {
                    let _ = fault.send(CallError::failed(message));
                    return;
                }
            }
        }
        let _ = messages.blocking_send(None);
    });
    let stream = ReceiverStream::new(received).map_while(|message| message);
    (stream, broken, open)
}
