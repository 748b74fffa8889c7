//! What becomes of calls: who makes them, how long they may take, what is told of them.

use prost::Message as _;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::*;

#[tokio::test]
async fn whoever_shows_a_token_is_known_and_whoever_shows_a_wrong_one_is_refused() {
    let stand = Stand::open().await;
    let check = async |token: Option<&str>, expected: Result<&str, (Code, &str)>| {
        let found = stand.call_as(token, "answer").await;
        let found = found.map_err(|status| code_and_reason(&status));
        let found = found
            .as_deref()
            .map_err(|(code, reason)| (*code, reason.as_str()));
        assert_eq!(found, expected, "{token:?}");
    };
    let refused = |reason| Err((Code::Unauthenticated, reason));
    check(Some(&stand.owner), Ok("owner")).await;
    check(Some("of-ci"), Ok("token:ci")).await;
    check(Some("another"), refused("TOKEN_UNKNOWN")).await;
    check(None, refused("NOT_SIGNED_IN")).await;
    // The host's clock decides, whatever that of the client says.
    stand.clock.advance(Duration::from_secs(3600 + 29));
    check(Some("of-ci"), Ok("token:ci")).await;
    stand.clock.advance(Duration::from_secs(1));
    check(Some("of-ci"), refused("TOKEN_EXPIRED")).await;
    stand.clock.set("2026-11-20T08:59:00Z".parse().unwrap());
    check(Some("of-ci"), refused("TOKEN_NOT_YET")).await;
    check(Some(&stand.owner), Ok("owner")).await;
}

#[tokio::test]
async fn a_request_keeps_its_id_and_gets_one_where_it_has_none() {
    let stand = Stand::open().await;
    let id = async |given: Option<&str>| {
        let mut request = http::Request::post(LIST)
            .body(tonic::body::Body::empty())
            .unwrap();
        if let Some(given) = given {
            let given = http::HeaderValue::from_bytes(given.as_bytes()).unwrap();
            request.headers_mut().insert("x-request-id", given);
        }
        let answer = stand.edge.call(Peer::default(), request).await;
        answer.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(id(Some("order-7")).await, request_id("order-7").as_str());
    for given in [
        None,
        Some("two words"),
        Some(""),
        Some("é"),
        Some(&"x".repeat(129)),
    ] {
        let made = id(given).await;
        let uuid = uuid::Uuid::parse_str(&made).expect("a new one");
        assert_eq!(uuid.get_version_num(), 7);
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_dropped() {
    let limits = Limits {
        call: Duration::from_millis(50),
        ..Limits::default()
    };
    let stand = Stand::with(limits, false).await;
    let status = stand.call("wait").await.unwrap_err();
    let expected = (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned());
    assert_eq!(code_and_reason(&status), expected);
    timeout(LONG, stand.play.over()).await.unwrap();
    stand.serves_others().await;
}

#[tokio::test]
async fn a_stream_ends_when_its_caller_no_longer_waits() {
    let stand = Stand::open().await;
    // The client of tonic would end the call by itself.
    let status = ask(&stand, &[("grpc-timeout", "50m")], WATCH, &[0, 0, 0, 0, 0]);
    let status = status.await;
    assert_eq!(status.code(), Code::DeadlineExceeded);
    timeout(LONG, stand.play.over()).await.unwrap();
}

#[tokio::test]
async fn a_panic_is_an_internal_error_that_tells_nothing() {
    let stand = Stand::open().await;
    let status = stand.call("panic").await.unwrap_err();
    assert_eq!(
        code_and_reason(&status),
        (Code::Internal, "INTERNAL".to_owned())
    );
    assert!(!format!("{status:?}").contains("secret"));

    let mut rows = stand.watch("panic").await;
    let status = loop {
        match rows.message().await {
            Ok(row) => assert!(row.is_some(), "a stream that ends well"),
            Err(status) => break status,
        }
    };
    assert_eq!(
        code_and_reason(&status),
        (Code::Internal, "INTERNAL".to_owned())
    );
    assert!(!format!("{status:?}").contains("secret"));
    stand
        .counts(r#"method="sdk.v1.DataService/WatchRows",code="INTERNAL"} 1"#)
        .await;
    stand.serves_others().await;
}

#[tokio::test]
async fn a_browser_calls_over_http_1() {
    let stand = Stand::open().await;
    let owner = &stand.owner;
    let head = format!(
        "POST {LIST} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\
         Content-Type: application/grpc-web+proto\r\nAuthorization: Bearer {owner}\r\n\r\n"
    );
    let request = [head.as_bytes(), &[0; 5]].concat();
    let answer = converse(stand.raw().await, &request).await;
    let shown = String::from_utf8_lossy(&answer);
    assert!(shown.starts_with("HTTP/1.1 200"), "{shown}");
    assert!(shown.contains("application/grpc-web+proto"), "{shown}");
    let message = played::Answer {
        host: "owner".to_owned(),
        ..played::Answer::default()
    };
    let message = message.encode_to_vec();
    let found = answer.windows(message.len()).any(|it| it == message);
    assert!(found && shown.contains("grpc-status:0"), "{shown}");

    let preflight = format!(
        "OPTIONS {LIST} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: http://other\r\n\
         Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-grpc-web\r\n\r\n"
    );
    let answer = converse(stand.raw().await, preflight.as_bytes()).await;
    let shown = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(!shown.contains("access-control-allow"), "{shown}");
}

#[tokio::test]
async fn health_is_told_to_everybody() {
    let stand = Stand::open().await;
    let mut health = HealthClient::new(stand.connect(None).await);
    for service in ["", "sdk.v1.ModuleService"] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = health.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    stand
        .counts(r#"method="grpc.health.v1.Health/Check",code="OK"} 2"#)
        .await;
    stand.edge.stop().await;
    let answer = health.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn services_describe_themselves_to_everybody() {
    let stand = Stand::open().await;
    let pool = sdk_client::reflection::pool(stand.connect(None).await)
        .await
        .unwrap();
    assert!(pool.get_service_by_name("sdk.v1.ModuleService").is_some());
}

#[tokio::test]
async fn reflection_answers_who_asks_as_before_version_1() {
    use tonic_reflection::pb::v1alpha::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let stand = Stand::open().await;
    let mut old = ServerReflectionClient::new(stand.connect(None).await);
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let answers = old.server_reflection_info(tokio_stream::iter([question]));
    let mut answers = answers.await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        panic!("no list: {answer:?}");
    };
    let names: Vec<_> = list.service.iter().map(|it| it.name.as_str()).collect();
    assert!(names.contains(&"sdk.v1.ModuleService"), "{names:?}");
}

#[tokio::test]
async fn what_happens_is_counted() {
    let stand = Stand::open().await;
    stand.serves_others().await;
    stand.call_as(None, "answer").await.unwrap_err();
    stand.call_as(Some("wrong"), "answer").await.unwrap_err();
    let method = r#"method="sdk.v1.ModuleService/ListModules""#;
    stand
        .counts(&format!(r#"sdk_calls_total{{{method},code="OK"}} 1"#))
        .await;
    stand
        .counts(&format!(
            r#"sdk_calls_total{{{method},code="UNAUTHENTICATED"}} 2"#
        ))
        .await;
    stand
        .counts(&format!("sdk_call_seconds_count{{{method}}} 3"))
        .await;
    stand.counts("sdk_calls_open 0").await;
    stand.counts("sdk_connections 0").await;
}

#[tokio::test]
async fn a_host_that_calls_for_strangers_is_not_held_to_the_limits_of_one() {
    use base64::Engine as _;

    let limits = Limits {
        anonymous_calls_a_second: 1,
        ..Limits::default()
    };
    let stand = Stand::with(limits, false).await;
    let nobody = serde_json::to_vec(&crate::rpc::Caller::anonymous()).unwrap();
    let nobody = base64::engine::general_purpose::STANDARD_NO_PAD.encode(nobody);
    for _ in 0..20 {
        let status = ask(&stand, &[("sdk-caller-bin", &nobody)], LIST, &[0; 5]).await;
        let expected = (Code::Unauthenticated, "NOT_SIGNED_IN".to_owned());
        assert_eq!(code_and_reason(&status), expected);
    }
}
