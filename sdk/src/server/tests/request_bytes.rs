//! Large requests, and that what they hold is bounded and shared.

use std::convert::Infallible;

use http_body_util::StreamBody;
use hyper::client::conn::http2::SendRequest;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_stream::wrappers::ReceiverStream;

use super::*;

const MIB: usize = 1024 * 1024;

/// What is sent of a request, and what still may be.
type Parts = mpsc::Sender<Result<hyper::body::Frame<Bytes>, Infallible>>;
type Sent = StreamBody<ReceiverStream<Result<hyper::body::Frame<Bytes>, Infallible>>>;

async fn stand(tls: bool) -> Stand {
    let limits = Limits {
        request_bytes: 8 * MIB,
        request_bytes_of_one: 3 * MIB,
        ..Limits::default()
    };
    Stand::with(limits, tls).await
}

async fn client(stand: &Stand) -> SendRequest<Sent> {
    let io = TokioIo::new(stand.secured().await);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// A request of which more can be sent.
fn begun(token: &str, path: &str) -> (Parts, Request<Sent>) {
    let (parts, body) = mpsc::channel(1);
    let request = Request::post(format!("http://a{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {token}"));
    let body = StreamBody::new(ReceiverStream::new(body));
    (parts, request.body(body).unwrap())
}

async fn send(parts: &Parts, bytes: Vec<u8>) {
    let frame = hyper::body::Frame::data(Bytes::from(bytes));
    // Whoever takes no more has answered.
    let _ = parts.send(Ok(frame)).await;
}

/// What stands before a message.
fn prefix(bytes: usize) -> Vec<u8> {
    let length = u32::try_from(bytes).unwrap().to_be_bytes();
    [&[0][..], &length].concat()
}

#[tokio::test]
async fn large_requests_that_are_half_sent_keep_no_other_caller_out() {
    for tls in [false, true] {
        check_half_sent(&stand(tls).await).await;
    }
}

async fn check_half_sent(stand: &Stand) {
    let sender = client(stand).await;
    let (mut asked, mut sent) = (JoinSet::new(), Vec::new());
    for _ in 0..20 {
        let (parts, request) = begun("of-ci", LIST);
        let mut sender = sender.clone();
        asked.spawn(async move { sender.send_request(request).await.unwrap() });
        send(&parts, [prefix(MIB), vec![0; 1000]].concat()).await;
        sent.push(parts);
    }
    // Two of them have a MiB and a frame, and there is room for no third.
    for _ in 0..18 {
        let answer = timeout(LONG, asked.join_next()).await.unwrap().unwrap();
        let status = Status::from_header_map(answer.unwrap().headers()).unwrap();
        let expected = (Code::ResourceExhausted, "CALLER_FULL".to_owned());
        assert_eq!(code_and_reason(&status), expected);
        assert!(status.get_error_details().retry_info().is_some());
    }
    stand.counts("sdk_calls_open 2").await;
    let held = 2 * (MIB + prefix(0).len() + 1000);
    stand.counts(&format!("sdk_request_bytes {held}")).await;
    stand.serves_others().await;

    // Those who have gone give back what they held.
    asked.shutdown().await;
    drop((sent, sender));
    stand.counts("sdk_calls_open 0").await;
    stand.counts("sdk_request_bytes 0").await;
    assert_eq!(
        stand.call_as(Some("of-ci"), "answer").await.unwrap(),
        "token:ci"
    );
}

#[tokio::test]
async fn a_request_that_does_not_come_to_its_end_is_given_up() {
    let limits = Limits {
        call: Duration::from_millis(50),
        ..Limits::default()
    };
    for tls in [false, true] {
        let stand = Stand::with(limits.clone(), tls).await;
        let mut sender = client(&stand).await;
        let (parts, request) = begun("of-ci", LIST);
        send(&parts, prefix(MIB)).await;
        let answer = sender.send_request(request);
        let (answer, ()) = tokio::join!(timeout(LONG, answer), stand.serves_others());
        let status = Status::from_header_map(answer.unwrap().unwrap().headers()).unwrap();
        let expected = (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned());
        assert_eq!(code_and_reason(&status), expected);
        stand.counts("sdk_request_bytes 0").await;
    }
}

#[tokio::test]
async fn a_stream_of_requests_holds_one_message_however_many_it_has() {
    let stand = stand(false).await;
    let mut sender = client(&stand).await;
    let (parts, request) = begun(&stand.owner, played::IMPORT);
    let answer = tokio::spawn(async move { sender.send_request(request).await.unwrap() });
    // Field 15, which the message does not have: it is skipped.
    let mut message = vec![0x7a, 0xfc, 0xff, 0x3f];
    message.resize(MIB, 0);
    for _ in 0..10 {
        send(&parts, prefix(MIB)).await;
        send(&parts, message.clone()).await;
    }
    drop(parts);
    let answer = timeout(LONG, answer).await.unwrap().unwrap();
    let body = answer.into_body().collect().await.unwrap();
    let status = Status::from_header_map(body.trailers().unwrap()).unwrap();
    assert_eq!(status.code(), Code::Ok);
    stand.counts("sdk_request_bytes 0").await;
}
