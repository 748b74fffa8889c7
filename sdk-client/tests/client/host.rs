//! A server of `shop.v1`, by hand: it knows descriptors only, as the client does.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use prost_reflect::{DynamicMessage, ReflectMessage, Value};
use sdk_client::{DynamicCodec, Server};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_stream::{Stream, StreamExt};
use tonic::{
    Code, Request, Response, Status, Streaming,
    body::Body,
    codegen::{Body as HttpBody, Bytes, StdError, http},
    server::{Grpc, StreamingService},
};
use tonic_types::{ErrorDetails, StatusExt};
use tower::Service;

use crate::descriptors::{POOL, from_json, message};

/// The token that signs in.
pub(crate) const TOKEN: &str = "sesame";

/// Starts it on a free port of this machine, in plain text.
pub(crate) async fn start() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(socket));
        }
    });
    let mut server = Server::new(url);
    server.token = Some(TOKEN.to_owned());
    server
}

/// Starts it with this certificate, and returns its port.
pub(crate) async fn start_tls(config: rustls::ServerConfig) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever does not trust it goes away.
                if let Ok(socket) = acceptor.accept(socket).await {
                    serve(socket).await;
                }
            });
        }
    });
    port
}

/// Serves one connection until it ends.
pub(crate) async fn serve(socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let service = TowerToHyperService::new(Shop);
    let served = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(socket), service)
        .await;
    drop(served);
}

/// The server.
#[derive(Debug, Clone, Copy)]
struct Shop;

type Reply = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

impl<B> Service<http::Request<B>> for Shop
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Reply {
        let path = request.uri().path().to_owned();
        if path.starts_with("/grpc.reflection.v1.ServerReflection/") {
            let services = POOL
                .services()
                .map(|service| service.full_name().to_owned());
            let mut reflection = sdk_client::reflection::service(POOL.clone(), services);
            return Box::pin(async move { reflection.call(request).await });
        }
        Box::pin(async move { Ok(answer(&path, request).await) })
    }
}

async fn answer<B>(path: &str, request: http::Request<B>) -> http::Response<Body>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    let (service, name) = path[1..].split_once('/').unwrap();
    let service = POOL.get_service_by_name(service);
    let method = service.and_then(|it| it.methods().find(|method| method.name() == name));
    let Some(method) = method else {
        return Status::unimplemented("no such method").into_http();
    };
    Grpc::new(DynamicCodec::new(method.input()))
        .streaming(Answers(method.name().to_owned()), request)
        .await
}

/// The replies of a method: each is a stream on the wire, whatever it is called.
struct Answers(String);

type Messages = Pin<Box<dyn Stream<Item = Result<DynamicMessage, Status>> + Send>>;

impl StreamingService<DynamicMessage> for Answers {
    type Response = DynamicMessage;
    type ResponseStream = Messages;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Messages>, Status>> + Send>>;

    fn call(&mut self, request: Request<Streaming<DynamicMessage>>) -> Self::Future {
        let method = self.0.clone();
        Box::pin(async move { reply(&method, request).await.map(Response::new) })
    }
}

async fn reply(
    method: &str,
    request: Request<Streaming<DynamicMessage>>,
) -> Result<Messages, Status> {
    let metadata = request.metadata().clone();
    let mut requests = request.into_inner();
    if method == "Ask" {
        return Ok(Box::pin(requests.map(|question| Ok(echoed(&question?)))));
    }
    if method == "ImportItems" {
        return import(requests).await;
    }
    let request = requests.next().await.unwrap()?;
    let text = |field: &str| {
        request
            .get_field_by_name(field)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    match method {
        "Search" => match text("query").as_str() {
            "slow" => std::future::pending().await,
            "bad" => Err(bad_request()),
            "none" => Ok(one("SearchResponse", "{}")),
            _ => Ok(one("SearchResponse", ITEMS)),
        },
        "GetItem" => match request.get_field_by_name("id").unwrap().as_u64() {
            Some(7) => Ok(one("Item", ITEM)),
            Some(8) => Err(Status::new(Code::Internal, "two\nlines\u{1b}[2J")),
            _ => Err(Status::with_error_details(
                Code::NotFound,
                "there is no such item",
                ErrorDetails::with_error_info(
                    "NO_SUCH_ITEM",
                    "shop",
                    [(
                        "hint".to_owned(),
                        "call shop search shows what there is".to_owned(),
                    )],
                ),
            )),
        },
        "SignIn" => Ok(one(
            "SignInResponse",
            r#"{"token": "sesame", "expires_in": "5400s"}"#,
        )),
        "Watch" => {
            let authorization = metadata
                .get("authorization")
                .and_then(|it| it.to_str().ok());
            if authorization != Some("Bearer sesame") {
                return Err(Status::unauthenticated("nobody is signed in"));
            }
            let endless = tokio_stream::pending();
            Ok(Box::pin(many("Sale", &SALES).chain(endless)))
        }
        "Recount" => Ok(Box::pin(many("Recounted", &RECOUNTED))),
        // Gives back what it was told about the time.
        "Ping" => match metadata.get("grpc-timeout") {
            Some(timeout) => Err(Status::failed_precondition(timeout.to_str().unwrap())),
            None => Ok(Box::pin(tokio_stream::once(Ok(request)))),
        },
        "CountStock" => Ok(one("Stock", STOCK)),
        "Echo" => Ok(Box::pin(tokio_stream::once(Ok(request)))),
        _ => Err(Status::unimplemented(method.to_owned())),
    }
}

/// Counts items, and takes no stream that breaks off.
async fn import(mut requests: Streaming<DynamicMessage>) -> Result<Messages, Status> {
    let mut taken = 0;
    while let Some(item) = requests.next().await {
        item?;
        taken += 1;
    }
    Ok(one(
        "ImportItemsResponse",
        &format!(r#"{{"taken": {taken}}}"#),
    ))
}

fn echoed(question: &DynamicMessage) -> DynamicMessage {
    let mut answer = DynamicMessage::new(message("Answer"));
    let text = question.get_field_by_name("text").unwrap();
    answer.set_field_by_name(
        "text",
        Value::String(format!("{}?", text.as_str().unwrap())),
    );
    assert_eq!(question.descriptor().name(), "Question");
    answer
}

fn one(name: &str, json: &str) -> Messages {
    many(name, &[json])
}

fn many(name: &str, json: &[&str]) -> Messages {
    let messages: Vec<_> = json.iter().map(|json| Ok(from_json(name, json))).collect();
    Box::pin(tokio_stream::iter(messages))
}

fn bad_request() -> Status {
    let mut details = ErrorDetails::with_bad_request_violation("near.latitude", "is above 90");
    details.add_bad_request_violation("page_size", "is above 1000");
    details.add_help_link("what may be looked for", "https://example.org/search");
    Status::with_error_details(Code::InvalidArgument, "the request is not valid", details)
}

const ITEM: &str = r#"{
    "id": 7, "name": "Tea\u001b[2J", "kind": "KIND_FRESH_FOOD", "price": 450,
    "labels": {"leaf": "green", "origin": "Assam"}, "at": {"latitude": 48.2},
    "since": "2026-05-01T12:00:00Z", "keeps": "5400s"
}"#;

const ITEMS: &str = r#"{"items": [
    {"id": 7, "name": "Tea", "kind": "KIND_FRESH_FOOD", "price": 450, "keeps": "5400s"},
    {"id": 8, "name": "A book with a title that is far too long for a column", "kind": "KIND_BOOK",
     "labels": {"cover": "hard"}, "at": {"latitude": 48.2}, "since": "2026-05-01T12:00:00Z"}
], "next_page_token": "abc"}"#;

const STOCK: &str = r#"{
    "rows": [{"amount": 3, "item": "Tea", "tags": ["green", "loose"]}, {"item": "Book"}],
    "fields": ["item", "amount", "tags"],
    "places": ["cellar", "shelf"]
}"#;

const SALES: [&str; 3] = [
    r#"{"item": 7, "customer": "Ann Lee", "at": {"latitude": 1}}"#,
    "{}",
    r#"{"item": 8, "customer": "\u0007\u009b"}"#,
];

const RECOUNTED: [&str; 4] = [
    r#"{"total": 200, "shelf": "books"}"#,
    r#"{"done": 10, "total": 200, "shelf": "books"}"#,
    r#"{"done": 100, "total": 200, "shelf": "food", "finding": "two are missing"}"#,
    r#"{"done": 200, "total": 200, "shelf": "food"}"#,
];
