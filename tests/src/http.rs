//! The smallest HTTP client: one GET on a connection of its own.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header lines.
    pub headers: String,
    /// What follows them.
    pub body: String,
}

impl Response {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// Asks for `path` at `addr`, with more header lines if there are any.
///
/// # Panics
/// When nobody answers HTTP there.
pub fn get(addr: &str, path: &str, headers: &[&str]) -> Response {
    let mut stream = TcpStream::connect(addr).expect("somebody listens");
    let headers: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
    // HTTP/1.0 answers are neither chunked nor kept alive.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {addr}\r\n{headers}\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the request is sent");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the answer is text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("headers end");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Response {
        status: status.expect("a status line"),
        headers: head.to_owned(),
        body: body.to_owned(),
    }
}
