//! How much one caller, and all together, may ask for.

use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// The limits of a server. [`Limits::default`] is what a host has unless it says
/// otherwise.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once; what comes beyond is closed at once. 16,384.
    pub connections: usize,
    /// Connections at once from one address (of IPv6: from one network of 64 bits). 4,096.
    pub connections_of_one: usize,
    /// How long the handshake of TLS may take. 10 s.
    pub handshake: Duration,
    /// How long the head of an HTTP/1 request may take, and how long a connection may
    /// wait before it asks for anything. 30 s.
    pub head: Duration,
    /// The size of the head of a request, in bytes. 16 KiB.
    pub head_bytes: u32,
    /// Calls at once on one HTTP/2 connection. 1,024.
    pub streams: u32,
    /// How often an HTTP/2 client that says nothing is asked whether it is there. 30 s.
    pub ping: Duration,
    /// How long it may take to answer that. 20 s.
    pub pong: Duration,
    /// What waits to be sent on one stream for a client that reads slowly, in bytes. 256 KiB.
    pub unread_bytes: usize,
    /// Calls at once, of all callers together, watching included. 16,384.
    pub calls: usize,
    /// Calls at once of one caller. 4,096.
    pub calls_of_one: usize,
    /// Calls a second of one caller who has signed in; as many may come at once. 10,000.
    pub calls_a_second: u32,
    /// Calls a second from one address of callers who have not, or who show a token that
    /// is none. 200.
    pub anonymous_calls_a_second: u32,
    /// Bytes of requests that are not answered yet, of all callers together. 256 MiB.
    pub request_bytes: usize,
    /// Such bytes of one caller, and of all who have not signed in together; one address of
    /// theirs has a quarter of it. 64 MiB.
    pub request_bytes_of_one: usize,
    /// How long a connection stays open on which nothing is under way. 15 min.
    pub idle: Duration,
    /// How long a call that is no stream may take, whatever its caller says. Streams take
    /// as long as their callers say. 5 min.
    pub call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            connections_of_one: 4_096,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            head_bytes: 16 * 1024,
            streams: 1_024,
            ping: Duration::from_secs(30),
            pong: Duration::from_secs(20),
            unread_bytes: 256 * 1024,
            calls: 16_384,
            calls_of_one: 4_096,
            calls_a_second: 10_000,
            anonymous_calls_a_second: 200,
            request_bytes: 256 * MIB,
            request_bytes_of_one: 64 * MIB,
            idle: Duration::from_mins(15),
            call: Duration::from_mins(5),
        }
    }
}
