//! Thousands of clients that say nothing: what they cost.
//!
//! They live in a process of their own, so that the memory that is measured is the
//! server's. There are ten thousand of them where the system lets a process have so many
//! files; `TORTURE` asks for as many that speak TLS, whose handshakes take a while.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
};

use rustls::{ClientConnection, StreamOwned};

use super::*;

const ADDRESS: &str = "SDK_TEST_IDLE_ADDRESS";
const COUNT: &str = "SDK_TEST_IDLE_COUNT";

/// A PEM file with the certificate that they trust; without it they speak no TLS.
const CERTIFICATE: &str = "SDK_TEST_IDLE_CERTIFICATE";

/// How many clients there are if there may be.
const CLIENTS: usize = 10_000;

/// The files that either process has open besides its connections.
const OTHER_FILES: usize = 200;

trait Connection: Read + Write {}
impl<C: Read + Write> Connection for C {}

/// The process of the clients: this program, called for the one test that holds them.
#[test]
fn holds_idle_connections() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let count: usize = std::env::var(COUNT).unwrap().parse().unwrap();
    let tls = std::env::var(CERTIFICATE).ok();
    let tls = tls.map(|file| trusting(file.as_ref()));
    let connect = |number| idle(connect(&address, tls.as_ref()), number);
    let held: Vec<_> = (0..count).map(connect).collect();
    // Past what captures the output of tests.
    writeln!(std::io::stderr(), "held").unwrap();
    let _ = std::io::stdin().read(&mut [0]);
    drop(held);
}

fn connect(address: &str, tls: Option<&Arc<ClientConfig>>) -> Box<dyn Connection> {
    let stream = std::net::TcpStream::connect(address).unwrap();
    let Some(config) = tls else {
        return Box::new(stream);
    };
    let name = ServerName::try_from("localhost").unwrap();
    let tls = ClientConnection::new(Arc::clone(config), name).unwrap();
    Box::new(StreamOwned::new(tls, stream))
}

/// A connection that is accepted: every other one has asked by HTTP/1.1 and keeps
/// itself alive, the others have agreed on HTTP/2.
fn idle(mut stream: Box<dyn Connection>, number: usize) -> Box<dyn Connection> {
    let (says, hears): (&[u8], &[u8]) = if number.is_multiple_of(2) {
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200")
    } else {
        // The type of the first frame that comes back: settings.
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
            b"\x04",
        )
    };
    stream.write_all(says).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert!(head.windows(hears.len()).any(|it| it == hears), "{head:?}");
    stream
}

fn clients(stand: &Stand, count: usize) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if stand.certificate.is_some() {
        command.env(CERTIFICATE, stand.data.path().join("tls/cert.pem"));
    }
    command
        .args([
            "--exact",
            "--nocapture",
            "server::tests::idle::holds_idle_connections",
        ])
        .env(ADDRESS, stand.address.to_string())
        .env(COUNT, count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a line of a file of the system says after a word.
fn told(file: &str, word: &str) -> usize {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    let number = line.unwrap().split_whitespace().next().unwrap();
    // There may be no limit.
    number.parse().unwrap_or(usize::MAX)
}

/// The memory of this process that is not swapped out, in bytes.
fn resident_bytes() -> usize {
    told("/proc/self/status", "VmRSS:") * 1024
}

/// How many connections this process, and the other, may have.
fn as_many_as_may_be() -> usize {
    let files = told("/proc/self/limits", "Max open files");
    CLIENTS.min(files.saturating_sub(OTHER_FILES))
}

/// Held by the one test that has many connections and looks at the memory.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Holds so many clients, and gives what each has cost.
async fn hold(count: usize, tls: bool) -> usize {
    let _alone = ALONE.lock().await;
    let limits = Limits {
        connections_of_one: 16_384,
        head: 10 * LONG,
        // They answer no pings.
        ping: 10 * LONG,
        ..Limits::default()
    };
    let stand = Stand::with(limits, tls).await;
    stand.serves_others().await;
    let before = resident_bytes();
    let mut clients = clients(&stand, count);
    let stderr = BufReader::new(clients.stderr.take().unwrap());
    let held = tokio::task::spawn_blocking(move || {
        let mut lines = stderr.lines().map_while(Result::ok);
        lines.any(|line| line.contains("held"))
    });
    assert!(timeout(10 * LONG, held).await.unwrap().unwrap());
    let each = resident_bytes().saturating_sub(before) / count;
    stand.counts(&format!("sdk_connections {count}")).await;
    stand.serves_others().await;
    drop(clients.stdin.take());
    clients.wait().unwrap();
    stand.counts("sdk_connections 0").await;
    eprintln!("{each} bytes for each of {count} idle connections, TLS: {tls}");
    each
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_cost_little_and_keep_nobody_out() {
    let each = hold(as_many_as_may_be(), false).await;
    assert!(each < 48 * 1024, "{each} bytes for each");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_cost_more_with_tls_and_keep_nobody_out() {
    let is_torture = std::env::var("TORTURE").is_ok();
    let count = if is_torture { as_many_as_may_be() } else { 100 };
    let each = hold(count, true).await;
    assert!(!is_torture || each < 96 * 1024, "{each} bytes for each");
}
