//! Ways to a server, and why there is none.

use std::{io::Write, sync::Arc, time::Duration};

use rcgen::{CertifiedKey, KeyPair};
use rustls::{ServerConfig, crypto::ring, server::ResolvesServerCert, sign};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sdk_client::{ConnectError, Fingerprint, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{host, screen::Screen};

/// A certificate for `localhost` that nobody has signed but itself.
fn pair() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

fn fingerprint(pair: &CertifiedKey<KeyPair>) -> Fingerprint {
    Fingerprint::of(pair.cert.der())
}

/// Shows the certificate of one pair and signs with the key of another.
#[derive(Debug)]
struct Shown(Arc<sign::CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<sign::CertifiedKey>> {
        Some(self.0.clone())
    }
}

fn config(
    shown: &CertifiedKey<KeyPair>,
    signs: &CertifiedKey<KeyPair>,
    alpn: &[u8],
) -> ServerConfig {
    let key = PrivateKeyDer::try_from(signs.signing_key.serialize_der()).unwrap();
    let key = ring::sign::any_supported_type(&key).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![shown.cert.der().clone()];
    let shown = Shown(Arc::new(sign::CertifiedKey::new(chain, key)));
    let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = vec![alpn.to_vec()];
    config
}

/// A server that shows the certificate, and how it is reached.
async fn start(pair: &CertifiedKey<KeyPair>) -> Server {
    let port = host::start_tls(config(pair, pair, b"h2")).await;
    Server::new(format!("https://localhost:{port}"))
}

/// The error and the hint, without what varies in them.
async fn refused(server: &Server) -> String {
    let error = server.connect().await.unwrap_err();
    shown(&error).replace(&server.url, "[SERVER]")
}

fn shown(error: &ConnectError) -> String {
    let hint = error
        .hint()
        .map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    format!("error: {error}{hint}")
}

#[tokio::test]
async fn a_pinned_certificate_is_trusted_whoever_signed_it() {
    let pair = pair();
    let mut server = start(&pair).await;
    server.fingerprint = Some(fingerprint(&pair));
    server.token = Some(host::TOKEN.to_owned());
    let screen = Screen::of(&server).await.call("shop get-item 9").await;
    assert!(screen.contains("there is no such item"), "{screen}");
}

#[tokio::test]
async fn authorities_come_from_a_file() {
    let pair = pair();
    let mut server = start(&pair).await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pair.cert.pem().as_bytes()).unwrap();
    server.ca = Some(file.path().to_owned());
    server.connect().await.unwrap();
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_with_its_fingerprint() {
    let pair = pair();
    let server = start(&pair).await;
    let found = fingerprint(&pair).to_string();
    insta::assert_snapshot!(refused(&server).await.replace(&found, "[FINGERPRINT]"), @"
    error: [SERVER]: the certificate is not trusted: nobody who is trusted has signed it; its fingerprint is [FINGERPRINT]
    hint: if the server printed this fingerprint when it started: --fingerprint [FINGERPRINT]
    ");
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_is_refused() {
    let (pair, other) = (pair(), pair());
    let mut server = start(&pair).await;
    server.fingerprint = Some(fingerprint(&other));
    let refused = refused(&server)
        .await
        .replace(&fingerprint(&pair).to_string(), "[FOUND]")
        .replace(&fingerprint(&other).to_string(), "[PINNED]");
    insta::assert_snapshot!(refused, @"
    error: [SERVER]: the certificate is not trusted: expected [PINNED]; its fingerprint is [FOUND]
    hint: the server has a new certificate, or another one answers in its place: compare with what the server prints when it starts
    ");
}

#[tokio::test]
async fn whoever_shows_the_pinned_certificate_must_have_its_key() {
    let (pair, thief) = (pair(), pair());
    let port = host::start_tls(config(&pair, &thief, b"h2")).await;
    let mut server = Server::new(format!("https://localhost:{port}"));
    server.fingerprint = Some(fingerprint(&pair));
    let found = fingerprint(&pair).to_string();
    insta::assert_snapshot!(refused(&server).await.replace(&found, "[FINGERPRINT]"), @"
    error: [SERVER]: the certificate is not trusted: the handshake is not signed with its key; its fingerprint is [FINGERPRINT]
    hint: the server has a new certificate, or another one answers in its place: compare with what the server prints when it starts
    ");
}

#[tokio::test]
async fn a_server_without_http2_does_not_speak_grpc() {
    let pair = pair();
    let port = host::start_tls(config(&pair, &pair, b"http/1.1")).await;
    let mut server = Server::new(format!("https://localhost:{port}"));
    server.fingerprint = Some(fingerprint(&pair));
    insta::assert_snapshot!(refused(&server).await, @"
    error: [SERVER]: the server does not speak gRPC
    hint: check the address: another program may listen there
    ");
}

#[tokio::test]
async fn tls_to_a_server_in_plain_text_says_so() {
    let server = host::start().await;
    let server = Server::new(server.url.replace("http://", "https://"));
    insta::assert_snapshot!(refused(&server).await, @"
    error: [SERVER]: no TLS: received corrupt message of type InvalidContentType
    hint: the server may speak plain text: http://
    ");
}

#[tokio::test]
async fn nothing_that_listens_is_said_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::new(format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    insta::assert_snapshot!(refused(&server).await, @"
    error: [SERVER]: nothing listens there
    hint: see whether the server is running, and whether the address is right
    ");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = Server::new(format!("https://{}", listener.local_addr().unwrap()));
    server.connect_timeout = Duration::from_millis(50);
    insta::assert_snapshot!(refused(&server).await, @"
    error: [SERVER]: no connection within 50ms
    hint: see whether the server is running, and whether the address is right
    ");
}

#[tokio::test]
async fn a_server_of_web_pages_does_not_speak_grpc() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::new(format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let page = "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nhello";
        socket.write_all(page.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await
    });
    insta::assert_snapshot!(Screen::of(&server).await.call("shop ping").await, @"
    error: the server does not speak gRPC
    hint: check the address: another program may listen there, or the port may want https
    exit code 113
    ");
}

#[tokio::test]
async fn a_token_does_not_go_over_the_network_in_plain_text() {
    let mut server = Server::new("http://192.0.2.1:80");
    server.token = Some("sesame".to_owned());
    insta::assert_snapshot!(shown(&server.connect_lazy().unwrap_err()), @"
    error: http://192.0.2.1:80: the token would go over the network in plain text
    hint: use https://, or a profile with `plaintext = true` if the network is trusted
    ");
    server.plaintext = true;
    server.connect_lazy().unwrap();
}

#[tokio::test]
async fn a_token_with_other_characters_is_refused_and_not_shown() {
    let mut server = host::start().await;
    server.token = Some("ses\name".to_owned());
    insta::assert_snapshot!(refused(&server).await, @"error: the token is not one: expected visible ASCII characters on one line");
    assert!(!format!("{server:?}").contains("ses"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_of_this_machine_is_a_way_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("host.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        host::serve(socket).await;
    });
    let server = Server::new(format!("unix:{}", path.display()));
    insta::assert_snapshot!(Screen::of(&server).await.call("shop search none").await, @"no items");
    let server = Server::new(format!("unix:{}.not", path.display()));
    insta::assert_snapshot!(refused(&server).await, @"
    error: [SERVER]: there is no such socket
    hint: see whether the server is running, and whether the address is right
    ");
}

#[tokio::test]
async fn a_lazy_connection_says_the_same_when_it_is_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::new(format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let screen = Screen::of_connection(server.connect_lazy().unwrap());
    let shown = screen.call("shop ping").await;
    insta::assert_snapshot!(shown.replace(&server.url, "[SERVER]"), @"
    error: [SERVER]: nothing listens there
    hint: see whether the server is running, and whether the address is right
    exit code 114
    ");
}
