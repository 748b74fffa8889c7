//! Calls within one process, and from one to another.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sdk_client::Server;
use tokio::net::TcpListener;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use super::{remote::ON_BEHALF_OF, *};
use crate::proto::sdk::v1::{
    ListModulesRequest, ListModulesResponse, ModuleService, ModuleServiceClient,
    ModuleServiceServer,
};

/// The service of the library that says which modules there are, played by a test.
struct Played<F>(F);

#[async_trait]
impl<F, R> ModuleService for Played<F>
where
    F: Fn(Request<ListModulesRequest>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<ListModulesResponse, Status>> + Send,
{
    async fn list_modules(
        &self,
        request: Request<ListModulesRequest>,
    ) -> Result<Response<ListModulesResponse>, Status> {
        (self.0)(request).await.map(Response::new)
    }
}

const METHOD: &str = "/sdk.v1.ModuleService/ListModules";

fn methods() -> Methods {
    Methods::read([crate::__sdk_proto::DESCRIPTORS]).unwrap()
}

fn played<F, R>(answer: F) -> Services
where
    F: Fn(Request<ListModulesRequest>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<ListModulesResponse, Status>> + Send + 'static,
{
    let made = MadeService::of::<ModuleServiceServer<_>>(Played(answer));
    Services::new(methods(), [made], [], &Clients::default())
}

fn named(host: &str) -> ListModulesResponse {
    ListModulesResponse {
        host: host.to_owned(),
        ..ListModulesResponse::default()
    }
}

async fn call(channel: Channel) -> Result<String, Status> {
    let mut client = ModuleServiceClient::on(channel);
    let answer = client.list_modules(ListModulesRequest {});
    Ok(answer.await?.into_inner().host)
}

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details.error_info().expect("a reason").reason.clone()
}

#[tokio::test]
async fn a_policy_is_asked_before_the_service() {
    let services = played(async |_| Ok(named("here")));
    let refused = call(services.channel(Caller::anonymous()))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unauthenticated, "NOT_SIGNED_IN")
    );
    let token = Caller::token("ci", Vec::new(), Vec::new());
    assert_eq!(call(services.channel(token)).await.unwrap(), "here");
}

#[tokio::test]
async fn a_service_sees_who_calls() {
    let services = played(async |request: Request<ListModulesRequest>| {
        let info = request
            .extensions()
            .get::<CallInfo>()
            .expect("what is known");
        Ok(named(info.caller.id()))
    });
    let job = Caller::job("blog.digest");
    assert_eq!(
        call(services.channel(job)).await.unwrap(),
        "job:blog.digest"
    );
}

#[tokio::test]
async fn what_is_not_served_says_so() {
    let services = Services::new(methods(), [], [], &Clients::default());
    let refused = call(services.channel(Caller::owner())).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unimplemented, "SERVICE_NOT_HERE")
    );
    let unknown = http::Request::builder().uri("/blog.v1.Blog/Publish");
    let answer = services
        .dispatch()
        .call(unknown.body(Body::empty()).unwrap())
        .await;
    let refused = Status::from_header_map(answer.headers()).unwrap();
    assert_eq!(
        refused.message(),
        "there is no method `/blog.v1.Blog/Publish`"
    );
}

#[tokio::test]
async fn a_channel_does_not_keep_its_host_alive() {
    let services = played(async |_| Ok(named("here")));
    let channel = services.channel(Caller::owner());
    drop(services);
    let refused = call(channel).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "HOST_NOT_READY")
    );
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let services = played(async |_| std::future::pending().await);
    let mut client = ModuleServiceClient::on(services.channel(Caller::owner()));
    let mut request = Request::new(ListModulesRequest {});
    request.set_timeout(Duration::from_millis(1));
    let refused = client.list_modules(request).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
}

/// Serves on loopback, as other hosts do, and keeps the headers of what it is asked.
async fn served(services: &Services) -> (String, Arc<Mutex<Vec<http::HeaderMap>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let headers = Arc::new(Mutex::new(Vec::new()));
    let (dispatch, seen) = (services.dispatch().clone(), Arc::clone(&headers));
    let router = axum::Router::new().fallback(move |request: axum::extract::Request| {
        seen.lock().unwrap().push(request.headers().clone());
        let mut request = request.map(Body::new);
        request
            .extensions_mut()
            .insert(CallInfo::by(Caller::owner()));
        let dispatch = dispatch.clone();
        async move { dispatch.call(request).await }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, headers)
}

/// The services of a host that calls those of another at `url`.
fn beside(url: &str) -> (Services, Clients) {
    let mut server = Server::new(url);
    server.token = Some("secret".to_owned());
    let remotes = [("sdk.v1.ModuleService".to_owned(), Remote::new(server, None))];
    let clients = Clients::default();
    let services = Services::new(methods(), [], remotes, &clients);
    (services, clients)
}

#[tokio::test]
async fn who_calls_which_request_and_how_long_they_wait_travel_to_another_host() {
    let there = played(async |_| Ok(named("there")));
    let (url, headers) = served(&there).await;
    let (_here, clients) = beside(&url);
    let caller = Caller::token("ada", Vec::new(), vec!["blog.read".to_owned()]);
    let info = CallInfo {
        request_id: RequestId::parse("request-7").unwrap(),
        deadline: Some(std::time::Instant::now() + Duration::from_mins(1)),
        ..CallInfo::by(caller.clone())
    };
    assert_eq!(call(clients.channel(info)).await.unwrap(), "there");
    let headers = headers.lock().unwrap();
    let header = |name: &str| headers[0][name].to_str().unwrap().to_owned();
    assert_eq!(header("x-request-id"), "request-7");
    assert_eq!(header("authorization"), "Bearer secret");
    let wait = parse_timeout(&header("grpc-timeout")).unwrap();
    assert!(wait > Duration::from_secs(30) && wait <= Duration::from_mins(1));
    let said = remote::read_on_behalf_of(&headers[0][ON_BEHALF_OF]);
    assert_eq!(said, Some(caller));
}

/// A service that is unavailable for the first calls.
fn flaky(failures: usize) -> (Services, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let services = played(move |_| {
        let nth = count.fetch_add(1, Ordering::SeqCst);
        async move {
            if nth < failures {
                return Err(Status::unavailable("not now"));
            }
            Ok(named("there"))
        }
    });
    (services, calls)
}

#[tokio::test]
async fn a_call_without_side_effects_is_made_again() {
    let (there, calls) = flaky(2);
    let (url, _) = served(&there).await;
    let (here, _clients) = beside(&url);
    assert!(here.dispatch().methods().get(METHOD).unwrap().is_idempotent);
    assert_eq!(call(here.channel(Caller::owner())).await.unwrap(), "there");
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_call_that_may_have_side_effects_is_made_once() {
    let (there, calls) = flaky(1);
    let (url, _) = served(&there).await;
    // A channel straight to a host knows nothing of methods.
    let remote = Remote::new(Server::new(&url), None);
    let channel = Channel::to(remote, CallInfo::by(Caller::owner()));
    let refused = call(channel).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_host_that_is_gone_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let remote = Remote::new(Server::new(&url), None);
    let channel = Channel::to(remote, CallInfo::by(Caller::owner()));
    let refused = call(channel).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "HOST_UNREACHABLE")
    );
    // Where it should be is none of the caller's business.
    assert_eq!(
        refused.message(),
        "the host that serves this cannot be reached"
    );
}
