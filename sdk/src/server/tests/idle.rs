//! Thousands of clients that say nothing: what they cost.
//!
//! They live in a process of their own, so that the memory that is measured is the
//! server's. `TORTURE` asks for ten thousand of them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
};

use super::*;

const ADDRESS: &str = "SDK_TEST_IDLE_ADDRESS";
const COUNT: &str = "SDK_TEST_IDLE_COUNT";

/// The process of the clients: this program, called for the one test that holds them.
#[test]
fn holds_idle_connections() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let count: usize = std::env::var(COUNT).unwrap().parse().unwrap();
    let held: Vec<_> = (0..count).map(|number| idle(&address, number)).collect();
    // Past what captures the output of tests.
    writeln!(std::io::stderr(), "held").unwrap();
    let _ = std::io::stdin().read(&mut [0]);
    drop(held);
}

/// A connection that is accepted: every other one has asked by HTTP/1.1 and keeps
/// itself alive, the others have agreed on HTTP/2.
fn idle(address: &str, number: usize) -> std::net::TcpStream {
    let (says, hears): (&[u8], &[u8]) = if number.is_multiple_of(2) {
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200")
    } else {
        // The type of the first frame that comes back: settings.
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
            b"\x04",
        )
    };
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(says).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert!(head.windows(hears.len()).any(|it| it == hears), "{head:?}");
    stream
}

fn clients(address: SocketAddr, count: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "server::tests::idle::holds_idle_connections",
        ])
        .env(ADDRESS, address.to_string())
        .env(COUNT, count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The memory of this process that is not swapped out, in bytes.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let kib: usize = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_cost_little_and_keep_nobody_out() {
    let count = if std::env::var("TORTURE").is_ok() {
        10_000
    } else {
        500
    };
    let limits = Limits {
        connections_of_one: 16_384,
        head: 10 * LONG,
        ..Limits::default()
    };
    let stand = Stand::with(limits, false).await;
    stand.serves_others().await;
    let before = resident_bytes();
    let mut clients = clients(stand.address, count);
    let stderr = BufReader::new(clients.stderr.take().unwrap());
    let held = tokio::task::spawn_blocking(move || {
        let mut lines = stderr.lines().map_while(Result::ok);
        lines.any(|line| line.contains("held"))
    });
    assert!(timeout(10 * LONG, held).await.unwrap().unwrap());
    let each = resident_bytes().saturating_sub(before) / count;
    stand.counts(&format!("sdk_connections {count}")).await;
    stand.serves_others().await;
    assert!(
        each < 48 * 1024,
        "{each} bytes for each of {count} connections"
    );
    eprintln!("{each} bytes for each of {count} idle connections");
    drop(clients.stdin.take());
    clients.wait().unwrap();
    stand.counts("sdk_connections 0").await;
}
