//! Connections on which nothing is under way.

use hyper_util::rt::TokioTimer;

use super::*;

async fn stand(tls: bool) -> Stand {
    let limits = Limits {
        idle: Duration::from_millis(50),
        ..Limits::default()
    };
    Stand::with(limits, tls).await
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_its_client_connects_again() {
    for tls in [false, true] {
        let stand = stand(tls).await;
        let connection = stand.connect(Some(&stand.owner)).await;
        for _ in 0..3 {
            let answer = call_on(connection.clone(), request("answer")).await;
            assert_eq!(answer.unwrap(), "owner");
            stand.counts("sdk_connections 0").await;
        }
    }
}

#[tokio::test]
async fn pings_keep_no_connection_open() {
    let stand = stand(false).await;
    let io = TokioIo::new(stand.raw().await);
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_millis(1))
        .keep_alive_while_idle(true)
        .handshake(io)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let mut asking = sender.clone();
    let request = Request::post(format!("http://a{LIST}"))
        .header("content-type", "application/grpc")
        .body(Full::new(Bytes::from_static(&[0; 5])))
        .unwrap();
    asking.send_request(request).await.unwrap();
    let closed = timeout(LONG, connection).await.unwrap().unwrap();
    closed.expect("the server says that it goes");
    drop(sender);
}

#[tokio::test]
async fn a_stream_that_is_open_keeps_its_connection() {
    let stand = stand(false).await;
    let mut rows = stand.watch("answer").await;
    assert!(rows.message().await.unwrap().is_some());
    // The other has begun later, and has nothing under way.
    let other = stand.connect(Some(&stand.owner)).await;
    call_on(other.clone(), request("answer")).await.unwrap();
    stand.counts("sdk_connections 1").await;
    stand.counts("sdk_calls_open 1").await;
    drop(rows);
    stand.counts("sdk_connections 0").await;
}

#[tokio::test]
async fn a_client_that_does_not_go_when_it_is_told_is_cut_off() {
    let limits = Limits {
        idle: Duration::from_millis(50),
        pong: Duration::from_millis(50),
        ..Limits::default()
    };
    let stand = Stand::with(limits, false).await;
    // It agrees on HTTP/2, asks for the health of the host, and says no more.
    let mut silent = stand.raw().await;
    let hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    // Stream 1: `GET`, `http`, `/`, by the static table of HPACK, and nothing follows.
    let ask = [0, 0, 3, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84];
    silent.write_all(hello).await.unwrap();
    let heard = converse(silent, &ask).await;
    // Of its last frames one is GOAWAY, of type 7.
    assert!(heard.windows(5).any(|it| it[3] == 7), "{heard:?}");
    stand.counts("sdk_connections 0").await;
    stand.serves_others().await;
}
