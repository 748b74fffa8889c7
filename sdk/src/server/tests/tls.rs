//! The port when it speaks TLS.

use sdk_client::{ConnectError, Server};

use super::*;

fn server(stand: &Stand) -> Server {
    Server::new(format!("https://{}", stand.address))
}

#[tokio::test]
async fn whoever_knows_the_fingerprint_is_served() {
    let stand = Stand::with(Limits::default(), true).await;
    stand.serves_others().await;
    let mut rows = stand.watch("answer").await;
    assert!(rows.message().await.unwrap().is_some());
}

#[tokio::test]
async fn a_client_that_expects_another_certificate_goes_and_others_stay() {
    let stand = Stand::with(Limits::default(), true).await;
    let other = Stand::with(Limits::default(), true).await;
    let mut server = server(&stand);
    server.fingerprint = other.certificate.as_ref().map(Certificate::fingerprint);
    let refused = server.connect().await.unwrap_err();
    assert!(!matches!(refused, ConnectError::Other { .. }), "{refused}");
    // Nor do the authorities of the web vouch for it.
    server.fingerprint = None;
    server.connect().await.unwrap_err();
    stand.serves_others().await;
}

#[tokio::test]
async fn whoever_speaks_no_tls_is_cut_off() {
    let stand = Stand::with(Limits::default(), true).await;
    let cases: [&[u8]; 3] = [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        &[0xa5; 1024],
    ];
    for bytes in cases {
        let answer = converse(stand.raw().await, bytes).await;
        // No more than an alert of TLS, type 21.
        assert!(answer.is_empty() || answer[0] == 21, "{answer:?}");
        stand.serves_others().await;
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_come_ends_the_connection() {
    let limits = Limits {
        handshake: Duration::from_millis(100),
        ..Limits::default()
    };
    let stand = Stand::with(limits, true).await;
    // Nothing, and the head of a record that never comes.
    for bytes in [&b""[..], &[22, 3, 1, 0x20, 0]] {
        let silent = converse(stand.raw().await, bytes);
        let (answer, ()) = tokio::join!(silent, async {});
        assert!(answer.is_empty() || answer[0] == 21);
    }
}
