//! What no client should send, and what becomes of others meanwhile.

use super::*;

/// A message as gRPC frames it: whether it is compressed, its length, itself.
fn framed(flag: u8, length: u32, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &length.to_be_bytes(), message].concat()
}

#[tokio::test]
async fn methods_that_do_not_exist_are_unimplemented_and_count_as_one() {
    let stand = Stand::open().await;
    for path in [
        "/blog.v1.Blog/Publish",
        "/sdk.v1.ModuleService/Publish",
        "/",
        "/x",
    ] {
        let status = ask(&stand, &[], path, &framed(0, 0, b"")).await;
        let expected = (Code::Unimplemented, "METHOD_UNKNOWN".to_owned());
        assert_eq!(code_and_reason(&status), expected, "{path}");
    }
    let line = r#"sdk_calls_total{method="unknown",code="UNIMPLEMENTED"} 4"#;
    stand.counts(line).await;
    assert!(!stand.edge.metrics().text().contains("Publish"));
    stand.serves_others().await;
}

#[tokio::test]
async fn bodies_that_are_no_message_are_refused() {
    for tls in [false, true] {
        check_bodies(&Stand::with(Limits::default(), tls).await).await;
    }
}

async fn check_bodies(stand: &Stand) {
    let large = 5 * 1024 * 1024_u32;
    let whole = vec![0; usize::try_from(large).unwrap()];
    let cases: [(&str, Vec<u8>); 8] = [
        ("the stream is half-closed before a message", Vec::new()),
        ("the prefix ends early", vec![0, 0]),
        (
            "there is less than the prefix says",
            framed(0, 100, b"\x0a"),
        ),
        (
            "there is more than one message",
            [framed(0, 0, b""), framed(0, 0, b"")].concat(),
        ),
        ("it is compressed, nobody said how", framed(1, 1, b"\x00")),
        ("the flag is none", framed(7, 0, b"")),
        ("it says that it is too large", framed(0, u32::MAX, b"")),
        ("it is too large", framed(0, large, &whole)),
    ];
    let mut shown = Vec::new();
    for (what, body) in cases {
        let status = ask(stand, &[], LIST, &body).await;
        shown.push(format!("{what}: {:?}", status.code()));
        stand.serves_others().await;
    }
    insta::allow_duplicates!(insta::assert_snapshot!(shown.join("\n"), @r"
    the stream is half-closed before a message: Internal
    the prefix ends early: Internal
    there is less than the prefix says: Internal
    there is more than one message: Ok
    it is compressed, nobody said how: Internal
    the flag is none: Internal
    it says that it is too large: OutOfRange
    it is too large: OutOfRange
    "));
}

#[tokio::test]
async fn headers_that_are_wrong_are_refused() {
    let stand = Stand::open().await;
    let message = framed(0, 0, b"");
    let cases = [
        ("grpc-timeout", "soon"),
        ("grpc-timeout", "123456789S"),
        ("authorization", "Basic YTpi"),
        ("authorization", "Bearer nobody's"),
        ("grpc-encoding", "snappy"),
        ("sdk-caller-bin", "AAAA"),
    ];
    let mut shown = Vec::new();
    for (name, value) in cases {
        let status = ask_with_only(&stand, (name, value), &message).await;
        let (code, reason) = code_and_reason(&status);
        let line = format!("{name}: {value}: {code:?} {reason}");
        shown.push(line.trim_end().to_owned());
    }
    insta::assert_snapshot!(shown.join("\n"), @r"
    grpc-timeout: soon: InvalidArgument TIMEOUT_INVALID
    grpc-timeout: 123456789S: InvalidArgument TIMEOUT_INVALID
    authorization: Basic YTpi: Unauthenticated TOKEN_INVALID
    authorization: Bearer nobody's: Unauthenticated TOKEN_UNKNOWN
    grpc-encoding: snappy: Unimplemented
    sdk-caller-bin: AAAA: InvalidArgument CALLER_INVALID
    ");
    stand.serves_others().await;
}

/// Asks with one header, which takes the place of the token if it is one.
async fn ask_with_only(stand: &Stand, header: (&str, &str), body: &[u8]) -> Status {
    let io = TokioIo::new(stand.secured().await);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::post(format!("http://{}{LIST}", stand.address))
        .header("content-type", "application/grpc")
        .header(header.0, header.1);
    if header.0 != "authorization" {
        request = request.header("authorization", format!("Bearer {}", stand.owner));
    }
    let body = Full::new(Bytes::copy_from_slice(body));
    let answer = sender
        .send_request(request.body(body).unwrap())
        .await
        .unwrap();
    Status::from_header_map(answer.headers()).expect("it is refused at once")
}

/// What an HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[tokio::test]
async fn whoever_does_not_speak_http_is_cut_off() {
    for tls in [false, true] {
        check_not_http(&Stand::with(Limits::default(), tls).await).await;
    }
}

async fn check_not_http(stand: &Stand) {
    let settings: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    let hello = [&[22, 3, 1, 2, 0, 1][..], &[0; 64]].concat();
    let cases: [(&str, Vec<u8>); 6] = [
        ("noise", vec![0xa5; 4096]),
        ("the hello of TLS", hello),
        ("noise after the preface", [PREFACE, &[0xff; 4096]].concat()),
        // Data on a stream that was never opened.
        (
            "data for nobody",
            [PREFACE, settings, &[0, 0, 1, 0, 0, 0, 0, 0, 9, 0]].concat(),
        ),
        // A frame larger than was agreed.
        (
            "a large frame",
            [PREFACE, settings, &[255, 255, 255, 1, 4, 0, 0, 0, 1]].concat(),
        ),
        // Headers that no table of HPACK explains.
        (
            "headers of nothing",
            [PREFACE, settings, &[0, 0, 1, 1, 5, 0, 0, 0, 1, 0xff]].concat(),
        ),
    ];
    for (what, bytes) in cases {
        let answer = converse(stand.secured().await, &bytes).await;
        assert!(answer.len() < 1024, "{what}");
        stand.serves_others().await;
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let stand = Stand::open().await;
    let head = format!(
        "GET /healthz HTTP/1.1\r\nx: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    let answer = converse(stand.raw().await, head.as_bytes()).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    let large = "x".repeat(64 * 1024);
    let refused = tokio::spawn({
        let address = stand.address;
        async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let io = TokioIo::new(stream);
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(connection);
            let request = Request::post(format!("http://{address}{LIST}")).header("x", large);
            let request = request.body(Full::new(Bytes::new())).unwrap();
            match sender.send_request(request).await {
                Ok(answer) => answer.status() == 431,
                // It may also be reset.
                Err(_) => true,
            }
        }
    });
    assert!(refused.await.unwrap());
    stand.serves_others().await;
}

#[tokio::test]
async fn whoever_asks_slowly_loses_the_connection() {
    let limits = Limits {
        head: Duration::from_millis(100),
        ..Limits::default()
    };
    for tls in [false, true] {
        check_slow(&Stand::with(limits.clone(), tls).await).await;
    }
}

async fn check_slow(stand: &Stand) {
    // Nothing, half a preface, a preface without a call, half a head.
    let cases: [&[u8]; 4] = [
        b"",
        &PREFACE[..10],
        PREFACE,
        b"GET /healthz HTTP/1.1\r\nHos",
    ];
    let slow = cases.map(|bytes| async {
        converse(stand.secured().await, bytes).await;
    });
    let [a, b, c, d] = slow;
    tokio::join!(a, b, c, d, stand.serves_others());
}

#[tokio::test]
async fn a_client_that_never_reads_costs_what_is_buffered_for_it() {
    let limits = Limits {
        unread_bytes: 64 * 1024,
        ..Limits::default()
    };
    // Whether it takes some bytes, or none at all.
    for (window, tls) in [(128 * 1024, false), (0, false), (0, true)] {
        check_never_reads(&Stand::with(limits.clone(), tls).await, window).await;
    }
}

async fn check_never_reads(stand: &Stand, window: u32) {
    let io = TokioIo::new(stand.secured().await);
    let (mut sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(window)
        .handshake(io)
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::post(format!("http://{}{WATCH}", stand.address))
        .header("content-type", "application/grpc")
        .header("authorization", format!("Bearer {}", stand.owner))
        .header(PLAY, "flood")
        .body(Full::new(Bytes::from(framed(0, 0, b""))))
        .unwrap();
    let unread = sender.send_request(request).await.unwrap();
    stand.play.begun().await;
    for _ in 0..50 {
        stand.serves_others().await;
    }
    let sent = stand.play.sent();
    assert!(
        sent < 512 * 1024,
        "{sent} bytes wait for somebody who never reads"
    );
    drop((unread, sender));
    timeout(LONG, stand.play.over()).await.unwrap();
}

#[tokio::test]
async fn a_stream_of_requests_that_is_never_ended_waits_until_its_client_goes() {
    let stand = Stand::open().await;
    let (body, sent) = tokio::sync::mpsc::channel::<played::ImportRowsRequest>(1);
    let mut grpc = Grpc::new(stand.connect(Some(&stand.owner)).await);
    grpc.ready().await.unwrap();
    let requests = tokio_stream::wrappers::ReceiverStream::new(sent);
    let path = PathAndQuery::from_static(played::IMPORT);
    let codec = ProstCodec::<_, played::ImportRowsResponse>::default();
    let waits = tokio::spawn(async move {
        let answer = grpc.client_streaming(tonic::Request::new(requests), path, codec);
        answer.await
    });
    stand.counts("sdk_calls_open 1").await;
    stand.serves_others().await;
    waits.abort();
    drop(body);
    stand.counts("sdk_calls_open 0").await;
    stand
        .counts(r#"method="sdk.v1.DataService/ImportRows",code="CANCELLED"} 1"#)
        .await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_and_places_are_free_again() {
    let limits = Limits {
        connections_of_one: 1,
        ..Limits::default()
    };
    let stand = Stand::with(limits, false).await;
    let mut held = stand.raw().await;
    held.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 12];
    held.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    assert!(converse(stand.raw().await, b"").await.is_empty());
    drop(held);
    let served = async {
        let ask = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        while converse(stand.raw().await, ask).await.is_empty() {}
    };
    timeout(LONG, served).await.unwrap();
}

#[tokio::test]
async fn guessing_tokens_is_held_to_a_rate() {
    let limits = Limits {
        anonymous_calls_a_second: 1,
        ..Limits::default()
    };
    let stand = Stand::with(limits, false).await;
    let connection = stand.connect(Some("guess")).await;
    let mut refused = Vec::new();
    for _ in 0..20 {
        let status = call_on(connection.clone(), request("answer"))
            .await
            .unwrap_err();
        refused.push(status.code());
    }
    assert_eq!(refused[0], Code::Unauthenticated);
    assert!(refused.contains(&Code::ResourceExhausted), "{refused:?}");
    // Whoever has a token does not suffer for it.
    stand.serves_others().await;
}
